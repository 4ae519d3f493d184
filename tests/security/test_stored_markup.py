"""Whatever people write, name or upload, it is text to everybody who reads it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from msgspec.structs import replace
from sqlalchemy import String, select
from sqlalchemy.orm import Mapper

from consult.db.types import TranslatedText
from consult.documents.markdown import render_comment
from consult.kernel.translated import Piece, Translated
from consult.models import Base
from consult.models.people import Role
from consult.models.submission import Answer, SubmissionSending
from consult.search.indexer import rebuild_index
from consult.search.whoosh_engine import WhooshEngine
from consult.submissions.document import canonical, read_document
from tests.audits.addresses import address
from tests.audits.test_routes import table_of
from tests.people import Browser, Site
from tests.security.living import MARK, MARKDOWN, PAYLOAD, alive, crawl

OURS = frozenset(
    {
        "email",
        "password_hash",
        "slug",
        "fold",
        "target",
        "once",
        "recipient",
        "unsubscribe",
        "html",
        "source_id",
        "plain",
        "domain",
        "receipt",
    }
)
"""Texts that are made by the program, or (`plain`) always read together with the HTML they were taken from."""
FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")


def written_columns(mapper: Mapper[Any]) -> Iterator[tuple[str, bool]]:
    """Columns that hold what somebody wrote: (name, whether it is translated)."""
    for column in mapper.columns:
        if isinstance(column.type, TranslatedText):
            yield column.key, True
        elif isinstance(column.type, String) and column.type.length in (None, 300) and column.key not in OURS:
            yield column.key, False


async def poison(site: Site) -> int:
    """Put the payload into everything that somebody wrote, as if no form had ever looked at it. How many columns."""
    html = render_comment(MARKDOWN)
    columns = 0
    async with site.database.writing() as session:
        for mapper in Base.registry.mappers:
            found = list(written_columns(mapper))
            columns += len(found)
            for row in (await session.execute(select(mapper.class_))).scalars():
                if isinstance(row, SubmissionSending):
                    poison_sending(row)
                    continue
                for name, translated in found:
                    value = getattr(row, name)
                    if value is not None:
                        setattr(row, name, poisoned(value) if translated else PAYLOAD)
                if isinstance(row, Answer) and isinstance(row.value, str):
                    row.value = PAYLOAD
                if hasattr(row, "html") and mapper.class_.__name__ in ("Contribution", "Revision"):
                    row.html = html
    return columns


def poison_sending(row: SubmissionSending) -> None:
    """What was received is JSON of its own kind: its words are poisoned, its form is not."""
    sent = read_document(row.text)
    answers = tuple(
        replace(each, value=PAYLOAD if isinstance(each.value, str) else each.value, marks=())
        for each in sent.answers
    )
    who = replace(sent.respondent, name=PAYLOAD, organisation=PAYLOAD, funder=PAYLOAD)
    row.text = canonical(replace(sent, answers=answers, respondent=who, summary=PAYLOAD))


def poisoned(value: Translated) -> Translated:
    """A text of the Forum; its HTML is made as always."""
    pieces = {
        lang: Piece(PAYLOAD, render_comment(MARKDOWN) if piece.html else "", piece.of)
        for lang, piece in value.texts.items()
    }
    return Translated(value.original, pieces)


async def starts(site: Site, values: dict[str, str]) -> list[str]:
    routes = [address(route, values) for route in table_of(site) if route.method == "GET"]
    asked = [
        f"/en/search?q={MARK}",
        "/en/search?q=img",
        "/en/search/feed.atom?q=img",
        "/en/search/suggest?q=te",
    ]
    return [each for each in routes if each] + asked


def check(where: str, answer: Any) -> list[str]:
    """What is alive in an answer, by its kind."""
    kind, text = answer.headers.get("content-type", ""), answer.text
    if any(MARK in name.lower() for name in answer.headers):
        return [f"{where}: a header of somebody else"]
    if kind.startswith("text/html"):
        return [f"{where}: {each}" for each in alive(text)]
    if "xml" in kind and answer.content:
        return [f"{where}: {each}" for each in alive_in_feed(answer.content)]
    if kind.startswith("text/calendar"):
        return [f"{where}: a line of its own"] if re.search(rf"^X-{MARK}", text, re.MULTILINE) else []
    if kind.startswith("text/csv"):
        cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]
        return [f"{where}: formula {cell[:40]}" for cell in cells if FORMULA.match(cell.lstrip())]
    harmless = not answer.content or kind.startswith(("application/", "text/plain", "image/"))
    return [] if harmless else [f"{where}: {kind}"]


def alive_in_feed(body: bytes) -> list[str]:
    """Well-formed or it raises; HTML inside is read as feed readers read it."""
    root = ElementTree.fromstring(body)
    html = [each.text or "" for each in root.iter() if each.attrib.get("type") == "html"]
    strange = [each.tag for each in root.iter() if MARK in each.tag]
    return strange + [found for each in html for found in alive(each)]


async def walk(site: Site, browser: Browser, values: dict[str, str]) -> tuple[list[str], int, int]:
    wrong, shown, pages = [], 0, 0
    async for where, answer in crawl(browser, await starts(site, values)):
        assert answer.status_code < 500 or "readyz" in where, f"{where}: {answer.status_code}"
        wrong += check(where, answer)
        shown += MARK in answer.text
        pages += 1
    return wrong, shown, pages


async def test_no_stored_text_comes_alive_anywhere(
    walked: Site, values: dict[str, str], viewers: dict[Role | None, Browser]
) -> None:
    assert await poison(walked) > 30
    engine = WhooshEngine(walked.settings.index_dir)
    await rebuild_index(walked.database, engine)
    engine.close()
    for role in (None, Role.RESPONDENT, Role.ADMINISTRATOR):
        wrong, shown, pages = await walk(walked, viewers[role], values)
        assert wrong == []
        assert (shown > 20, pages > 60) == (True, True), (shown, pages)


async def test_no_typed_text_comes_alive_in_a_form_that_is_shown_again(walked: Site) -> None:
    editor = await walked.signed_in(Role.ADMINISTRATOR, "Edith")
    tried = 0
    for route in table_of(walked):
        if route.method != "POST" or "{" in route.path.replace("{locale}", "") or route.opt.get("machine"):
            continue
        names = ("name", "email", "text", "title", "slug", "organisation", "q", "lang", "reason", "next", "target", "kept",
                 "address", "reference", "title-en", "summary-en", "zone", "kind", "role", "locale", "country", "opens")  # fmt: skip
        for browser in (walked.browser(), editor):
            address = route.path.replace("{locale}", "en")
            answer = await browser.post_form(address, dict.fromkeys(names, PAYLOAD), form_at="/en/profile")
            assert answer.status_code < 500, address
            assert alive(answer.text) == [], address
            assert MARK not in answer.headers.get("location", "").partition("?")[0]
            tried += 1
    assert tried > 20


def test_markdown_makes_no_living_html() -> None:
    assert alive(render_comment(MARKDOWN)) == []
