"""The reading page and the page of one block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.filters import FilterBar, filter_bar, read_after, read_filters
from consult.comments.form_view import FormPlace, comment_form
from consult.comments.posting import read_comment, receive_comment, to_comment
from consult.comments.queries import (
    ON_PAGE,
    PER_BLOCK,
    THREADS_ON_PAGE,
    Filters,
    find_viewer,
    threads_on_block,
    threads_on_blocks,
)
from consult.comments.views import ContributionView, Posted, view_posted, view_threads
from consult.consultations.queries import current_round, get_brief, get_consultation, published_outcomes
from consult.consultations.views import ConsultationView, view_consultation
from consult.documents.marking import mark
from consult.documents.queries import find_block, get_draft, get_version, load_blocks, versions_of_round
from consult.documents.render import regroup
from consult.documents.views import BlockView, DraftView, view_blocks, view_draft, view_outline
from consult.i18n.catalogues import catalogue
from consult.i18n.locales import language_name
from consult.kernel.errors import FormInvalid, NotFound
from consult.kernel.events import consultation_scope
from consult.kernel.messages import N_
from consult.models.consultation import Consultation, RoundState
from consult.models.contribution import State
from consult.models.document import Version
from consult.security.permissions import Permission
from consult.web.page import Feed, with_query
from consult.web.respond import Shared, is_partial, respond
from consult.web.site import Ask, Viewer, actor_of, locale_of, site_of

DRAFT = "/consultations/{slug:str}/drafts/{draft:str}"
BLOCK = DRAFT + "/blocks/{key:str}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a request for a draft is about; `address` is the draft's at this version and language, with locale."""

    consultation: Consultation
    view: ConsultationView
    draft: DraftView
    version: Version
    lang: str
    filters: Filters
    may_comment: bool
    address: str

    @property
    def shared(self) -> Shared:
        """What the page depends on."""
        return Shared(
            frozenset({consultation_scope(self.consultation.id)}), self.view.until, self.consultation.id
        )


@dataclass(frozen=True, slots=True)
class Margin:
    """Threads beside a block."""

    threads: Sequence[ContributionView]
    form: Any = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class TextLanguage:
    """A language that the draft can be read in."""

    code: str
    name: str
    address: str
    current: bool
    is_original: bool


async def _reading(request: Ask, session: AsyncSession) -> Reading:
    locale, now = locale_of(request), site_of(request).clock.now()
    consultation = await get_consultation(session, request.path_params["slug"], None)
    draft = await get_draft(session, consultation.id, request.path_params["draft"])
    version = get_version(draft, request.query_params.get("version", ""))
    outcome = (await published_outcomes(session, [consultation.id])).get(consultation.id)
    view = view_consultation(consultation, {}, outcome.published_at if outcome else None, locale, now)
    shown = view_draft(draft, version, view.address, locale)
    text = request.query_params.get("text", "")
    chosen = text if text in version.languages else ""
    path, _, query = shown.address.partition("?")
    return Reading(
        consultation=consultation,
        view=view,
        draft=shown,
        version=version,
        lang=chosen or locale,
        filters=read_filters(request),
        may_comment=await _is_open(session, consultation, version, now),
        address=with_query(f"/{locale}{path}", version=query.removeprefix("version="), text=chosen),
    )


async def _is_open(
    session: AsyncSession, consultation: Consultation, version: Version, now: datetime
) -> bool:
    round_ = current_round(consultation, now)
    if round_ is None or round_.period.state(now) is not RoundState.OPEN:
        return False
    versions = await versions_of_round(session, round_.id)
    return not versions or version.id in versions


def _languages(reading: Reading, locale: str) -> list[TextLanguage]:
    path, _, query = reading.draft.address.partition("?")
    version = query.removeprefix("version=")
    shown = reading.lang if reading.lang in reading.version.languages else reading.version.original
    return [
        TextLanguage(
            code,
            language_name(code, locale),
            with_query(f"/{locale}{path}", version=version, text="" if code == locale else code),
            code == shown,
            code == reading.version.original,
        )
        for code in reading.version.languages
    ]


@get(DRAFT, opt={"permission": Permission.READ})
async def read_draft(request: Ask, session: AsyncSession) -> Response[bytes]:
    """The text with the threads beside it."""
    reading = await _reading(request, session)
    locale = locale_of(request)
    rows = await load_blocks(session, reading.version, reading.lang)
    blocks = view_blocks(rows, reading.address, locale)
    margins = await _margins(session, blocks, reading, locale)
    marked = tuple(_with_marks(block, margins.get(block.key)) for block in blocks)
    context = {
        "reading": reading,
        "consultation": reading.view,
        "draft": reading.draft,
        "groups": regroup(marked),
        "outline": view_outline(blocks),
        "margins": margins,
        "languages": _languages(reading, locale),
        "filter_bar": _filter_bar(request, reading),
        "comments": sum(block.comment_count for block in blocks),
    }
    feed = Feed(reading.view.title.text, f"/{locale}{reading.view.address}/feed.atom")
    return respond(
        request, "documents/draft.html", context, shared=reading.shared, section="consultations", feeds=[feed]
    )


def _filter_bar(request: Ask, reading: Reading) -> FilterBar:
    return filter_bar(reading.address, reading.filters, reading.consultation.languages, locale_of(request))


async def _margins(
    session: AsyncSession, blocks: Sequence[BlockView], reading: Reading, locale: str
) -> dict[str, Margin]:
    """Threads by block key, as far as a page goes; what is more is on the block's own page."""
    discussed = {block.id: block.key for block in blocks if block.comment_count}
    if not discussed:
        return {}
    per_block = min(max(ON_PAGE // (2 * len(discussed)), 1), PER_BLOCK)
    roots = await threads_on_blocks(session, list(discussed), reading.filters, per_block)
    threads = await view_threads(session, roots, locale)
    places = {block_id: place for place, block_id in enumerate(discussed)}
    margins: dict[str, list[ContributionView]] = {}
    room = ON_PAGE
    for thread in sorted(threads, key=lambda thread: places.get(thread.block_id or 0, 0)):
        room -= 1 + _size(thread)
        if room >= 0 and thread.block_id in discussed:
            margins.setdefault(discussed[thread.block_id], []).append(thread)
    return {key: Margin(found) for key, found in margins.items()}


def _size(thread: ContributionView) -> int:
    return sum(1 + _size(reply) for reply in thread.replies)


def _with_marks(block: BlockView, margin: Margin | None) -> BlockView:
    """The block with the words marked that comments are about, where they quote this language's text."""
    spans = [
        (thread.start, thread.end, thread.reference)
        for thread in (margin.threads if margin else ())
        if thread.quote and thread.quote_lang == block.lang and thread.state == State.PUBLISHED
    ]
    return replace(block, html=type(block.html)(mark(str(block.html), spans))) if spans else block


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
    return view_blocks(rows, reading.address, locale_of(request))[0]


async def show_block(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None, posted: Posted | None = None
) -> Response[bytes]:
    """The block's page or margin, with the form as it failed."""
    reading = await _reading(request, session)
    locale, actor = locale_of(request), actor_of(request)
    block = await _block(session, reading, request)
    rows = await threads_on_block(session, block.id, read_after(request), reading.filters)
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
        "block": _with_marks(block, Margin(threads)),
        "threads": threads,
        "form": form if not posted else None,
        "posted": posted,
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
        cancel=f"/{locale}{reading.draft.address}#b-{block.key}",
        may_quote=True,
    )


HANDLERS = (read_draft, read_block, post_on_block)
