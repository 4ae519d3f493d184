"""Staff bring in contributions; what is wrong with a line is said, and the others are there, once."""

from __future__ import annotations

import asyncio
import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.exchange.lines import LineRefusedError, Reader
from consult.models.consultation import Consultation
from consult.models.contribution import Anchor, Contribution
from consult.models.document import Block
from consult.models.ledger import OutboxEvent, Tally
from tests.conftest import NOW
from tests.exchange.files import Bringing, lines_of, real, real_data, write_lines

pytestmark = pytest.mark.anyio


async def rows(bringing: Bringing, consultation: Consultation) -> list[Contribution]:
    async with bringing.database.reading() as session:
        statement = select(Contribution).where(Contribution.consultation_id == consultation.id)
        return list((await session.execute(statement.order_by(Contribution.id))).scalars())


async def texts(bringing: Bringing, consultation: Consultation) -> list[str]:
    return [row.text for row in await rows(bringing, consultation)]


async def test_lines_become_contributions_with_all_they_say(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    line = {
        "id": "a1", "text": "We *agree* with this.\r\nFully.", "lang": "EN-gb", "created_at": "2024-05-01T10:00:00+02:00",
        "author": " Amina  Diallo ", "organisation": "Rights Now", "kind": "Civil society", "country": "sn",
        "title": "Agreed", "votes": 7,
    }  # fmt: skip
    report = await bringing.bring("charter", write_lines(tmp_path / "f.jsonl", [line]))
    assert (report.read, report.added, report.refused, report.extra) == (1, 1, 0, {"votes": 1})
    (row,) = await rows(bringing, charter)
    assert (row.text, row.lang, row.author_name) == ("We *agree* with this.\nFully.", "en-GB", "Amina Diallo")
    assert (row.organisation_name, row.kind, row.country) == ("Rights Now", "civil-society", "SN")
    assert row.created_at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert (row.reference, row.title, row.place) == (f"{charter.reference}-C0001", "Agreed", "consultation")
    assert "<em>agree</em>" in row.html
    assert row.round_id is not None
    assert row.author_id is None
    assert await bringing.disagreements() == []


async def test_a_time_without_zone_is_utc_and_no_time_is_now(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    lines = [
        {"id": 1, "text": "one", "created_at": "2016-01-29T10:09:12"},
        {"id": 2, "text": "two", "created_at": "2016-01-28"},
        {"id": 3, "text": "three", "created_at": None},
    ]
    await bringing.bring("charter", write_lines(tmp_path / "f.jsonl", lines))
    assert [row.created_at for row in await rows(bringing, charter)] == [
        datetime(2016, 1, 29, 10, 9, 12, tzinfo=UTC), datetime(2016, 1, 28, tzinfo=UTC), NOW,
    ]  # fmt: skip


async def test_run_again_it_adds_nothing(bringing: Bringing, charter: Consultation, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "f.jsonl", [{"id": n, "text": f"text {n}"} for n in range(30)])
    assert (await bringing.bring("charter", file)).added == 30
    again = await bringing.bring("charter", file)
    assert (again.added, again.there) == (0, 30)
    from_elsewhere = await bringing.bring("charter", file, source="other")
    assert from_elsewhere.added == 30
    assert len(await rows(bringing, charter)) == 60
    assert await bringing.disagreements() == []


async def test_replies_may_come_before_what_they_answer_to_any_depth(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    chain = [
        {"id": f"n{n}", "text": f"depth {n}", **({"parent_id": f"n{n - 1}"} if n else {})} for n in range(26)
    ]
    report = await bringing.bring("charter", write_lines(tmp_path / "f.jsonl", reversed(chain)))
    assert report.refused == 0
    found = await rows(bringing, charter)
    assert [(row.text, row.depth) for row in found] == [(f"depth {n}", n) for n in range(26)]
    assert found[0].reply_count == 25
    assert {row.thread_id for row in found[1:]} == {found[0].id}
    assert await bringing.disagreements() == []


async def test_a_chain_longer_than_a_batch_is_put_in_order(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    chain = [{"id": n, "text": f"depth {n}", **({"parent_id": n - 1} if n else {})} for n in range(2_300)]
    await bringing.bring("charter", write_lines(tmp_path / "f.jsonl", [*chain[1_000:], *chain[:1_000]]))
    assert [row.depth for row in await rows(bringing, charter)] == list(range(2_300))


async def test_replies_to_what_is_there_already_find_it(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    await bringing.bring("charter", write_lines(tmp_path / "a.jsonl", [{"id": "root", "text": "root"}]))
    replies = [
        {"id": "r1", "parent_id": "root", "text": "by its own id"},
        {
            "id": "r2",
            "parent_id": f"{charter.reference}-C0001",
            "text": "by a reference of something brought in",
        },
    ]
    report = await bringing.bring("charter", write_lines(tmp_path / "b.jsonl", replies))
    assert (report.added, report.refused) == (1, 1)
    assert "neither in this file nor in the consultation" in bringing.refused[2]
    assert (await rows(bringing, charter))[1].depth == 1


BAD: dict[str, tuple[bytes, str]] = {
    "no JSON": (b'{"id": "x", "text": ', "no JSON"),
    "no object": (b'["x"]', "no JSON object"),
    "invalid UTF-8": (b'{"id": "x", "text": "\xff\xfe"}', "no JSON in UTF-8"),
    "NUL": (rb'{"id": "x", "text": "a\u0000b"}', "can't be stored"),
    "half a surrogate": (rb'{"id": "x", "text": "a\ud800b"}', "no JSON"),
    "deep JSON": (b'{"id": "x", "text": ' + b"[" * 100_000, "nested too deep"),
    "no id": (b'{"text": "words"}', "no id"),
    "no text": (b'{"id": "x"}', "no text"),
    "no words": (b'{"id": "x", "text": " ?! "}', "empty of words"),
    "a text that is none": (b'{"id": "x", "text": {"a": 1}}', "text is not a text"),
    "a time that is none": (b'{"id": "x", "text": "w", "created_at": "yesterday"}', "no time of ISO 8601"),
    "a time to come": (b'{"id": "x", "text": "w", "created_at": "2031-01-01"}', "in the future"),
    "no language": (b'{"id": "x", "text": "w", "lang": "english!"}', "no language tag"),
    "no country": (b'{"id": "x", "text": "w", "country": "Atlantis"}', "no code of ISO 3166"),
    "no kind": (b'{"id": "x", "text": "w", "kind": "aliens"}', "is none of academia"),
    "an unknown parent": (b'{"id": "x", "text": "w", "parent_id": "nowhere"}', "neither in this file"),
    "its own parent": (b'{"id": "x", "text": "w", "parent_id": "x"}', "lead back to itself"),
    "no such block": (b'{"id": "x", "text": "w", "draft": "text", "block": "zz"}', "no block"),
    "half a place": (b'{"id": "x", "text": "w", "block": "zz"}', "go together"),
    "the same id": (b'{"id": "first", "text": "w"}', "on line 1 already"),
    "far too long": (b'{"id": "x", "text": "' + b"w " * 150_000 + b'"}', "at most 200,000"),
    "10 MB": (b'{"id": "x", "text": "' + b"w " * 5_000_000 + b'"}', "longer than"),
}


@pytest.mark.parametrize("bad", BAD)
async def test_one_bad_line_does_not_lose_the_rest(
    bad: str, bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    line, reason = BAD[bad]
    around = [{"id": "first", "text": "first"}, line, {"id": "last", "text": "last"}]
    report = await bringing.bring("charter", write_lines(tmp_path / "f.jsonl", around))
    assert (report.added, report.refused) == (2, 1)
    assert reason in bringing.refused[2]
    assert await texts(bringing, charter) == ["first", "last"]


async def test_strict_keeps_nothing_where_a_line_is_refused_and_a_dry_run_never_does(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "f.jsonl", [{"id": 1, "text": "good"}, {"id": 2, "text": "!"}])
    assert not (await bringing.bring("charter", file, strict=True)).kept
    dry = await bringing.bring("charter", file, dry_run=True)
    assert (dry.added, dry.refused, dry.kept) == (1, 1, False)
    assert await texts(bringing, charter) == []


async def test_replies_to_a_refused_line_say_which(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    lines = [
        {"id": "grandchild", "parent_id": "child", "text": "c"},
        {"id": "child", "parent_id": "bad", "text": "b"},
        {"id": "bad", "text": "?"},
        {"id": "ring1", "parent_id": "ring2", "text": "r"},
        {"id": "ring2", "parent_id": "ring1", "text": "r"},
    ]
    report = await bringing.bring("charter", write_lines(tmp_path / "f.jsonl", lines))
    assert report.refused == 5
    assert "answers line 3" in bringing.refused[2]
    assert "answers line 2" in bringing.refused[1]
    assert "lead back" in bringing.refused[4]


async def test_the_form_of_the_file_does_not_matter(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    body = (
        b'\xef\xbb\xbf{"id": 1, "text": "one"}\r\n\r\n{"id": 2, "text": "two"}\r\n{"id": 3, "text": "three"}'
    )
    (tmp_path / "f.jsonl").write_bytes(body)
    assert (await bringing.bring("charter", tmp_path / "f.jsonl")).refused == 0
    assert await texts(bringing, charter) == ["one", "two", "three"]


async def test_a_broken_gzip_file_gives_what_could_be_read(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    import_file = tmp_path / "f.jsonl.gz"
    write_lines(tmp_path / "f.jsonl", [{"id": n, "text": f"words number {n}"} for n in range(5_000)])
    import_file.write_bytes(gzip.compress((tmp_path / "f.jsonl").read_bytes())[:-200])
    report = await bringing.bring("charter", import_file)
    assert report.added > 1_000
    assert report.refused == 1
    assert "can't be read from here on" in next(iter(bringing.refused.values()))


async def test_comments_stand_on_blocks_and_on_words_in_either_language(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    async with bringing.database.reading() as session:
        keys = list((await session.execute(select(Block.key).order_by(Block.position))).scalars())
    lines: list[dict[str, Any]] = [
        {"id": 1, "text": "on words", "draft": "text", "block": keys[1], "quote": "share  what"},
        {
            "id": 2,
            "text": "sur les mots",
            "draft": "text",
            "block": keys[1],
            "quote": "partagent",
            "lang": "fr",
        },
        {"id": 3, "text": "on the block", "draft": "text", "block": keys[2]},
        {
            "id": 4,
            "text": "on words that are not there",
            "draft": "text",
            "block": keys[2],
            "quote": "dragons",
        },
        {"id": 5, "text": "a reply", "parent_id": 1},
    ]
    report = await bringing.bring("charter", write_lines(tmp_path / "f.jsonl", lines))
    assert (report.refused, list(bringing.remarks)) == (0, [4])
    async with bringing.database.reading() as session:
        anchors = (await session.execute(select(Anchor).order_by(Anchor.contribution_id))).scalars().all()
        counts = (await session.execute(select(Block.comment_count).order_by(Block.position))).scalars().all()
    assert [(each.exact, each.lang) for each in anchors] == [
        ("share what", "en"),
        ("partagent", "fr"),
        ("", "en"),
        ("", "en"),
    ]
    assert list(counts) == [0, 3, 2]
    assert await bringing.disagreements() == []


async def test_caches_and_the_worker_hear_of_each_batch(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    file = write_lines(
        tmp_path / "f.jsonl", [{"id": n, "text": f"text {n}", "lang": "en"} for n in range(2_500)]
    )
    await bringing.bring("charter", file)
    async with bringing.database.reading() as session:
        statement = (
            select(OutboxEvent).where(OutboxEvent.kind == "contributions.imported").order_by(OutboxEvent.id)
        )
        events = (await session.execute(statement)).scalars().all()
        tallied = (
            (await session.execute(select(Tally.count).where(Tally.dimension == "type"))).scalars().all()
        )
        last = (await session.execute(select(func.max(Contribution.id)))).scalar_one()
    assert len(events) == 3
    assert f"consultation:{charter.id}" in events[0].scopes
    assert "site" in events[0].scopes
    assert [events[2].data["last_id"], list(tallied)] == [last, [2_500]]


@real_data
@pytest.mark.parametrize(
    ("name", "type_", "refused"),
    [
        ("threads_decide_madrid", "", 0),
        ("short_comments_polis", "", 5),
        ("submissions_drw", "submission", 0),
        ("udhr_six", "", 0),
    ],
)
async def test_real_texts_by_real_people_come_in_whole(
    name: str, type_: str, refused: int, bringing: Bringing, charter: Consultation
) -> None:
    report = await bringing.bring("charter", real(name), type=type_)
    given = lines_of(real(name))
    assert (report.read, report.refused, report.added) == (len(given), refused, len(given) - refused)
    found = {row.source_id: row for row in await rows(bringing, charter)}
    kept = [line for line in given if line["id"] in found]
    assert all(found[line["id"]].text == line["text"].strip() for line in kept)
    assert all(found[line["id"]].lang == line["lang"] for line in kept)
    assert all(found[line["id"]].html for line in kept)
    again = await bringing.bring("charter", real(name), type=type_)
    assert (again.added, again.there) == (0, report.added)
    assert await bringing.disagreements() == []


async def test_two_at_once_bring_each_line_once(
    bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    file = write_lines(
        tmp_path / "f.jsonl", [{"id": n, "text": f"text {n}", "lang": "en"} for n in range(3_000)]
    )
    await asyncio.gather(bringing.bring("charter", file), bringing.bring("charter", file))
    assert len(await rows(bringing, charter)) == 3_000
    assert await bringing.disagreements() == []


def test_json_of_any_kind_is_refused_or_taken_and_never_crashes() -> None:
    reader = Reader("en", "", NOW)
    values: list[Any] = [None, True, 0, -1, 1e300, "", "x", "\u202e", "x" * 400, [], {}, ["x"], {"a": "b"}]
    for name in (
        "id",
        "parent_id",
        "lang",
        "created_at",
        "author",
        "kind",
        "country",
        "draft",
        "quote",
        "type",
    ):
        for value in values:
            line = {"id": "x", "text": "words", name: value}
            with suppress(LineRefusedError):
                reader.read(1, json.dumps(line).encode())
