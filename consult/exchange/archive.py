"""A whole site in one file: a ZIP with one file of JSON Lines a table and a manifest, alike for both databases.

It is read in one snapshot transaction, so it is consistent whatever is written meanwhile, and can be restored into
either kind of database. It holds everything, people's addresses and password hashes too: keep it as you keep the site.
"""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, LargeBinary, Table, func, select, text

from consult.attachments.store import FileStore
from consult.db import migrate
from consult.db.types import Instant, TranslatedText
from consult.exchange.archived_files import hashes_in, is_whole, pack_files, unpack_files
from consult.kernel.translated import Translated
from consult.models import Base

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1_000


class TableEntry(msgspec.Struct, frozen=True):
    """One table of an archive: its columns in the order of each line, how many lines, their SHA-256."""

    columns: list[str]
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What is in an archive; `revision` is that of the database's schema, `files` are files by SHA-256 with their sizes."""

    format: int
    revision: str
    made_at: datetime
    tables: dict[str, TableEntry]
    files: dict[str, int] = {}


class ArchiveError(ValueError):
    """An archive that can't be used; the message says why."""


def _no_step(_done: int, _of: int) -> None:
    """Nobody watches."""


def write_archive(
    url: str,
    path: Path,
    now: datetime,
    step: Callable[[int, int], None] = _no_step,
    store: FileStore | None = None,
) -> Manifest:
    """Write the database, and the files of `store`, into `path`, which is there only when it is whole. Raises OSError."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                manifest = _write_all(url, archive, now, step, store)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _write_all(
    url: str,
    archive: zipfile.ZipFile,
    now: datetime,
    step: Callable[[int, int], None],
    store: FileStore | None,
) -> Manifest:
    with migrate.connect(url) as connection:
        revision = _begin_snapshot(connection)
        tables = {}
        for done, table in enumerate(Base.metadata.sorted_tables, start=1):
            tables[str(table.name)] = _write_table(connection, archive, table)
            step(done, len(Base.metadata.sorted_tables))
        files = {} if store is None else pack_files(archive, store, hashes_in(connection))
    manifest = Manifest(FORMAT, revision, now, tables, files)
    archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def _begin_snapshot(connection: Connection) -> str:
    """One view of the database for all that follows. On SQLite the first read begins it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    else:
        connection.exec_driver_sql("BEGIN")
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _write_table(connection: Connection, archive: zipfile.ZipFile, table: Table) -> TableEntry:
    sha, rows = hashlib.sha256(), 0
    statement = select(table).order_by(*table.primary_key.columns)
    encoder = msgspec.json.Encoder(order="deterministic")
    with archive.open(_member(table.name), "w", force_zip64=True) as out:
        found = connection.execution_options(yield_per=CHUNK).execute(statement)
        for part in found.partitions():
            lines = encoder.encode_lines([tuple(row) for row in part])
            sha.update(lines)
            out.write(lines)
            rows += len(part)
    return TableEntry([str(column.name) for column in table.columns], rows, sha.hexdigest())


def _member(table: str) -> str:
    return f"{table}.jsonl"


def read_archive(path: Path) -> Manifest:
    """Check every byte of an archive against its manifest. Raises ArchiveError and OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
            if manifest.format != FORMAT:
                raise ArchiveError(
                    f"{path} is of format {manifest.format}; this program reads format {FORMAT}"
                )
            for name, entry in manifest.tables.items():
                _check_table(archive, name, entry)
            for sha256 in manifest.files:
                if not is_whole(archive, sha256):
                    raise ArchiveError(f"the file {sha256} is damaged in this backup")
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError, EOFError) as error:
        raise ArchiveError(f"{path} is no backup of this program, or is damaged: {error}") from None
    return manifest


def _check_table(archive: zipfile.ZipFile, name: str, entry: TableEntry) -> None:
    sha, rows = hashlib.sha256(), 0
    with archive.open(_member(name)) as lines:
        for line in lines:
            sha.update(line)
            rows += 1
    if rows != entry.rows or sha.hexdigest() != entry.sha256:
        raise ArchiveError(f"the table {name} is damaged in this backup")


def is_empty_place(url: str) -> bool:
    """Whether nothing is at a database's address, or only tables without rows."""
    if not migrate.current(url):
        return True
    with migrate.connect(url) as connection:
        return not any(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        )


def restore_archive(
    url: str, path: Path, step: Callable[[int, int], None] = _no_step, store: FileStore | None = None
) -> Manifest:
    """Put an archive into an empty place, in one transaction, and bring it up to date; its files go into `store` first, so
    that no row is there without its file. Raises ArchiveError."""
    manifest = read_archive(path)
    unknown = manifest.tables.keys() - Base.metadata.tables.keys()
    if unknown or not migrate.knows(manifest.revision):
        raise ArchiveError(f"this backup was made by a newer program (revision {manifest.revision})")
    if not is_empty_place(url):
        raise ArchiveError("there is something in this database already; restore into an empty place")
    migrate.upgrade(url, manifest.revision)
    with zipfile.ZipFile(path) as archive, migrate.connect(url) as connection:
        if store is not None:
            unpack_files(archive, store, manifest.files)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        names = [table.name for table in Base.metadata.sorted_tables if table.name in manifest.tables]
        for done, name in enumerate(names, start=1):
            _restore_table(connection, archive, Base.metadata.tables[name], manifest.tables[name].columns)
            step(done, len(names))
        connection.commit()
    migrate.upgrade(url)
    return manifest


def _restore_table(
    connection: Connection, archive: zipfile.ZipFile, table: Table, columns: Sequence[str]
) -> None:
    readers = [_reader(table.c[name].type) for name in columns]
    insert = table.insert()
    with archive.open(_member(table.name)) as lines:
        for chunk in _chunks(lines):
            rows = [
                {
                    name: read(value)
                    for name, read, value in zip(columns, readers, msgspec.json.decode(line), strict=True)
                }
                for line in chunk
            ]
            connection.execute(insert, rows)
    if connection.dialect.name == "postgresql" and "id" in table.c:
        _advance(connection, table)


def _advance(connection: Connection, table: Table) -> None:
    """The next row gets the number after the last one restored."""
    last = connection.execute(select(func.max(table.c.id))).scalar_one()
    if last is not None:
        setting = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)")
        connection.execute(setting, {"table": table.name, "last": last})


def _chunks(lines: Any) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _reader(kind: Any) -> Callable[[Any], Any]:
    """From JSON to what the column's type takes."""
    if isinstance(kind, Instant):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if isinstance(kind, TranslatedText):
        return lambda value: None if value is None else msgspec.convert(value, Translated)
    if isinstance(kind, LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value)
    return lambda value: value
