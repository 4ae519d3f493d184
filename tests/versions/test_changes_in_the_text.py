"""Who reads a later version sees in the text itself what changed, and is led to exactly that change."""

from __future__ import annotations

import re

import pytest

from consult.consultations.queries import get_consultation
from consult.i18n.content import write
from consult.models.people import Role, User
from consult.preparing.service import explain_change, find_version
from consult.security.actor import Actor
from tests.comments.talking import READING
from tests.documents.test_portions import long_text
from tests.people import Browser, Site
from tests.versions.scene import FEE, FIRST, MEETS, MINUTES, SECOND, carry, next_version, on_block, set_up
from tests.web.test_queries_counted import asked_by

pytestmark = pytest.mark.anyio

NOTE = re.compile(r'<p class="block__note"><a href="([^"]+)" rel="nofollow">([^<]+)<')
COMPARE = f"{READING}/compare/1/2"
REASON = "Ten days were too few."


async def notes(browser: Browser, address: str = READING) -> dict[str, str]:
    """Address → words of every note on a page."""
    answer = await browser.get(address)
    assert answer.status_code == 200
    return dict(NOTE.findall(answer.text))


async def explain(site: Site, user: User, key: str, reason: str) -> None:
    async with site.database.writing() as session:
        consultation = await get_consultation(session, "charter", None)
        place = await find_version(session, consultation, "text", 2)
        actor = Actor(user.id, user.name, user.email, Role.EDITOR)
        await explain_change(session, place, key, write({"en": reason}, "en"), [], actor, site.clock.now())
    await site.heard()


async def test_each_changed_block_says_so_and_leads_to_that_change(site: Site) -> None:
    keys = await set_up(site)
    await next_version(site, SECOND + "\nAnybody may ask the board a question and gets an answer.\n")
    reader = site.browser()
    found = await notes(reader)
    assert found.pop(f"{COMPARE}#change-{keys[MINUTES]}") == "Changed since version 1"
    assert sorted(found.values()) == ["Moved since version 1", "New in version 2"]
    assert not any(keys["Nothing here"] in address for address in found)
    compared = (await reader.get(COMPARE)).text
    for address in found:
        assert f'id="{address.partition("#")[2]}"' in compared
    page = (await reader.get(READING)).text
    changes = sum(int(count) for count in re.findall(r"<span>\w+: (\d+)</span>", compared))
    assert f'{changes} changes since version 1 · <a href="{COMPARE}">' in page
    assert page.count("block--changed") == 3


async def test_a_first_version_says_nothing_and_an_older_one_that_there_is_a_newer(site: Site) -> None:
    await set_up(site)
    reader = site.browser()
    first = (await reader.get(READING)).text
    assert "since version" not in first
    assert "This is an earlier version." not in first
    await next_version(site)
    assert await notes(reader, f"{READING}?version=1") == {}
    assert "This is an earlier version." in (await reader.get(f"{READING}?version=1")).text


async def test_words_moved_and_marks_changed_are_told_apart(site: Site) -> None:
    keys = await set_up(site)
    await next_version(site, FIRST.replace(MEETS, "*The Forum* meets").replace(f"{FEE} a fee", f"{FEE} dues"))
    found = await notes(site.browser())
    assert set(found) == {f"{COMPARE}#change-{keys[MEETS]}", f"{COMPARE}#change-{keys[FEE]}"}


async def test_a_reason_given_later_reaches_a_page_that_was_kept(site: Site) -> None:
    keys = await set_up(site)
    await next_version(site)
    reader, editor = site.browser(), await site.person(Role.EDITOR)
    assert REASON not in (await reader.get(READING)).text
    assert REASON not in (await reader.get(READING)).text
    await explain(site, editor, keys[MINUTES], REASON)
    page = (await reader.get(READING)).text
    assert REASON in page[page.index(f"#change-{keys[MINUTES]}") :][:400]
    await explain(site, editor, keys[MINUTES], "Because. " * 200)
    assert len((await reader.get(READING)).text) < len(page) + 400


async def test_a_translation_leads_to_the_comparison_in_its_language(site: Site) -> None:
    await site.consultation()
    (_, key) = await site.draft(texts={"en": "# A\n\nOne sentence.\n", "fr": "# A\n\nUne phrase.\n"})
    await site.draft(texts={"en": "# A\n\nOne sentence more.\n", "fr": "# A\n\nUne phrase de plus.\n"})
    found = await notes(site.browser(), f"{READING}?text=fr")
    assert list(found) == [f"{COMPARE}?text=fr#change-{key}"]
    french = await notes(site.browser(), READING.replace("/en/", "/fr/"))
    assert list(french) == [f"{COMPARE}#change-{key}".replace("/en/", "/fr/")]


async def test_a_new_table_is_told_once_and_a_changed_row_by_its_name(site: Site) -> None:
    await site.consultation()
    table = "| Who | What |\n|---|---|\n| board | meets |\n| members | pay |\n"
    await site.draft(texts={"en": f"# Rules\n\n{table}"})
    await site.draft(
        texts={
            "en": f"# Rules\n\n{table.replace('pay', 'pay dues')}\nA text.\n\n| A | B |\n|--|--|\n| c | d |\n"
        }
    )
    page = (await site.browser().get(READING)).text
    said = re.findall(r'<p class="block__note">([^<]*?)<a href="[^"]+" rel="nofollow">([^<]+)<', page)
    assert ("Table – ", "New in version 2") in said
    assert [words for words in said if "members" in words[0]] == [(said[0][0], "Changed since version 1")]
    assert len(said) == 3


async def test_a_block_alone_says_it_too(site: Site) -> None:
    keys = await set_up(site)
    await next_version(site)
    found = await notes(site.browser(), f"{READING}/blocks/{keys[MINUTES]}")
    assert list(found) == [f"{COMPARE}#change-{keys[MINUTES]}"]


async def test_it_costs_one_query_however_long_the_text_and_however_much_changed(site: Site) -> None:
    await set_up(site)
    reader = site.browser()
    first = await asked_by(reader, READING)
    await next_version(site)
    await site.heard()
    second = await asked_by(reader, READING)
    # One for what changed, one for comments whose passage is gone.
    assert second - first == 2
    assert await asked_by(reader, READING) == 0
    await next_version(site, "# Rules\n\n" + "\n\n".join(f"Rule {number} is new." for number in range(300)))
    await site.heard()
    assert await asked_by(reader, READING) == second


async def test_what_lost_its_passage_stands_at_the_end_of_the_text_and_is_linked_from_its_parts(
    site: Site,
) -> None:
    await site.consultation()
    keys = await site.draft(texts={"en": f"Observers may speak when asked.\n\n{long_text(20)}"})
    member = await site.signed_in()
    reference = await on_block(member, keys[0], "I would miss this.")
    await next_version(site, long_text(20))
    await site.heard()
    await carry(site)
    await site.heard()
    reader, address, seen = site.browser(), READING, []
    while address:
        page = (await reader.get(address)).text
        seen.append(page)
        following = re.search(r'<p class="reading__on"><a href="([^"#]+)', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) > 1
    assert [f"c-{reference}" in page for page in seen] == [False] * (len(seen) - 1) + [True]
    for page in seen:
        (link,) = re.findall(r'<p class="outline__gone"><a href="([^"]+)"', page)
        there = page if link.startswith("#") else (await reader.get(link)).text
        assert 'id="gone"' in there
    alone = await reader.get(
        re.findall(r'outline__gone"><a href="([^"#]+)', seen[0])[0], headers={"hx-request": "true"}
    )
    assert f"c-{reference}" in alone.text
    filtered = (await reader.get(f"{READING}?kind=government")).text
    assert "outline__gone" not in filtered
