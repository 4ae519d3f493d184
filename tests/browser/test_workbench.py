"""An editor works on the text of a version: a picture with its words, a long text part by part, sections moved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.imports import import_draft
from consult.kernel.clock import SystemClock
from tests.browser.looking import NARROW, axe_finds, overflow, structure_faults
from tests.browser.people import EDITOR, Doors
from tests.browser.serving import Served
from tests.documents.test_portions import long_text
from tests.documents.test_service_figures import drawing

HOME = "/desk/consultations/membership-criteria"
TEXT = f"{HOME}/drafts/worked/versions/1/text"
DRAWN = drawing('<rect width="40" height="10"/>', ' viewBox="0 0 40 10"')


@pytest.fixture(scope="module")
def long_version(town: Served) -> str:
    """The address (without locale) of the text of a long version in preparation."""

    async def bring(session: AsyncSession) -> None:
        now, slug = SystemClock().now(), "membership-criteria"
        await import_draft(
            session, slug, "worked", "A long text", {"en": long_text()}, True, now, publish=False
        )

    town.ask(bring)
    return TEXT


def places(page: Page) -> set[str]:
    return set(page.evaluate("[...document.querySelectorAll('[data-text]')].map((each) => each.id)"))


@pytest.mark.parametrize("script", [True, False])
def test_a_picture_is_put_in_with_its_words(
    doors: Doors, long_version: str, tmp_path: Path, script: bool
) -> None:
    page = doors.open(EDITOR, script=script)
    page.goto("/en" + long_version)
    page.get_by_role("link", name=re.compile("^Add after this")).nth(1).click()
    page.get_by_role("link", name="Add a figure").click()
    (tmp_path / "times.svg").write_bytes(DRAWN)
    page.get_by_label("Picture", exact=True).set_input_files(tmp_path / "times.svg")
    if script:
        expect(page.locator("#preview img")).to_be_visible()
        page.get_by_label("What it shows").press_sequentially("Two steps")
        expect(page.locator("#preview .figure-alternative")).to_have_text("Two steps")
        page.get_by_label("What it shows").fill("")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".error-summary")).to_contain_text("Describe what the picture shows")
    expect(page.locator("#preview img")).to_be_visible()
    page.get_by_label("What it shows").fill("Two steps, one after the other")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator(":target figure")).to_contain_text("Two steps, one after the other")
    assert page.evaluate("document.querySelector(':target img').naturalWidth") > 0 if script else True


def test_a_long_text_is_worked_on_part_by_part(doors: Doors, long_version: str) -> None:
    page = doors.open(EDITOR, script=False)
    page.goto("/en" + long_version)
    first = places(page)
    page.locator(".reading__on a").click()
    expect(page.locator("main")).to_contain_text("Part 2 of")
    assert not places(page) & first
    edited = page.locator("li:has([data-text])").nth(3)
    key = str(edited.locator("[data-text]").get_attribute("id"))
    edited.get_by_role("link", name=re.compile("^Edit")).click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Part 2 of")
    expect(page.locator(f"#{key}")).to_be_in_viewport()
    page.get_by_text("Contents", exact=True).click()
    page.locator(".outline a").first.click()
    assert "Part 2 of" not in page.locator("main").inner_text()


def test_a_section_is_moved_as_often_as_one_likes(doors: Doors, long_version: str) -> None:
    page = doors.open(EDITOR)
    page.goto("/en" + long_version)
    page.locator("li:has(.heading)").nth(1).get_by_role("link", name=re.compile("^Move or remove")).click()
    expect(page.locator("main")).to_contain_text("The heading moves with its section")
    for _ in range(2):
        before = page.locator("main .hint").first.inner_text()
        page.get_by_role("button", name="Move down").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        assert page.locator("main .hint").first.inner_text() != before
    page.get_by_role("link", name="Back to the text").click()
    expect(page.locator(":target")).to_be_in_viewport()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_a_part_of_a_long_text_is_as_accessible_as_any_page(
    doors: Doors, long_version: str, locale: str
) -> None:
    page = doors.open(EDITOR)
    page.goto(f"/{locale}{long_version}")
    page.goto(
        f"/{locale}{page.locator('.reading__on a').get_attribute('href')}".replace(
            f"/{locale}/{locale}/", f"/{locale}/"
        )
    )
    assert axe_finds(page) + structure_faults(page, locale) == []
    page.set_viewport_size(NARROW)
    assert not overflow(page)
