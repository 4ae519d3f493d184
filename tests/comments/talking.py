"""What people do in tests of comments: post, reply, look."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
from sqlalchemy import select

from consult.exchange.verifying import CHECKS
from consult.models.contribution import Contribution
from tests.people import BASE, TOKEN, Browser, Site, hidden_fields

DISCUSSION = "/en/consultations/charter/comments"
READING = "/en/consultations/charter/drafts/text"
HX = {"hx-request": "true", "origin": BASE}
REFERENCE = re.compile(r"FMF-2026-\d+-C\d+")


def block_page(key: str) -> str:
    """The page of one block."""
    return f"{READING}/blocks/{key}"


def words(page: httpx.Response) -> str:
    """The text of a page, white space collapsed."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def reference_in(answer: httpx.Response) -> str:
    """The contribution that a redirect leads to."""
    assert answer.status_code == 303, (answer.status_code, words(answer)[:600])
    found: list[str] = REFERENCE.findall(answer.headers["location"])
    return found[-1]


async def say(browser: Browser, text: str, address: str = DISCUSSION, **fields: Any) -> str:
    """Post a comment as a browser without scripts does; its reference."""
    return reference_in(await browser.post_form(address, {"text": text, **fields}))


async def reply(browser: Browser, to: str, text: str, **fields: Any) -> str:
    """Answer a comment; the reply's reference."""
    return await say(browser, text, f"/en/contributions/{to}/reply", **fields)


async def opened_form(browser: Browser, address: str = DISCUSSION) -> dict[str, str]:
    """The hidden fields of a form as it was shown, to be sent later or twice."""
    page = await browser.get(address)
    token = TOKEN.search(page.text)
    return {**hidden_fields(page.text), **({"csrf": token[1]} if token else {})}


async def send(
    browser: Browser, fields: dict[str, str], address: str = DISCUSSION, **more: Any
) -> httpx.Response:
    """Send a form that was opened before."""
    return await browser.post(address, data={**fields, **more}, headers={"origin": BASE})


async def do(browser: Browser, reference: str, what: str, **fields: Any) -> httpx.Response:
    """One of the things that can be done with a comment, from its own page."""
    at = f"/en/contributions/{reference}"
    form = f"{at}/{what}" if what in ("edit", "withdraw", "report") else at
    return await browser.post_form(f"{at}/{what}", fields, form_at=form)


async def moderate(moderator: Browser, reference: str, action: str) -> None:
    """Take a decision at the desk."""
    at = f"/en/desk/contributions/{reference}"
    fields = {"action": action, "ground": "abuse", "original": "en", "reason.en": "It insults."}
    answer = await moderator.post_form(f"{at}/decide", fields, form_at=at)
    assert answer.status_code == 303, words(answer)[:600]


async def row(site: Site, reference: str) -> Contribution:
    """A contribution as it is kept."""
    async with site.database.reading() as session:
        return (
            await session.execute(select(Contribution).where(Contribution.reference == reference))
        ).scalar_one()


async def disagreements(site: Site) -> list[str]:
    """What is kept twice and does not agree: tallies, counts of replies, blocks and supports, numbers, the log."""
    async with site.database.reading() as session:
        return [f"{name}: {said}" for name, check in CHECKS.items() async for said in check(session)]
