"""What can be asked of a page that is shown: axe, its outline, whether it fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page, ViewportSize

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
NARROW: ViewportSize = {"width": 320, "height": 640}
OUTLINE = """() => ({
  title: document.title,
  lang: document.documentElement.lang,
  dir: document.documentElement.dir,
  levels: [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((heading) => +heading.localName[1]),
  ids: [...document.querySelectorAll("[id]")].map((each) => each.id),
})"""
OVERFLOW = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const out = [...document.body.querySelectorAll("*")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width > 1 && (box.right > root.clientWidth + 1 || box.left < -1) && !each.closest(".scroll, .unseen, .skip, pre");
  });
  return `${root.scrollWidth} of ${root.clientWidth}: ` + out.slice(0, 3).map((each) => each.outerHTML.slice(0, 120)).join(" | ");
}"""
RUN = """(options) => axe.run(document, options).then((found) => found.violations.map((each) =>
  `${each.id}: ${each.nodes.length} × ${each.nodes[0].target} ${each.nodes[0].html.slice(0, 160)} ${each.nodes[0].failureSummary}`))"""


def axe_finds(page: Page, *, only: tuple[str, ...] = ()) -> list[str]:
    """What axe objects to. Evaluated, since the page's policy rightly refuses a foreign script tag."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    # What it would load beforehand, only rules that are off by default ask for.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if only:
        options["runOnly"] = {"type": "rule", "values": list(only)}
    else:
        options["rules"] = {"target-size": {"enabled": True}}
    found: list[str] = page.evaluate(RUN, options)
    return found


def structure_faults(page: Page, locale: str) -> list[str]:
    """One h1, no level skipped, ids once, language and direction as the address says."""
    seen = page.evaluate(OUTLINE)
    levels: list[int] = seen["levels"]
    faults = []
    if levels.count(1) != 1:
        faults.append(f"{levels.count(1)} h1")
    # A summary of errors stands before everything else, with a heading of the second level.
    if any(after > before + 1 for before, after in zip([1, *levels], levels, strict=False)):
        faults.append(f"levels skipped: {levels}")
    if (seen["lang"], seen["dir"]) != (locale, "rtl" if locale == "ar" else "ltr"):
        faults.append(f"lang {seen['lang']}, dir {seen['dir']}")
    if twice := {each for each in seen["ids"] if seen["ids"].count(each) > 1}:
        faults.append(f"ids more than once: {sorted(twice)[:5]}")
    return faults


def overflow(page: Page) -> str:
    """What makes the page scroll sideways, "" where nothing does."""
    found: str = page.evaluate(OVERFLOW)
    return found
