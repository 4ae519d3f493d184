"""A real Chromium before the running demo: who sits before it is said by each test."""

from __future__ import annotations

from collections.abc import Iterator
from shutil import which

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.people import Doors
from tests.browser.serving import Served, apart, serving
from tests.demo_site import DemoSite, worked_demo

CHROMIUM = next(
    (path for name in ("chromium-headless-shell", "chromium") if (path := which(name))), "/usr/bin/chromium"
)
"""The system's Chromium, where it is installed in the form that draws no windows: each page costs it far less."""
PATIENCE = 10_000
"""Milliseconds in which what is expected must have come, on a machine that has much else to do."""
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


LONG = ("test_whole_way", "test_pages", "test_stored_scripts", "test_long_draft", "test_responding")
"""What takes longest begins first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: next((at for at, each in enumerate(LONG) if item.path.stem == each), len(LONG))
    )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSite:
    """The demo's data, with all that a worker makes of it."""
    folder = tmp_path_factory.mktemp("demo")
    return apart(lambda: worked_demo(folder))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all; each person has a context of their own in it."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def still(demo: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo as it was made: nobody writes here."""
    with serving(demo, tmp_path_factory.mktemp("still")) as served:
        yield served


@pytest.fixture(scope="session")
def town(demo: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the demo in which people act: each test on things of its own."""
    with serving(demo, tmp_path_factory.mktemp("town")) as served:
        yield served


@pytest.fixture
def doors(chromium: Browser, town: Served) -> Iterator[Doors]:
    """Ways into the town, for readers, members and staff; closed after the test."""
    opened = Doors(chromium, town)
    yield opened
    opened.close()


@pytest.fixture
def windows(chromium: Browser, still: Served) -> Iterator[Doors]:
    """Ways to look at the unchanged demo."""
    opened = Doors(chromium, still)
    yield opened
    opened.close()
