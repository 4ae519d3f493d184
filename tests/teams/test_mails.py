"""Who is told of what by mail, each in their own language, and never a word of the response."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from consult.db.database import Database
from consult.models.ledger import Mail
from consult.models.people import MemberRole, User
from consult.notifications.composing import Composer
from consult.notifications.draining import Drain
from consult.notifications.making import MailMaker
from consult.organisations.membership import change_member
from consult.settings import ROOT
from consult.teams.lapsing import QUIET, note_lapsed
from consult.web.rendering import Renderer
from tests.attachments.scene import Responding
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


async def test_who_signs_and_takes_back_in_a_loop_mails_each_once_an_hour(team: Team) -> None:
    await team.invite("sami", RIVER)
    await mails(team)
    await team.sign("cora", RIVER)
    signed = {(name, "River Trust signed the response off") for name in ("olga", "sami", "rim")}
    assert await mails(team) == signed
    await team.take_back("cora", RIVER)
    taken = {(name, "River Trust took its sign-off back") for name in ("olga", "sami", "rim")}
    assert await mails(team) == taken
    for _ in range(2):
        await team.sign("cora", RIVER)
        await team.take_back("cora", RIVER)
    assert await mails(team) == set()
    team.site.clock.advance(timedelta(hours=1))
    await team.sign("cora", RIVER)
    assert await mails(team) == signed


async def test_who_sends_in_a_loop_mails_each_once_an_hour_but_who_no_longer_stands_in_it(team: Team) -> None:
    await team.invite("sami", RIVER)
    await team.sign("cora", RIVER)
    await mails(team)
    await team.send("sami")
    assert await told_of_sending(team) == {"olga", "rim", "cora"}
    told = []
    for seats in ("3", "4"):
        await team.write("rim", "seats", seats)
        await team.send("sami")
        told.append(await told_of_sending(team))
    assert told == [{"cora"}, set()], "that they are left out is told, once"
    team.site.clock.advance(timedelta(hours=1))
    await team.write("rim", "seats", "5")
    await team.send("sami")
    assert await told_of_sending(team) == {"olga", "rim", "cora"}


async def told_of_sending(team: Team) -> set[str]:
    """Whoever sends gets the receipt instead."""
    return {name for name, subject in await mails(team) if subject.startswith("The response of Lake Watch")}


async def test_the_team_is_told_that_whoever_signed_may_no_longer(team: Team) -> None:
    await team.sign("sami", LAKE)
    await mails(team)
    async with team.site.database.writing() as session:
        of, user_id = team.organisations[LAKE].id, team.people["sami"].id
        now = team.site.clock.now()
        await change_member(session, team.actor("olga"), of, user_id, MemberRole.DRAFTER, now)
    told = {each for each in await mails(team) if "sign-off" in each[1]}
    assert told == {(name, "The sign-off of Lake Watch has ended") for name in ("olga", "rim")}


async def test_a_file_that_is_added_lets_a_sign_off_lapse_and_that_is_told(team: Team) -> None:
    browser = await team.browser("rim")
    async with team.site.database.reading() as session:
        id = (await team.found(session)).id
    rim = Responding(team.site, team.people["rim"], browser, team.key, id, None)  # type: ignore[arg-type]
    file = ""
    for do in ("add", "rename", "private", "remove"):
        team.site.clock.advance(MOMENT)
        await team.sign("sami", LAKE)
        team.site.clock.advance(MOMENT)
        if do == "add":
            file = str((await rim.send("annex.txt", b"Our annex of figures."))["key"])
        elif do == "remove":
            await rim.act(file, "remove")
        else:
            await rim.act(file, do=do, name="figures.txt", private="yes")
        assert await lapsed(team) == 0, do
        team.site.clock.advance(QUIET)
        assert await lapsed(team) == 1, do
