"""An owner invites by keyboard, in Arabic on a phone; who is invited becomes a member without scripts."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.ledger import Mail
from consult.models.people import Membership, Organisation, User
from tests.browser.people import MEMBER, PHONE, Doors
from tests.browser.serving import Served, wait_until
from tests.browser.steps import say, tab_to

SIDEWAYS = "document.documentElement.scrollWidth > window.innerWidth"
LINK = re.compile(r"/ar/invitation/\S+|/en/invitation/\S+")


def organisation_of(served: Served, email: str) -> int:
    async def find(session: AsyncSession) -> int:
        wanted = select(Organisation.id).join(Membership, Membership.organisation_id == Organisation.id)
        wanted = wanted.join(User, User.id == Membership.user_id).where(User.email == email)
        return (await session.execute(wanted)).scalar_one()

    return served.ask(find)


def invitation_of(served: Served, email: str) -> str:
    async def find(session: AsyncSession) -> str:
        wanted = select(Mail.text).where(Mail.kind == "invitation", Mail.recipient == email)
        return (await session.execute(wanted)).scalar_one_or_none() or ""

    found = LINK.search(served.ask(find))
    return found[0] if found else ""


def test_an_owner_invites_and_a_colleague_joins(doors: Doors) -> None:
    colleague = doors.site.newcomer("Baraka Colleague")
    at = f"/ar/mine/organisation/{organisation_of(doors.site, MEMBER)}"
    owner = doors.open(MEMBER, screen=PHONE)
    owner.goto(at)
    assert not owner.evaluate(SIDEWAYS)
    tab_to(owner, "#email")
    owner.keyboard.type(colleague)
    tab_to(owner, "form[action$='/invite'] [type=submit]")
    owner.keyboard.press("Enter")
    expect(owner.locator("main")).to_contain_text(colleague)
    wait_until(lambda: invitation_of(doors.site, colleague) != "", "the worker to write the invitation")

    invited = doors.open(colleague, screen=PHONE, script=False)
    invited.goto(invitation_of(doors.site, colleague).replace("/en/", "/ar/"))
    expect(invited.locator("html")).to_have_attribute("dir", "rtl")
    tab_to(invited, "form[action*='/invitation/'] [type=submit]")
    invited.keyboard.press("Enter")
    expect(invited.locator("main")).to_contain_text(say("ar", "Drafter"))
    expect(invited.locator("form[action$='/invite']")).to_have_count(0)
    owner.reload()
    expect(owner.locator("#members + ul")).to_contain_text("Baraka Colleague")
    assert doors.complaints == []
