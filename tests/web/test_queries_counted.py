"""A page asks the database as often for sixty comments as for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine

from consult.models.people import User
from tests.comments.talking import DISCUSSION, READING, block_page, do, reply, say
from tests.moderation.stories import comment
from tests.people import Browser, Site


@contextmanager
def counting() -> Iterator[list[str]]:
    """Every statement that any engine of this process executes."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def asked_by(browser: Browser, address: str) -> int:
    """How many statements a page takes that is not kept."""
    with counting() as seen:
        answer = await browser.get(address)
    assert answer.status_code == 200
    return len([each for each in seen if not each.startswith(("BEGIN", "PRAGMA"))])


async def talk(site: Site, author: User, browser: Browser, key: str, threads: int) -> None:
    """Threads on a block and on the consultation, each with a reply."""
    for number in range(threads):
        on_block = await say(browser, f"On the block {number}.", block_page(key), lang="en")
        await reply(browser, on_block, f"A reply {number}.", lang="en")
        await comment(site, author, f"On the whole {number}.", lang="en")


async def test_as_many_queries_for_sixty_comments_as_for_one(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    author = await site.person(name="Ana")
    browser, reader = await site.browser_of(author), site.browser()
    pages = (
        "/en/",
        "/en/consultations",
        "/en/consultations/charter",
        READING,
        DISCUSSION,
        block_page(keys[1]),
    )
    await talk(site, author, browser, keys[1], 1)
    first = {address: await asked_by(reader, address) for address in pages}
    signed = {address: await asked_by(browser, address) for address in pages[-2:]}
    await talk(site, author, browser, keys[1], 19)
    assert {address: await asked_by(reader, address) for address in pages} == first
    assert {address: await asked_by(browser, address) for address in pages[-2:]} == signed
    assert max(first.values()) <= 16, first
    for address in pages[:4]:
        assert await asked_by(reader, address) == 0
    assert (await do(browser, "FMF-2026-0-C1", "support")).status_code == 404
