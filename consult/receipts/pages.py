"""Pages about receipts.

| address | what |
| --- | --- |
| receipts | check a receipt; what one says |
| receipts/log?entry=7 | what the public log is; its heads, keys, and entries from one on backwards |
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid, invalid
from consult.kernel.messages import N_
from consult.receipts.files import LONGEST, NotAReceiptError, ReceiptFile, read_file
from consult.receipts.holding import Held, hold_against_log
from consult.receipts.queries import ON_PAGE, list_entries, list_heads, log_size
from consult.receipts.signing import load_signer
from consult.receipts.views import KeyView, grouped, view_entry, view_head, view_receipt, view_steps
from consult.security.permissions import Permission
from consult.web.forms import form_of, form_state, read_form
from consult.web.respond import respond
from consult.web.site import Ask, actor_of, locale_of, site_of


async def show_form(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[bytes]:
    """Paste a receipt or choose its file."""
    context = {"form": form_state(failed, catalogue(locale_of(request))), "most": LONGEST}
    return respond(request, "receipts/check.html", context, has_errors=failed is not None)


@get("/receipts", opt={"permission": Permission.READ})
async def get_form(request: Ask, session: AsyncSession) -> Response[bytes]:
    """The form."""
    return await show_form(request, session)


@post(
    "/receipts",
    opt={"permission": Permission.READ, "redisplay": show_form, "form_at": "/receipts", "open": True},
    status_code=200,
)
async def post_receipt(request: Ask, session: AsyncSession) -> Response[bytes]:
    """Check what was given, step by step. Nothing is kept."""
    typed = await read_form(request)
    text = await _uploaded(request) or typed["receipt"]
    if not text:
        raise invalid("receipt", N_("Paste the receipt, or choose its file."))
    try:
        file = read_file(text)
    except NotAReceiptError as error:
        raise invalid("receipt", str(error)) from None
    held = await hold_against_log(session, file, load_signer(site_of(request).settings))
    return respond(request, "receipts/checked.html", _context(request, file, held))


def _context(request: Ask, file: ReceiptFile, held: Held) -> dict[str, Any]:
    """What a receipt says is shown only where its signature is ours: nobody shall put words into our mouth."""
    locale, actor = locale_of(request), actor_of(request)
    signed = held.steps[0].good and held.steps[1].good
    return {
        "good": held.good,
        "steps": view_steps(held.steps, locale, has_head=held.head is not None),
        "receipt": view_receipt(file.receipt, locale, "UTC", actor.zone if actor else "") if signed else None,
        "head": view_head(held.head) if held.head else None,
        "since": [view_entry(each, locale) for each in held.since],
    }


async def _uploaded(request: Ask) -> str:
    for name, value in (await form_of(request)).multi_items():
        if name == "file" and isinstance(value, UploadFile):
            await value.seek(0)
            try:
                return (await value.read(4 * LONGEST)).decode().replace("\x00", "")
            except UnicodeDecodeError:
                raise invalid("file", N_("Choose the receipt's file that ends in .json.")) from None
    return ""


@get("/receipts/log", opt={"permission": Permission.READ})
async def get_log(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What the public log is and what is in it."""
    locale, signer = locale_of(request), load_signer(site_of(request).settings)
    keys = [
        KeyView(grouped(id), id == signer.id)
        for id in sorted(signer.keys, key=lambda each: each != signer.id)
    ]
    newest = await log_size(session) - 1
    last = _entry_asked(request, newest)
    context = {
        "size": newest + 1,
        "heads": [view_head(each) for each in await list_heads(session, ON_PAGE)],
        "entries": [view_entry(each, locale) for each in await list_entries(session, last)],
        "keys": keys,
        "pages": {
            "previous": _log_address(locale, min(last + ON_PAGE, newest)) if last < newest else "",
            "next": _log_address(locale, last - ON_PAGE) if last >= ON_PAGE else "",
        },
    }
    return respond(request, "receipts/log.html", context)


def _entry_asked(request: Ask, newest: int) -> int:
    """The entry to begin with: the newest, where none that is there is asked for."""
    text = request.query_params.get("entry", "")
    return min(int(text), newest) if text.isascii() and text.isdigit() and len(text) <= 15 else newest


def _log_address(locale: str, entry: int) -> str:
    return f"/{locale}/receipts/log?entry={entry}#entries"


HANDLERS = (get_form, post_receipt, get_log)
