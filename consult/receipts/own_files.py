"""A person's own receipts as files.

| address | what |
| --- | --- |
| respond/{key}/receipt.json | receipt, proof and head in one file; `?number=` for an earlier sending |
| respond/{key}/receipt.pdf | the same on paper, with the file attached |
| respond/{key}/received.json | the response as it was received: the bytes that the receipt's SHA-256 is of |
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import msgspec
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import ConsultError, NotFound
from consult.receipts.files import write_file
from consult.receipts.gathering import gather_file
from consult.receipts.paper_order import Order
from consult.receipts.queries import Issued, find_issued
from consult.receipts.signing import load_signer
from consult.security.permissions import Permission
from consult.settings import ROOT
from consult.submissions.queries import get_own
from consult.web.respond import actor_needed
from consult.web.site import Ask, locale_of, site_of

TIME_LIMIT = 60.0
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE",
                    "LD_LIBRARY_PATH", "PYTHONPATH")  # fmt: skip
"""What the process that makes a PDF is told of its surroundings: no secret is among it."""
_TURNS: RunVar[CapacityLimiter] = RunVar("receipts_on_paper")
OWN: dict[str, Any] = {"permission": Permission.RESPOND}


@get("/respond/{key:str}/receipt.json", opt=OWN)
async def download_receipt(request: Ask, session: AsyncSession, key: str, number: int = 0) -> Response[bytes]:
    """The receipt's file, which needs nothing else to be checked."""
    issued = await _own(request, session, key, number)
    return file_answer(await receipt_file(request, session, issued), f"{_name(issued)}.json")


@get("/respond/{key:str}/receipt.pdf", opt=OWN)
async def download_paper(request: Ask, session: AsyncSession, key: str, number: int = 0) -> Response[bytes]:
    """The receipt on paper."""
    issued = await _own(request, session, key, number)
    content = await receipt_content(request, session, issued)
    order = Order(content, locale_of(request), issued.time_zone, actor_needed(request).zone)
    return file_answer(await _on_paper(order), f"{_name(issued)}.pdf", "application/pdf")


@get("/respond/{key:str}/received.json", opt=OWN)
async def download_received(
    request: Ask, session: AsyncSession, key: str, number: int = 0
) -> Response[bytes]:
    """The response as it was received, to the last byte."""
    issued = await _own(request, session, key, number)
    if not issued.sending.text:
        raise NotFound
    return file_answer(issued.sending.text.encode(), f"{_name(issued)}.received.json")


async def _own(request: Ask, session: AsyncSession, key: str, number: int) -> Issued:
    submission = await get_own(session, key, actor_needed(request))
    return await find_issued(session, submission.id, number=number)


async def receipt_content(request: Ask, session: AsyncSession, issued: Issued) -> dict[str, Any]:
    """A sending's receipt with its proof and a head."""
    site = site_of(request)
    return await gather_file(session, issued.sending, load_signer(site.settings), site.clock.now())


async def receipt_file(request: Ask, session: AsyncSession, issued: Issued) -> bytes:
    """The same as the bytes of its file."""
    return write_file(await receipt_content(request, session, issued))


def file_answer(body: bytes, name: str, media_type: str = "application/json") -> Response[bytes]:
    """A download that nobody else may keep."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(body, media_type=media_type, headers=headers)


def _name(issued: Issued) -> str:
    said = msgspec.json.decode(issued.sending.receipt)["received"]
    return f"receipt-{said['reference']}-{said['sending']}"


async def _on_paper(order: Order) -> bytes:
    """One at a time in each server process: at a deadline many want theirs at once, and the pages go first."""
    try:
        turns = _TURNS.get()
    except LookupError:
        turns = CapacityLimiter(1)
        _TURNS.set(turns)
    async with turns:
        return await _in_process(order)


async def _in_process(order: Order) -> bytes:
    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "consult.receipts.paper", cwd=ROOT, env=environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        body, _ = await asyncio.wait_for(process.communicate(msgspec.msgpack.encode(order)), TIME_LIMIT)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not body:
        raise ConsultError
    return body


HANDLERS = (download_receipt, download_paper, download_received)
