"""A backup is whole, goes into an empty place of either kind, and nowhere else."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from consult.db.database import Database
from consult.exchange.archive import (
    ArchiveError,
    is_empty_place,
    read_archive,
    restore_archive,
    write_archive,
)
from consult.models import Base
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, State
from consult.models.document import Figure
from consult.models.ledger import Counter, Tally
from consult.settings import Settings
from tests.conftest import NOW
from tests.exchange.files import Bringing, write_lines

pytestmark = pytest.mark.anyio


async def fill(bringing: Bringing, folder: Path) -> None:
    lines = [
        {"id": n, "text": f"text {n}", "lang": "en", **({"parent_id": n - 1} if n % 3 else {})}
        for n in range(1, 1_500)
    ]
    await bringing.bring("charter", write_lines(folder / "f.jsonl", lines))
    async with bringing.database.writing() as session:
        await session.execute(
            insert(Figure).values(name="f1.png", file_name="f.png", type="image/png", body=b"\x00\xff\x89")
        )


async def test_a_backup_goes_into_an_empty_place_of_the_other_kind_and_back(
    bringing: Bringing, charter: Consultation, settings: Settings, tmp_path: Path
) -> None:
    await fill(bringing, tmp_path)
    file = tmp_path / "backup.zip"
    manifest = write_archive(settings.url, file, NOW)
    assert read_archive(file) == manifest
    assert file.stat().st_mode & 0o077 == 0
    other = f"sqlite+aiosqlite:///{tmp_path / 'elsewhere' / 'consult.sqlite3'}"
    assert is_empty_place(other)
    restore_archive(other, file)
    second = write_archive(other, tmp_path / "second.zip", NOW)
    assert second.tables == manifest.tables
    there = Bringing(Database(other), bringing.clock)
    assert await there.disagreements() == []
    before, after = await bringing.take(charter.id), await there.take(charter.id)
    assert before == after
    await there.database.close()


async def test_what_is_restored_goes_on_counting(
    bringing: Bringing, charter: Consultation, settings: Settings, tmp_path: Path
) -> None:
    await fill(bringing, tmp_path)
    write_archive(settings.url, tmp_path / "backup.zip", NOW)
    await empty(bringing)
    restore_archive(settings.url, tmp_path / "backup.zip")
    more = write_lines(tmp_path / "more.jsonl", [{"id": "more", "text": "one more"}])
    assert (await bringing.bring("charter", more)).added == 1
    assert await bringing.disagreements() == []


async def empty(bringing: Bringing) -> None:
    async with bringing.database.writing() as session:
        await session.execute(update(Contribution).values(parent_id=None, thread_id=None))
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(table.delete())


async def test_a_place_that_is_not_empty_is_left_alone(
    bringing: Bringing, charter: Consultation, settings: Settings, tmp_path: Path
) -> None:
    write_archive(settings.url, tmp_path / "backup.zip", NOW)
    with pytest.raises(ArchiveError, match="empty place"):
        restore_archive(settings.url, tmp_path / "backup.zip")


async def test_a_damaged_backup_is_known_before_anything_is_written(
    bringing: Bringing, charter: Consultation, settings: Settings, tmp_path: Path
) -> None:
    file, bad = tmp_path / "backup.zip", tmp_path / "bad.zip"
    write_archive(settings.url, file, NOW)
    with zipfile.ZipFile(file) as good, zipfile.ZipFile(bad, "w") as out:
        for name in good.namelist():
            body = good.read(name)
            out.writestr(
                name, body.replace(b"charter", b"chapter") if name == "consultations.jsonl" else body
            )
    elsewhere = f"sqlite+aiosqlite:///{tmp_path / 'elsewhere.sqlite3'}"
    with pytest.raises(ArchiveError, match="consultations is damaged"):
        restore_archive(elsewhere, bad)
    assert not (tmp_path / "elsewhere.sqlite3").exists()
    (tmp_path / "no.zip").write_bytes(b"not a zip at all")
    with pytest.raises(ArchiveError, match="no backup"):
        read_archive(tmp_path / "no.zip")


WRONGS = {
    "tallies": update(Tally).values(count=Tally.count + 1),
    "references": update(Counter).where(Counter.name.like("comment:%")).values(value=Counter.value + 1),
    "replies": update(Contribution).where(Contribution.parent_id.is_(None)).values(reply_count=77),
    "supports": update(Contribution).where(Contribution.depth == 1).values(support_count=3),
    "threads": update(Contribution).where(Contribution.depth == 1).values(depth=5),
    "public log": update(Contribution).where(Contribution.depth == 1).values(state=State.HIDDEN),
}


@pytest.mark.parametrize("wrong", WRONGS)
async def test_what_disagrees_is_found(
    wrong: str, bringing: Bringing, charter: Consultation, tmp_path: Path
) -> None:
    await fill(bringing, tmp_path)
    async with bringing.database.writing() as session:
        await session.execute(WRONGS[wrong].execution_options(synchronize_session=False))
    assert any(said.startswith(f"{wrong}:") for said in await bringing.disagreements())
