"""Translations as files for agencies' tools.

| address under the translator's page | what |
| --- | --- |
| files/{format} | all blocks as XLIFF or PO |
| import | choose a file; POST shows what it would change, and keeps nothing |
| import/keep | POST: keep it |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from msgspec import DecodeError, ValidationError, json
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.desk_views import KINDS
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid, NotFound, invalid
from consult.kernel.messages import N_
from consult.security.permissions import Permission
from consult.translations.bringing import FORMATS, VERDICTS, Judged, Verdict, judge, keep_brought, read_file
from consult.translations.exporting import units_file
from consult.translations.places import SHEET, SHEET_AT, find_place, sheet_context
from consult.translations.units import MOST_BYTES, Brought, FileRefusedError
from consult.web.forms import form_of, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

MOST_FORM = 3 * MOST_BYTES
"""Of a form: a file, or what was read of one, percent-encoded."""
ORDER = (Verdict.CONFLICT, Verdict.REFUSED, Verdict.CHANGE, Verdict.NEW)


@dataclass(frozen=True, slots=True)
class Line:
    """What a file would do to one block. `number` is 0 where there is no such block."""

    key: str
    number: int
    kind: str
    verdict: str
    label: str
    before: str
    after: str
    reason: str


@get(SHEET + "/files/{format:str}", opt={"permission": Permission.EDIT})
async def download(request: Ask, session: AsyncSession, format: str) -> Response[bytes]:
    """All blocks in one file."""
    if format not in FORMATS:
        raise NotFound
    sheet = (await find_place(request, session)).sheet
    write, _, media_type, ending = FORMATS[format]
    body = write(await units_file(session, sheet.version, sheet.lang))
    name = f"{sheet.version.reference}-{sheet.lang}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(body, media_type=media_type, headers=headers)


async def show_import(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """Choose a file."""
    locale = locale_of(request)
    form = form_state(failed, catalogue(locale))
    context = {**sheet_context(await find_place(request, session), locale), "form": form}
    return respond(request, "translations/import.html", context, has_errors=failed is not None)


@get(SHEET + "/import", opt={"permission": Permission.EDIT})
async def import_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Choose a file."""
    return await show_import(request, session)


@post(
    SHEET + "/import",
    opt={"permission": Permission.EDIT, "redisplay": show_import, "form_at": SHEET_AT + "/import"},
    status_code=200,
    request_max_body_size=MOST_FORM,
)
async def post_import(request: Ask, session: AsyncSession) -> Response[Any]:
    """Show what a file would change. Nothing is kept."""
    await read_form(request)
    body = await _file(request)
    place = await find_place(request, session)
    try:
        brought = read_file(body, place.sheet.lang)
    except FileRefusedError as error:
        raise invalid("file", error.message, **error.params) from None
    judged = await judge(session, place.sheet.version, place.sheet.lang, brought)
    counts = Counter(each.verdict for each in judged)
    locale = locale_of(request)
    context = {
        **sheet_context(place, locale),
        "lines": _lines(judged, locale),
        "counts": {str(verdict): counts[verdict] for verdict in Verdict},
        "units": json.encode([each.brought for each in judged if each.verdict in _KEEPABLE]).decode(),
    }
    return respond(request, "translations/import_check.html", context)


_KEEPABLE = (Verdict.NEW, Verdict.CHANGE, Verdict.CONFLICT)


@post(
    SHEET + "/import/keep",
    opt={"permission": Permission.EDIT, "redisplay": show_import, "form_at": SHEET_AT + "/import"},
    request_max_body_size=MOST_FORM,
)
async def post_keep(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep what was shown, judged anew."""
    typed = await read_form(request)
    try:
        brought = json.decode(typed.raw("units"), type=list[Brought])
    except (DecodeError, ValidationError):
        raise invalid("file", N_("Choose the file again.")) from None
    place = await find_place(request, session)
    await keep_brought(session, place.sheet.version, place.sheet.lang, brought, typed.all("replace"),
                       actor_needed(request), site_of(request).clock.now())  # fmt: skip
    return see_other(request, f"{place.sheet.address}?show=all", notice="saved")


async def _file(request: Ask) -> bytes:
    for name, value in (await form_of(request)).multi_items():
        if name == "file" and isinstance(value, UploadFile):
            await value.seek(0)
            return await value.read()
    raise invalid("file", N_("Choose a file."))


def _lines(judged: Sequence[Judged], locale: str) -> list[Line]:
    """What needs looking at first; what is the same as here is only counted."""
    say = catalogue(locale)
    shown = sorted(
        (each for each in judged if each.verdict in ORDER), key=lambda each: ORDER.index(each.verdict)
    )
    return [
        Line(
            each.brought.key,
            each.pair.position + 1 if each.pair else 0,
            say.gettext(KINDS[each.pair.original.kind]) if each.pair else "",
            each.verdict,
            say.gettext(VERDICTS[each.verdict]),
            each.pair.source if each.pair else "",
            each.brought.target,
            say.say(each.reason) if each.reason else "",
        )
        for each in shown
    ]


HANDLERS = (download, import_page, post_import, post_keep)
