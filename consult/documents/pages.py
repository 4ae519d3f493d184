"""The reading page and the page of one block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from litestar import Response, get, post
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.filters import FilterBar, filter_bar, read_after
from consult.comments.form_view import FormPlace, comment_form
from consult.comments.places import Gone, count_gone, first_gone
from consult.comments.posting import read_comment, receive_comment, to_comment
from consult.comments.queries import (
    THREADS_ON_PAGE,
    find_viewer,
    threads_on_block,
)
from consult.comments.views import Posted, view_posted, view_threads
from consult.consultations.queries import get_brief
from consult.documents.contents import (
    Around,
    lead_out,
    lead_to_text,
    look_around,
    repeat_head,
    view_contents,
    view_portion,
)
from consult.documents.margins import Margin, load_margins, with_marks
from consult.documents.queries import (
    BlockRow,
    find_block,
    load_blocks,
    load_parted,
    load_some_blocks,
)
from consult.documents.render import regroup
from consult.documents.subject import Reading, find_reading, text_languages
from consult.documents.views import BlockView, place_in, view_blocks
from consult.i18n.catalogues import catalogue
from consult.kernel.addresses import with_query
from consult.kernel.errors import FormInvalid, NotFound
from consult.kernel.messages import N_
from consult.security.permissions import Permission
from consult.translations.queries import find_change
from consult.translations.views import ChangeView, view_change
from consult.versions.since import Since, load_since
from consult.web.page import Feed
from consult.web.respond import is_partial, respond
from consult.web.site import Ask, Viewer, actor_of, locale_of

DRAFT = "/consultations/{slug:str}/drafts/{draft:str}"
BLOCK = DRAFT + "/blocks/{key:str}"


@get(DRAFT, opt={"permission": Permission.READ})
async def read_draft(request: Ask, session: AsyncSession) -> Response[Any]:
    """The text, or a portion of a long one, with the threads beside it.

    `from` is a block's key: a portion's address has its first one's, any other leads there.
    """
    reading = await find_reading(request, session)
    if request.query_params.get("whole") == "1":
        return await _whole(request, session, reading)
    asked = request.query_params.get("from", "")
    parted = await load_parted(session, reading.version)
    number = parted.find(asked) or 0
    starts = ["", *(portion[0].key for portion in parted.portions[1:])]
    address_of = reading.portions(starts)
    if asked != starts[number]:
        return Redirect(address_of(number), status_code=303)
    around = look_around(parted, number, address_of)
    return await _portion(request, session, reading, around, starts[number])


async def _portion(
    request: Ask, session: AsyncSession, reading: Reading, around: Around, start: str
) -> Response[bytes]:
    locale = locale_of(request)
    rows = await load_some_blocks(session, reading.version, reading.lang, around.ids)
    texts = {row.id: row for row in rows}
    own = [texts[piece.id] for piece in around.own]
    since = await _since(session, reading, own, locale)
    blocks = lead_out(since.noted(_blocks(reading, own, locale)), around)
    head = view_blocks([texts[piece.id] for piece in around.head], reading.address, locale)
    margins = await load_margins(session, reading.version.id, blocks, reading.filters, locale)
    marked = [with_marks(block, margins.get(block.key)) for block in blocks]
    context = {
        **_about(reading),
        "groups": repeat_head(regroup(marked, before=around.parted.levels_before(around.number)), head),
        "since": since,
        "outline": view_contents(around, texts),
        "portion": view_portion(around, texts),
        "margins": margins,
        "gone": await _gone(session, reading, around, locale),
        "languages": text_languages(reading, locale, start),
        "filter_bar": _filter_bar(request, reading, start),
        "comments": sum(piece.comment_count for piece in around.parted.pieces),
        "is_part": is_partial(request),
        "whole": "",
    }
    return _respond(request, reading, context)


async def _whole(request: Ask, session: AsyncSession, reading: Reading) -> Response[bytes]:
    """All of the text and no threads: to print, or to read where there is no line."""
    locale = locale_of(request)
    parted = await load_parted(session, reading.version)
    around = look_around(replace(parted, portions=(parted.pieces,)), 0, lambda _: reading.beginning)
    rows = await load_blocks(session, reading.version, reading.lang)
    texts = {row.id: row for row in rows}
    since = await _since(session, reading, rows, locale)
    blocks = [replace(each, comment_count=0) for each in _blocks(reading, rows, locale)]
    context = {
        **_about(reading),
        "groups": regroup(since.noted(blocks)),
        "since": since,
        "outline": view_contents(around, texts),
        "portion": view_portion(around, texts),
        "margins": {},
        "gone": Gone(),
        "languages": [],
        "filter_bar": _filter_bar(request, reading, ""),
        "comments": sum(row.comment_count for row in rows),
        "is_part": False,
        "whole": reading.beginning,
    }
    return _respond(request, reading, context)


def _blocks(reading: Reading, rows: Sequence[BlockRow], locale: str) -> Sequence[BlockView]:
    """The blocks as shown. Of a text that is not translated at all the page says so once."""
    blocks = view_blocks(rows, reading.address, locale)
    if reading.lang in reading.version.languages:
        return blocks
    return [replace(block, is_fallback=False) for block in blocks]


def _about(reading: Reading) -> dict[str, Any]:
    return {"reading": reading, "consultation": reading.view, "draft": reading.draft}


def _respond(request: Ask, reading: Reading, context: dict[str, Any]) -> Response[bytes]:
    feed = Feed(reading.view.title.text, f"/{locale_of(request)}{reading.view.address}/feed.atom")
    return respond(
        request, "documents/draft.html", context, block="portion", shared=reading.shared, section="consultations",
        feeds=[feed],
    )  # fmt: skip


async def _since(session: AsyncSession, reading: Reading, rows: Sequence[BlockRow], locale: str) -> Since:
    return await load_since(session, reading.version.id, reading.since, [row.key for row in rows], locale)


async def _gone(session: AsyncSession, reading: Reading, around: Around, locale: str) -> Gone:
    """Nothing is gone from a first version. What is stands at the end of the text, once."""
    if reading.version.number == 1:
        return Gone()
    last = len(around.parted.portions) - 1
    if around.number == last:
        return await first_gone(session, reading.version.id, reading.draft.address, reading.filters, locale)
    count = await count_gone(session, reading.version.id, reading.filters)
    return Gone(count, f"{around.address_of(last)}#gone")


def _filter_bar(request: Ask, reading: Reading, start: str) -> FilterBar:
    path, _, query = reading.address.partition("?")
    address = with_query(path, **dict(parse_qsl(query)), **{"from": start})
    return filter_bar(address, reading.filters, reading.consultation.languages, locale_of(request))


@get(BLOCK, opt={"permission": Permission.READ})
async def read_block(request: Ask, session: AsyncSession) -> Response[bytes]:
    """One block, its threads and the form: a page of its own, or the block's margin for htmx."""
    return await show_block(request, session)


@post(BLOCK, opt={"permission": Permission.COMMENT, "redisplay": None, "form_at": BLOCK})
async def post_on_block(request: Ask, session: AsyncSession) -> Response[Any]:
    """A comment on a block."""
    query, params = request.query_params, request.path_params
    received = await read_comment(request)
    consultation = await get_brief(session, params["slug"])
    lang = query.get("text", "") or locale_of(request)
    place = await find_block(
        session, consultation.id, params["draft"], query.get("version", ""), params["key"], lang
    )
    comment = await receive_comment(request, session, consultation, place, received)
    if is_partial(request):
        return await show_block(request, session, posted=view_posted(comment))
    # The draft shows only the first threads of each block: the comment's own page always has it, with these words.
    return to_comment(request, comment, f"/contributions/{comment.reference}")


async def _block(session: AsyncSession, reading: Reading, request: Ask) -> BlockView:
    rows = await load_blocks(session, reading.version, reading.lang, request.path_params["key"])
    if not rows:
        raise NotFound
    locale = locale_of(request)
    since = Since() if is_partial(request) else await _since(session, reading, rows, locale)
    (block,) = since.noted(view_blocks(rows, reading.address, locale))
    return lead_to_text(block, reading.address)


async def show_block(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None, posted: Posted | None = None
) -> Response[bytes]:
    """The block's page or margin, with the form as it failed."""
    reading = await find_reading(request, session)
    locale, actor = locale_of(request), actor_of(request)
    block = await _block(session, reading, request)
    rows = await threads_on_block(session, reading.version.id, block.id, read_after(request), reading.filters)
    threads = await view_threads(session, rows[:THREADS_ON_PAGE], locale)
    form = None
    if reading.may_comment or failed is not None or reading.view.state == "grace":
        form = await comment_form(
            request, session, _place(request, reading, block), reading.view.deadline, failed
        )
    viewer = Viewer(*await find_viewer(session, actor.id, reading.consultation.id)) if actor else Viewer()
    context = {
        "reading": reading,
        "consultation": reading.view,
        "draft": reading.draft,
        "in_place": place_in(reading.draft.address, block.key),
        "block": with_marks(block, Margin(threads)),
        "threads": threads,
        "form": form if not posted else None,
        "posted": posted,
        "change": await _change(session, reading, block) if block.stale else None,
        "next": with_query(block.address, after=rows[THREADS_ON_PAGE - 1].id)
        if len(rows) > THREADS_ON_PAGE
        else "",
    }
    return respond(
        request,
        "documents/block.html",
        context,
        block="margin",
        section="consultations",
        has_errors=failed is not None,
        viewer=viewer,
    )


async def _change(session: AsyncSession, reading: Reading, block: BlockView) -> ChangeView | None:
    """What changed in the original since a block was translated, where that is known."""
    found = await find_change(session, reading.version, block.lang, block.key)
    return view_change(*found, reading.version.original) if found else None


post_on_block.opt["redisplay"] = show_block


def _place(request: Ask, reading: Reading, block: BlockView) -> FormPlace:
    """In the margin htmx swaps the form; on the block's own page it is a plain one: the margin's headings don't fit."""
    locale = locale_of(request)
    action = block.address.removeprefix(f"/{locale}")
    say = catalogue(locale).gettext
    return FormPlace(
        action=action,
        key=f"block-{block.key}",
        label=say(N_("Your comment on this %(place)s")) % {"place": block.place},
        target=f"#margin-{block.key}" if is_partial(request) else "",
        cancel=place_in(f"/{locale}{reading.draft.address}", block.key),
        may_quote=True,
    )


HANDLERS = (read_draft, read_block, post_on_block)
