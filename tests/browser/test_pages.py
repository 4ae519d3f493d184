"""Every page in every state, held to what all pages must be."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from consult.i18n.catalogues import catalogue
from tests.browser.furnishing import Places, furnish
from tests.browser.looking import NARROW, axe_finds, overflow, structure_faults
from tests.browser.pages import PAGES, Shown
from tests.browser.people import DESKTOP, PHONE, Doors
from tests.browser.serving import Served

OTHERS = ("fr", "es", "zh", "ru")
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
HERE = Path(__file__).parent
WAYS = (("en", False, False), ("ar", True, True))
"""Language, whether on a phone, whether at night. A form that was sent back is seen in one of them, its page in both."""
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of (401|404|410|422)")


class Album:
    """Opens pages of the table, with one browser for each person, screen and language."""

    def __init__(self, chromium: Browser, served: Served) -> None:
        self.places: Places = furnish(served)
        self.doors = Doors(chromium, served)
        self._pages: dict[tuple[object, ...], Page] = {}

    def show(self, shown: Shown, locale: str, *, phone: bool, dark: bool) -> Page:
        """The page as the table says, its form sent where it says so."""
        page = self._window(shown.who, phone, dark, True)
        response = page.goto(shown.at(locale, self.places))
        assert response is not None
        if shown.press:
            page.locator(shown.press).first.click()
            page.locator(shown.then).first.wait_for()
        else:
            assert response.status == shown.status, f"{shown.name}: {response.status}"
        return page

    def show_plain(self, shown: Shown, locale: str) -> tuple[Page, str]:
        """The page without scripts on the narrowest screen, and its markup as it was sent."""
        page = self._window(shown.who, True, False, False)
        response = page.goto(shown.at(locale, self.places))
        page.set_viewport_size(NARROW)
        assert response is not None
        if not shown.press:
            assert response.status == shown.status, f"{shown.name}: {response.status}"
            return page, response.text()
        with page.expect_navigation() as sent:
            page.locator(shown.press).first.click()
        return page, sent.value.text()

    def title(self, shown: Shown, locale: str) -> str:
        """What the page is called, as it was sent."""
        page = self._window(shown.who, True, False, False)
        sent = page.context.request.get(shown.at(locale, self.places)).text()
        found = TITLE.search(sent)
        return html.unescape(found[1]) if found else ""

    def _window(self, who: str, phone: bool, dark: bool, script: bool) -> Page:
        key = (who, phone, dark, script)
        if key not in self._pages:
            scheme = "dark" if dark else "light"
            screen = PHONE if phone else DESKTOP
            self._pages[key] = self.doors.open(who, screen=screen, script=script, color_scheme=scheme)
        self._pages[key].set_viewport_size(PHONE if phone else DESKTOP)
        return self._pages[key]


@pytest.fixture(scope="session")
def album(chromium: Browser, still: Served) -> Iterator[Album]:
    opened = Album(chromium, still)
    yield opened
    opened.doors.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "shown" in metafunc.fixturenames:
        part = PARTS.index(metafunc.cls)
        metafunc.parametrize("shown", PAGES[part :: len(PARTS)], ids=lambda shown: shown.name)


class Part:
    """Some of the pages, shown by one process while others show the others."""

    def test_a_page_is_accessible_on_a_desk_and_mirrored_on_a_phone_at_night(
        self, album: Album, shown: Shown
    ) -> None:
        faults = []
        for locale, phone, dark in WAYS if not shown.press else WAYS[PAGES.index(shown) % 2 :][:1]:
            album.doors.complaints.clear()
            page = album.show(shown, locale, phone=phone, dark=dark)
            found = axe_finds(page) + structure_faults(page, locale)
            page.set_viewport_size(NARROW)
            found += [f"sideways: {out}" for out in [overflow(page)] if out]
            found += [each for each in album.doors.complaints if not EXPECTED.search(each)]
            faults += [f"{locale}: {each}" for each in found]
        assert not faults, "\n".join(faults)


class TestFirst(Part): ...


class TestSecond(Part): ...


class TestThird(Part): ...


class TestFourth(Part): ...


class TestFifth(Part): ...


class TestSixth(Part): ...


PARTS = (TestFirst, TestSecond, TestThird, TestFourth, TestFifth, TestSixth)


@pytest.mark.parametrize("locale", OTHERS)
def test_pages_are_valid_and_stand_without_script_in_320_pixels(
    album: Album, locale: str, tmp_path: Path
) -> None:
    """Each page in one of the languages in which the tests above don't open it."""
    faults: list[str] = []
    error = catalogue(locale).gettext("Error:")
    for number, shown in enumerate(PAGES[OTHERS.index(locale) :: len(OTHERS)]):
        page, markup = album.show_plain(shown, locale)
        (tmp_path / f"{number:03} {shown.name.replace('/', ' ')}.html").write_text(markup, "utf-8")
        found = structure_faults(page, locale) + [f"sideways: {out}" for out in [overflow(page)] if out]
        if page.title().startswith(error) is not shown.error:
            found.append(f"title: {page.title()}")
        faults += [f"{shown.name}: {each}" for each in found]
    faults += invalid_markup(tmp_path)
    assert not faults, "\n".join(faults)


def test_each_page_has_a_title_of_its_own(album: Album) -> None:
    titles: dict[str, set[str]] = defaultdict(set)
    for shown in PAGES:
        if shown.status == 200 and not shown.press:  # others are named for what is wrong
            titles[album.title(shown, "fr")].add(shown.address.partition("?")[0])
    assert len(titles) > 100
    assert {title: at for title, at in titles.items() if len(at) > 1} == {}


def invalid_markup(folder: Path) -> list[str]:
    """What html-validate objects to in a folder of pages."""
    command = ["node", "pages.mjs", "html-validate.json", str(folder)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
    return [" ".join(map(str, json.loads(line))) for line in done.stdout.splitlines()]
