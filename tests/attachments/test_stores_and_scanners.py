"""Bytes lie on disk or in a bucket and go nowhere else; a scanner that is there is asked, one that is away is waited for."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from moto.server import ThreadedMotoServer

from consult.attachments.parts import Parts, WrongOffsetError
from consult.attachments.scanning import answers
from consult.attachments.store import FileMissingError, FileStore, sha256_of, store_of
from consult.kernel.clock import SetClock
from consult.settings import Settings, SettingsError
from consult.worker import run_worker
from tests.attachments import files as f
from tests.attachments.scene import names_on, responding
from tests.people import Site


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket on a server that speaks S3's protocol."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"s3://consult-files/some/prefix?endpoint=http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["disk", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    if request.param == "disk":
        return store_of(Settings(data_dir=tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    address: str = request.getfixturevalue("bucket")
    endpoint = address.partition("endpoint=")[2]
    _make_bucket(endpoint)
    return store_of(Settings(data_dir=tmp_path, file_store=address))


def _make_bucket(endpoint: str) -> None:
    httpx.put(f"{endpoint}/consult-files", headers={"authorization": "AWS4-HMAC-SHA256 Credential=testing/20261130/us-east-1/s3/aws4_request"})  # fmt: skip


def test_a_store_gives_back_what_was_put_and_forgets_what_was_discarded(
    store: FileStore, tmp_path: Path
) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 60_000)
    sha256 = sha256_of(path)
    assert sha256 not in store
    with pytest.raises(FileMissingError):
        store.chunks(sha256)
    store.put(path, sha256)
    store.put(path, sha256)
    assert sha256 in store
    assert list(store.names()) == [sha256]
    chunks = list(store.chunks(sha256))
    assert b"".join(chunks) == path.read_bytes()
    assert max(map(len, chunks)) < 6 * 2**20
    store.set_aside(sha256)
    assert sha256 not in store
    store.bring_back(sha256)
    assert sha256 in store
    store.set_aside(sha256)
    store.discard(sha256)
    store.bring_back(sha256)
    assert sha256 not in store
    assert list(store.names()) == []


def test_an_address_that_names_no_store_is_refused() -> None:
    for address in ("ftp://x", "s3://", "nonsense"):
        with pytest.raises(SettingsError):
            store_of(Settings(file_store=address))


def test_a_piece_after_a_gap_says_where_to_go_on(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    assert parts.append("a-key-of-an-upload", 0, b"abc", 10) == 3
    with pytest.raises(WrongOffsetError) as refused:
        parts.append("a-key-of-an-upload", 4, b"efg", 10)
    assert refused.value.received == 3
    for name in ("../../etc/passwd", "a/b-and-more-letters", ""):
        with pytest.raises(ValueError, match=r".*"):
            parts.path(name)


@asynccontextmanager
async def clamd(verdicts: list[bytes]) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that speaks clamd's INSTREAM; its address, and what it was sent."""
    sent: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readline()
        if asked == b"nPING\n":
            writer.write(b"PONG\n")
            writer.close()
            return
        assert asked == b"nINSTREAM\n"
        body = bytearray()
        while length := struct.unpack("!L", await reader.readexactly(4))[0]:
            body += await reader.readexactly(length)
        writer.write(b"stream: " + verdicts[len(sent)] + b"\n")
        sent.append(bytes(body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", sent


@pytest.fixture
def plain(tmp_path: Path, migrated_sqlite: Path) -> Settings:
    """Settings of a site of its own, on SQLite."""
    path = tmp_path / "consult.sqlite3"
    path.write_bytes(migrated_sqlite.read_bytes())
    return Settings(
        data_dir=tmp_path, database_url=f"sqlite:///{path}", base_url="https://consult.test",
        secret_key="a secret for tests only", log_level="error",
    )  # fmt: skip


@pytest.mark.anyio
async def test_a_scanner_is_sent_all_of_a_file_and_its_word_counts(plain: Settings, clock: SetClock) -> None:
    body = f.docx()
    async with clamd([b"OK", b"Win.Test.EICAR_HDB-1 FOUND"]) as (address, sent):
        settings = msgspec.structs.replace(plain, clamav=address)
        async with Site.running(settings, clock) as site:
            ada = await responding(site)
            assert (await ada.send("good.docx", body))["state"] == "kept"
            assert (await ada.send("bad.docx", body))["state"] == "refused"
        assert await answers(address)
    assert not await answers(address)
    assert sent == [body, body]


@pytest.mark.anyio
async def test_while_the_scanner_is_away_a_file_waits_and_is_checked_later(
    plain: Settings, clock: SetClock
) -> None:
    away = msgspec.structs.replace(plain, clamav="127.0.0.1:9")
    async with Site.running(away, clock) as site:
        ada = await responding(site)
        assert (await ada.send("a.txt", b"words"))["state"] == "waiting"
        page = (await ada.browser.get(ada.files)).text
        assert names_on(page) == ["a.txt"]
        assert "as soon as the virus scanner answers" in page
        assert ada.stored() == []
        await run_worker(away, clock, once=True)
        assert [each.state for each in await ada.attachments()] == ["uploading"]
        async with clamd([b"OK"]) as (address, _):
            await run_worker(msgspec.structs.replace(plain, clamav=address), clock, once=True)
        assert [each.state for each in await ada.attachments()] == ["kept"]


@pytest.mark.anyio
async def test_uploads_that_nobody_goes_on_with_are_thrown_away(plain: Settings, clock: SetClock) -> None:
    async with Site.running(plain, clock) as site:
        ada = await responding(site)
        key = (await ada.begin("a.txt", 100)).json()["key"]
        await ada.piece(key, 0, b"half of it")
        await ada.send("virus.txt", f.EICAR)
        await ada.send("good.txt", b"words")
        clock.set(clock.now() + timedelta(hours=26))
        await run_worker(plain, clock, once=True)
        assert [each.name for each in await ada.attachments()] == ["a.txt", "good.txt"]
        clock.set(clock.now() + timedelta(days=3))
        await run_worker(plain, clock, once=True)
        assert [each.name for each in await ada.attachments()] == ["good.txt"]
        assert len(ada.stored()) == 1
