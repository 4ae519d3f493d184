"""An organisation with an owner, a signatory and a drafter, another one that co-signs, and a round that asks for responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.content import write
from consult.kernel.translated import Translated
from consult.models.consultation import Round
from consult.models.people import MemberRole, Membership, Organisation, User, VerifiedBy
from consult.models.questionnaire import Content, Question, QuestionKind, Questionnaire, Section
from consult.models.submission import Submission, SubmissionSending
from consult.receipts.signing import load_signer
from consult.security.actor import Actor
from consult.submissions.beginning import begin_submission
from consult.submissions.queries import answers_of, get_own, sendings_of
from consult.submissions.saving import Saved, save_answer
from consult.submissions.service import Sent, send_submission
from consult.submissions.targets import Target, target_of
from tests.people import Browser, Site

PEOPLE = {
    "olga": ("Lake Watch", MemberRole.OWNER),
    "sami": ("Lake Watch", MemberRole.SIGNATORY),
    "rim": ("Lake Watch", MemberRole.DRAFTER),
    "cora": ("River Trust", MemberRole.SIGNATORY),
    "dan": ("River Trust", MemberRole.DRAFTER),
    "vera": ("Hill Club", MemberRole.OWNER),
}
"""Who acts for which organisation; `stranger` acts for none."""


def asked() -> Content:
    """Two sections: governance with two questions, and a letter."""
    board = Question(
        key="board", kind=QuestionKind.LONG, label=_said("What should the board do?"), required=True
    )
    seats = Question(key="seats", kind=QuestionKind.NUMBER, label=_said("How many seats?"))
    letter = Question(key="letter", kind=QuestionKind.LETTER, label=_said("Your letter"))
    return Content(
        sections=(
            Section(key="governance", title=_said("Governance"), questions=(board, seats)),
            Section(key="closing", title=_said("In your words"), questions=(letter,)),
        )
    )


def _said(text: str) -> Translated:
    return write({"en": text}, "en")


@dataclass
class Team:
    """The people and the response that Lake Watch has begun."""

    site: Site
    people: dict[str, User]
    organisations: dict[str, Organisation]
    key: str = ""

    @classmethod
    async def begun(cls, site: Site, closes: timedelta = timedelta(days=7)) -> Team:
        """Rim has begun the response and answered what is required."""
        await site.consultation(closes=closes)
        team = cls(site, {}, {})
        async with site.database.writing() as session:
            round_ = (await session.execute(select(Round))).scalar_one()
            now = site.clock.now()
            session.add(
                Questionnaire(
                    round_id=round_.id,
                    content=msgspec.to_builtins(asked()),
                    note=None,
                    ready_at=now - timedelta(days=2),
                    created_at=now - timedelta(days=2),
                )
            )
        for name in ("Lake Watch", "River Trust", "Hill Club"):
            await team.organisation(name)
        for name, (organisation, role) in PEOPLE.items():
            await team.person(name, organisation, role)
        await team.person("stranger")
        await team._begin()
        return team

    async def organisation(self, name: str, *, verified: bool = True) -> Organisation:
        """A new one."""
        now = self.site.clock.now()
        made = Organisation(
            name=name,
            fold=name.lower(),
            kind="civil-society",
            country="KE",
            domain=name.lower().replace(" ", "-") + ".example" if verified else "",
            verified_by=VerifiedBy.ADDRESS if verified else "",
            verified_at=now if verified else None,
            created_at=now,
        )
        async with self.site.database.writing() as session:
            session.add(made)
        self.organisations[name] = made
        return made

    async def person(self, name: str, organisation: str = "", role: str = "") -> User:
        """Somebody new, who may act for an organisation."""
        made = self.people[name] = await self.site.person(name=name.title())
        if organisation:
            async with self.site.database.writing() as session:
                session.add(
                    Membership(
                        user_id=made.id,
                        organisation_id=self.organisations[organisation].id,
                        role=role,
                        since=self.site.clock.now(),
                    )
                )
        return made

    async def dismiss(self, name: str) -> None:
        """Their membership ends."""
        organisation, _ = PEOPLE[name]
        async with self.site.database.writing() as session:
            tie = await session.get(Membership, (self.people[name].id, self.organisations[organisation].id))
            assert tie is not None
            tie.role = ""

    def actor(self, name: str) -> Actor:
        """Them, as services know them."""
        user = self.people[name]
        return Actor(user.id, user.name, user.email, user.role)  # type: ignore[arg-type]

    async def browser(self, name: str) -> Browser:
        """A browser in which they are signed in."""
        return await self.site.browser_of(self.people[name])

    @property
    def address(self) -> str:
        """The team's page."""
        return f"/en/respond/{self.key}/team"

    async def _begin(self) -> None:
        now, rim = self.site.clock.now(), self.actor("rim")
        async with self.site.database.writing() as session:
            round_ = (await session.execute(select(Round))).scalar_one()
            stub = Submission(round_id=round_.id)
            target = await target_of(session, stub)
            begun = await begin_submission(
                session, target, rim, self.organisations["Lake Watch"].id, "en", now
            )
            begun.interest, begun.publication = "independent", "named"
            self.key = begun.key
        await self.write("rim", "board", "Meet in public.")

    async def target(self) -> Target:
        """The round."""
        async with self.site.database.reading() as session:
            return await target_of(session, await self.found(session))

    async def found(self, session: AsyncSession) -> Submission:
        """The response."""
        return (await session.execute(select(Submission).where(Submission.key == self.key))).scalar_one()

    async def write(self, name: str, question: str, value: object, seen: int | None = None) -> Saved:
        """Somebody saves an answer over the version they saw: what stands, where nothing else is said."""
        async with self.site.database.writing() as session:
            submission = await get_own(session, self.key, self.actor(name))
            there = (await answers_of(session, submission.id)).get(question)
            version = (there.version if there else 0) if seen is None else seen
            now, user_id = self.site.clock.now(), self.people[name].id
            return await save_answer(session, submission, question, value, version, user_id, now)

    async def answers(self) -> Mapping[str, object]:
        """What stands."""
        async with self.site.database.reading() as session:
            found = await answers_of(session, (await self.found(session)).id)
            return {key: each.value for key, each in found.items()}

    async def send(self, name: str) -> Sent:
        """Somebody sends the response."""
        signer = load_signer(self.site.settings)
        async with self.site.database.writing() as session:
            submission = await get_own(session, self.key, self.actor(name), hold=True)
            target = await target_of(session, submission)
            now = self.site.clock.now()
            return await send_submission(
                session, submission, target, self.actor(name), signer, self.site.settings.base_url, now
            )

    async def sendings(self) -> list[SubmissionSending]:
        """What was sent."""
        async with self.site.database.reading() as session:
            return list(await sendings_of(session, (await self.found(session)).id))

    # ---- What people do on the pages ----

    async def sign(self, name: str, organisation: str, **fields: str) -> httpx.Response:
        """Read the whole and sign it."""
        return await self._settle(name, "sign", organisation, **{"sure": "yes", **fields})

    async def decline(self, name: str, organisation: str, words: str = "") -> httpx.Response:
        """Read the whole and decline."""
        return await self._settle(name, "decline", organisation, words=words)

    async def take_back(self, name: str, organisation: str) -> httpx.Response:
        """Take a sign-off back."""
        return await self._settle(name, "take-back", organisation)

    async def _settle(self, name: str, what: str, organisation: str, **fields: str) -> httpx.Response:
        browser = await self.browser(name)
        page = (await browser.get(f"{self.address}/read")).text
        given = {"organisation": str(self.organisations[organisation].id), "answered": _digest(page)}
        return await browser.post_form(
            f"{self.address}/{what}", given | fields, form_at=f"{self.address}/read"
        )

    async def invite(self, name: str, organisation: str) -> httpx.Response:
        """Ask an organisation to co-sign."""
        browser = await self.browser(name)
        given = {"organisation": str(self.organisations[organisation].id)}
        return await browser.post_form(f"{self.address}/invite", given, form_at=f"{self.address}/invite?q=r")

    async def page(self, name: str, path: str = "") -> str:
        """The text of one of the team's pages; "" where it is not for them."""
        answer = await (await self.browser(name)).get(f"{self.address}{path}")
        return answer.text if answer.status_code == 200 else ""


def _digest(page: str) -> str:
    found = page.partition('name="answered" value="')[2][:64]
    return found or page.partition('<code class="digest" dir="ltr">')[2][:64]
