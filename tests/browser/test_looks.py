"""Pages for eyes with other needs: own spacing, forced colours, no movement, paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.furnishing import OPEN
from tests.browser.looking import NARROW, axe_finds, overflow
from tests.browser.people import DESKTOP, EDITOR, MEMBER, Doors
from tests.browser.serving import Served
from tests.browser.steps import DRAFT

MAIN = [
    ("", "/en"),
    ("", f"/en/consultations/{OPEN}"),
    ("", f"/en{DRAFT}"),
    ("", f"/ar{DRAFT}"),
    ("", "/zh/search?q=board"),
    ("", "/en/sign-in"),
    (MEMBER, "/ar/mine"),
    (EDITOR, f"/en/desk/consultations/{OPEN}"),
]
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }"""
"""WCAG 2.2, 1.4.12."""
CLIPPED = """() => {
  // Hidden from eyes, or the beginning of what stands in full behind it.
  const MEANT = ".unseen, .clamp, .margin__count, .margin__peek, .menu > summary, [aria-hidden]";
  return [...document.querySelectorAll("body *")].filter((each) => {
  const style = getComputedStyle(each);
  const cuts = ["hidden", "clip"].includes(style.overflowX) || ["hidden", "clip"].includes(style.overflowY);
  return cuts && each.clientWidth > 2 && each.textContent.trim() && !each.closest(MEANT) &&
    (each.scrollWidth > each.clientWidth + 2 || each.scrollHeight > each.clientHeight + 2);
}).map((each) => each.outerHTML.slice(0, 160)); }"""
UNFORCED = """() => {
  // The system's colours contrast with each other; what keeps its own would not.
  const system = (name) => { const probe = document.body.appendChild(document.createElement("i")); probe.style.color = name;
    const found = getComputedStyle(probe).color; probe.remove(); return found; };
  const allowed = new Set(["CanvasText", "LinkText", "VisitedText", "ButtonText", "FieldText", "GrayText", "MarkText", "HighlightText", "Highlight"].map(system));
  return [...document.querySelectorAll("body :not(progress)")].filter((each) => each.checkVisibility() && !allowed.has(getComputedStyle(each).color))
    .map((each) => getComputedStyle(each).color + " " + each.outerHTML.slice(0, 120));
}"""
EDGELESS = """() => [...document.querySelectorAll(".button, .notice, .input")].filter((each) =>
  each.checkVisibility() && !parseFloat(getComputedStyle(each).borderBlockStartWidth)).map((each) => each.outerHTML.slice(0, 120))"""
MOVING = """() => [...document.querySelectorAll("body *")].filter((each) => {
  const style = getComputedStyle(each);
  return Math.max(...style.transitionDuration.split(",").map(parseFloat), ...style.animationDuration.split(",").map(parseFloat)) > 0.01;
}).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def eyes(chromium: Browser, still: Served) -> Iterator[Callable[..., Page]]:
    """Whose eyes look (`doors.open`): one window for each person and way of seeing. Nobody leaves anything in it."""
    doors = Doors(chromium, still)
    yield cache(doors.open)
    doors.close()


@pytest.mark.parametrize(("who", "address"), MAIN)
def test_own_text_spacing_clips_nothing(eyes: Callable[..., Page], who: str, address: str) -> None:
    page = eyes(who, bypass_csp=True)
    page.set_viewport_size(DESKTOP)
    page.goto(address)
    page.add_style_tag(content=SPACING)
    assert page.evaluate(CLIPPED) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate(CLIPPED) == []
    assert overflow(page) == ""


@pytest.mark.parametrize(("who", "address"), MAIN)
def test_forced_colours_are_left_to_the_system_and_buttons_keep_an_edge(
    eyes: Callable[..., Page], who: str, address: str
) -> None:
    for scheme in ("light", "dark"):
        page = eyes(who, forced_colors="active", color_scheme=scheme)
        page.goto(address)
        assert page.evaluate(UNFORCED) == []
        assert page.evaluate(EDGELESS) == []
        assert axe_finds(page, only=("target-size", "link-in-text-block")) == [], scheme


@pytest.mark.parametrize(("who", "address"), MAIN)
def test_nothing_moves_for_those_who_ask_for_that(eyes: Callable[..., Page], who: str, address: str) -> None:
    page = eyes(who, reduced_motion="reduce")
    page.goto(address)
    assert page.evaluate(MOVING) == []


@pytest.mark.parametrize("address", [f"/en/consultations/{OPEN}", f"/en{DRAFT}", f"/ar{DRAFT}"])
def test_paper_shows_the_text_and_leaves_out_what_one_operates(windows: Doors, address: str) -> None:
    page = windows.open()
    page.goto(address)
    page.emulate_media(media="print")
    shown = "nav, form, .skip, .margin__add, .buttons"
    visible = page.evaluate(
        f"() => [...document.querySelectorAll('{shown}')].filter((each) => each.checkVisibility()).length"
    )
    assert visible == 0
    assert page.locator("h1").is_visible()
    addresses = page.evaluate(
        """() => [...document.querySelectorAll("main :is(a[href^='http'], a[href^='/']):not(.contribution__meta a)")]
             .filter((link) => link.checkVisibility()).map((link) => getComputedStyle(link, "::after").content)"""
    )
    assert addresses
    assert all("/" in each for each in addresses), addresses
