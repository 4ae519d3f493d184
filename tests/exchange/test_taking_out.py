"""What is taken away is what the public may see, and can be brought in again."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, State
from consult.models.document import Block, Draft, Version
from tests.exchange.files import Bringing, real, real_data, write_lines
from tests.people import Site

pytestmark = pytest.mark.anyio

OF_THE_SITE = ("reference", "url")
"""What a site gives by itself, so it differs in another consultation."""


def objects(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines()]


def portable(body: bytes) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in each.items() if name not in OF_THE_SITE} for each in objects(body)
    ]


async def key_of(bringing: Bringing, consultation: Consultation, place: int) -> str:
    statement = (
        select(Block.key)
        .join(Version, Version.id == Block.version_id)
        .join(Draft, Draft.id == Version.draft_id)
    )
    statement = statement.where(Draft.consultation_id == consultation.id).order_by(Block.position)
    async with bringing.database.reading() as session:
        return (await session.execute(statement)).scalars().all()[place]


async def test_what_is_taken_out_comes_back_the_same(
    bringing: Bringing, charter: Consultation, other: Consultation, tmp_path: Path
) -> None:
    key = await key_of(bringing, charter, 1)
    assert key == await key_of(bringing, other, 1)
    lines = [
        {
            "id": "r",
            "parent_id": "b",
            "text": "a reply",
            "author": "Bo",
            "created_at": "2024-01-02T03:04:05.678901Z",
        },
        {"id": "b", "text": "on words", "draft": "text", "block": key, "quote": "partagent", "lang": "fr"},
        {
            "id": "c",
            "text": "=1+1 and\nmore",
            "organisation": "Rights",
            "kind": "academia",
            "country": "FR",
            "title": "T",
        },
        {"id": "s", "text": "formal", "type": "submission", "edited_at": "2024-02-01"},
    ]
    await bringing.bring("charter", write_lines(tmp_path / "a.jsonl", lines))
    first = await bringing.take(charter.id)
    (tmp_path / "b.jsonl").write_bytes(first)
    report = await bringing.bring("governance", tmp_path / "b.jsonl")
    assert (report.added, report.refused) == (4, 0)
    assert portable(await bringing.take(other.id)) == portable(first)
    again = await bringing.bring("charter", tmp_path / "b.jsonl")
    assert (again.added, again.there) == (0, 4)


async def test_what_was_written_here_is_not_doubled_by_bringing_in_its_own_export(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    await bringing.bring("charter", write_lines(tmp_path / "a.jsonl", [{"id": 1, "text": "one"}]))
    async with bringing.database.writing() as session:
        await session.execute(update(Contribution).values(source="", source_id=None))
    (tmp_path / "b.jsonl").write_bytes(await bringing.take(charter.id))
    assert (await bringing.bring("charter", tmp_path / "b.jsonl")).there == 1


async def test_what_is_hidden_is_nowhere_and_its_replies_stand_under_what_is_left(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    chain = [{"id": n, "text": f"text canary{n}", **({"parent_id": n - 1} if n else {})} for n in range(5)]
    await bringing.bring("charter", write_lines(tmp_path / "a.jsonl", chain))
    async with bringing.database.writing() as session:
        hidden = update(Contribution).where(Contribution.source_id.in_(("0", "2"))).values(state=State.HIDDEN)
        await session.execute(hidden)
    body = await bringing.take(charter.id)
    assert b"canary0" not in body
    assert b"canary2" not in body
    assert [(each["id"], each["parent_id"], each["thread"]) for each in objects(body)] == [
        ("1", None, "1"), ("3", "1", "1"), ("4", "3", "1"),
    ]  # fmt: skip
    internal = objects(await bringing.take(charter.id, internal=True))
    assert [each["state"] for each in internal] == ["hidden", "published", "hidden", "published", "published"]


async def test_nobody_who_is_anonymous_is_named(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    line = {"id": 1, "text": "words", "author": "Canary Name", "organisation": "Canary Org", "country": "FR"}
    await bringing.bring("charter", write_lines(tmp_path / "a.jsonl", [line]))
    async with bringing.database.writing() as session:
        await session.execute(update(Contribution).values(anonymous=True))
    for ending in ("jsonl", "csv"):
        assert b"Canary" not in await bringing.take(charter.id, ending=ending)


@pytest.mark.parametrize("text", ["=1+1", "+1 agree", "-1", "@all", "＝cmd", " =HYPERLINK(1)"])
async def test_no_cell_is_a_formula(
    text: str, bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    line = {"id": 1, "text": f"{text} words", "author": text, "title": text}
    await bringing.bring("charter", write_lines(tmp_path / "a.jsonl", [line]))
    body = (await bringing.take(charter.id, ending="csv")).decode()
    (row,) = csv.reader(io.StringIO(body))
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "＝")) for cell in row)


@real_data
@pytest.mark.parametrize("name", ["threads_decide_madrid", "udhr_six"])
async def test_real_threads_come_back_the_same(
    name: str, bringing: Bringing, charter: Consultation, other: Consultation, tmp_path: Path
) -> None:
    await bringing.bring("charter", real(name))
    first = await bringing.take(charter.id)
    (tmp_path / "b.jsonl").write_bytes(first)
    await bringing.bring("governance", tmp_path / "b.jsonl")
    assert portable(await bringing.take(other.id)) == portable(first)


async def test_a_reader_downloads_all_of_it_while_others_read(site: Site, tmp_path: Path) -> None:
    consultation = await site.consultation()
    bringing = Bringing(site.database, site.clock)
    file = write_lines(
        tmp_path / "a.jsonl", [{"id": n, "text": f"text {n}", "lang": "en"} for n in range(2_500)]
    )
    await bringing.bring("charter", file)
    answer = await site.browser().get("/en/consultations/charter/export.jsonl")
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 2_500
    assert consultation.reference in answer.headers["content-disposition"]
    table = await site.browser().get("/fr/consultations/charter/export.csv")
    assert len(table.text.splitlines()) == 2_501
    assert (await site.browser().get("/en/consultations/none/export.csv")).status_code == 404


async def test_what_is_not_public_can_not_be_downloaded(site: Site) -> None:
    await site.consultation("secret", published=False)
    assert (await site.browser().get("/en/consultations/secret/export.jsonl")).status_code == 404


async def test_machines_learn_whether_the_site_is_ready_and_which_pages_it_has(site: Site) -> None:
    await site.consultation()
    ready = await site.browser().get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {"ready": False, "database": "ok", "index": "empty", "worker": "never seen"}
    pages = (await site.browser().get("/sitemap.xml")).text
    assert "<loc>https://consult.test/ar/consultations/charter</loc>" in pages
    assert 'hreflang="x-default"' in pages
