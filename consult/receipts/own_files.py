"""A person's own receipts as files.

| address | what |
| --- | --- |
| respond/{key}/receipt.json | receipt, proof and head in one file; `?number=` for an earlier sending |
| respond/{key}/receipt.pdf | the same on paper, with the file attached |
| respond/{key}/received.json | the response as it was received: the bytes that the receipt's SHA-256 is of |
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound
from consult.paper.printing import print_pdf
from consult.receipts.files import armour, write_file
from consult.receipts.gathering import gather_file
from consult.receipts.queries import Issued, find_issued
from consult.receipts.signing import load_signer
from consult.receipts.views import view_receipt, view_signed
from consult.security.permissions import Permission
from consult.submissions.queries import get_own
from consult.web.respond import actor_needed
from consult.web.site import Ask, locale_of, site_of

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
    html = _render(request, content, issued.time_zone)
    pdf = await print_pdf(html, {"receipt.json": write_file(content)})
    return file_answer(pdf, f"{_name(issued)}.pdf", "application/pdf")


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


def _render(request: Ask, content: dict[str, Any], zone: str) -> str:
    """The page that the PDF is made of; it fetches nothing."""
    locale = locale_of(request)
    receipt = view_receipt(content["receipt"], locale, zone, actor_needed(request).zone)
    context = {"receipt": receipt, "head": view_signed(content["head"]), "armour": armour(content)}
    return site_of(request).renderer.render(locale, "receipts/paper.html", context)


HANDLERS = (download_receipt, download_paper, download_received)
