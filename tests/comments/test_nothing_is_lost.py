"""What was typed survives: mistakes, ended sessions, old tokens, and a button pressed twice."""

from __future__ import annotations

import asyncio
import json
import re
from html import unescape

import pytest
from sqlalchemy import delete, func, select

from consult.kernel.clock import SetClock
from consult.kernel.events import Event, account_scope
from consult.ledger.outbox import emit
from consult.models.contribution import Contribution
from consult.models.people import Role, SignedIn
from tests.accounts.people import amina, browser_of_amina, sign_in
from tests.comments.talking import (
    DISCUSSION,
    HX,
    READING,
    block_page,
    disagreements,
    do,
    moderate,
    opened_form,
    reference_in,
    reply,
    row,
    say,
    send,
    words,
)
from tests.conftest import HOUR
from tests.people import BASE, Site


async def count(site: Site) -> int:
    async with site.database.reading() as session:
        return (await session.execute(select(func.count()).select_from(Contribution))).scalar_one()


async def test_a_mistake_keeps_everything_that_was_typed(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    author = await site.signed_in()
    typed = {"text": "My words <b>& more", "lang": "klingon", "anonymous": "yes", "quote": "what they learn",
             "prefix": "share ", "suffix": " with"}  # fmt: skip
    answer = await author.post_form(block_page(keys[1]), typed)
    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert "There is a problem" in words(answer)
    assert 'aria-invalid="true"' in answer.text
    assert "My words &lt;b&gt;&amp; more" in answer.text
    for name in ("quote", "prefix", "suffix"):
        assert f'name="{name}" value="{typed[name]}"' in answer.text
    assert re.search(r'name="anonymous"[^>]*checked', answer.text)
    summary = re.search(r'href="#(lang-[^"]+)"', answer.text)
    assert summary
    assert f'id="{summary[1]}"' in answer.text
    assert await count(site) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write your comment."),
        ("  \n ", "Write your comment."),
        ("x" * 20_001, "Shorten this to 20000 characters; it has 20001."),
        ("nul \x00 here", "The text holds a character that can't be stored."),
        ("[" * 19_000, ""),
    ],
    ids=["nothing", "spaces", "too long", "NUL", "brackets"],
)
async def test_text_that_can_not_be_taken_is_shown_again_with_the_reason(
    site: Site, text: str, said: str
) -> None:
    await site.consultation()
    author = await site.signed_in()
    answer = await author.post_form(DISCUSSION, {"text": text})
    assert answer.status_code in ((422,) if said else (303, 422))
    if said:
        assert said in words(answer)
        assert await count(site) == 0
        assert text.replace("\x00", "")[:20_001].strip() in answer.text


async def test_the_longest_text_is_taken_in_any_script(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in()
    for letter in ("x", "字", "😀"):
        assert (await author.post_form(DISCUSSION, {"text": letter * 20_000})).status_code == 303


async def test_direction_controls_can_not_reach_out_of_a_comment(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in()
    reference = await say(author, "evil \u202e txt.exe and \u2066open\nfine \u2067עברית\u2069 here")
    html = (await row(site, reference)).html
    assert "\u202e" not in html
    assert "\u2066" not in html
    assert "\u2067עברית\u2069" in html


async def end_session(site: Site) -> None:
    """As when everybody's sessions have run out."""
    async with site.database.writing() as session:
        people = (await session.execute(select(SignedIn.user_id))).scalars().all()
        await session.execute(delete(SignedIn))
        for person in people:
            emit(session, Event("session.ended", (account_scope(person),)), site.clock.now())
    await site.heard()


def carried(page: str) -> dict[str, str]:
    """The hidden fields that travel along through signing in."""
    return {
        name: unescape(value)
        for name, value in re.findall(r'name="(next|kept|target)" value="([^"]*)"', page)
    }


async def test_an_ended_session_carries_the_text_through_signing_in(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR, grace=60)
    keys = await site.draft()
    await amina(site)
    author = await browser_of_amina(site)
    at = f"{block_page(keys[1])}?text=fr"
    fields = await opened_form(author, at)
    await end_session(site)
    clock.advance(HOUR)
    answer = await send(
        author, fields, at, text="Ten minutes of <work>.", quote="membres partagent", anonymous="yes"
    )
    assert answer.status_code == 401
    assert "Ten minutes of" in answer.text
    assert "Your text is safe." in words(answer)
    kept = carried(answer.text)
    assert json.loads(kept["kept"])["text"] == "Ten minutes of <work>."
    assert "csrf" not in kept["kept"]
    again = site.browser()
    assert (await sign_in(again, "amina@example.org", **kept)).status_code == 303
    form = await again.get(f"/en{kept['next']}")
    assert "Ten minutes of &lt;work&gt;." in form.text
    assert 'name="quote" value="membres partagent"' in form.text
    assert re.search(r'name="anonymous"[^>]*checked', form.text)
    # It was begun in time, whatever signing in took.
    reference = reference_in(await again.post_form(f"/en{kept['next']}", {"text": "Ten minutes of <work>."}))
    assert (await row(site, reference)).in_grace


async def test_an_old_or_foreign_token_keeps_the_text(site: Site) -> None:
    await site.consultation()
    author, other = await site.signed_in(name="Ana"), await site.signed_in(name="Bo")
    fields = await opened_form(author)
    foreign = (await opened_form(other))["csrf"]
    for token in ("", "x", "ü", foreign):
        answer = await send(author, fields | {"csrf": token}, text="Still here.")
        assert answer.status_code == 422
        assert "Still here." in answer.text
        assert "please send it again" in words(answer)
        assert "<title>Error:" in answer.text
    assert await count(site) == 0
    from_elsewhere = await author.post(
        DISCUSSION, data={**fields, "text": "From elsewhere."}, headers={"origin": "https://evil.test"}
    )
    assert from_elsewhere.status_code == 422
    assert await count(site) == 0


async def test_sent_twice_it_is_there_once(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in()
    fields = await opened_form(author)
    first = reference_in(await send(author, fields, text="Once."))
    assert reference_in(await send(author, fields, text="Once.")) == first
    assert await count(site) == 1
    assert await disagreements(site) == []


async def test_other_words_in_the_same_form_are_another_comment(site: Site) -> None:
    """The browser's back button brings a form back as it was."""
    await site.consultation()
    author = await site.signed_in()
    fields = await opened_form(author)
    first = reference_in(await send(author, fields, text="My first thought."))
    second = reference_in(await send(author, fields, text="My second thought."))
    assert first != second
    assert (await row(site, second)).text == "My second thought."


async def test_sent_at_the_same_moment_it_is_there_once(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in()
    parent = await say(author, "To be answered.")
    for address in (DISCUSSION, f"/en/contributions/{parent}/reply"):
        fields = await opened_form(author, address)
        before = await count(site)
        answers = await asyncio.gather(*(send(author, fields, address, text="At once.") for _ in range(5)))
        assert len({reference_in(answer) for answer in answers}) == 1
        assert await count(site) == before + 1
    at = f"/en/contributions/{parent}/reply"
    fields = await opened_form(author, at)
    sent = {**fields, "text": "By htmx at once."}
    parts = await asyncio.gather(*(author.post(at, data=sent, headers=HX) for _ in range(4)))
    assert {part.status_code for part in parts} <= {200, 201}
    assert all("By htmx at once." in part.text for part in parts)
    assert await disagreements(site) == []


async def test_many_people_at_once_each_get_a_number(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    people = [await site.signed_in(name=f"Person {number}") for number in range(6)]
    found = await asyncio.gather(
        *(say(each, f"Mine {n}.", block_page(keys[1])) for n, each in enumerate(people))
    )
    assert sorted(each[-4:] for each in found) == [f"{n:04d}" for n in range(1, 7)]
    assert await disagreements(site) == []


async def test_a_reply_to_what_was_hidden_meanwhile_is_kept(site: Site) -> None:
    await site.consultation()
    author, other = await site.signed_in(name="Ana"), await site.signed_in(name="Bo")
    reference = await say(author, "Soon to be hidden.")
    at = f"/en/contributions/{reference}/reply"
    fields = await opened_form(other, at)
    await moderate(await site.signed_in(Role.MODERATOR), reference, "hide")
    answer = await send(other, fields, at, text="A long answer.")
    assert answer.status_code == 409
    assert "no longer public" in words(answer)
    assert "A long answer." in words(await other.get("/en/mine"))


async def test_saved_while_typing_it_comes_back_in_any_language_of_the_text(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    author = await site.signed_in()
    at = f"{block_page(keys[1])}?text=fr"
    page = await author.get(at)
    autosave = re.search(r'data-autosave="([^"]+)"', page.text)
    assert autosave
    fields = await opened_form(author, at)
    saved = await author.post(
        unescape(autosave[1]), data={**fields, "text": "Half."}, headers={"origin": BASE}
    )
    assert saved.status_code == 204
    assert "Half." in (await author.get(at)).text
    assert "Half." in (await author.get(block_page(keys[1]))).text
    await say(author, "Half and half.", at)
    assert ">Half." not in (await author.get(at)).text
    assert ">Half." not in (await author.get("/en/mine")).text


async def test_an_edit_saved_while_typing_is_forgotten_once_it_is_sent(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in()
    reference = await say(author, "First version.")
    at = f"/en/contributions/{reference}/edit"
    fields = await opened_form(author, at)
    target = at.removeprefix("/en")
    await author.post(
        f"/en/unfinished?target={target}", data={**fields, "text": "Half-edited."}, headers={"origin": BASE}
    )
    assert "Half-edited." in (await author.get(at)).text
    assert (await do(author, reference, "edit", text="Second version.", lang="en")).status_code == 303
    assert "Half-edited." not in (await author.get(at)).text
    assert "Half-edited." not in (await author.get("/en/mine")).text


async def test_a_reply_form_that_fails_is_shown_under_what_it_answers(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in()
    reference = await say(author, "To be answered.")
    answer = await author.post_form(
        f"/en/contributions/{reference}/reply", {"text": "kept", "lang": "klingon"}
    )
    assert answer.status_code == 422
    assert "kept</textarea>" in answer.text
    assert "To be answered." in answer.text
    assert await reply(author, reference, "kept") != reference
    assert READING not in answer.text
