"""A file that is sent over a line which drops arrives whole, also after the page was loaded again; by keyboard, in words."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.store import sha256_of
from consult.kernel.clock import SystemClock
from consult.models.consultation import Consultation, Round
from consult.models.people import User
from consult.models.submission import Attachment, AttachmentState, Submission
from tests.browser.people import Doors
from tests.browser.steps import say

KEY = "response-with-files"
NAME = "measurements over a slow line.csv"


async def _begin(session: AsyncSession, email: str, key: str = KEY) -> None:
    user = (await session.execute(select(User).where(User.email == email))).scalar_one()
    wanted = select(Round.id).join(Consultation).where(Consultation.slug == "charter-and-governance")
    round_id = (await session.execute(wanted.order_by(Round.number.desc()).limit(1))).scalar_one()
    now = SystemClock().now()
    session.add(Submission(key=key, round_id=round_id, author_id=user.id, begun_at=now, saved_at=now))


async def _kept(session: AsyncSession) -> list[tuple[str, str]]:
    statement = select(Attachment.name, Attachment.sha256).where(Attachment.state == AttachmentState.KEPT)
    return [(name, sha256) for name, sha256 in await session.execute(statement)]


def large_table(folder: Path) -> Path:
    path, chance = folder / NAME, random.Random(7)
    path.write_text("\n".join(f"{n},{chance.random()}" for n in range(60_000)))
    return path


@pytest.mark.parametrize("locale", ["ar"])
def test_a_line_that_drops_and_a_page_that_is_loaded_again_cost_nothing(
    doors: Doors, tmp_path: Path, locale: str
) -> None:
    email = doors.site.newcomer("Fadi Sender")
    doors.site.ask(lambda session: _begin(session, email))
    path = large_table(tmp_path)
    page = doors.open(email)
    page.set_viewport_size({"width": 360, "height": 740})
    broken: list[str] = []

    def drop(route: Route) -> None:
        broken.append(route.request.method)
        route.abort("connectionreset")

    address = f"/{locale}/respond/{KEY}/files"
    page.goto(address)
    passed = _let_pass(page, 2, drop)
    _choose(page, path)
    lost = str(page.locator("form[data-upload]").get_attribute("data-offline")).replace("{name}", NAME)
    expect(page.locator("[data-sending-list]")).to_contain_text(lost)
    assert passed
    assert broken
    page.unroute_all()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    expect(page.locator(".file")).to_have_count(1)
    received: list[int] = []
    page.on("request", lambda request: received.append(int(request.url.rpartition("offset=")[2])) if "offset=" in request.url else None)  # fmt: skip
    _choose(page, path)
    expect(page.locator(".file .tag--good")).to_have_text(say(locale, "Received"))
    expect(page.locator("#files-list")).to_be_focused()
    assert received[0] > 0
    assert doors.site.ask(_kept) == [(NAME, sha256_of(path))]


def _let_pass(page: Page, many: int, drop: object) -> list[str]:
    """Let some pieces through and drop the line at the next."""
    passed: list[str] = []

    def route(each: Route) -> None:
        if len(passed) < many:
            passed.append(each.request.method)
            each.continue_()
        else:
            drop(each)  # type: ignore[operator]

    page.route("**/pieces*", route)
    return passed


def _choose(page: Page, path: Path) -> None:
    """By keyboard, once the system's own dialogue has given the file."""
    page.locator("#files-heading ~ form input[type=file]").set_input_files(path)
    button = page.locator("form[data-upload] button[type=submit]")
    button.focus()
    page.keyboard.press("Enter")
