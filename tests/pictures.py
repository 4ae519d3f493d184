"""Takes the documentation's pictures of a running demo: `python tests/pictures.py http://127.0.0.1:8000`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
CHARTER = "consultations/charter-and-governance"


@dataclass(frozen=True, slots=True)
class Picture:
    """A page at a width; `at` is scrolled to the top, `sign_in` is the name on a demo sign-in."""

    name: str
    address: str
    width: int = 1440
    height: int = 900
    at: str = ""
    sign_in: str = ""


PICTURES = (
    Picture("draft", f"/en/{CHARTER}/drafts/charter", at=".outline li:nth-child(6) a"),
    Picture("draft-ar-phone", f"/ar/{CHARTER}/drafts/charter", width=360, height=740),
    Picture("search-zh", "/zh/search?q=委员会", height=1000),
    Picture("desk", "/en/desk", sign_in="Odile Vancraenbeek", height=1000),
)


def take(browser: Browser, base: str, picture: Picture) -> None:
    """One picture in a browser of its own."""
    size = {"width": picture.width, "height": picture.height}
    context = browser.new_context(viewport=size, color_scheme="light")  # type: ignore[arg-type]
    page = context.new_page()
    if picture.sign_in:
        page.goto(f"{base}/en/sign-in")
        page.get_by_role("button", name=picture.sign_in).click()
    page.goto(base + picture.address)
    if picture.at:
        page.locator(picture.at).first.click()
        page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(400)
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


def main() -> None:
    """Take them all, or those named after the address."""
    base, wanted = sys.argv[1].rstrip("/"), sys.argv[2:]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for picture in PICTURES:
            if not wanted or picture.name in wanted:
                take(browser, base, picture)
        browser.close()


if __name__ == "__main__":
    main()
