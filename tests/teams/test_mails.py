"""Who is told of what by mail, each in their own language, and never a word of the response."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from consult.db.database import Database
from consult.models.ledger import Mail
from consult.models.people import User
from consult.notifications.composing import Composer
from consult.notifications.draining import Drain
from consult.notifications.making import MailMaker
from consult.settings import ROOT
from consult.teams.lapsing import QUIET, note_lapsed
from consult.web.rendering import Renderer
from tests.people import Site
from tests.teams.scene import Team

LAKE, RIVER = "Lake Watch", "River Trust"
RENDERER = Renderer(ROOT / "templates")
MOMENT = timedelta(seconds=5)


@pytest.fixture
async def team(site: Site) -> Team:
    return await Team.begun(site)


async def mails(team: Team) -> set[tuple[str, str]]:
    """(whom, subject) of the mails that were made since the last look."""
    database: Database = team.site.database
    maker = MailMaker(database, Composer(RENDERER, team.site.settings), team.site.settings, team.site.clock)
    await Drain(database, [maker], team.site.clock).drain()
    async with database.writing() as session:
        found = (await session.execute(select(Mail).where(Mail.error == ""))).scalars().all()
        await session.execute(update(Mail).values(error="seen"))
    assert not any("Meet in public" in each.text + each.html for each in found)
    plain = {each.id: each.subject.replace("\u2068", "").replace("\u2069", "") for each in found}
    names = {user.id: name for name, user in team.people.items()}
    return {(names[each.user_id or 0], plain[each.id]) for each in found}


async def ask(team: Team, name: str) -> None:
    browser = await team.browser(name)
    await browser.post_form(f"{team.address}/ask", {}, form_at=team.address)


async def test_signatories_are_asked_and_the_team_is_told(team: Team) -> None:
    await ask(team, "rim")
    await ask(team, "rim")
    assert await mails(team) == {
        ("olga", "Rim asks for your sign-off"),
        ("sami", "Rim asks for your sign-off"),
    }
    await team.sign("sami", LAKE)
    assert await mails(team) == {(name, "Lake Watch signed the response off") for name in ("olga", "rim")}


async def test_a_sign_off_that_lapsed_is_told_once_after_the_typing(team: Team) -> None:
    await team.sign("sami", LAKE)
    await mails(team)
    team.site.clock.advance(MOMENT)
    await team.write("rim", "seats", "9")
    assert await lapsed(team) == 0
    team.site.clock.advance(QUIET)
    assert await lapsed(team) == 1
    assert await lapsed(team) == 0
    told = "Your sign-off lapsed: the response was changed"
    assert await mails(team) == {("olga", told), ("sami", told)}
    assert "lapsed: the response was changed afterwards" in await team.page("rim")


async def lapsed(team: Team) -> int:
    async with team.site.database.writing() as session:
        return await note_lapsed(session, team.site.clock.now())


async def test_text_that_is_again_what_was_signed_tells_nobody(team: Team) -> None:
    await team.sign("sami", LAKE)
    team.site.clock.advance(MOMENT)
    await team.write("rim", "board", "Meet in secret.")
    await team.write("rim", "board", "Meet in public.")
    team.site.clock.advance(QUIET)
    assert await lapsed(team) == 0


async def test_a_co_signing_organisation_is_asked_and_told_in_its_language(team: Team) -> None:
    async with team.site.database.writing() as session:
        await session.execute(update(User).where(User.id == team.people["cora"].id).values(locale="ar"))
    await team.invite("sami", RIVER)
    asked = await mails(team)
    assert {name for name, _ in asked} == {"cora"}
    async with team.site.database.reading() as session:
        mail = (await session.execute(select(Mail).where(Mail.kind == "sign_asked"))).scalar_one()
    assert mail.locale == "ar"
    assert f"/ar/respond/{team.key}/team/read" in mail.text
    await team.decline("cora", RIVER, "Not our subject.")
    told = await mails(team)
    assert told == {(name, "River Trust does not sign the response") for name in ("olga", "sami", "rim")}


async def test_all_are_told_when_it_was_sent_and_whether_they_stand_in_it(team: Team) -> None:
    await team.invite("sami", RIVER)
    await team.sign("cora", RIVER)
    await team.write("rim", "seats", "3")
    await mails(team)
    sent = await team.send("sami")
    subject = f"The response of Lake Watch was sent: {sent.contribution.reference}"
    assert {each for each in await mails(team) if each[1] == subject} == {
        (name, subject) for name in ("olga", "rim", "cora")
    }
    async with team.site.database.reading() as session:
        of_cora = select(Mail).where(Mail.kind == "team_sent", Mail.user_id == team.people["cora"].id)
        mail = (await session.execute(of_cora)).scalar_one()
    assert "does not stand in it" in mail.text.replace("\u2068", "").replace("\u2069", "")


async def test_all_are_told_when_it_was_withdrawn(team: Team) -> None:
    await team.invite("sami", RIVER)
    await team.sign("cora", RIVER)
    sent = await team.send("sami")
    await mails(team)
    withdrawn = await (await team.browser("sami")).post_form(f"/en/respond/{team.key}/withdraw", {})
    assert withdrawn.status_code == 303
    subject = f"The response of Lake Watch was withdrawn: {sent.contribution.reference}"
    assert await mails(team) == {(name, subject) for name in ("olga", "sami", "rim", "cora")}
    async with team.site.database.reading() as session:
        of_cora = select(Mail).where(Mail.kind == "team_ended", Mail.user_id == team.people["cora"].id)
        mail = (await session.execute(of_cora)).scalar_one()
    assert "River Trust had signed it." in mail.text.replace("\u2068", "").replace("\u2069", "")
    assert "Meet" not in mail.text
