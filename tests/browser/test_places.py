"""An editor decides where comments stand in a new version, by keys alone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.furnishing import is_carried, next_version
from tests.browser.pages import PLACES, N
from tests.browser.people import EDITOR, Doors
from tests.browser.serving import wait_until

AGREED = "They can be extended once, by half"


def test_an_editor_confirms_undoes_and_marks_words_by_keys(doors: Doors) -> None:
    doors.site.ask(next_version)
    wait_until(lambda: doors.site.ask(is_carried), "the worker to carry comments over")
    page = doors.open(EDITOR)
    page.goto(f"/en{PLACES}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Places of comments in version 2")
    expect(page.locator("mark.quote").first).to_have_text(AGREED)
    page.get_by_role("button", name="Turn the keys off").click()
    expect(page.locator("kbd").first).to_be_hidden()
    page.keyboard.press("c")
    page.get_by_role("button", name="Turn the keys on").click()
    expect(page.locator("kbd").first).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("c")
    expect(page.locator("#q")).to_have_value("c")
    page.keyboard.press("Tab")
    page.keyboard.press("c")
    page.wait_for_url("**decided=*")
    expect(page.get_by_text("No place waits for you")).to_be_visible()
    page.keyboard.press("u")
    page.wait_for_url("**comment=*")
    page.locator("#words").fill("by half as much")
    page.keyboard.press("Tab")
    page.keyboard.press("w")
    page.wait_for_url("**decided=*")
    reader = doors.open()
    reader.goto(f"/en{N}?text=en")
    expect(reader.locator("mark.quote", has_text="by half as much")).to_be_visible()
    assert doors.complaints == []
