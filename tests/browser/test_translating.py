"""Two people translate the same block; a window is killed while somebody types."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import ADMINISTRATOR, EDITOR, Doors
from tests.browser.steps import blocks, say

SHEET = "/desk/consultations/charter-and-governance/drafts/charter/versions/1/translate"
TOLD = (
    "Somebody else changed this translation in the meantime. Both texts are here: bring them together in the field"
    " and save again."
)


def card(page: Page, key: str) -> Locator:
    return page.locator(f"#t-{key}")


def open_all(doors: Doors, who: str, lang: str, *, script: bool = True) -> Page:
    page = doors.open(who, script=script)
    page.goto(f"/en{SHEET}/{lang}?show=all")
    return page


def save(page: Page, key: str) -> None:
    card(page, key).get_by_role("button", name=say("en", "Save")).first.click()


@pytest.mark.parametrize("script", [True, False])
def test_the_second_translator_is_told_and_brings_both_texts_together(doors: Doors, script: bool) -> None:
    key = blocks(doors.site, quiet=False)[4 if script else 5]
    first, second = (open_all(doors, who, "ar", script=script) for who in (EDITOR, ADMINISTRATOR))
    card(first, key).locator("textarea").fill("نص أول.")
    card(second, key).locator("textarea").fill("نص ثان.")
    save(first, key)
    expect(card(first, key)).to_contain_text(say("en", "In work"))
    save(second, key)
    expect(second.locator(".error-summary")).to_contain_text(say("en", TOLD))
    expect(card(second, key)).to_contain_text("نص أول.")
    expect(card(second, key).locator("textarea")).to_have_value("نص ثان.")
    card(second, key).locator("textarea").fill("نص أول وثان.")
    card(second, key).get_by_label(say("en", "Ready")).check()
    save(second, key)
    expect(card(second, key)).to_contain_text(say("en", "Ready to publish"))
    first.goto(f"/en{SHEET}/ar/blocks/{key}")
    expect(card(first, key).locator("textarea")).to_have_value("نص أول وثان.")


def test_saving_keeps_the_place_and_counts_anew(doors: Doors) -> None:
    key = blocks(doors.site, quiet=False)[6]
    page = open_all(doors, EDITOR, "fr")
    card(page, key).locator("textarea").fill("Un texte nouveau.")
    save(page, key)
    expect(card(page, key)).to_be_focused()
    expect(page.locator("#progress")).to_contain_text("1")
    expect(page.locator("#progress")).to_have_count(1)
    expect(page.locator("#progress progress")).to_have_attribute("value", "44")


def test_what_was_typed_in_a_window_that_was_killed_is_there_again(doors: Doors) -> None:
    key = blocks(doors.site, quiet=False)[7]
    page = open_all(doors, EDITOR, "zh")
    card(page, key).locator("textarea").fill("写到一半")
    expect(card(page, key).locator("[data-saved]")).to_have_text(say("en", "Saved."))
    page.context.close()
    again = open_all(doors, EDITOR, "zh", script=False)
    expect(card(again, key).locator("textarea")).to_have_value("写到一半")
    expect(card(again, key)).to_contain_text("You wrote this here on")
