"""An editor decides, one by one, where comments stand that nobody is sure about."""

from __future__ import annotations

import re

import httpx

from consult.models.contribution import Fate
from consult.models.people import Role
from tests.comments.talking import READING, disagreements, reply, words
from tests.people import Browser, Site
from tests.versions.scene import (
    FEE,
    MEETS,
    MINUTES,
    OBSERVERS,
    REWRITTEN,
    carry,
    count_at,
    next_version,
    on_block,
    place,
    set_up,
    words_at,
)

PLACES = "/en/desk/consultations/charter/drafts/text/versions/2/places"
SEEN = re.compile(r'name="seen" value="([^"]*)"')
QUOTE = "the assembly sets each spring"


async def decide(editor: Browser, reference: str, do: str, **fields: str) -> httpx.Response:
    """Press one of the page's buttons."""
    at = f"{PLACES}?comment={reference}"
    (seen,) = SEEN.findall((await editor.get(at)).text)
    sent = {"do": do, "seen": seen, **fields}
    return await editor.post_form(f"{PLACES}/{reference}", sent, form_at=at)


async def unsure(site: Site, amount: int = 1) -> tuple[dict[str, str], list[str]]:
    """Comments on words that version 2 has so changed that an editor has to look, each with a reply."""
    keys = dict(await set_up(site))
    ana = await site.signed_in(name="Ana")
    said = [await on_block(ana, keys[FEE], f"Not in spring {n}.", quote=QUOTE) for n in range(amount)]
    for each in said:
        await reply(ana, each, "Why?", lang="en")
    await next_version(site, REWRITTEN)
    await carry(site)
    return keys, said


async def test_one_after_the_other_with_what_it_was_about_and_where_it_seems_to_be(site: Site) -> None:
    keys, (first, second) = await unsure(site, 2)
    editor = await site.signed_in(Role.EDITOR)
    assert "2 places wait for you." in words(await editor.get("/en/desk"))
    page = await editor.get(PLACES)
    text = words(page)
    assert first in text
    assert "2 places wait for you." in text
    assert f'id="quote-{first}" data-ref="{first}">{QUOTE}</mark>' in page.text
    assert f'id="quote-{first}-now"' in page.text
    assert second in words(await editor.get(f"{PLACES}?after=1"))
    answer = await decide(editor, first, "confirm")
    assert answer.status_code == 303
    text = words(await editor.get(answer.headers["location"]))
    assert f"The place of {first} is decided." in text
    assert second in text
    await decide(editor, second, "confirm")
    assert "No place waits for you" in words(await editor.get(PLACES))
    assert "places wait" not in words(await editor.get("/en/desk"))
    kept = await place(site, first)
    assert (kept.fate, kept.sure, kept.unsure, kept.by_hand) == (Fate.CHANGED, 1.0, False, True)
    assert (await words_at(site, first))[0] == keys[FEE]
    assert await disagreements(site) == []


async def test_until_somebody_has_looked_readers_are_told_so(site: Site) -> None:
    _, (said,) = await unsure(site)
    reader, editor = site.browser(), await site.signed_in(Role.EDITOR)
    told = "Nobody has checked yet whether it is about this text."
    assert told in words(await reader.get(READING))
    await decide(editor, said, "confirm")
    assert told not in words(await reader.get(READING))


async def test_it_is_put_elsewhere_with_words_or_without(site: Site) -> None:
    keys, (first, second) = await unsure(site, 2)
    editor = await site.signed_in(Role.EDITOR)
    answer = await decide(editor, first, f"at:{keys[MINUTES]}", words="no such words")
    assert answer.status_code == 422
    assert "These words are not in the text that you chose." in words(answer)
    await decide(editor, first, f"at:{keys[MINUTES]}", words="with the names of those")
    await decide(editor, second, f"at:{keys[MEETS]}")
    assert await words_at(site, first) == (keys[MINUTES], "with the names of those")
    assert await words_at(site, second) == (keys[MEETS], "")
    assert [await count_at(site, keys[each], 2) for each in (FEE, MINUTES, MEETS)] == [0, 2, 2]
    assert [await count_at(site, keys[each], 1) for each in (FEE, MINUTES, MEETS)] == [4, 0, 0]
    assert await disagreements(site) == []


async def test_it_has_no_place_and_that_can_be_undone(site: Site) -> None:
    keys, (said,) = await unsure(site)
    editor = await site.signed_in(Role.EDITOR)
    await decide(editor, said, "gone")
    assert (await place(site, said)).fate == Fate.ORPHANED
    assert await count_at(site, keys[FEE], 2) == 0
    text = words(await editor.get(PLACES))
    assert "Comments whose passage is gone" in text
    assert "decided by an editor" in text
    assert await disagreements(site) == []
    answer = await editor.post_form(f"{PLACES}/{said}/undo", {}, form_at=f"{PLACES}?comment={said}")
    assert answer.status_code == 303
    again = await place(site, said)
    assert (again.fate, again.unsure, again.by_hand) == (Fate.CHANGED, True, False)
    assert await count_at(site, keys[FEE], 2) == 2
    assert await disagreements(site) == []


async def test_what_is_gone_can_be_given_a_place(site: Site) -> None:
    keys = await set_up(site)
    ana, editor = await site.signed_in(name="Ana"), await site.signed_in(Role.EDITOR)
    said = await on_block(ana, keys[OBSERVERS], "They should vote.", quote="may speak")
    await next_version(site)
    await carry(site)
    assert said in words(await editor.get(PLACES))
    found = await editor.get(f"{PLACES}?comment={said}&q=NAMES+of")
    assert f'value="at:{keys[MINUTES]}"' in found.text
    assert f'value="at:{keys[FEE]}"' not in found.text
    await decide(editor, said, f"at:{keys[MINUTES]}")
    assert (await place(site, said)).fate == Fate.CHANGED
    assert "Comments whose passage is gone" not in words(await ana.get(READING))
    assert await disagreements(site) == []


async def test_what_an_editor_decided_is_kept_and_goes_on_from_there(site: Site) -> None:
    keys, (said,) = await unsure(site)
    editor = await site.signed_in(Role.EDITOR)
    await next_version(site, REWRITTEN.replace("each", "every") + "\nThat is all.\n")
    await carry(site)
    assert (await words_at(site, said, 3))[0] == keys[FEE]
    await decide(editor, said, f"at:{keys[MINUTES]}", words="twenty working days")
    await carry(site)
    assert await words_at(site, said, 2) == (keys[MINUTES], "twenty working days")
    assert await words_at(site, said, 3) == (keys[MINUTES], "twenty working days")
    assert not (await place(site, said, 3)).unsure
    await carry(site)
    assert (await place(site, said)).by_hand
    assert await disagreements(site) == []


async def test_two_editors_at_the_same_comment_do_not_overwrite_each_other(site: Site) -> None:
    _, (said,) = await unsure(site)
    one, other = await site.signed_in(Role.EDITOR, "One"), await site.signed_in(Role.EDITOR, "Other")
    await decide(one, said, "confirm")
    answer = await decide(other, said, "gone", seen="1.0.0.0")
    assert answer.status_code == 422
    assert "Somebody decided this meanwhile." in words(answer)
    assert (await place(site, said)).fate == Fate.CHANGED


async def test_only_editors_see_it(site: Site) -> None:
    await unsure(site)
    assert (await (await site.signed_in(Role.MODERATOR)).get(PLACES)).status_code == 404
    assert (await (await site.signed_in(Role.EDITOR)).get(PLACES.replace("/2/", "/7/"))).status_code == 404
