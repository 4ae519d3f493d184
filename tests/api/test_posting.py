"""A script posts comments with its owner's token, once each, and is told what is wrong."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from consult.models.contribution import Contribution
from tests.api.scene import API, post, script_of, with_draft
from tests.people import BASE, Site

pytestmark = pytest.mark.anyio


async def count(site: Site) -> int:
    async with site.database.reading() as session:
        return int((await session.execute(select(func.count()).select_from(Contribution))).scalar_one())


async def test_a_comment_an_answer_and_words_of_a_block(site: Site, reader: httpx.AsyncClient) -> None:
    await site.consultation()
    await with_draft(site)
    script = await script_of(site)
    first = await post(script, text="Hello *there*.")
    assert first.status_code == 201
    assert (
        first.json()["url"]
        == f"{BASE}/contributions/{first.json()['reference']}"
        == first.headers["location"]
    )
    answer = await post(script, text="An answer.", parent=first.json()["reference"])
    draft = (await reader.get(f"{API}/consultations/charter/drafts/text")).json()
    key = draft["blocks"][1]["key"]
    quoting = await post(script, text="Sur ces mots.", draft="text", block=key, quote="partagent", lang="fr")
    items = (await reader.get(f"{API}/consultations/charter/comments")).json()["items"]
    assert [each["parent_id"] for each in items] == [None, first.json()["reference"], None]
    assert (items[2]["draft"], items[2]["block"], items[2]["quote"]) == ("text", key, "partagent")
    assert items[0]["author"] == "Robin"
    one = await reader.get(f"{API}/contributions/{quoting.json()['reference']}")
    assert one.json() == items[2]
    assert answer.status_code == 201


async def test_sent_again_it_is_there_once(site: Site) -> None:
    await site.consultation()
    script = await script_of(site)
    key = {"Idempotency-Key": "the same"}
    answers = [await post(script, headers=key, text="once") for _ in range(3)]
    at_once = await asyncio.gather(
        *(post(script, headers={"Idempotency-Key": "k2"}, text="twice") for _ in range(4))
    )
    assert {each.status_code for each in (*answers, *at_once)} == {201}
    assert len({each.json()["reference"] for each in (*answers, *at_once)}) == 2
    assert await count(site) == 2


async def test_without_a_good_token_nothing_is_written(site: Site) -> None:
    await site.consultation()
    for client in (site.browser(), await site.signed_in(name="Ana")):
        answer = await client.post(
            f"{API}/consultations/charter/comments", json={"text": "x"}, headers={"origin": BASE}
        )
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    stranger = site.browser()
    stranger.headers["authorization"] = "Bearer nonsense"
    assert (await post(stranger, text="x")).status_code == 401
    assert (await stranger.get(f"{API}/consultations")).status_code == 401
    assert await count(site) == 0


async def test_when_no_round_is_open_it_says_so(site: Site) -> None:
    await site.consultation()
    script = await script_of(site)
    site.clock.advance(timedelta(days=30))
    answer = await post(script, text="too late")
    assert (answer.status_code, answer.json()["title"]) == (409, "No comment period takes this now.")
    assert (await post(script, slug="none", text="x")).status_code == 404


WRONG: dict[str, dict[str, Any]] = {
    "text": {"text": "  "},
    "parent": {"text": "x", "parent": "FMF-2026-01-C9999"},
    "draft": {"text": "x", "draft": "none", "block": "b1"},
    "block": {"text": "x", "draft": "text"},
    "quote": {"text": "x", "quote": "words"},
    "lang": {"text": "x", "lang": "not a language"},
}


@pytest.mark.parametrize("field", WRONG)
async def test_what_is_wrong_is_named(field: str, site: Site) -> None:
    await site.consultation()
    await with_draft(site)
    answer = await post(await script_of(site), **WRONG[field])
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert answer.json()["errors"][0]["message"]


async def test_bodies_that_are_none(site: Site) -> None:
    await site.consultation()
    script = await script_of(site)
    address = f"{API}/consultations/charter/comments"
    for body in (b'{"text": ', b"\xff", b"[" * 100_000):
        answer = await script.post(address, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422)
    assert (await post(script, text=["a", "list"])).status_code == 422
    assert (await post(script, text="a\x00b")).status_code == 422
    assert (await post(script, text="x" * 20_001)).status_code == 422
