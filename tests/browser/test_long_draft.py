"""A draft too long for one page: it is read by scrolling, by keyboard, and by plain links."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.imports import import_draft
from consult.kernel.clock import SystemClock
from tests.browser.looking import NARROW, axe_finds, overflow, structure_faults
from tests.browser.people import Doors
from tests.browser.serving import Served
from tests.browser.steps import focused, post
from tests.documents.test_portions import long_text

MEMBER = "h.thackeray@harrowgate.example.org"
LONG = "/consultations/charter-and-governance/drafts/long"


@pytest.fixture(scope="module")
def long_draft(town: Served) -> str:
    """Its address without locale."""

    async def bring(session: AsyncSession) -> None:
        now = SystemClock().now()
        await import_draft(
            session, "charter-and-governance", "long", "A long text", {"en": long_text()}, True, now
        )

    town.ask(bring)
    return LONG


def test_the_next_part_comes_as_one_scrolls_and_takes_comments(doors: Doors, long_draft: str) -> None:
    page = doors.open(MEMBER)
    page.goto("/en" + long_draft)
    before = page.locator("[data-block]").count()
    page.locator(".reading__on").scroll_into_view_if_needed()
    expect(page.locator("[data-portion]").first).to_be_attached()
    assert page.locator("[data-block]").count() > before
    block = page.locator("[data-portion] ~ .block--paragraph").nth(2)
    key = str(block.get_attribute("id")).removeprefix("b-")
    block.scroll_into_view_if_needed()
    page.wait_for_url("**from=*")
    block.hover()
    block.locator(".margin__add").click()
    focused(page, f"#margin-{key} textarea")
    reference = post(page, "On a block that came later.")
    expect(page.locator(f"#margin-{key} #c-{reference}")).to_be_visible()
    assert doors.complaints == []


def test_reading_on_by_keyboard_moves_the_focus_to_what_came(doors: Doors, long_draft: str) -> None:
    page = doors.open()
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    page.goto("/en" + long_draft)
    link = page.locator(".reading__on a")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-portion]")).to_have_count(1)
    focused(page, "[data-portion] + .block [data-text]")
    assert doors.complaints == []


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_without_scripts_a_link_leads_on_and_back(doors: Doors, long_draft: str, locale: str) -> None:
    page = doors.open(script=False)
    page.goto(f"/{locale}{long_draft}")
    page.locator(".reading__on a").click()
    page.wait_for_url("**from=*")
    expect(page.locator(".reading__back a")).to_be_visible()
    page.locator(".reading__back a").click()
    expect(page.locator(".reading__back")).to_have_count(0)


def test_an_old_link_with_only_a_fragment_still_arrives(doors: Doors, long_draft: str) -> None:
    page = doors.open()
    page.goto(f"/en{long_draft}")
    link = str(page.locator(".outline a").last.get_attribute("href"))
    key = link.rpartition("#")[2]
    page.goto("about:blank")
    page.goto(f"/en{long_draft}#{key}")
    page.wait_for_url(f"**from=*#{key}")
    expect(page.locator(f"#{key}")).to_be_in_viewport()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_a_later_part_is_a_page_of_its_own(doors: Doors, long_draft: str, locale: str) -> None:
    page = doors.open()
    page.goto(f"/{locale}{long_draft}")
    page.goto(str(page.locator(".reading__on a").first.get_attribute("href")))
    expect(page.locator(".reading__back a")).to_be_visible()
    assert axe_finds(page) == []
    assert structure_faults(page, locale) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) == ""
