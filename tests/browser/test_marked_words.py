"""Comments on words within a paragraph, marked by mouse or by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Doors
from tests.browser.steps import DRAFT, blocks, focused, post, say, tab_to

MEMBER = "h.thackeray@harrowgate.example.org"


def mark_by_mouse(page: Page, key: str) -> str:
    """Drag over the beginning of a paragraph: what is marked."""
    text = page.locator(f"#b-{key} > [data-text]")
    text.scroll_into_view_if_needed()
    box = text.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 14)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 14, steps=8)
    page.mouse.up()
    marked: str = page.evaluate("() => getSelection().toString().trim()")
    assert marked
    return marked


def test_words_marked_with_the_mouse_are_quoted_and_shown(doors: Doors) -> None:
    key = blocks(doors.site, quiet=True)[-1]
    page = doors.open(MEMBER)
    page.goto("/en" + DRAFT)
    marked = mark_by_mouse(page, key)
    page.get_by_role("button", name=say("en", "Comment on these words")).click()
    focused(page, f"#margin-{key} textarea")
    expect(page.locator(f"#margin-{key} [data-words]")).to_have_text(marked)
    reference = post(page, "On these marked words.")
    expect(page.locator(f"#c-{reference} blockquote q")).to_have_text(marked)
    page.goto(f"/en/contributions/{reference}")
    expect(page.locator(f"#c-{reference} blockquote q")).to_have_text(marked)
    assert doors.complaints == []


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_words_are_chosen_with_the_arrow_keys(doors: Doors, locale: str) -> None:
    key = blocks(doors.site, quiet=False)[0]
    page = doors.open(MEMBER)
    page.goto(f"/{locale}{DRAFT}/blocks/{key}")
    page.locator("form.compose").scroll_into_view_if_needed()
    pick = page.get_by_role("button", name=say(locale, "Choose words in this paragraph"))
    pick.focus()
    page.keyboard.press("Enter")
    focused(page, "[data-text]")
    forward = "ArrowLeft" if locale == "ar" else "ArrowRight"
    page.keyboard.press(forward)
    page.keyboard.press(f"Shift+{forward}")
    page.keyboard.press(f"Shift+{forward}")
    marked = page.evaluate("() => getSelection().toString()")
    page.keyboard.press("Enter")
    focused(page, "form.compose textarea")
    assert len(marked.split()) >= 2
    expect(page.locator("form.compose [data-words]")).to_have_text(marked)
    page.keyboard.type(f"Chosen by keyboard in {locale}.")
    tab_to(page, "form.compose [type=submit]")
    page.keyboard.press("Enter")
    article = page.locator("article.contribution", has_text=f"Chosen by keyboard in {locale}.")
    expect(article.locator("blockquote q")).to_have_text(marked)


def test_escape_leaves_the_choice_of_words_and_quotes_nothing(doors: Doors) -> None:
    page = doors.open(MEMBER)
    page.goto(f"/en{DRAFT}/blocks/{blocks(doors.site, quiet=False)[1]}")
    page.get_by_role("button", name=say("en", "Choose words in this paragraph")).press("Enter")
    focused(page, "[data-text]")
    page.keyboard.press("Escape")
    focused(page, "[data-pick]")
    expect(page.locator("form.compose [data-quoted]")).to_be_hidden()
