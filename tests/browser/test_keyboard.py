"""From the first page to a posted comment with the keyboard alone, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Doors
from tests.browser.steps import focused, say, tab_to, times_posted

MEMBERS = {"en": "h.thackeray@harrowgate.example.org", "ar": "rim@marsad.example.org"}


def walk_to_the_draft(page: Page, locale: str) -> None:
    """Home, the skip link, the consultation, its draft."""
    page.goto(f"/{locale}")
    page.keyboard.press("Tab")
    skip = focused(page, "a.skip")
    expect(skip).to_have_text(say(locale, "Skip to the content"))
    assert skip.bounding_box()
    page.keyboard.press("Enter")
    expect(page.locator("main:focus")).to_be_attached()
    tab_to(page, "a[href$='/consultations/charter-and-governance']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/consultations/charter-and-governance")
    tab_to(page, "a[href$='/drafts/charter']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/drafts/charter")


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_somebody_comments_on_a_paragraph_without_a_mouse(doors: Doors, locale: str) -> None:
    text = f"Posted by keyboard in {locale}."
    page = doors.open(MEMBERS[locale])
    walk_to_the_draft(page, locale)
    tab_to(page, ".margin__add")
    page.keyboard.press("Enter")
    focused(page, "form.compose textarea")
    page.keyboard.type(text)
    tab_to(page, "form.compose [type=submit]")
    page.keyboard.press("Enter")
    article = focused(page, "article.contribution")
    expect(article).to_contain_text(text)
    expect(page.locator("#announce[role=status]")).to_have_text(say(locale, "Your comment is posted."))
    assert times_posted(doors.site, text) == 1
    assert doors.complaints == []


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_same_way_works_without_scripts(doors: Doors, locale: str) -> None:
    text = f"Posted by keyboard without scripts in {locale}."
    page = doors.open(MEMBERS[locale], script=False)
    walk_to_the_draft(page, locale)
    tab_to(page, ".margin__add")
    page.keyboard.press("Enter")
    page.wait_for_url("**/blocks/*")
    tab_to(page, "form.compose textarea")
    page.keyboard.type(text)
    tab_to(page, "form.compose [type=submit]")
    page.keyboard.press("Enter")
    article = page.locator("article.contribution", has_text=text)
    expect(article).to_be_attached()
    assert f"#{article.get_attribute('id')}" in page.url
    assert times_posted(doors.site, text) == 1


def test_a_reply_gets_the_focus_and_is_announced(doors: Doors) -> None:
    page = doors.open(MEMBERS["en"])
    page.goto("/en/consultations/charter-and-governance/comments")
    first = page.locator("article.contribution").first
    reply = first.get_by_role("link", name=say("en", "Reply"))
    reply.focus()
    page.keyboard.press("Enter")
    focused(page, ".reply-slot textarea")
    page.keyboard.type("A reply by keyboard.")
    tab_to(page, ".reply-slot [type=submit]")
    page.keyboard.press("Enter")
    expect(focused(page, "article.contribution")).to_contain_text("A reply by keyboard.")
    expect(page.locator("#announce")).to_have_text(say("en", "Your reply is posted."))


def test_cancelling_a_form_gives_the_focus_back_to_where_it_was_opened(doors: Doors) -> None:
    page = doors.open(MEMBERS["en"])
    page.goto("/en/consultations/charter-and-governance/drafts/charter")
    add = page.locator(".margin__add").first
    add.focus()
    page.keyboard.press("Enter")
    focused(page, "form.compose textarea")
    tab_to(page, "[data-cancel]")
    page.keyboard.press("Enter")
    focused(page, ".margin__add")
