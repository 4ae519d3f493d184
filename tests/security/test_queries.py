"""Whatever stands in an address, it is looked for and never carried out, and it opens no door."""

from __future__ import annotations

import re
from itertools import product
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from consult.models.people import Role
from consult.search.indexer import rebuild_index
from consult.search.whoosh_engine import WhooshEngine
from tests.audits.addresses import address
from tests.audits.test_routes import table_of
from tests.people import Browser, Site
from tests.security.living import PAYLOAD, alive

NAMES = ("q", "page", "sort", "after", "before", "cursor", "limit", "lang", "text", "version", "kind", "type", "topic", "answered",
         "answer", "action", "consultation", "order", "state", "notice", "next", "target", "kept", "address", "about",
         "person", "all", "html", "begin", "from", "filter", "block", "old", "new", "year", "month", "organisation")  # fmt: skip
"""Every name that a page reads, and some that none does."""
HOSTILE = (
    "'", '"', "1' OR '1'='1", "1; DROP TABLE users--", "1 UNION SELECT email FROM users--", "\\", "%", "_%", "0x31",
    "-1", "0", "²", "٣", "9" * 30, "1e9", "NaN", "None", "[]", "{}", "a" * 1000, "(" * 300, '"' * 299, "* " * 200,
    "-" * 300, "lang:" * 60, "OR AND NOT OR", "title:*", "author:\"x", "a OR " * 80, "~", "/.*/", "\x00", "\x0d\x0aX-A: b",
    "\u202e", "\ud7ff", "🙂" * 100, "//evil.example", "https://evil.example", "javascript:alert(1)", "../../etc/passwd", PAYLOAD,
)  # fmt: skip
RAW = ("q=%ff%fe", "q=%zz", "q=%ED%A0%80", "q=%", "&&&=&=", "q", "q=1&q=2&q=3", "q[]=1", "%00=1")
EVIL = re.compile(r"evil\.example")


class Asked:
    """The application, asked with a query as it stands: httpx takes longer to read a long one than a page to be made,
    and mends it."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.query = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.query:
            scope = {**scope, "query_string": self.query.encode("ascii")}
        await self._inner(scope, receive, send)

    async def get(self, browser: Browser, target: str, query: str) -> httpx.Response:
        self.query = query
        try:
            return await browser.get(target)
        finally:
            self.query = ""


@pytest.fixture
def walked(walked: Site) -> Site:
    """The demo, with its application ready to be asked so."""
    walked.app = Asked(walked.app)
    return walked


async def test_no_query_breaks_a_page_or_shows_more_than_the_role_may_see(
    walked: Site, values: dict[str, str], viewers: dict[Role | None, Browser]
) -> None:
    """All names at once, each with another value, in several turns: each page reads only some of them."""
    engine = WhooshEngine(walked.settings.index_dir)
    await rebuild_index(walked.database, engine)
    engine.close()
    wrong: list[str] = []
    asked = walked.app
    assert isinstance(asked, Asked)
    for number, route in enumerate(table_of(walked)):
        if route.method != "GET" or (target := address(route, values)) is None:
            continue
        refused = True
        for role in (None, Role.RESPONDENT, Role.ADMINISTRATOR):
            if role is Role.RESPONDENT and not refused:
                continue  # a page for everybody was asked already
            browser = viewers[role]
            usual = (await browser.get(target)).status_code
            refused = usual in (302, 303, 401, 404)
            # Who is refused is refused before a query is read: one will do to see that it stays so.
            asked_for = queries(number, few=role is not None)[: 1 if usual in (401, 404) else None]
            for query in asked_for:
                answer = await asked.get(browser, target, query)
                if not is_fair(usual, answer.status_code) or alive_in(answer) or leaves(answer):
                    wrong.append(f"{role} {target}?{query[:80]}: {usual} -> {answer.status_code}")
    assert wrong == []


def queries(number: int, *, few: bool) -> list[str]:
    """Query strings; from turn to turn every name gets another value, and so it does from route to route."""
    turns = range(number, number + len(HOSTILE), 17 if few else 9)
    values = [
        [(name, HOSTILE[(at + turn) % len(HOSTILE)]) for at, name in enumerate(NAMES)] for turn in turns
    ]
    return [urlencode(pairs) for pairs in values] + (
        [] if few else [RAW[number % len(RAW)], RAW[-number % len(RAW)]]
    )


def is_fair(usual: int, status: int) -> bool:
    """A page may say that it can't read the query or has no such thing; it never lets in who was refused."""
    if status >= 500:
        return status == usual
    return status == usual or (usual in (200, 302, 303) and status in (200, 302, 303, 400, 404, 422))


def alive_in(answer: object) -> list[str]:
    kind = answer.headers.get("content-type", "")  # type: ignore[attr-defined]
    return alive(answer.text) if kind.startswith("text/html") else []  # type: ignore[attr-defined]


def leaves(answer: object) -> bool:
    """Whether an answer leads to another site, or carries a header that was in the query."""
    headers = answer.headers  # type: ignore[attr-defined]
    return bool(EVIL.search(headers.get("location", "").partition("?")[0])) or "x-a" in headers


async def test_hostile_path_segments_are_no_page(walked: Site, viewers: dict[Role | None, Browser]) -> None:
    """In place of each parameter of each route."""
    wrong = []
    segments = (
        "'",
        "1%20OR%201=1",
        "%27--",
        "..%2f..%2fetc",
        "%2e%2e",
        "%00",
        "9" * 30,
        "%E2%80%AE",
        "a" * 3000,
        "-1",
        "%5c%5cevil",
    )
    for route, segment in product(table_of(walked), segments):
        if route.method != "GET" or "{" not in route.path.replace("{locale:str}", "").replace("{locale}", ""):
            continue
        target = re.sub(r"\{locale[^}]*\}", "en", route.path)
        target = re.sub(r"\{[^}]+\}", segment, target)
        for role in (None, Role.ADMINISTRATOR):
            answer = await viewers[role].get(target)
            if answer.status_code not in (400, 401, 404, 410, 422) and "demo" not in target:
                wrong.append(f"{role} {target[:90]}: {answer.status_code}")
    assert wrong == []


async def test_hostile_words_are_searched_for_as_words(walked: Site) -> None:
    """Beside a word that nobody wrote, nothing finds more than that word does: nothing."""
    engine = WhooshEngine(walked.settings.index_dir)
    await rebuild_index(walked.database, engine)
    engine.close()
    reader = walked.browser()
    assert (await reader.get("/api/v1/search", params={"q": ""})).json()["total"] > 0
    for words in ("zzqq", "zzqq' --", "zzqq\\", "zzqq~", "zzqq^9", "/zzqq.*/", "[zzqq TO zzqr]", "zzqq) *", "zzqq \" *", "zzqq state:pending",
                  "zzqq *:*", "zzqq AND *", "title:zzqq*", "zzqq' OR'1", "%zzqq%", "zzqq_", "{!field}zzqq", "zzqq\x00*"):  # fmt: skip
        answer = await reader.get("/api/v1/search", params={"q": words})
        assert (answer.status_code, answer.json()["total"]) == (200, 0), words
