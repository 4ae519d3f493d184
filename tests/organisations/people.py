"""Who acts for organisations, and what they do again and again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from consult.accounts.service import add_person
from consult.models.people import Membership, Organisation, OrganisationEvent, Role, User
from consult.notifications.composing import Composer
from consult.notifications.draining import Drain
from consult.notifications.making import MailMaker
from consult.notifications.sending import Sender
from consult.notifications.transport import make_transport
from tests.notifications.scene import RENDERER
from tests.organisations.outside import Outside
from tests.people import Browser, Site

RIVER = {
    "name": "River Watch",
    "kind": "civil-society",
    "country": "KE",
    "url": "https://www.riverwatch.org/about",
    "way": "address",
}
PROFILE = {"name": "Somebody", "country": "KE", "locale": "en", "zone": "UTC"}
WORDS = re.compile(r"consult-verification=[0-9a-f]{40}")


@dataclass
class Person:
    """Somebody with an account and a browser in which they are signed in."""

    user: User
    browser: Browser

    async def sends(self, address: str, fields: dict[str, Any], form_at: str = "") -> httpx.Response:
        return await self.browser.post_form(
            f"/en{address}", fields, form_at=f"/en{form_at}" if form_at else ""
        )

    async def sees(self, address: str) -> str:
        answer = await self.browser.get(f"/en{address}")
        assert answer.status_code == 200, answer.status_code
        return answer.text

    async def status(self, address: str) -> int:
        return (await self.browser.get(f"/en{address}")).status_code


class Town:
    """A running site, its worker, and the world around."""

    def __init__(self, site: Site, outside: Outside) -> None:
        self.site = site
        self.outside = outside
        settings, clock = site.settings, site.clock
        maker = MailMaker(site.database, Composer(RENDERER, settings), settings, clock)
        self._drain = Drain(site.database, [maker], clock)
        self._sender = Sender(site.database, make_transport(settings), settings, clock)

    async def person(self, name: str, role: Role = Role.RESPONDENT, email: str = "") -> Person:
        address = email or f"{name.split()[0].lower()}@post.example.org"
        async with self.site.database.writing() as session:
            user = await add_person(session, address, name, role, self.site.clock.now(), None)
        return Person(user, await self.site.browser_of(user))

    async def worker_runs(self) -> None:
        """Everything that happened is told by mail."""
        while await self._drain.drain():
            pass
        while await self._sender.send_due():
            pass
        await self._sender.close()
        await self.site.heard()

    async def claims(self, person: Person, **changed: str) -> str:
        """Ask to have River Watch verified; the address of the page that says what to do."""
        answer = await person.sends("/mine/organisation/verify", {**RIVER, **changed})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).removeprefix("/en").partition("?")[0]

    async def owner(self, name: str = "Olga Owner") -> tuple[Person, int]:
        """Somebody who has verified River Watch by an address, and its id."""
        person = await self.person(name)
        at = await self.claims(person)
        await person.sends(f"{at}/address", {"email": "olga@riverwatch.org"}, form_at=at)
        await self.worker_runs()
        link = self.outside.link_to("olga@riverwatch.org")
        assert (await person.browser.post_form(link, {})).status_code == 303
        await self.site.heard()
        return person, int(at.split("/")[3])

    async def joins(self, owner: Person, id: int, person: Person, role: str = "drafter") -> None:
        """Be invited by an owner and accept."""
        email = person.user.email
        invited = await owner.sends(
            f"/mine/organisation/{id}/invite",
            {"email": email, "role": role},
            form_at=f"/mine/organisation/{id}",
        )
        assert invited.status_code == 303, invited.text
        await self.worker_runs()
        accepted = await person.browser.post_form(self.outside.link_to(email), {})
        assert accepted.status_code == 303, accepted.text
        await self.site.heard()

    async def roles(self, id: int) -> dict[str, str]:
        """Who is tied to an organisation, with which role."""
        async with self.site.database.reading() as session:
            statement = select(User.name, Membership.role).join(Membership, Membership.user_id == User.id)
            found = await session.execute(statement.where(Membership.organisation_id == id))
            return dict(found.all())

    async def organisation(self, id: int) -> Organisation:
        async with self.site.database.reading() as session:
            return await session.get_one(Organisation, id)

    async def steps(self, id: int) -> list[str]:
        """The kinds of an organisation's history, in order."""
        async with self.site.database.reading() as session:
            statement = select(OrganisationEvent.kind).where(OrganisationEvent.organisation_id == id)
            return list((await session.execute(statement.order_by(OrganisationEvent.id))).scalars())


def words_on(page: str) -> str:
    """What the record or the file has to say."""
    found = WORDS.search(page)
    assert found
    return found[0]
