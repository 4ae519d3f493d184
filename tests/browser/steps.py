"""What people do again and again: find a paragraph, tab to a thing, post a comment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.models.contribution import Contribution
from consult.models.document import Block, Draft, Version
from tests.browser.serving import Served

DRAFT = "/consultations/charter-and-governance/drafts/charter"
DISCUSSION = "/consultations/charter-and-governance/comments"
FOCUS = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const box = [...at.getClientRects()].find((each) => each.width && each.height);
  if (!box) return { seen: false, ring: false, what: at.outerHTML.slice(0, 160) };
  const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const top = document.elementFromPoint(x, y);
  return {
    seen: !!top && (top === at || at.contains(top) || top.contains(at)),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    what: at.outerHTML.slice(0, 160),
  };
}"""


def say(locale: str, message: str) -> str:
    """A message of the interface in a language."""
    return catalogue(locale).gettext(message)


def blocks(served: Served, *, quiet: bool) -> list[str]:
    """Keys of the charter's paragraphs and list items in their order; quiet: on which nobody has commented."""

    async def find(session: AsyncSession) -> list[str]:
        wanted = select(Block.key).join(Version, Version.id == Block.version_id)
        wanted = wanted.join(Draft, Draft.id == Version.draft_id).where(Draft.slug == "charter")
        wanted = wanted.where(Block.kind.in_(("paragraph", "list_item"))).order_by(Block.position)
        found = wanted.where(Block.comment_count == 0) if quiet else wanted
        return list((await session.execute(found)).scalars())

    return served.ask(find)


def times_posted(served: Served, text: str) -> int:
    """How many contributions have this text."""

    async def count(session: AsyncSession) -> Any:
        wanted = select(func.count()).select_from(Contribution).where(Contribution.text == text)
        return (await session.execute(wanted)).scalar_one()

    return int(served.ask(count))


def tab_to(page: Page, selector: str, most: int = 150) -> None:
    """Press Tab until the focus is on what matches; at every step it must be seen where it is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["seen"], f"the focus is hidden: {focus['what']}"
        assert focus["ring"], f"the focus is not shown: {focus['what']}"
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by {most} tabs")


def focused(page: Page, selector: str) -> Locator:
    """What has the focus, which must match."""
    at = page.locator(f"{selector}:focus")
    expect(at).to_be_visible()
    return at


def compose(page: Page, text: str) -> Locator:
    """Type into the form for a comment."""
    area = page.locator("form.compose textarea").first
    area.fill(text)
    return area


def send(page: Page) -> None:
    """Press the form's own button."""
    page.locator("form.compose [type=submit]").first.click()


def post(page: Page, text: str) -> str:
    """Post a comment from the form on the page: its reference."""
    compose(page, text)
    send(page)
    # Where many have spoken before, a notice leads to it.
    article = page.locator("article.contribution", has_text=text).first
    elsewhere = page.locator("main .notice--success a[href*='/contributions/']").first
    expect(article.or_(elsewhere).first).to_be_visible()
    if article.count():
        return str(article.get_attribute("id")).removeprefix("c-")
    return str(elsewhere.get_attribute("href")).rpartition("/")[2]


def press(page: Page, name: str) -> None:
    """A button or a link, by its words."""
    page.get_by_role("button", name=say("en", name)).or_(
        page.get_by_role("link", name=say("en", name))
    ).first.click()


def create(page: Page, slug: str, title: str, others: Iterable[str]) -> None:
    """A consultation in English and other languages with its texts, made public."""
    page.goto("/en/desk/consultations/new")
    page.locator("#slug").fill(slug)
    texts = {
        "title": title,
        "summary": "How the Forum writes.",
        "asks": "Is it plain?",
        "use": "We read all.",
    }
    for name, text in texts.items():
        page.locator(f"[name={name}-en]").fill(text)
    for code in others:
        page.locator(f"#language-{code}").check()
    press(page, "Save")
    page.wait_for_url(f"**/desk/consultations/{slug}*")
    press(page, "Publish this consultation")
    expect(page.get_by_text(say("en", "See the public page"))).to_be_visible()


def open_a_round(page: Page, slug: str, closes: datetime) -> None:
    """A comment period that begins at once."""
    page.goto(f"/en/desk/consultations/{slug}/rounds/new")
    page.locator("[name=zone]").select_option("Europe/Brussels")
    page.locator("[name=begins]").first.check()
    page.locator("[name=closes]").fill(closes.strftime("%Y-%m-%dT23:59"))
    page.locator("[name=grace]").fill("60")
    press(page, "Save the round")
    page.wait_for_url(f"**/desk/consultations/{slug}*")
