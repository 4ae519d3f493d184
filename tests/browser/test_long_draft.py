"""A draft too long for one page: it is read by scrolling, by keyboard, and by plain links."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.queries import find_actor
from consult.comments.service import Sending, post_comment
from consult.comments.written import Written
from consult.consultations.queries import get_consultation
from consult.documents.imports import import_draft
from consult.documents.markdown import render_comment
from consult.documents.queries import find_block
from consult.kernel.clock import SystemClock
from consult.models.document import Block, Draft, Version
from consult.models.people import User
from tests.browser.furnishing import is_carried
from tests.browser.looking import NARROW, axe_finds, overflow, structure_faults
from tests.browser.people import Doors
from tests.browser.serving import Served, wait_until
from tests.browser.steps import focused, post
from tests.documents.test_portions import linked_text

MEMBER = "h.thackeray@harrowgate.example.org"
LONG = "/consultations/charter-and-governance/drafts/long"


@pytest.fixture(scope="module")
def long_draft(town: Served) -> str:
    """Its address without locale."""

    async def bring(session: AsyncSession) -> None:
        now = SystemClock().now()
        await import_draft(
            session, "charter-and-governance", "long", "A long text", {"en": linked_text()}, True, now
        )

    town.ask(bring)
    return LONG


def read_to_the_end(page: Page) -> None:
    """Scroll until no further part is to come."""
    while page.locator(".reading__on").count():
        page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(200)


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


def test_a_link_to_a_far_heading_opens_its_part_without_scripts(doors: Doors, long_draft: str) -> None:
    page = doors.open(script=False)
    page.goto(f"/ar{long_draft}")
    page.get_by_role("link", name="the last", exact=True).click()
    page.wait_for_url("**from=*")
    key = page.url.rpartition("#")[2]
    expect(page.locator(f"#{key}")).to_be_in_viewport()
    expect(page.locator(f"#{key}")).to_contain_text("Chapter 39")


def test_such_a_link_only_scrolls_where_the_part_is_there_already(doors: Doors, long_draft: str) -> None:
    page = doors.open()
    page.goto(f"/en{long_draft}")
    key = str(page.locator(".outline a").nth(1).get_attribute("href"))[1:]
    read_to_the_end(page)
    page.evaluate("() => { window.here = true; }")
    page.get_by_role("link", name="the last", exact=True).evaluate("link => link.click()")
    expect(page.get_by_role("heading", name="Chapter 39")).to_be_in_viewport()
    page.get_by_role("link", name="the first", exact=True).last.evaluate("link => link.click()")
    expect(page.locator(f"#{key}")).to_be_in_viewport()
    assert page.evaluate("() => window.here === true")
    assert doors.complaints == []


def test_the_contents_say_where_one_is_also_in_parts_that_came_later(doors: Doors, long_draft: str) -> None:
    page = doors.open()
    page.goto(f"/en{long_draft}")
    here = page.locator(".outline [aria-current=location]")
    expect(here).to_have_count(1)
    expect(here).to_contain_text("Charter")
    page.locator(".reading__on").scroll_into_view_if_needed()
    later = page.locator("[data-portion] ~ .block--heading").first
    expect(later).to_be_attached()
    later.evaluate("heading => heading.scrollIntoView()")
    expect(here).to_have_text(re.compile(f"^{re.escape(later.inner_text().split(chr(10))[0])}"))
    expect(here).to_have_count(1)
    expect(here).to_be_in_viewport()
    page.evaluate("() => scrollTo(0, 0)")
    expect(here).to_contain_text("Charter")
    assert doors.complaints == []


def test_what_lost_its_passage_comes_with_the_last_part(doors: Doors, long_draft: str) -> None:
    address = doors.site.ask(_next_version)
    wait_until(lambda: doors.site.ask(is_carried), "the worker to carry comments over")
    page = doors.open()
    page.goto(f"/en{address}")
    expect(page.locator("#gone")).to_have_count(0)
    expect(page.locator(".block--changed").first).to_be_visible()
    link = page.locator(".outline__gone a")
    expect(link).to_be_visible()
    assert axe_finds(page) == []
    assert structure_faults(page, "en") == []
    read_to_the_end(page)
    expect(page.locator("#gone")).to_have_count(1)
    page.evaluate("() => { window.here = true; }")
    link.click()
    expect(page.locator("#gone")).to_be_in_viewport()
    assert page.evaluate("() => window.here === true")
    assert axe_finds(page) == []
    assert structure_faults(page, "en") == []
    page.set_viewport_size(NARROW)
    assert overflow(page) == ""
    assert doors.complaints == []
    plain = doors.open(script=False)
    plain.goto(f"/ar{address}")
    plain.locator(".outline__gone a").click()
    plain.wait_for_url("**#gone")
    expect(plain.locator("#gone")).to_be_in_viewport()


async def _next_version(session: AsyncSession) -> str:
    """A draft of two versions, with a comment on what the second one no longer says; its address."""
    now, slug = SystemClock().now(), "charter-and-governance"
    await import_draft(
        session, slug, "longer", "Longer", {"en": f"Nobody pays.\n\n{linked_text()}"}, True, now
    )
    consultation = await get_consultation(session, slug, None)
    place = await find_block(session, consultation.id, "longer", "", await _first_key(session), "en")
    author = await find_actor(
        session, (await session.execute(select(User.id).where(User.email == MEMBER))).scalar_one()
    )
    assert author is not None
    written = Written("And the poor?", render_comment("And the poor?"), "en")
    sending = Sending(send_key="on-what-goes", begun_at=now, as_forum=False)
    await post_comment(session, consultation, place, author, written, sending, now)
    text = linked_text().replace("before they deploy", "long before they deploy", 40)
    await import_draft(session, slug, "longer", "", {"en": text}, True, now)
    return "/consultations/charter-and-governance/drafts/longer"


async def _first_key(session: AsyncSession) -> str:
    statement = (
        select(Block.key)
        .join(Version, Version.id == Block.version_id)
        .join(Draft, Draft.id == Version.draft_id)
    )
    statement = statement.where(Draft.slug == "longer").order_by(Block.position).limit(1)
    return str((await session.execute(statement)).scalar_one())
