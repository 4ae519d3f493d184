"""An editor makes a new version from the present text, says why it changed, and publishes it; a reader looks on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import EDITOR, Doors
from tests.browser.steps import say

HOME = "/desk/consultations/frontier-model-definition"
PUBLIC = "/en/consultations/frontier-model-definition/drafts/frontier-model"


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_new_version_is_edited_explained_and_published(doors: Doors, script: bool) -> None:
    editor, reader = doors.open(EDITOR, script=script), doors.open()
    words = "It is read again every spring." if script else "It is read again every autumn."
    editor.goto(f"/en{HOME}")
    editor.get_by_role("button", name=say("en", "Start a new version from the present text")).click()
    editor.wait_for_url("**/text*")
    paragraph = editor.locator("main li:has(.prose > p:not(.heading))").nth(1)
    paragraph.get_by_role("link", name=say("en", "Edit")).first.click()
    source = editor.locator("#source")
    before = source.input_value()
    if script:
        source.press("Control+End")
        source.press_sequentially(f" {words}")
    else:
        source.fill(f"{before} {words}")
        editor.get_by_role("button", name=say("en", "Preview")).click()
    expect(editor.locator("#preview")).to_contain_text(words)
    expect(editor.locator("#preview")).to_contain_text(say("en", "Comments on it"))
    editor.get_by_role("button", name=say("en", "Save")).click()
    editor.wait_for_url("**/text*")
    reader.goto(PUBLIC)
    expect(reader.get_by_text(words)).to_have_count(0)
    editor.get_by_role("link", name=say("en", "See what changed")).click()
    change = editor.locator("#changes ~ ol > li")
    expect(change).to_have_count(1)
    change.get_by_role("link", name=say("en", "Say why")).click()
    editor.locator("[name='reason.en']").fill("Several asked how often.")
    editor.get_by_role("button", name=say("en", "Save")).click()
    expect(change).to_contain_text("Several asked how often.")
    editor.get_by_role("link", name=re.compile("^Publish version")).click()
    editor.locator("[name='note.en']").fill("How often it is read again.")
    editor.get_by_role("button", name=re.compile("^Publish version")).click()
    expect(editor.locator("#notices .notice--success")).to_be_visible()
    reader.goto(PUBLIC)
    expect(reader.get_by_text(words).first).to_be_visible()
    assert doors.complaints == []
