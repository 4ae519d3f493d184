"""Two organisations turn out to be one: their responses and sign-offs move, and nothing is deleted."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from consult.models.people import Membership
from consult.models.submission import Submission
from consult.models.team import SignOff
from consult.submissions.beginning import begin_submission
from consult.submissions.document import read_document
from consult.submissions.targets import target_of
from consult.teams.merging import merge_submissions
from tests.people import Site
from tests.teams.scene import Team

LAKE, RIVER, HILL = "Lake Watch", "River Trust", "Hill Club"


@pytest.fixture
async def team(site: Site) -> Team:
    return await Team.begun(site)


async def merge(team: Team, gone: str, into: str) -> None:
    """As staff do: members and responses move."""
    from_id, into_id = team.organisations[gone].id, team.organisations[into].id
    async with team.site.database.writing() as session:
        await merge_submissions(session, from_id, into_id, team.site.clock.now())
        moving = update(Membership).where(Membership.organisation_id == from_id)
        await session.execute(moving.values(organisation_id=into_id))


async def begin_other(team: Team, name: str, organisation: str) -> str:
    """Another organisation begins its own response to the round."""
    async with team.site.database.writing() as session:
        first = (await session.execute(select(Submission))).scalar_one()
        target = await target_of(session, first)
        begun = await begin_submission(
            session,
            target,
            team.actor(name),
            team.organisations[organisation].id,
            "en",
            team.site.clock.now(),
        )
        return begun.key


async def owners(team: Team) -> dict[str, int | None]:
    async with team.site.database.reading() as session:
        rows = (await session.execute(select(Submission.key, Submission.organisation_id))).all()
        return {row.key: row.organisation_id for row in rows}


async def test_a_response_moves_with_its_team(team: Team) -> None:
    await team.sign("sami", LAKE)
    await merge(team, LAKE, HILL)
    page = await team.page("vera")
    assert "Rim" in page
    assert "merged" in page
    assert "Lapsed" in page, "the name in the response is another one now"
    sent = await team.send("vera")
    assert read_document(sent.sending.text).respondent.organisation == HILL


async def test_of_two_in_one_round_the_sent_one_stays_the_organisations(team: Team) -> None:
    other = await begin_other(team, "vera", HILL)
    await team.send("sami")
    await merge(team, LAKE, HILL)
    assert await owners(team) == {team.key: team.organisations[HILL].id, other: None}
    vera = await team.browser("vera")
    assert (await vera.get(f"/en/respond/{other}")).status_code == 200
    rim = await team.browser("rim")
    assert (await rim.get(f"/en/respond/{other}")).status_code == 404


async def test_of_two_that_were_only_begun_that_of_the_remaining_organisation_stays(team: Team) -> None:
    other = await begin_other(team, "vera", HILL)
    await merge(team, LAKE, HILL)
    assert await owners(team) == {team.key: None, other: team.organisations[HILL].id}
    assert (await team.answers())["board"] == "Meet in public."


async def test_who_has_left_does_not_get_a_response_back_by_a_merge(team: Team) -> None:
    other = await begin_other(team, "vera", HILL)
    await team.dismiss("rim")
    await merge(team, LAKE, HILL)
    assert (await owners(team))[other] is not None
    for name, answer in (("rim", 404), ("sami", 404), ("olga", 200)):
        browser = await team.browser(name)
        assert (await browser.get(f"/en/respond/{team.key}")).status_code == answer


async def test_sign_offs_move_and_nobody_co_signs_their_own(team: Team) -> None:
    await team.invite("sami", RIVER)
    await team.invite("sami", HILL)
    await team.sign("cora", RIVER)
    await merge(team, RIVER, HILL)
    assert await sign_offs(team) == [(HILL, False, "signed")]
    assert read_document((await team.send("sami")).sending.text).co_signed == (HILL,)
    await merge(team, HILL, LAKE)
    assert await sign_offs(team) == [(LAKE, True, "signed")]


async def sign_offs(team: Team) -> list[tuple[str, bool, str]]:
    names = {each.id: name for name, each in team.organisations.items()}
    async with team.site.database.reading() as session:
        rows = (await session.execute(select(SignOff))).scalars()
        return sorted((names[each.organisation_id], each.lead, str(each.state)) for each in rows)
