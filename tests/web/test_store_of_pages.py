"""The store of shared pages: what it keeps, what it forgets, and what it never takes in."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from consult.kernel.clock import SetClock
from consult.models.people import Role
from consult.security.actor import Actor
from consult.web import cache
from consult.web.cache import Entry, Store, Viewers
from consult.web.identity import Identity
from consult.web.page import Page
from consult.web.respond import Shared, SharedPage
from consult.web.site import Viewer
from tests.conftest import NOW

ANA = Actor(id=7, name="Ana", email="ana@example.org", role=Role.RESPONDENT, locale="en", zone="UTC", country="",
            organisation_id=None, organisation="", kind="individual", confirmed=True, session_id=1, csrf="00" * 16)  # fmt: skip


def page(*scopes: str, until: datetime | None = None, size: int = 10, made_at: datetime = NOW) -> Entry:
    """A page of some bytes that depends on scopes."""
    shown = Page(locale="en", path="/", base_url="https://consult.test", site_name="Consult")
    shared = Shared(frozenset(scopes), until)
    made = SharedPage(("x",), shown, shared)
    return Entry(
        page=made, parts=(), made_at=made_at, body=b"x" * size, packed={}, etag='"e"', asks_viewer=False
    )


def test_only_what_depends_on_a_change_is_forgotten(clock: SetClock) -> None:
    store = Store(clock)
    store.put("a", page("one"), store.tick)
    store.put("b", page("two"), store.tick)
    store.forget(frozenset({"one"}))
    assert (store.get("a"), store.get("b") is not None) == (None, True)
    store.forget(frozenset({"*"}))
    assert store.get("b") is None


def test_a_page_made_while_its_subject_changed_is_not_kept(clock: SetClock) -> None:
    store = Store(clock)
    began = store.tick
    store.forget(frozenset({"one"}))
    store.put("a", page("one"), began)
    store.put("b", page("two"), began)
    assert (store.get("a"), store.get("b") is not None) == (None, True)
    began = store.tick
    store.forget(frozenset({"*"}))
    store.put("b", page("two"), began)
    assert store.get("b") is None


def test_a_page_ends_when_the_clock_says_so_and_is_not_true_before_it_was_made(clock: SetClock) -> None:
    store = Store(clock)
    store.put("a", page("one", until=NOW + timedelta(minutes=1)), store.tick)
    clock.advance(timedelta(seconds=59))
    assert store.get("a") is not None
    clock.advance(timedelta(seconds=1))
    assert store.get("a") is None
    store.put("b", page("one", made_at=clock.now()), store.tick)
    clock.advance(timedelta(seconds=-1))
    assert store.get("b") is None


def test_the_longest_unused_go_first_when_there_is_no_room(clock: SetClock) -> None:
    store = Store(clock)
    third = cache.BUDGET * 100 // page("one", size=100).size // 3 - 1
    for key in "abc":
        store.put(key, page("one", size=third), store.tick)
    store.get("a")
    store.put("d", page("one", size=third), store.tick)
    assert [key for key in "abcd" if store.get(key)] == ["a", "c", "d"]
    store.put("a", page("one", size=1), store.tick)
    store.put("e", page("one", size=third), store.tick)
    assert [key for key in "acde" if store.get(key)] == ["a", "c", "d", "e"]
    store.put("f", page("one", size=cache.BUDGET), store.tick)
    assert [key for key in "acdef" if store.get(key)] == []
    store.put("g", page("one"), store.tick)
    assert store.get("g") is not None


async def test_what_a_reader_did_meanwhile_is_not_forgotten() -> None:
    """Somebody supports a comment while a page looks up what they support."""
    found = asyncio.Event()
    answers = [Viewer(), Viewer(supported=frozenset({3}))]

    async def find(_person: int, _consultation: int) -> Viewer:
        answer = answers.pop(0)
        await found.wait()
        return answer

    viewers = Viewers(find)
    looking = asyncio.create_task(viewers.of(ANA, 1))
    await asyncio.sleep(0)
    viewers.forget(frozenset({"activity:7"}))
    found.set()
    assert await looking == Viewer()
    assert (await viewers.of(ANA, 1)).supported == {3}


async def test_who_signs_out_while_being_looked_up_is_not_remembered(clock: SetClock) -> None:
    found = asyncio.Event()
    answers: list[tuple[Actor, datetime] | None] = [(ANA, NOW + timedelta(days=1)), None]

    async def find(_digest: str) -> tuple[Actor, datetime] | None:
        answer = answers.pop(0)
        await found.wait()
        return answer

    identity = Identity(find, find, clock, "consult")
    scope = {"type": "http", "path": "/en/", "headers": [(b"cookie", b"consult=abc")], "state": {}}
    looking = asyncio.create_task(identity.of(scope))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    identity.forget(frozenset({"account:7"}))
    found.set()
    assert await looking == ANA
    assert await identity.of(scope) is None  # type: ignore[arg-type]
