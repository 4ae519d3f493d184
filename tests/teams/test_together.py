"""Members write one response: each sees where the others are, nobody writes over anybody, notes stay in the team."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from consult.teams.presence import STALE
from tests.people import Site
from tests.teams.scene import Team

SECOND = timedelta(seconds=1)


@pytest.fixture
async def team(site: Site) -> Team:
    return await Team.begun(site)


async def open_section(team: Team, name: str, section: str, since: str = "") -> str:
    """Their page says that the section is open; what it is told of the others."""
    browser = await team.browser(name)
    given = {"section": section, "since": since or team.site.clock.now().isoformat()}
    answer = await browser.post_form(f"{team.address}/here", given, form_at=team.address)
    assert answer.status_code == 200
    return answer.text.replace("<bdi>", "").replace("</bdi>", "").replace('<bdi lang="en" dir="ltr">', "")


async def test_members_see_who_is_editing_which_section(team: Team) -> None:
    assert "Rim" not in await open_section(team, "rim", "governance")
    assert "Rim is editing this section too" in await open_section(team, "sami", "governance")
    assert "Rim is editing Governance" in await open_section(team, "olga", "closing")
    page = await team.page("olga")
    assert "is editing" in page.partition('id="team"')[2].partition("Rim")[2][:80]


async def test_who_is_not_heard_of_for_a_minute_or_has_left_is_not_here(team: Team) -> None:
    await open_section(team, "rim", "governance")
    team.site.clock.advance(STALE - SECOND)
    assert "Rim" in await open_section(team, "sami", "closing")
    team.site.clock.advance(SECOND)
    assert "Rim" not in await open_section(team, "sami", "closing")
    rim = await team.browser("rim")
    await open_section(team, "rim", "closing")
    for section, still in (("governance", True), ("closing", False)):
        answer = await rim.post_form(f"{team.address}/left", {"section": section}, form_at=team.address)
        assert answer.status_code == 204
        assert ("Rim" in await open_section(team, "sami", "closing")) is still


async def test_strangers_learn_nothing_and_are_not_seen(team: Team) -> None:
    for name in ("vera", "stranger"):
        browser = await team.browser(name)
        answer = await browser.post_form(
            f"{team.address}/here", {"section": "governance"}, form_at="/en/mine"
        )
        assert answer.status_code == 404
    assert "Vera" not in await open_section(team, "rim", "governance")
    await open_section(team, "sami", "governance")
    await team.dismiss("sami")
    assert "Sami" not in await open_section(team, "rim", "governance")


async def test_members_are_told_which_answers_others_changed_since_their_page_was_made(team: Team) -> None:
    made = team.site.clock.now().isoformat()
    team.site.clock.advance(SECOND)
    await team.write("sami", "board", "Meet on Mondays.")
    await team.write("rim", "seats", "5")
    told = await open_section(team, "rim", "governance", made)
    assert "What should the board do?" in told
    assert "Sami" in told
    assert "How many seats?" not in told
    assert "Sami" not in await open_section(team, "rim", "closing", made)


async def test_two_who_save_the_same_answer_at_once_lose_nothing(team: Team) -> None:
    saved = await asyncio.gather(
        team.write("rim", "letter", "Rim's letter.", 0), team.write("olga", "letter", "Olga's letter.", 0)
    )
    assert sorted(each.set_aside is not None for each in saved) == [False, True]
    assert (await team.answers())["letter"] in ("Rim's letter.", "Olga's letter.")


async def note(team: Team, name: str, text: str, question: str = "board") -> None:
    """Somebody writes to the team."""
    address = f"{team.address}/questions/{question}/notes" if question else f"{team.address}/notes"
    answer = await (await team.browser(name)).post_form(address, {"note": text})
    assert answer.status_code == 303


async def act(team: Team, name: str, do: str, number: int = 1) -> int:
    """Settle, reopen or delete the note."""
    address = f"{team.address}/note/{number}"
    return (await (await team.browser(name)).post_form(address, {"do": do}, form_at=team.address)).status_code


async def test_notes_are_written_settled_and_reopened_by_the_team(team: Team) -> None:
    await note(team, "rim", "Is nine too many?")
    await note(team, "sami", "Who reads this last?", "")
    page = await team.page("olga", "/notes")
    assert "Is nine too many?" in page
    assert "Who reads this last?" in page
    assert "(2 open)" in await team.page("olga")
    assert await act(team, "olga", "settle") == 303
    assert "(1 open)" in await team.page("rim")
    assert "Settled" in await team.page("rim", "/questions/board/notes")
    assert await act(team, "rim", "reopen") == 303
    assert "(2 open)" in await team.page("rim")


async def test_notes_and_who_is_here_stand_beside_the_questions_without_scripts(team: Team) -> None:
    await note(team, "rim", "Is nine too many?")
    await open_section(team, "rim", "governance")
    olga = await team.browser("olga")
    for page in ("/sections/governance", ""):
        answer = await olga.get(f"/en/respond/{team.key}{page}")
        assert answer.status_code == 200
        assert "Rim" in answer.text.partition("data-here-lines")[2][:200]
    section = (await olga.get(f"/en/respond/{team.key}/sections/governance")).text
    assert "Is nine too many?" in section
    assert f"/en/respond/{team.key}/team/questions/board/notes" in section


async def test_the_check_page_says_whether_one_may_send(team: Team) -> None:
    rim = await team.browser("rim")
    check = f"/en/respond/{team.key}/check"
    assert "Send response" not in (await rim.get(check)).text
    await team.sign("sami", "Lake Watch")
    assert "Send response" in (await rim.get(check)).text
    answer = await rim.post_form(f"/en/respond/{team.key}/send", {"declared": "yes"}, form_at=check)
    assert answer.status_code == 303
    withdraw = f"/en/respond/{team.key}/withdraw"
    assert (await rim.post_form(withdraw, {})).status_code == 409
    assert (await (await team.browser("sami")).post_form(withdraw, {})).status_code == 303
    assert "withdrew the response" in await team.page("rim")


async def test_one_takes_away_the_response_one_began_and_ones_notes_but_only_the_notes_after_leaving(
    team: Team,
) -> None:
    await note(team, "rim", "Is nine too many?")
    await note(team, "sami", "Ask the others.")
    rim = await team.browser("rim")
    data = (await rim.get("/en/mine/data.json")).text
    assert "Meet in public." in data
    await team.dismiss("rim")
    data = (await rim.get("/en/mine/data.json")).text
    assert "Meet in public." not in data
    assert "Is nine too many?" in data
    assert "Ask the others." not in data


async def test_only_who_wrote_a_note_deletes_it(team: Team) -> None:
    await note(team, "rim", "Is nine too many?")
    assert await act(team, "olga", "delete") == 404
    assert await act(team, "vera", "settle") == 404
    assert await act(team, "rim", "delete") == 303
    assert "nine" not in await team.page("rim", "/notes")


async def test_a_note_without_words_or_on_no_question_is_refused(team: Team) -> None:
    rim = await team.browser("rim")
    answer = await rim.post_form(f"{team.address}/questions/board/notes", {"note": " "})
    assert answer.status_code == 422
    assert "Write what you want to tell the team" in answer.text
    long = "x" * 5_001
    answer = await rim.post_form(f"{team.address}/notes", {"note": long})
    assert answer.status_code == 422
    assert long in answer.text
    assert await team.page("rim", "/questions/nothing/notes") == ""


async def test_notes_are_in_nothing_that_is_sent_or_shown_to_others(team: Team) -> None:
    await note(team, "rim", "CANARY between us")
    await team.invite("sami", "River Trust")
    assert "CANARY" not in await team.page("cora", "/read")
    assert "CANARY" not in await team.page("sami", "/read")
    sent = await team.send("sami")
    assert "CANARY" not in sent.sending.text + sent.contribution.text + sent.contribution.html


async def test_a_thread_alone_is_given_to_a_page_that_shows_it_in_place(team: Team) -> None:
    rim = await team.browser("rim")
    page = (await rim.get(f"{team.address}/questions/board/notes")).text
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    headers = {"hx-request": "true", "origin": "https://consult.test"}
    address = f"{team.address}/questions/board/notes"
    answer = await rim.post(address, data={"csrf": token, "note": "In place."}, headers=headers)
    assert answer.status_code == 200
    assert "In place." in answer.text
    assert "<html" not in answer.text
    assert 'data-summary="Team notes (1 open)"' in answer.text
