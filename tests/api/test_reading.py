"""Anybody's program reads what is public: whole, page by page, and without loading twice what it has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import update

from consult.consultations.rounds import extend_round
from consult.exchange.queries import find_consultation
from consult.models.contribution import Contribution, State
from consult.models.people import Role
from consult.search.indexer import rebuild_index
from consult.search.whoosh_engine import WhooshEngine
from tests.api.scene import API, post, script_of, with_draft
from tests.people import Site, said

pytestmark = pytest.mark.anyio


async def follow(reader: httpx.AsyncClient, address: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while address:
        answer = (await reader.get(address)).json()
        items += answer["items"]
        parts = urlsplit(answer["next"] or "")
        address = f"{parts.path}?{parts.query}" if answer["next"] else ""
    return items


async def test_a_consultation_says_all_that_is_promised(site: Site, reader: httpx.AsyncClient) -> None:
    made = await site.consultation()
    async with site.database.writing() as session:
        consultation = await find_consultation(session, "charter")
        later = consultation.rounds[0].closes_at + timedelta(days=3)
        await extend_round(
            session, consultation.rounds[0], later, said(en="Many asked."), None, site.clock.now()
        )
    found = (await reader.get(f"{API}/consultations/charter")).json()
    assert (found["reference"], found["slug"], found["title"], found["state"]) == (
        made.reference,
        "charter",
        "The charter",
        "open",
    )
    assert found["url"] == "https://consult.test/consultations/charter"
    assert found["counts"] == {"comments": 0, "submissions": 0}
    (round_,) = found["rounds"]
    assert round_["closes_at"] == "2026-12-04T12:00:00Z"
    assert round_["extensions"] == [
        {"from": "2026-12-01T12:00:00Z", "to": "2026-12-04T12:00:00Z", "reason": "Many asked."}
    ]
    assert (await reader.get(f"{API}/consultations/charter?lang=fr")).json()["title"] == "Le charter"
    (listed,) = (await reader.get(f"{API}/consultations")).json()["items"]
    assert {**listed, "drafts": found["drafts"]} == found


async def test_lists_are_whole_page_by_page_while_others_post(site: Site, reader: httpx.AsyncClient) -> None:
    await site.consultation()
    script = await script_of(site)
    for number in range(7):
        assert (await post(script, text=f"comment number {number}")).status_code == 201
    seen: list[str] = []
    address = f"{API}/consultations/charter/comments?limit=2"
    while address:
        answer = (await reader.get(address)).json()
        seen += [each["text"] for each in answer["items"]]
        address = (answer["next"] or "").removeprefix("https://consult.test")
        if len(seen) < 8:
            await post(script, text=f"later {len(seen)}")
    assert seen == [f"comment number {n}" for n in range(7)] + ["later 2", "later 4", "later 6"]
    assert len(await follow(reader, f"{API}/consultations/charter/comments?limit=500")) == 10


async def test_what_is_known_is_not_sent_again(site: Site, reader: httpx.AsyncClient) -> None:
    await site.consultation()
    script = await script_of(site)
    address = f"{API}/consultations/charter/comments"
    first = await reader.get(address)
    tag = first.headers["etag"]
    assert not tag.startswith("W/")
    again = await reader.get(address, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    await post(script, text="something new")
    assert (await reader.get(address, headers={"if-none-match": tag})).status_code == 200


async def test_other_sites_may_read_and_not_write(site: Site, reader: httpx.AsyncClient) -> None:
    await site.consultation()
    address = f"{API}/consultations/charter/comments"
    assert (await reader.get(address)).headers["access-control-allow-origin"] == "*"
    preflight = await reader.options(address, headers={"origin": "https://else.test"})
    assert preflight.status_code == 204
    assert "POST" not in preflight.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in preflight.headers
    refused = await reader.post(address, json={"text": "x"}, headers={"origin": "https://else.test"})
    assert "access-control-allow-origin" not in refused.headers


async def test_hidden_and_waiting_text_is_for_staff_alone(site: Site, reader: httpx.AsyncClient) -> None:
    await site.consultation()
    script, moderator = await script_of(site), await script_of(site, Role.MODERATOR, "Mo")
    reference = (await post(script, text="a canary sang")).json()["reference"]
    await post(script, text="a reply", parent=reference)
    async with site.database.writing() as session:
        hidden = update(Contribution).where(Contribution.reference == reference)
        await session.execute(hidden.values(state=State.HIDDEN))
    address = f"{API}/consultations/charter/comments"
    assert "canary" not in (await reader.get(address)).text
    assert (await reader.get(f"{API}/contributions/{reference}")).status_code == 404
    assert (await reader.get(f"{address}?state=hidden")).status_code == 404
    assert (await script.get(f"{address}?state=all")).status_code == 404
    (found,) = (await moderator.get(f"{address}?state=hidden")).json()["items"]
    assert (found["state"], found["text"]) == ("hidden", "a canary sang")


async def test_what_is_not_public_is_not_there(site: Site, reader: httpx.AsyncClient) -> None:
    await site.consultation("secret", published=False)
    for path in ("", "/comments", "/submissions", "/drafts/text"):
        answer = await reader.get(f"{API}/consultations/secret{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    editor = await script_of(site, Role.EDITOR)
    assert (await editor.get(f"{API}/consultations/secret")).status_code == 200
    assert (await reader.get(f"{API}/consultations")).json()["items"] == []


async def test_a_draft_comes_with_its_blocks_in_every_language(site: Site, reader: httpx.AsyncClient) -> None:
    await site.consultation()
    await with_draft(site)
    found = (await reader.get(f"{API}/consultations/charter/drafts/text")).json()
    assert (found["version"], found["versions"][0]["languages"]) == (1, ["en", "fr"])
    heading, first, _ = found["blocks"]
    assert (heading["kind"], heading["level"], heading["position"]) == ("heading", 1, 0)
    assert first["texts"]["en"] == {"text": "Members share what they learn.", "original": True}
    assert first["texts"]["fr"] == {"text": "Les membres partagent ce qu'ils apprennent."}
    assert first["comment_count"] == 0
    with_html = (await reader.get(f"{API}/consultations/charter/drafts/text?version=1&html=true")).json()
    assert "html" in with_html["blocks"][1]["texts"]["en"]
    assert (await reader.get(f"{API}/consultations/charter/drafts/text?version=9")).status_code == 404


async def test_search_answers_as_the_page_does(site: Site, reader: httpx.AsyncClient) -> None:
    await site.consultation()
    script = await script_of(site)
    assert (await reader.get(f"{API}/search?q=audits")).status_code == 503
    reference = (await post(script, text="Independent audits & <b>more</b> audits.", lang="en")).json()[
        "reference"
    ]
    engine = WhooshEngine(site.settings.index_dir)
    await rebuild_index(site.database, engine)
    engine.close()
    found = (await reader.get(f"{API}/search?q=audit&type=comment")).json()
    (item,) = found["items"]
    assert (found["query"], found["total"], item["reference"]) == ("audit", 1, reference)
    assert "<mark>audits</mark>" in item["excerpt"]
    assert "<b>" not in item["excerpt"]
    assert item["url"].endswith(f"/contributions/{reference}")
    assert found["facets"]["type"] == [{"value": "comment", "count": 1}]


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "cursor=zz", "cursor=YWZ0ZXI6LTE"])
async def test_parameters_that_make_no_sense_are_named(
    query: str, site: Site, reader: httpx.AsyncClient
) -> None:
    await site.consultation()
    answer = await reader.get(f"{API}/consultations/charter/comments?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]
