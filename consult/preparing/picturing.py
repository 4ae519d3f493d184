"""Figures of a version in preparation: a picture, what it shows in words, a caption.

| address under …/versions/{number}/blocks/{key} | what |
| --- | --- |
| figure | a figure: another picture, other words; figure/preview (POST) shows what would come of it |
| after/figure | a new figure after the block, `start` for the beginning; after/figure/preview (POST) |

A browser sends a chosen file only once. So a picture that can be taken is kept with the draft as soon as it has come,
also where something else in the form is wrong; the form names it in `held` until the figure is saved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.forms import MOST_BYTES
from consult.documents.markup import FigureWords, figure_words
from consult.documents.preparing import refuse_published
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import Conflict, FieldError, FormInvalid
from consult.kernel.messages import N_
from consult.preparing.arranging import Arrangement
from consult.preparing.asking import head_of, place_in_text, place_of
from consult.preparing.editing import BLOCK, BLOCK_AT, BlockOvertaken, after_key
from consult.preparing.figures import (
    PICTURE,
    Picture,
    add_figure,
    change_figure,
    find_picture,
    keep_picture,
    picture_of,
)
from consult.preparing.forms import parse_figure
from consult.preparing.keeping import load_arrangement
from consult.preparing.service import Place, fingerprint, rearrange, refuse_overtaken
from consult.security.permissions import Permission
from consult.web.forms import FormState, Problems, Typed, form_of, form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, locale_of

HELD = "held"
AT, NEW = BLOCK + "/figure", BLOCK + "/after/figure"
TEMPLATE = "preparing/figure.html"


@dataclass(frozen=True, slots=True)
class Sent:
    """A figure's form as it came. `picture`: the one that came now or before, if it could be taken; `failed`: what is wrong."""

    typed: Typed
    picture: Picture | None
    words: FigureWords
    failed: FormInvalid | None

    def with_held(self) -> dict[str, str]:
        """What was typed, and which picture is kept."""
        return {**self.typed.values, HELD: self.picture.name if self.picture else ""}


async def _receive(request: Ask, session: AsyncSession, place: Place, *, adds: bool) -> Sent:
    typed, problems = await read_form(request), Problems()
    picture = await find_picture(session, place.draft.id, typed[HELD]) if typed[HELD] else None
    try:
        picture = await _keep_upload(request, session, place) or picture
        if adds and picture is None:
            problems.add(PICTURE, N_("Choose a picture file."))
    except FormInvalid as refused:
        for error in refused.errors:
            problems.add(error.name, error.message.text, **error.message.params)
    words = parse_figure(typed, problems)
    sent = Sent(typed, picture, words, None)
    try:
        problems.raise_if_any(Typed(sent.with_held()))
    except FormInvalid as failed:
        return replace(sent, failed=failed)
    return sent


async def _keep_upload(request: Ask, session: AsyncSession, place: Place) -> Picture | None:
    """The picture that was sent with the form. Raises FormInvalid where it can't be taken."""
    for name, upload in (await form_of(request)).multi_items():
        if name == PICTURE and isinstance(upload, UploadFile) and upload.filename:
            await upload.seek(0)
            return await keep_picture(session, place.draft.id, upload.filename, await upload.read())
    return None


async def show_figure(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """A figure with what it says."""
    place = await place_of(request, session)
    refuse_published(place.version)
    held = await load_arrangement(session, place.version, place.last)
    key = str(request.path_params["key"])
    block = held.pieces[held.place(key)].block
    present, words = picture_of(block), figure_words(block.texts[held.original].html)
    seen = fingerprint(held, key)
    form = form_state(
        failed,
        catalogue(locale_of(request)),
        {"alternative": words.alternative, "caption": words.caption, "seen": seen},
    )
    overtaken = isinstance(failed, BlockOvertaken)
    more = {"seen": seen if overtaken else form.value("seen"), "theirs": words if overtaken else None}
    return await _respond(request, session, place, form, present, more)


async def show_new(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form for a new figure."""
    place = await place_of(request, session)
    refuse_published(place.version)
    held = await load_arrangement(session, place.version, place.last)
    if after := after_key(str(request.path_params["key"])):
        held.place(after)
    form = form_state(failed, catalogue(locale_of(request)))
    return await _respond(request, session, place, form, None, {"adds": True})


async def _respond(
    request: Ask,
    session: AsyncSession,
    place: Place,
    form: FormState,
    present: Picture | None,
    more: dict[str, Any],
    *,
    block: str = "",
) -> Response[Any]:
    picture = await find_picture(session, place.draft.id, form.value(HELD)) if form.value(HELD) else None
    context = {
        **head_of(request, place),
        "key": str(request.path_params["key"]),
        "form": form,
        "picture": picture or present,
        "words": FigureWords(form.value("alternative").strip(), form.value("caption").strip()),
        "adds": False,
        "seen": "",
        "theirs": None,
        "previewed": False,
        **more,
    }
    return respond(request, TEMPLATE, context, block=block, has_errors=bool(form.errors))


@get(AT, opt={"permission": Permission.EDIT})
async def figure_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """A figure with what it says."""
    return await show_figure(request, session)


@get(NEW, opt={"permission": Permission.EDIT})
async def new_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a new figure."""
    return await show_new(request, session)


@post(
    AT,
    opt={"permission": Permission.EDIT, "redisplay": show_figure, "form_at": BLOCK_AT + "/figure"},
    request_max_body_size=MOST_BYTES,
)
async def post_figure(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Keep a figure. Who comes second is told, and sees what is there."""
    place = await place_of(request, session, hold=True)
    sent = await _receive(request, session, place, adds=False)
    if sent.failed:
        return _kept(await show_figure(request, session, sent.failed), sent.failed)

    def work(held: Arrangement) -> Arrangement:
        present = picture_of(held.pieces[held.place(key)].block)
        refuse_overtaken(held, key, sent.typed["seen"])
        return change_figure(held, key, sent.picture or present, sent.words)

    try:
        await rearrange(session, place, work)
    except Conflict as error:
        overtaken = BlockOvertaken([FieldError("alternative", error.message)], sent.with_held())
        return _kept(await show_figure(request, session, overtaken), overtaken)
    return see_other(request, place_in_text(place, key), notice="saved")


@post(
    NEW,
    opt={"permission": Permission.EDIT, "redisplay": show_new, "form_at": BLOCK_AT + "/after/figure"},
    request_max_body_size=MOST_BYTES,
)
async def post_new(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Put a new figure after a block."""
    place = await place_of(request, session, hold=True)
    sent = await _receive(request, session, place, adds=True)
    picture, words = sent.picture, sent.words
    if sent.failed or picture is None:
        failed = sent.failed or FormInvalid([])
        return _kept(await show_new(request, session, failed), failed)
    held = await rearrange(session, place, lambda held: add_figure(held, after_key(key), picture, words))
    made = next(piece.key for piece in held.pieces if not piece.was)
    return see_other(request, place_in_text(place, made), notice="saved")


def _kept(response: Response[Any], failed: FormInvalid) -> Response[Any]:
    """Returned and not raised, so that the picture that came is kept."""
    response.status_code = failed.status
    return response


async def _preview(request: Ask, session: AsyncSession, *, adds: bool) -> Response[Any]:
    """The page, or for htmx its preview. A picture that came is kept; the version stays as it is."""
    place = await place_of(request, session, hold=True)
    sent = await _receive(request, session, place, adds=False)
    wrong = [error for error in sent.failed.errors if error.name == PICTURE] if sent.failed else []
    failed = FormInvalid(wrong, sent.with_held()) if wrong else None
    form = form_state(failed, catalogue(locale_of(request)), sent.with_held())
    present = None
    if not adds:
        held = await load_arrangement(session, place.version, place.last)
        present = picture_of(held.pieces[held.place(str(request.path_params["key"]))].block)
    more = {"adds": adds, "seen": sent.typed["seen"], "previewed": True}
    return await _respond(request, session, place, form, present, more, block="preview")


@post(
    AT + "/preview",
    opt={"permission": Permission.EDIT},
    status_code=200,
    request_max_body_size=MOST_BYTES,
)
async def post_preview(request: Ask, session: AsyncSession) -> Response[Any]:
    """What a figure would look like."""
    return await _preview(request, session, adds=False)


@post(
    NEW + "/preview",
    opt={"permission": Permission.EDIT},
    status_code=200,
    request_max_body_size=MOST_BYTES,
)
async def post_preview_new(request: Ask, session: AsyncSession) -> Response[Any]:
    """What a new figure would look like."""
    return await _preview(request, session, adds=True)


HANDLERS = (figure_page, new_page, post_figure, post_new, post_preview, post_preview_new)
