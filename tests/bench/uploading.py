"""50 MB of files sent to one web process, by pieces and by a plain form: what memory that costs it."""

from __future__ import annotations

import asyncio
import random
import struct
import sys
import tempfile
import zlib
from io import BytesIO
from pathlib import Path

import httpx
from pypdf import PdfWriter
from pypdf.generic import NameObject, NumberObject, StreamObject
from sqlalchemy import select

from consult.accounts.queries import find_by_session
from consult.attachments.kinds import PIECE
from consult.db.database import Database
from consult.models.consultation import Round
from consult.models.submission import Attachment, Submission
from consult.security.tokens import masked, token_hash
from tests.bench.plan import Plan
from tests.bench.scene import SECRET, Scene, make_scene
from tests.bench.servers import Server, children, peak, serving
from tests.bench.table import Row, at_most

KEY = "response-of-the-benchmark"
FILES = f"/en/respond/{KEY}/files"
EACH = 24_500_000
"""Bytes of each of two files: together they fill a response."""


def measure(plan: Plan) -> list[Row]:
    """A PDF by pieces, a picture by a form, and both back; beside the memory of the process before."""
    room = plan.room("uploading")
    scene = asyncio.run(make_scene(room, comments=0))
    token = asyncio.run(_begin(scene))
    with serving("consult.app:create_app", scene.environment, room / "server.log") as server:
        address = f"http://127.0.0.1:{server.port}"
        headers = {
            "cookie": scene.cookie(),
            "origin": address,
            "x-csrf-token": token,
            "host": f"127.0.0.1:{server.port}",
        }
        with httpx.Client(base_url=address, headers=headers, timeout=120) as client:
            _send_by_pieces(client, "warm-up.txt", b"words")
            before = _from_now_on(server)
            _send_all(client)
            more = server.memory() - before
    kept = asyncio.run(_kept(scene))
    assert kept == ["kept"] * 3, kept
    what = "50 MB of uploads and downloads: memory of"
    small = max(peak_of_looking(large_pdf(10_000)), peak_of_looking(large_png(100_000)))
    large = max(peak_of_looking(large_pdf(EACH)), peak_of_looking(large_png(EACH)))
    detail = (
        f"its peak, beside {small:.0f} MB for small ones; two files of {EACH / 1e6:.1f} MB, each of one piece"
    )
    return [
        at_most(f"{what} the web process", more, 30, f"its peak, beside {before:.0f} MB before", "MB"),
        at_most(f"{what} the process that looks into a file", large - small, 30, detail, "MB"),
    ]


def _from_now_on(server: Server) -> float:
    """The worker's memory now, in MB, from which its peak is counted anew: starting took more (man 5 proc, clear_refs)."""
    for pid in children(server.pid):
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return server.memory()


def _send_all(client: httpx.Client) -> None:
    """Both files in and out."""
    _send_by_pieces(client, "large.pdf", large_pdf(EACH))
    _send_by_form(client, "large.png", large_png(EACH))
    page = client.get(FILES).text
    for part in page.split('class="file__name"><a href="')[1:]:
        with client.stream("GET", part.partition('"')[0]) as answer:
            assert sum(len(chunk) for chunk in answer.iter_bytes()) > 0


def _send_by_pieces(client: httpx.Client, name: str, body: bytes) -> None:
    begun = (
        client.post(f"{FILES}/begin", data={"name": name, "size": str(len(body))}).raise_for_status().json()
    )
    for offset in range(0, len(body), PIECE):
        address = f"{FILES}/{begun['key']}/pieces?offset={offset}"
        client.patch(address, content=body[offset : offset + PIECE]).raise_for_status()


def _send_by_form(client: httpx.Client, name: str, body: bytes) -> None:
    answer = client.post(FILES, data={"question": ""}, files={"files": (name, BytesIO(body))})
    assert answer.status_code == 303, answer.status_code


def peak_of_looking(body: bytes) -> float:
    """The peak memory, in MB, of a process that looks into a file."""
    return asyncio.run(_look(body))


async def _look(body: bytes) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(body)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "consult.attachments.work", "check", str(path), "file", str(Path(folder) / "copy"),
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        highest = 0.0
        while process.returncode is None:
            highest = max(highest, peak(process.pid))
            await asyncio.sleep(0.02)
        return highest


def large_pdf(size: int) -> bytes:
    """A page with one picture that does not pack."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    picture = StreamObject()
    picture.set_data(random.Random(1).randbytes(size - 2_000))
    picture[NameObject("/Length")] = NumberObject(size - 2_000)
    page[NameObject("/Extra")] = writer._add_object(picture)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def large_png(size: int) -> bytes:
    """A picture whose pixels don't pack."""
    row = size // 3_000
    chance = random.Random(2)
    pixels = zlib.compress(b"".join(b"\0" + chance.randbytes(row * 3) for _ in range(1_000)), 0)[: size - 200]

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", row, 1_000, 8, 2, 0, 0, 0)
    parts = [pixels[at : at + 65_536] for at in range(0, len(pixels), 65_536)]
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            *(chunk(b"IDAT", part) for part in parts),
            chunk(b"IEND", b""),
        ]
    )


async def _begin(scene: Scene) -> str:
    """A begun response of the first person; the token of their forms."""
    database = Database(scene.settings.url)
    try:
        async with database.writing() as session:
            found = await find_by_session(session, token_hash(scene.tokens[0]), SECRET)
            assert found is not None
            actor, _ = found
            round_ = (await session.execute(select(Round).limit(1))).scalar_one()
            now = round_.created_at
            session.add(
                Submission(key=KEY, round_id=round_.id, author_id=actor.id, begun_at=now, saved_at=now)
            )
        return masked(actor.csrf)
    finally:
        await database.close()


async def _kept(scene: Scene) -> list[str]:
    database = Database(scene.settings.url)
    try:
        async with database.reading() as session:
            return [str(state) for state in (await session.execute(select(Attachment.state))).scalars()]
    finally:
        await database.close()
