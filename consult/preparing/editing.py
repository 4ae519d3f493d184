"""Editing a version in preparation block by block, as Markdown. Figures have a form of their own: `picturing.py`.

| address under …/versions/{number} | what |
| --- | --- |
| blocks/{key} | one block's Markdown; blocks/{key}/preview (POST) shows what would come of it |
| blocks/{key}/after | new blocks after it, `start` for the beginning; …/after/preview (POST) |
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.blocks import BlockKind
from consult.documents.preparing import refuse_published
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import Conflict, FieldError, FormInvalid
from consult.preparing.arranging import Arrangement
from consult.preparing.asking import ONE, ONE_AT, figures_of, head_of, place_in_text, place_of
from consult.preparing.keeping import load_arrangement
from consult.preparing.queries import remarks_on
from consult.preparing.service import Place, fingerprint, rearrange, refuse_overtaken
from consult.preparing.views import view_foreseen, view_text
from consult.preparing.writing import SOURCE, foresee, source_of, write_after, write_at
from consult.security.permissions import Permission
from consult.web.forms import FormState, Typed, form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, locale_of

START = "start"
BLOCK = ONE + "/blocks/{key:str}"
BLOCK_AT = ONE_AT + "/blocks/{key}"

Write = Callable[[Arrangement], Arrangement]


class BlockOvertaken(FormInvalid):
    """Somebody else was quicker: the form is shown again with what was typed beside what is there now."""

    status = 409
    code = "conflict"


async def show_block(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """One block's Markdown, with what stands there now."""
    place = await place_of(request, session)
    refuse_published(place.version)
    held = await load_arrangement(session, place.version, place.last)
    key = str(request.path_params["key"])
    source, seen = source_of(held, key), fingerprint(held, key)
    form = form_state(failed, catalogue(locale_of(request)), {SOURCE: source, "seen": seen})
    overtaken = isinstance(failed, BlockOvertaken)
    context = {
        **_shown(request, place, held, held, key),
        "form": form,
        "seen": seen if overtaken else form.value("seen"),
        "theirs": source if overtaken else "",
    }
    return respond(request, "preparing/block.html", context, has_errors=bool(form.errors))


@get(BLOCK, opt={"permission": Permission.EDIT})
async def block_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """One block's Markdown."""
    return await show_block(request, session)


@post(BLOCK, opt={"permission": Permission.EDIT, "redisplay": show_block, "form_at": BLOCK_AT})
async def post_block(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Keep a block as it was written. Who comes second is told, and sees both texts."""
    typed = await read_form(request)
    place = await place_of(request, session, hold=True)
    figures = await figures_of(session, place)

    def work(held: Arrangement) -> Arrangement:
        _refuse_overtaken(held, key, typed)
        return write_at(held, key, typed.raw(SOURCE), figures)

    await rearrange(session, place, work)
    return see_other(request, place_in_text(place, key), notice="saved")


@post(BLOCK + "/preview", opt={"permission": Permission.EDIT}, status_code=200)
async def post_preview(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """What would come of a block: its text, and the comments on it."""
    place, typed = await place_of(request, session), await read_form(request)
    figures = await figures_of(session, place)
    write = partial(write_at, key=key, text=typed.raw(SOURCE), figures=figures)
    return await _preview(request, session, place, typed, key, lambda held: write(held), adds=False)


async def show_after(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form for new blocks after one."""
    place = await place_of(request, session)
    refuse_published(place.version)
    held = await load_arrangement(session, place.version, place.last)
    form = form_state(failed, catalogue(locale_of(request)))
    key = str(request.path_params["key"])
    context = {**_shown(request, place, held, held, key), "form": form, "adds": True}
    return respond(request, "preparing/block.html", context, has_errors=bool(form.errors))


@get(BLOCK + "/after", opt={"permission": Permission.EDIT})
async def after_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for new blocks after one."""
    return await show_after(request, session)


@post(
    BLOCK + "/after",
    opt={"permission": Permission.EDIT, "redisplay": show_after, "form_at": BLOCK_AT + "/after"},
)
async def post_after(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Put new blocks after one."""
    typed = await read_form(request)
    place = await place_of(request, session, hold=True)
    figures = await figures_of(session, place)
    held = await rearrange(
        session, place, lambda held: write_after(held, after_key(key), typed.raw(SOURCE), figures)
    )
    made = next(piece.key for piece in held.pieces if not piece.was)
    return see_other(request, place_in_text(place, made), notice="saved")


@post(BLOCK + "/after/preview", opt={"permission": Permission.EDIT}, status_code=200)
async def post_preview_after(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """What new blocks would look like."""
    place, typed = await place_of(request, session), await read_form(request)
    figures = await figures_of(session, place)
    write = partial(write_after, key=after_key(key), text=typed.raw(SOURCE), figures=figures)
    return await _preview(request, session, place, typed, key, lambda held: write(held), adds=True)


def after_key(key: str) -> str:
    """The key after which new blocks go, "" for the beginning."""
    return "" if key == START else key


def _refuse_overtaken(held: Arrangement, key: str, typed: Typed) -> None:
    try:
        refuse_overtaken(held, key, typed["seen"])
    except Conflict as error:
        raise BlockOvertaken([FieldError(SOURCE, error.message)], typed.values) from None


async def _preview(
    request: Ask, session: AsyncSession, place: Place, typed: Typed, key: str, write: Write, *, adds: bool
) -> Response[Any]:
    """The page, or for htmx its preview, with what was typed; nothing is kept. What is wrong is said there."""
    refuse_published(place.version)
    held = await load_arrangement(session, place.version, place.last)
    failed, then = None, held
    try:
        then = write(held)
    except FormInvalid as error:
        failed = FormInvalid(error.errors, typed.values)
    form = form_state(failed, catalogue(locale_of(request))) if failed else FormState(typed.values)
    context = {
        **_shown(request, place, held, then, key),
        "form": form,
        "seen": typed["seen"],
        "adds": adds,
        "previewed": True,
    }
    if not failed and not adds:
        context["foreseen"] = await _foreseen(session, place, held, then, key, locale_of(request))
    return respond(request, "preparing/block.html", context, block="preview", has_errors=failed is not None)


async def _foreseen(
    session: AsyncSession, place: Place, held: Arrangement, then: Arrangement, key: str, locale: str
) -> Any:
    befores = held.befores(key)
    remarks = await remarks_on(session, place.last, befores)
    becomes = [piece.block for piece in then.pieces if piece.key == key or not piece.was]
    return view_foreseen(foresee(remarks, held.before, held.original, becomes), locale)


def _shown(request: Ask, place: Place, held: Arrangement, then: Arrangement, key: str) -> dict[str, Any]:
    """The block as it would stand, and what the page says where nothing else is said."""
    locale, there = locale_of(request), {piece.key for piece in held.pieces}
    kind = next((piece.block.kind for piece in held.pieces if piece.key == key), "")
    new = [piece for piece in then.pieces if piece.key not in there]
    mine = [piece for piece in then.pieces if piece.key == key]
    return {
        **head_of(request, place),
        "key": key,
        "seen": "",
        "theirs": "",
        "adds": False,
        "is_figure": kind == BlockKind.FIGURE,
        "is_row": kind == BlockKind.TABLE_ROW,
        "previewed": False,
        "shown": view_text([piece.block for piece in [*mine, *new]], held.original, locale),
    }


HANDLERS = (
    block_page,
    post_block,
    post_preview,
    after_page,
    post_after,
    post_preview_after,
)
