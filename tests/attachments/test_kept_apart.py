"""Files are taken along by a backup, come back with it, and are proved to be what was received."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from consult.attachments.store import store_of
from consult.exchange.archive import ArchiveError, read_archive, restore_archive, write_archive
from consult.exchange.verifying_files import check_files
from consult.settings import Settings
from tests.attachments import files as f
from tests.attachments.scene import Responding, responding
from tests.conftest import NOW
from tests.people import Site

pytestmark = pytest.mark.anyio


async def disagreements(ada: Responding) -> list[str]:
    async with ada.site.database.reading() as session:
        return [said async for said in check_files(session, store_of(ada.site.settings))]


async def test_a_backup_holds_the_files_and_brings_them_back(site: Site, tmp_path: Path) -> None:
    ada = await responding(site)
    await ada.send("letter.docx", f.docx())
    await ada.send("words.txt", b"words")
    assert await disagreements(ada) == []
    path = tmp_path / "backup.zip"
    manifest = write_archive(site.settings.url, path, NOW, store=store_of(site.settings))
    assert sorted(manifest.files) == ada.stored()
    elsewhere = Settings(data_dir=tmp_path / "elsewhere")
    elsewhere.data_dir.mkdir()
    restore_archive(elsewhere.url, path, store=store_of(elsewhere))
    assert sorted(store_of(elsewhere).names()) == ada.stored()
    path.write_bytes(path.read_bytes().replace(b"words", b"sword"))
    with pytest.raises(ArchiveError):
        read_archive(path)


async def test_a_file_that_was_changed_or_is_gone_is_named(site: Site) -> None:
    ada = await responding(site)
    for name in ("one.txt", "two.txt", "three.txt"):
        await ada.send(name, name.encode())
    one, two, _ = [each.sha256 for each in await ada.attachments()]
    folder = site.settings.data_dir / "files"
    (folder / one[:2] / one[2:]).write_bytes(b"other")
    shutil.rmtree(folder / two[:2])
    said = sorted(await disagreements(ada))
    assert said == sorted([f"{one}: is not what was received", f"{two}: is not in the file store"])
