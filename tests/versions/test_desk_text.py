"""A long version in preparation is worked on part by part, and no step of an editor's is taken by accident."""

from __future__ import annotations

import re

from consult.models.people import Role
from tests.documents.test_portions import long_text
from tests.people import Browser, Site
from tests.versions.test_desk_versions import HOME, TWO, Desk, desk

__all__ = ["desk"]
TEXT = TWO + "/text"
KEY = re.compile(r'id="b-([\w-]+)" data-text')


async def begin(site: Site) -> Browser:
    await site.consultation()
    await site.draft(texts={"en": long_text()})
    editor = await site.signed_in(Role.EDITOR)
    await editor.post_form(f"{HOME}/drafts/text/versions/begin", {}, form_at=HOME)
    return editor


async def test_every_block_of_a_long_text_is_in_one_part_and_each_part_leads_to_the_next(site: Site) -> None:
    editor = await begin(site)
    keys, parts, address = [], 0, TEXT
    while address:
        page = (await editor.get(address)).text
        assert len(page) < 100_000
        keys += KEY.findall(page)
        parts += 1
        following = re.search(r'class="reading__on"><a href="([^"#]+)', page)
        address = following[1] if following else ""
    assert parts > 3
    assert len(keys) == len(set(keys)) > 300
    assert f"Part {parts} of {parts}" in page
    assert "Add a block at the beginning" not in page


async def test_one_comes_back_to_the_block_that_one_worked_on(site: Site) -> None:
    editor = await begin(site)
    first = (await editor.get(TEXT)).text
    second = re.search(r'class="reading__on"><a href="([^"#]+)', first)
    assert second
    key = KEY.findall((await editor.get(second[1])).text)[4]
    block = f"{TWO}/blocks/{key}"
    seen = re.search(r'name="seen" value="([^"]*)"', (await editor.get(block)).text)
    assert seen
    saved = await editor.post_form(block, {"source": "Shorter.", "seen": seen[1]}, form_at=block)
    assert saved.headers["location"].endswith(f"#b-{key}")
    back = (await editor.get(saved.headers["location"])).text
    assert "Part 2 of" in back
    assert "Shorter." in back
    assert f'href="{TEXT}?from={key}#b-{key}">Cancel' in (await editor.get(block)).text


async def test_after_removing_one_is_where_it_stood(desk: Desk) -> None:
    place = f"/blocks/{desk.keys[2]}/place"
    gone = await desk.send(f"/blocks/{desk.keys[2]}/remove", {}, place)
    assert gone.headers["location"].endswith(f"#b-{desk.keys[1]}")
    first = await desk.send(f"/blocks/{desk.keys[0]}/remove", {}, f"/blocks/{desk.keys[0]}/place")
    assert first.headers["location"].endswith(f"#b-{desk.keys[1]}")


async def test_a_block_can_be_moved_again_at_once_and_says_where_it_stands(desk: Desk) -> None:
    place = f"/blocks/{desk.keys[1]}/place"
    moved = await desk.send(f"/blocks/{desk.keys[1]}/move", {"to": "down"}, place)
    page = (await desk.editor.get(moved.headers["location"])).text
    assert "Before it: paragraph “\u2068Minutes" in page.replace("⁨", "\u2068")
    assert "After it: list item" in page
    note = (await desk.editor.get(f"{TWO}/blocks/{desk.keys[7]}/place")).text
    assert "rows stay in their table" in note
    assert "Move up" not in note


async def test_discarding_is_asked_about_first(desk: Desk) -> None:
    await desk.write(desk.keys[2], "Minutes are public at once.")
    workbench = (await desk.editor.get(TWO)).text
    assert f'href="{TWO}/discard"' in workbench
    assert f'action="{TWO}/discard"' not in workbench
    asked = (await desk.editor.get(f"{TWO}/discard")).text
    assert "All work on this version is lost" in asked
    assert "Version 1 stays as it is." in asked
    assert "<dd>1</dd>" in asked
    assert "Minutes are public at once." in await desk.plains()
