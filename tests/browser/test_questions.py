"""An editor composes what a round asks, by keyboard and in two languages, and tries it as respondents will."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from consult.kernel.clock import SystemClock
from tests.browser.looking import NARROW, axe_finds, overflow
from tests.browser.people import EDITOR, PHONE, Doors

CONSULTATION = "responsible-disclosure"
ROUND = f"/desk/consultations/{CONSULTATION}/rounds/1/questions"


def press(page: Page, name: str, role: str = "button") -> None:
    """By keyboard: what has that name is reached and pressed."""
    found = page.get_by_role(role, name=re.compile(name)).last  # type: ignore[arg-type]
    found.focus()
    page.keyboard.press("Enter")


def test_questions_are_composed_by_keyboard_with_a_live_preview_in_arabic(doors: Doors) -> None:
    # Another test of this site may have ended the round.
    doors.site.change_round(CONSULTATION, closes_at=SystemClock().now() + timedelta(hours=5))
    page = doors.open(EDITOR)
    page.goto("/en" + ROUND)
    press(page, "Compose questions")
    press(page, "Add a section", "link")
    page.get_by_label("Title (English)").fill("Open weights")
    page.keyboard.press("Enter")
    press(page, "Add a question", "link")
    page.get_by_label("One of several answers").focus()
    page.keyboard.press("Space")
    press(page, "Continue")
    write_a_choice(page)
    press(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    add_a_dependent_question(page)
    add_a_ranking(page)
    try_it_in_arabic(doors)


def write_a_choice(page: Page) -> None:
    """The preview follows the typing, in the language chosen, and never takes the focus."""
    page.get_by_label("Question (English)").fill("Should they be covered?")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Should they be covered?")
    page.get_by_role("textbox", name="Answer 1 (English)").fill("Yes")
    page.get_by_role("textbox", name="Answer 2 (English)").fill("No")
    page.get_by_label("Language of the preview").select_option("ar")
    page.get_by_text("In Arabic").click()
    arabic = page.get_by_label("Question (Arabic)")
    arabic.fill("هل ينبغي شمولها؟")
    expect(preview.locator("[dir=rtl] legend")).to_contain_text("هل ينبغي شمولها؟")
    expect(arabic).to_be_focused()
    expect(preview).to_contain_text("Words are missing in these languages")


def add_a_dependent_question(page: Page) -> None:
    page.goto(f"/en{ROUND}/sections/open-weights/new?kind=long")
    page.get_by_label("Question (English)").fill("Why not?")
    page.get_by_text("Ask this only after certain answers").click()
    page.get_by_role("group", name="Should they be covered?").get_by_label("No").check()
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("Asked only if the answer to “Should they be covered?”")


def add_a_ranking(page: Page) -> None:
    page.goto(f"/en{ROUND}/sections/open-weights/new?kind=ranking")
    page.get_by_label("Question (English)").fill("Put these in order")
    for number, words in enumerate(("Evaluation", "Reporting", "Staged release"), 1):
        page.get_by_role("textbox", name=f"Answer {number} (English)").fill(words)
    press(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()


def try_it_in_arabic(doors: Doors) -> None:
    page = doors.open(EDITOR, screen=PHONE)
    page.goto(f"/ar{ROUND}/preview?in=ar")
    why = page.get_by_label("Why not?")
    expect(why).to_be_hidden()
    page.get_by_role("group", name="هل ينبغي شمولها؟").get_by_label("No").check()
    expect(why).to_be_visible()
    last = page.locator(".ranking__item", has_text="Staged release")
    last.locator("[data-by='-1']").focus()
    page.keyboard.press("Enter")
    expect(last.locator("select")).to_have_value("1")
    expect(page.locator(".ranking__item").first).to_contain_text("Staged release")
    expect(page.locator("#announce")).to_contain_text("Staged release")
    expect(last.locator("select")).to_be_focused()
    assert axe_finds(page) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) == ""
