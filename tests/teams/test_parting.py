"""A verification is taken back: what the team wrote stays with its people, and whoever takes the name up gets none of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from consult.models.contribution import Contribution
from consult.models.people import Role
from consult.models.submission import Submission
from consult.models.team import SignOff
from consult.organisations.staffing import take_back
from consult.organisations.verifying import Named, Outcome, Proven, begin, settle
from consult.security.actor import Actor
from tests.people import Site
from tests.teams.scene import Team

LAKE, RIVER = "Lake Watch", "River Trust"


@pytest.fixture
async def team(site: Site) -> Team:
    return await Team.begun(site)


async def taken_back(team: Team, name: str) -> None:
    """As an administrator does."""
    user = await team.site.person(Role.ADMINISTRATOR, "Ada")
    ada = Actor(user.id, user.name, user.email, Role.ADMINISTRATOR)
    async with team.site.database.writing() as session:
        id, now = team.organisations[name].id, team.site.clock.now()
        await take_back(session, ada, id, "It was another one.", now, unmark=False)


async def verified_by_stranger(team: Team, name: str) -> int:
    """Somebody proves the same name and kind with a domain of their own: the organisation's id."""
    stranger, now = team.actor("stranger"), team.site.clock.now()
    named = Named(name, "civil-society", "KE", "https://stranger.example", "stranger.example")
    async with team.site.database.writing() as session:
        found = await begin(session, stranger, named, "dns", now)
        _, outcome = await settle(session, stranger, found.id, Proven("stranger.example", "dns", "t"), now)
    assert outcome is Outcome.VERIFIED
    return found.id


async def reads(team: Team, name: str) -> bool:
    browser = await team.browser(name)
    pages = (f"/en/respond/{team.key}", f"{team.address}/read", f"/en/respond/{team.key}/sections/closing")
    answers = {(await browser.get(each)).status_code for each in pages}
    return 200 in answers or team.key in (await browser.get("/en/mine")).text


@pytest.mark.parametrize("is_sent", [False, True])
async def test_nobody_inherits_what_the_team_wrote_by_taking_up_its_name(team: Team, is_sent: bool) -> None:
    if is_sent:
        await team.send("sami")
    await team.write("rim", "letter", "Not for strangers.")
    await taken_back(team, LAKE)
    assert await verified_by_stranger(team, LAKE) == team.organisations[LAKE].id
    assert {name: await reads(team, name) for name in ("stranger", "olga", "rim")} == {
        "stranger": False,
        "olga": False,
        "rim": True,
    }
    async with team.site.database.reading() as session:
        found = await team.found(session)
        faces = (await session.execute(select(Contribution))).scalars().all()
    assert (found.organisation_id, found.organisation_name) == (None, LAKE)
    assert [(each.organisation_name, each.organisation_id) for each in faces] == [
        (LAKE, team.organisations[LAKE].id)
    ] * is_sent


async def test_what_hung_on_a_name_before_is_nobodys_when_it_is_verified_anew(team: Team) -> None:
    async with team.site.database.writing() as session:
        lake = await session.merge(team.organisations[LAKE])
        lake.domain = lake.verified_by = ""
    for name in ("olga", "sami", "rim"):
        await team.dismiss(name)
    await verified_by_stranger(team, LAKE)
    assert not await reads(team, "stranger")
    async with team.site.database.reading() as session:
        left = await session.execute(select(Submission).where(Submission.organisation_id.is_not(None)))
    assert left.all() == []


async def test_nobody_inherits_what_another_organisation_showed_to_have_it_signed(team: Team) -> None:
    await team.invite("sami", RIVER)
    await team.sign("cora", RIVER)
    await taken_back(team, RIVER)
    await verified_by_stranger(team, RIVER)
    assert not await reads(team, "stranger")
    assert "it is no longer asked to co-sign" in await team.page("rim")
    async with team.site.database.reading() as session:
        assert (await session.execute(select(SignOff))).all() == []


async def test_who_co_signs_a_response_that_is_one_persons_now_sees_no_broken_page(team: Team) -> None:
    await team.invite("sami", RIVER)
    await taken_back(team, LAKE)
    cora = await team.browser("cora")
    for path in ("", "/team", "/team/read"):
        assert (await cora.get(f"/en/respond/{team.key}{path}")).status_code == 404, path
    assert await reads(team, "rim")
