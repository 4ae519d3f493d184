"""Readers who search: in several languages, with filters, without an index, and with bad intentions."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from consult.documents.markdown import render_comment
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, Place, State
from consult.search.indexer import SearchConsumer, rebuild_index
from consult.search.whoosh_engine import WhooshEngine
from consult.worker import run_worker
from tests.people import Site

ATOM = "{http://www.w3.org/2005/Atom}"
XSS = '"><script>alert(1)</script>'
CANARY = "kanarienvogel"


@pytest.fixture
async def index(site: Site) -> AsyncIterator[WhooshEngine]:
    """The site's index as its worker writes it, empty."""
    engine = WhooshEngine(site.settings.index_dir)
    engine.rebuild(())
    yield engine
    engine.close()


async def said_by(site: Site, text: str, lang: str = "en", **values: Any) -> str:
    """A public comment; its reference."""
    async with site.database.writing() as session:
        consultation = (await session.execute(select(Consultation))).scalars().first()
        assert consultation is not None
        count = len((await session.execute(select(Contribution.id))).all())
        plain = {"author_name": "Amina Diallo", "place": Place.CONSULTATION, "country": "SN"}
        comment = Contribution(
            reference=f"{consultation.reference}-C{count + 1:04d}",
            consultation_id=consultation.id,
            text=text,
            html=render_comment(text),
            lang=lang,
            created_at=site.clock.now(),
            **{**plain, **values},
        )
        session.add(comment)
    return comment.reference


async def search(site: Site, address: str, status: int = 200, **headers: str) -> str:
    answer = await site.browser().get(address, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.text


async def test_a_reader_finds_a_comment_with_its_words_marked_and_who_wrote_it(
    site: Site, index: WhooshEngine
) -> None:
    await site.consultation()
    reference = await said_by(
        site, "Auditors must be independent.", organisation_name="Digital Rights Watch", kind="civil-society"
    )
    await rebuild_index(site.database, index)
    page = await search(site, "/en/search?q=auditor")
    assert "<mark>Auditors</mark> must be independent." in page
    assert f'href="/en/contributions/{reference}"' in page
    assert "Digital Rights Watch" in page
    assert "1 result<" in page
    assert "<title>Search for “auditor”" in page
    part = await search(site, "/en/search?q=auditor", **{"hx-request": "true"})
    assert part.lstrip().startswith('<div id="results"')
    assert "<mark>Auditors</mark>" in part


async def test_chinese_is_found_in_both_scripts(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    reference = await said_by(site, "我们需要独立的信息共享机制。", "zh")
    await rebuild_index(site.database, index)
    for words in ("信息", "共享机制", "共享機制", "獨立"):
        page = await search(site, f"/zh/search?q={quote(words)}")
        assert f"/zh/contributions/{reference}" in page, words
        assert '<html lang="zh"' in page


async def test_arabic_results_keep_their_direction_and_so_does_the_page(
    site: Site, index: WhooshEngine
) -> None:
    await site.consultation()
    await said_by(site, "يجب أن تكون المراجعة مستقلة.", "ar")
    await rebuild_index(site.database, index)
    page = await search(site, "/ar/search?q=" + quote("مُراجعة"))
    assert '<html lang="ar" dir="rtl">' in page
    assert '<p class="result__excerpt" lang="ar" dir="rtl">' in page
    english = await search(site, "/en/search?q=" + quote("مراجعة"))
    assert '<html lang="en" dir="ltr">' in english
    assert '<p class="result__excerpt" lang="ar" dir="rtl">' in english


async def test_filters_are_links_that_put_on_and_take_off(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    await said_by(site, "charter one", kind="academia")
    await said_by(site, "charter deux", "fr", kind="industry")
    await rebuild_index(site.database, index)
    page = await search(site, "/en/search?q=charter")
    assert 'href="/en/search?q=charter&amp;kind=academia"' in page
    chosen = await search(site, "/en/search?q=charter&kind=academia&kind=industry&lang=fr")
    assert "1 result<" in chosen
    assert (
        'href="/en/search?q=charter&amp;lang=fr&amp;kind=industry" class="chosen" aria-current="true"'
        in chosen
    )
    assert 'href="/en/search?q=charter"' in chosen
    assert '<input type="hidden" name="lang" value="fr">' in chosen


async def test_without_words_everything_is_there_the_newest_first(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    await said_by(site, "first")
    site.clock.advance(timedelta(days=40))
    await said_by(site, "second")
    await rebuild_index(site.database, index)
    page = await search(site, "/en/search")
    assert page.index(">second<") < page.index(">first<")
    assert "month=2027-01" in page
    assert "sort=relevance" not in page
    older = await search(site, "/en/search?sort=oldest&type=comment")
    assert older.index(">first<") < older.index(">second<")


async def test_an_empty_result_helps(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    await said_by(site, "interpretability research")
    await rebuild_index(site.database, index)
    page = await search(site, "/en/search?q=interpretabilty&lang=fr")
    assert "Nothing was found" in page
    assert 'href="/en/search?q=interpretability&amp;lang=fr"' in page
    assert "Search without the filters" in page
    unfinished = await search(site, '/en/search?q="interpretability')
    assert "A quotation mark has no partner" in unfinished


async def test_pages_go_by_address_and_end_where_results_end(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    for n in range(45):
        await said_by(site, f"charter {n}")
    await rebuild_index(site.database, index)
    seen: set[str] = set()
    for number in (1, 2, 3):
        page = await search(site, f"/en/search?q=charter&type=comment&page={number}")
        seen |= set(re.findall(r"/en/contributions/([\w-]+)", page))
    assert len(seen) == 45
    assert 'href="/en/search?q=charter&amp;type=comment&amp;page=2"' in page
    for far in ("99999999", "4", "-1", "0", "1e9", "٣", "9" * 40):
        assert "45 results" in await search(site, f"/en/search?q=charter&type=comment&page={quote(far)}")


@pytest.mark.parametrize(
    "name", ["q", "sort", "page", "type", "lang", "kind", "consultation", "month", "all", "notice"]
)
async def test_nothing_in_the_address_becomes_part_of_the_page(
    site: Site, index: WhooshEngine, name: str
) -> None:
    await site.consultation()
    await rebuild_index(site.database, index)
    for path in ("search", "search/feed.atom", "search/suggest", "search/export.csv", "search/export.bib"):
        for words in (XSS, "%00", "\ud83d\ude00'\\<b>{{7*7}}"):
            answer = await site.browser().get(f"/en/{path}?{name}={quote(words, errors='surrogatepass')}&q=a")
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
            assert "<b>{{" not in answer.text


async def test_what_was_hidden_is_on_no_page_even_before_the_index_hears_of_it(
    site: Site, index: WhooshEngine
) -> None:
    await site.consultation()
    await said_by(site, f"The {CANARY} sings.")
    await said_by(site, "Somebody agrees.", anonymous=True, author_name=CANARY, organisation_name=CANARY)
    await rebuild_index(site.database, index)
    assert CANARY in await search(site, f"/en/search?q={CANARY}")
    async with site.database.writing() as session:
        await session.execute(
            update(Contribution).where(Contribution.text.contains(CANARY)).values(state=State.HIDDEN)
        )
    for address in (
        "search?",
        "search/feed.atom?",
        "search/export.csv?",
        "search/export.jsonl?",
        "search/export.bib?",
    ):
        text = await search(site, f"/en/{address}type=comment&type=submission")
        assert CANARY not in text
        assert "Somebody agrees" in text or address.endswith("bib?")


async def test_without_an_index_the_page_says_so_and_the_worker_makes_one(
    site: Site, index: WhooshEngine
) -> None:
    await site.consultation()
    await said_by(site, "Auditors must be independent.")
    shutil.rmtree(site.settings.index_dir)
    answer = await site.browser().get("/en/search?q=auditor")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert "Search is being prepared" in answer.text
    assert 'value="auditor"' in answer.text
    assert "Search is being prepared" in await search(site, "/en/search?q=a", **{"hx-request": "true"})
    for address in ("/en/search/export.csv?q=a", "/en/search/feed.atom?q=a"):
        assert (await site.browser().get(address)).status_code == 503
    assert await search(site, "/en/search/suggest?q=a") == ""
    assert (await site.browser().get("/en/desk")).status_code == 401
    consumer = SearchConsumer(index, site.database)
    assert await consumer.mend()
    await consumer.mended()
    assert "<mark>Auditors</mark>" in await search(site, "/en/search?q=auditor")


async def test_a_table_holds_no_formulas_and_the_whole_text(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    dangerous = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1"]
    for text in dangerous:
        await said_by(site, f"{text} charter", author_name=text)
    await rebuild_index(site.database, index)
    answer = await site.browser().get("/en/search/export.csv?q=charter")
    assert answer.headers["content-disposition"] == 'attachment; filename="consult-search.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(row["text"] for row in rows if row["type"] == "comment") == sorted(
        f"'{text} charter" for text in dangerous
    )
    assert all(not re.match(r"\s*[=+\-@]", cell) for row in rows for cell in row.values())
    assert {row["type"] for row in rows} == {"comment", "consultation"}


async def test_data_can_be_brought_in_again_and_cited(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    first = await said_by(site, "A **charter**.", organisation_name="A {brace} \\ Co")
    async with site.database.reading() as session:
        parent = (await session.execute(select(Contribution.id))).scalar_one()
    reply = await said_by(site, "Indeed, charter.", parent_id=parent, thread_id=parent, place=Place.REPLY)
    await rebuild_index(site.database, index)
    lines = (await search(site, "/en/search/export.jsonl?q=charter&type=comment")).splitlines()
    by_id = {line["id"]: line for line in map(json.loads, lines)}
    assert by_id[first]["text"] == "A **charter**."
    assert by_id[reply]["parent_id"] == by_id[reply]["thread"] == first
    assert by_id[first]["url"] == f"https://consult.test/contributions/{first}"
    bib = await search(site, "/en/search/export.bib?q=charter&type=comment")
    assert f"@misc{{{first}," in bib
    assert bib.count("{") == bib.count("}")


async def test_a_search_can_be_followed(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    await said_by(site, "charter <b>&\x0b one")
    site.clock.advance(timedelta(hours=1))
    newest = await said_by(site, "ميثاق charter", "ar")
    await rebuild_index(site.database, index)
    page = await search(site, "/en/search?q=charter&type=comment")
    (address,) = re.findall(r'type="application/atom\+xml" title="[^"]*" href="([^"]*)"', page)
    answer = await site.browser().get(unescape(address))
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert entries[0].findtext(f"{ATOM}id") == f"tag:consult.test,2026:contribution/{newest}"
    content = entries[0].find(f"{ATOM}content")
    assert content is not None
    assert content.get("{http://www.w3.org/XML/1998/namespace}lang") == "ar"
    assert content.text == '<div lang="ar" dir="rtl">ميثاق <mark>charter</mark></div>'
    assert len(entries) == 2
    again = await site.browser().get(unescape(address), headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_a_reader_who_is_not_signed_in_gets_no_cookie(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    await rebuild_index(site.database, index)
    answer = await site.browser().get("/en/search?q=charter")
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-cache"
    signed_in = await (await site.signed_in()).get("/en/search?q=charter")
    assert signed_in.headers["cache-control"] == "private, no-store"
    assert "https://consult.test/search?q=charter" in signed_in.text


async def test_words_are_offered_while_typing(site: Site, index: WhooshEngine) -> None:
    await site.consultation()
    await rebuild_index(site.database, index)
    assert '<option value="The charter"></option>' in await search(site, "/en/search/suggest?q=the%20ch")


async def test_what_somebody_posts_is_found_after_the_workers_next_round(
    site: Site, index: WhooshEngine
) -> None:
    await site.consultation()
    await rebuild_index(site.database, index)
    author = await site.signed_in(name="Amina Diallo")
    posted = await author.post_form(
        "/en/consultations/charter/comments", {"text": "Evaluators need *independence*."}
    )
    assert posted.status_code == 303, posted.text
    assert "Nothing was found" in await search(site, "/en/search?q=evaluator")
    await run_worker(site.settings, site.clock, once=True)
    page = await search(site, "/en/search?q=evaluator")
    assert "<mark>Evaluators</mark> need independence." in page
    assert "Amina Diallo" in page
