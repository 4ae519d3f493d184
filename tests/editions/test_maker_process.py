"""The process that makes files: one for many texts, and what goes wrong with it costs the files of one text alone."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator

import pytest

from consult.editions import maker_process
from consult.editions.maker_process import MakerProcess
from tests.editions.test_files import charter


@pytest.fixture
async def maker() -> AsyncIterator[MakerProcess]:
    made = MakerProcess()
    yield made
    await made.end()


async def make(maker: MakerProcess, lang: str) -> tuple[bytes, str]:
    """The Markdown file of the charter, or why there is none."""
    (made,) = (await maker.make("text", ["md"], charter(lang))).values()
    return made.body, made.error


def number_of(maker: MakerProcess) -> int:
    """The process's own number."""
    assert maker._process is not None
    return maker._process.pid


async def test_one_process_makes_the_files_of_many_texts_until_it_is_let_go(maker: MakerProcess) -> None:
    english, _ = await make(maker, "en")
    first = number_of(maker)
    arabic, _ = await make(maker, "ar")
    assert number_of(maker) == first
    assert b"lang: " in english
    assert "ميثاق".encode() in arabic
    await maker.end()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


async def test_a_process_that_was_killed_costs_one_order(maker: MakerProcess) -> None:
    await make(maker, "en")
    os.kill(number_of(maker), signal.SIGKILL)
    assert await make(maker, "en") == (b"", "ended with -9")
    body, error = await make(maker, "en")
    assert (bool(body), error) == (True, "")


async def test_what_takes_too_long_is_ended(maker: MakerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(maker_process, "TIME_LIMIT", 0.001)
        assert await make(maker, "en") == (b"", "took too long")
    assert (await make(maker, "en"))[1] == ""


async def test_after_many_orders_a_new_process_begins(
    maker: MakerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maker_process, "MOST_ORDERS", 1)
    await make(maker, "en")
    first = number_of(maker)
    await make(maker, "en")
    assert number_of(maker) != first
