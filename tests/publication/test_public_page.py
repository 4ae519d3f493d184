"""Readers read formal responses, as far as they are public; nothing says more than its people chose."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from consult.cli.exporting import FORMATS
from consult.exchange.contributions_in import Wanted, import_contributions
from consult.exchange.contributions_out import PUBLIC, stream_records
from consult.exchange.queries import Which
from consult.kernel.clock import SystemClock
from consult.worker import run_worker
from tests.people import BASE, Site
from tests.publication.scene import SLUG, Responses, Said

LIST = f"/en/consultations/{SLUG}/responses"
SECRET = "we pay forty million to Zirkonia"


@pytest.fixture
async def responses(site: Site) -> Responses:
    made = Responses(site)
    await made.ask(late_days=14)
    return made


def in_part() -> Said:
    return Said(
        name="Nadia Named",
        organisation="Open House",
        answers={
            "why": "Because it matters.",
            "costs": f"The rules are costly: {SECRET} every year.",
            "agree": "no",
            "letter": "Only for your eyes.",
        },
        marks={"costs": [SECRET]},
        private=["letter"],
    )


async def test_a_named_response_says_who_and_leaves_out_what_is_confidential(responses: Responses) -> None:
    reference = await responses.send(in_part())
    reader = responses.site.browser()
    page = (await reader.get(f"/fr/contributions/{reference}")).text
    for shown in (
        "Nadia Named",
        "Open House",
        "Because it matters.",
        "[confidential]",
        "What does it cost you? (fr)",
    ):
        assert shown in page, shown
    assert SECRET not in page
    assert "Only for your eyes" not in page
    english = (await reader.get(f"/en/contributions/{reference}")).text
    for shown in (
        f"Response {reference}",
        "Sent in time",
        "SHA-256",
        "/receipts/log?entry=0#entry-0",
        "Independent",
    ):
        assert shown in english, shown
    history = await reader.get(f"/en/contributions/{reference}/history")
    assert history.headers["location"].endswith("#received")


async def test_without_name_and_confidential_ones_say_no_more_than_that(responses: Responses) -> None:
    told = Said(name="Una Unnamed", organisation="Quiet House", publication="unnamed", interest="funded", funder="Megacorp")  # fmt: skip
    unnamed = await responses.send(told)
    closed = await responses.send(
        Said(name="Conrad", publication="confidential", summary="We ask for more time.")
    )
    reader = responses.site.browser()
    page = (await reader.get(f"/en/contributions/{unnamed}")).text
    assert "Name withheld" in page
    assert "Civil society" in page
    assert not any(each in page for each in ("Una", "Quiet House", "Megacorp"))
    page = (await reader.get(f"/en/contributions/{closed}")).text
    assert "We ask for more time." in page
    assert not any(each in page for each in ("Conrad", "Because it matters"))


async def test_late_ones_stand_apart_and_are_labelled_everywhere(responses: Responses) -> None:
    site = responses.site
    early = await responses.send(Said(name="Early Bird"))
    late = await responses.send(Said(name="Lars Late"), after=timedelta(days=8))
    await run_worker(site.settings, SystemClock(), once=True)
    reader = site.browser()
    page = (await reader.get(LIST)).text
    assert page.index(early) < page.index('id="late"') < page.index(late)
    assert "Read 2 formal responses" in (await reader.get(f"/en/consultations/{SLUG}")).text
    assert late not in (await reader.get(f"/en/consultations/{SLUG}/comments")).text
    items = (await reader.get(f"/api/v1/consultations/{SLUG}/submissions")).json()["items"]
    assert [(each["late"], each["publication"], each["interest"]) for each in items] == [
        (False, "named", "independent"),
        (True, "named", "independent"),
    ]
    found = (await reader.get("/api/v1/search?q=Lars")).json()["items"]
    assert [each["late"] for each in found] == [True]
    for where in ("/en/search?q=Lars", f"/en/contributions/{late}"):
        assert "Sent late" in (await reader.get(where)).text, where
    for where in ("/en/search/feed.atom?q=Lars", f"/en/consultations/{SLUG}/feed.atom"):
        assert "(sent late)" in (await reader.get(where)).text, where
    assert "Sent late" not in (await reader.get(f"/en/contributions/{early}")).text


async def test_what_is_taken_away_comes_back_the_same(responses: Responses) -> None:
    site = responses.site
    await responses.send(in_part())
    await responses.send(Said(name="Una", publication="unnamed", interest="member"))
    await responses.send(Said(name="Lars Late"), after=timedelta(days=8))
    await site.consultation("other")
    first = await exported(site, 1)
    path = site.settings.data_dir / "again.jsonl"
    path.write_bytes(first)
    report = await import_contributions(site.database, "other", path, Wanted(), site.clock)
    assert (report.added, report.refused) == (3, 0)
    again = await exported(site, 2)
    names = ("text", "lang", "author", "organisation", "kind", "late", "in_grace", "verified", "publication", "interest", "funder")  # fmt: skip
    assert [[each[name] for name in names] for each in lines(first)] == [
        [each[name] for name in names] for each in lines(again)
    ]
    reader = site.browser()
    for each in lines(again):
        assert (await reader.get(f"/en/contributions/{each['reference']}")).status_code == 200
    assert "Sent late" in (await reader.get("/en/consultations/other/responses")).text


async def exported(site: Site, consultation_id: int) -> bytes:
    written = b""
    async for records in stream_records(site.database, Which(consultation_id, PUBLIC), BASE):
        written += FORMATS["jsonl"].write(records)
    return written


def lines(written: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.splitlines()]


async def test_corrections_and_withdrawals_leave_their_traces(responses: Responses) -> None:
    site = responses.site
    told = Said(name="Cora Corrector")
    key = await responses.begin(told)
    reference = (await responses.send_again(key, told.name)).contribution.reference
    await responses.say(key, told.name, "why", "Because it matters a lot.")
    await responses.send_again(key, told.name)
    reader = site.browser()
    page = (await reader.get(f"/en/contributions/{reference}")).text
    assert "2 versions were received" in page
    assert "Because it matters a lot." in page
    assert page.count("SHA-256") == 2
    await responses.withdraw(key)
    page = (await reader.get(f"/en/contributions/{reference}")).text
    assert "Its respondents withdrew this response" in page
    assert page.count("SHA-256") == 2
    assert not any(each in page for each in ("Cora", "Because it matters"))
    assert "was withdrawn, hidden or taken down" in (await reader.get(LIST)).text
