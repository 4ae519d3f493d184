"""A long draft comes in portions: nothing is lost or doubled, each has an address, and every block can be reached."""

from __future__ import annotations

import re
from html import unescape

import pytest

from consult.documents.blocks import BlockKind
from consult.documents.keys import assign_keys
from consult.documents.markdown import parse_document
from consult.documents.portions import FULL, IN_CONTENTS, MOST, Parted, Piece, above, in_contents, part
from tests.comments.talking import READING, say
from tests.people import Browser, Site

BLOCKS = re.compile(r'id="b-([\w-]+)"')
ON = re.compile(r'<p class="reading__on"><a href="([^"]+)"')
WORDS = "Members share what they learn with everybody before they deploy anything new. " * 8


def long_text(chapters: int = 40, of: str = WORDS) -> str:
    parts = ["# Charter"]
    for number in range(chapters):
        parts += [
            f"## Chapter {number}",
            f"### Section {number}",
            *(f"{of} {number}.{at}" for at in range(4)),
        ]
        parts += ["- one\n- two\n- three", f"A claim.[^{number}]"]
    return "\n\n".join([*parts, *(f"[^{number}]: Note {number}." for number in range(chapters))]) + "\n"


def parted(text: str, lang: str = "en") -> Parted:
    blocks = parse_document(text)
    keys = assign_keys(blocks)
    pieces = [
        Piece(at, key, b.kind, b.level, b.label, b.ordered, b.group, len(b.plain), 0)
        for at, (key, b) in enumerate(zip(keys, blocks, strict=True))
    ]
    referred = {
        place: key
        for key, b in reversed(list(zip(keys, blocks, strict=True)))
        for place in re.findall('href="#fn-([^"]+)"', b.html)
    }
    return part(pieces, referred, lang)


def test_every_block_is_in_one_portion_and_none_is_too_large() -> None:
    found = parted(long_text())
    assert len(found.portions) > 3
    keys = [piece.key for portion in found.portions for piece in portion]
    assert sorted(keys) == sorted(piece.key for piece in found.pieces)
    assert len(set(keys)) == len(keys)
    assert all(sum(each.letters for each in portion) <= MOST for portion in found.portions)


def test_portions_begin_with_chapters_and_part_no_list() -> None:
    found = parted(long_text())
    assert all(
        (portion[0].kind, portion[0].level) == (BlockKind.HEADING, 2) for portion in found.portions[1:]
    )
    lists = [{piece.group for piece in portion if piece.group} for portion in found.portions]
    assert sum(map(len, lists)) == len(set().union(*lists))


def test_notes_stand_with_the_text_that_refers_to_them() -> None:
    found = parted(long_text())
    for portion in found.portions:
        chapters = [piece for piece in portion if piece.kind is BlockKind.HEADING and piece.level == 2]
        notes = [piece for piece in portion if piece.kind is BlockKind.FOOTNOTE]
        assert len(notes) == len(chapters)


def test_a_list_that_alone_is_too_long_is_parted_between_its_items() -> None:
    found = parted("# A\n\n" + "\n".join(f"- {WORDS}{at}\n  - {at}, deeper" for at in range(90)))
    assert len(found.portions) > 1
    assert all(portion[0].level == 1 for portion in found.portions)
    assert all(sum(each.letters for each in portion) <= FULL + len(WORDS) for portion in found.portions)


@pytest.mark.parametrize(("text", "portions"), [("# A\n\nb\n", 1), (long_text(5), 1), ("word\n\n" * 400, 2)])
def test_short_texts_stay_whole(text: str, portions: int) -> None:
    assert len(parted(text).portions) == portions


def test_letters_of_other_scripts_weigh_more() -> None:
    assert len(parted(long_text(20), "zh").portions) > len(parted(long_text(20)).portions)


@pytest.mark.parametrize(
    "text", [long_text(300, "Few."), "".join(f"# Chapter {at}\n\n" for at in range(1000))]
)
def test_the_table_of_contents_stays_short_and_shows_its_own_part(text: str) -> None:
    found = parted(text)
    headings = found.headings()
    for number, portion in enumerate(found.portions):
        listed = in_contents(headings, number)
        assert 0 < len(listed) <= IN_CONTENTS
        assert any(each.portion == number for each in listed), portion[0].key


def test_a_portion_knows_what_it_stands_under() -> None:
    found = parted("# A\n\n## B\n\n" + "\n\n".join([WORDS] * 60))
    assert [each.level for each in above(found.headings(), 1, found.portions[1][0])] == [2, 3]


async def walk(browser: Browser, address: str) -> list[str]:
    """Every portion's page, by the links that need no script."""
    pages = []
    while address:
        answer = await browser.get(address)
        assert answer.status_code == 200, address
        pages.append(answer.text)
        found = ON.search(answer.text)
        address = unescape(found[1]) if found else ""
    return pages


async def test_reading_on_by_links_meets_every_block_once_in_every_language(site: Site) -> None:
    await site.consultation()
    keys = await site.draft(texts={"en": long_text(), "fr": long_text()})
    reader = site.browser()
    pages = await walk(reader, READING)
    assert len(pages) > 3
    assert sorted(key for page in pages for key in BLOCKS.findall(page)) == sorted(keys)
    french = await walk(reader, READING.replace("/en/", "/fr/"))
    assert [BLOCKS.findall(page) for page in french] == [BLOCKS.findall(page) for page in pages]
    assert "reading__back" in pages[1]
    assert "reading__back" not in pages[0]
    titles = {re.findall("<title>(.+?)</title>", page)[0] for page in pages}
    assert len(titles) == len(pages)


async def test_a_link_to_a_block_lands_on_its_portion(site: Site) -> None:
    await site.consultation()
    keys = await site.draft(texts={"en": long_text()})
    member = await site.signed_in()
    # Notes come last in the order of blocks and stand in their portions: any block will do.
    for key in (keys[0], keys[len(keys) // 2], keys[-1]):
        answer = await member.get(f"{READING}?from={key}&kind=academia", follow_redirects=True)
        assert f'id="b-{key}"' in answer.text
        assert answer.url.params.get("kind") == "academia"
    key = keys[len(keys) // 2]
    reference = await say(member, "On a far block.", f"{READING}/blocks/{key}", lang="en")
    page = await member.get(f"/en/contributions/{reference}")
    link = re.search(rf'href="([^"]+from={key}#b-{key})"', page.text)
    assert link is not None
    there = await member.get(unescape(link[1]), follow_redirects=True)
    assert f"c-{reference}" in there.text
    assert (await member.get(f"{READING}?from=nothing", follow_redirects=True)).status_code == 200


async def test_contents_lead_to_other_portions(site: Site) -> None:
    await site.consultation()
    await site.draft(texts={"en": long_text()})
    reader = site.browser()
    page = (await reader.get(READING)).text
    outline = re.search(r'<ol class="outline">(.+?)</ol>', page, re.DOTALL)
    assert outline is not None
    links = [unescape(each) for each in re.findall('href="([^"]+)"', outline[1])]
    assert {"#"} < {each[0] for each in links}
    far = next(each for each in reversed(links) if not each.startswith("#"))
    key = far.rpartition("#b-")[2]
    assert f'id="b-{key}"' in (await reader.get(far)).text


async def test_scripts_get_the_next_portion_alone_and_paper_the_whole(site: Site) -> None:
    await site.consultation()
    keys = await site.draft(texts={"en": long_text()})
    reader = site.browser()
    following = ON.search((await reader.get(READING)).text)
    assert following is not None
    address = unescape(following[1])
    alone = await reader.get(address, headers={"hx-request": "true"})
    page = await reader.get(address)
    assert "<html" not in alone.text
    assert BLOCKS.findall(alone.text) == BLOCKS.findall(page.text)
    assert "hx-request" in alone.headers["vary"].lower()
    whole = (await reader.get(f"{READING}?whole=1")).text
    assert BLOCKS.findall(whole) == keys
    assert "margin__add" not in whole


async def test_a_short_draft_is_as_it_was(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    reader = site.browser()
    page = (await reader.get(READING)).text
    assert BLOCKS.findall(page) == keys
    assert "reading__on" not in page
    assert "whole=1" not in page
    there = await reader.get(f"{READING}?from={keys[1]}")
    assert (there.status_code, there.headers["location"]) == (303, READING)


def linked_text() -> str:
    """A long text with links to its first and to its last chapter, there and back."""
    text = long_text().replace(
        "A claim.[^0]", "As [the last](#chapter-39) and [the first](#chapter-0) say.[^0]"
    )
    return text.replace("A claim.[^39]", "As [the first](#chapter-0) says.[^39]")


async def test_links_to_headings_lead_to_other_parts_without_scripts(site: Site) -> None:
    await site.consultation()
    await site.draft(texts={"en": linked_text()})
    reader = site.browser()
    first = (await reader.get(f"{READING}?answered=no")).text
    far, near = (
        unescape(re.findall(rf'<a href="([^"]+)"[^>]*>the {name}</a>', first)[0])
        for name in ("last", "first")
    )
    assert near.startswith("#b-")
    assert "answered=no" in far
    there = (await reader.get(far.partition("#")[0])).text
    assert f'id="{far.partition("#")[2]}"' in there
    back = unescape(re.findall(r'<a href="([^"]+)"[^>]*>the first</a>', there)[0])
    assert back.startswith(f"{READING}?")
    assert f'id="{near[1:]}"' in (await reader.get(back, follow_redirects=True)).text
    whole = (await reader.get(f"{READING}?whole=1")).text
    assert re.findall(r'<a href="([^"]+)"[^>]*>the last</a>', whole) == [f"#{far.partition('#')[2]}"]


async def test_links_of_a_block_alone_lead_into_the_text(site: Site) -> None:
    await site.consultation()
    await site.draft(texts={"en": linked_text()})
    reader = site.browser()
    page = (await reader.get(READING)).text
    block = re.findall(r'data-block="([^"]+)"', page[: page.index("the last</a>")])[-1]
    alone = (await reader.get(block)).text
    link = unescape(re.findall(r'<a href="([^"]+)"[^>]*>the last</a>', alone)[0])
    answer = await reader.get(link, follow_redirects=True)
    assert f'id="{link.partition("#")[2]}"' in answer.text
    note = unescape(re.findall(r'<a href="([^"]+#fn-[^"]+)"', alone)[0])
    assert f'id="{note.partition("#")[2]}"' in (await reader.get(note, follow_redirects=True)).text


async def test_a_table_that_goes_on_has_its_head_again(site: Site) -> None:
    await site.consultation()
    rows = "".join(f"| {number} | {WORDS} |\n" for number in range(80))
    await site.draft(texts={"en": f"# Annex\n\n| Number | Duty[^a] |\n|---|---|\n{rows}\n[^a]: A note.\n"})
    pages = await walk(site.browser(), READING)
    assert len(pages) > 1
    for page in pages:
        (head,) = re.findall(r"<thead>(.+?)</thead>", page, re.DOTALL)
        assert "Duty" in head
        assert ('id="' in head) == (page is pages[0])


async def test_the_contents_say_where_a_part_begins_and_lead_to_the_others(site: Site) -> None:
    await site.consultation()
    await site.draft(texts={"en": long_text()})
    pages = await walk(site.browser(), READING)
    for page in pages:
        (here,) = re.findall(r'<a href="(#b-[^"]+)" aria-current="location"', page)
        assert f'id="{here[1:]}"' in page
    assert 'aria-current="location"' not in (await site.browser().get(f"{READING}?whole=1")).text


def test_contents_that_are_too_many_still_say_how_each_part_begins() -> None:
    found = parted(long_text(100))
    headings = found.headings()
    begins = {portion[0].key for portion in found.portions}
    for number in range(len(found.portions)):
        listed = in_contents(headings, number)
        assert len(listed) <= IN_CONTENTS
        assert begins <= {each.key for each in listed}
