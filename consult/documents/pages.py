"""The reading page and the page of one block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from litestar import Response, get, post
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.filters import FilterBar, filter_bar, read_after, read_filters
from consult.comments.form_view import FormPlace, comment_form
from consult.comments.places import Gone, first_gone
from consult.comments.posting import read_comment, receive_comment, to_comment
from consult.comments.queries import (
    THREADS_ON_PAGE,
    Filters,
    find_viewer,
    threads_on_block,
)
from consult.comments.views import Posted, view_posted, view_threads
from consult.consultations.queries import current_round, get_brief, get_consultation, published_outcomes
from consult.consultations.views import ConsultationView, view_consultation
from consult.documents.contents import Around, lead_out, look_around, view_contents, view_portion
from consult.documents.margins import Margin, load_margins, with_marks
from consult.documents.queries import (
    find_block,
    get_draft,
    get_version,
    load_blocks,
    load_parted,
    load_some_blocks,
    versions_of_round,
)
from consult.documents.render import regroup
from consult.documents.views import BlockView, DraftView, place_in, view_blocks, view_draft
from consult.i18n.catalogues import catalogue
from consult.i18n.locales import language_name
from consult.kernel.addresses import with_query
from consult.kernel.errors import FormInvalid, NotFound
from consult.kernel.events import consultation_scope
from consult.kernel.messages import N_
from consult.models.consultation import Consultation, RoundState
from consult.models.document import Version
from consult.security.permissions import Permission
from consult.translations.queries import find_change
from consult.translations.views import ChangeView, view_change
from consult.web.page import Feed
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
    def own(self) -> dict[str, str]:
        """What else the address of each of its portions says: the filters."""
        return {"kind": self.filters.kind, "lang": self.filters.lang, "answered": self.filters.answered}

    def at(self, key: str) -> str:
        """The address of the portion that begins with a block, "" for the first."""
        path, _, query = self.address.partition("?")
        return with_query(path, **dict(parse_qsl(query)), **{"from": key}, **self.own)

    @property
    def shared(self) -> Shared:
        """What the page depends on."""
        return Shared(
            frozenset({consultation_scope(self.consultation.id)}), self.view.until, self.consultation.id
        )


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


def _languages(reading: Reading, locale: str, start: str) -> list[TextLanguage]:
    path, _, query = reading.draft.address.partition("?")
    version = query.removeprefix("version=")
    shown = reading.lang if reading.lang in reading.version.languages else reading.version.original
    kept = {"version": version, "from": start}
    return [
        TextLanguage(
            code,
            language_name(code, locale),
            with_query(f"/{locale}{path}", **kept, text="" if code == locale else code),
            code == shown,
            code == reading.version.original,
        )
        for code in reading.version.languages
    ]


@get(DRAFT, opt={"permission": Permission.READ})
async def read_draft(request: Ask, session: AsyncSession) -> Response[Any]:
    """The text, or a portion of a long one, with the threads beside it.

    `from` is a block's key: a portion's address has its first one's, any other leads there.
    """
    reading = await _reading(request, session)
    if request.query_params.get("whole") == "1":
        return await _whole(request, session, reading)
    asked = request.query_params.get("from", "")
    parted = await load_parted(session, reading.version)
    number = parted.find(asked) or 0
    starts = ["", *(portion[0].key for portion in parted.portions[1:])]
    if asked != starts[number]:
        return Redirect(reading.at(starts[number]), status_code=303)
    around = look_around(parted, number, lambda at: reading.at(starts[at]))
    return await _portion(request, session, reading, around, starts[number])


async def _portion(
    request: Ask, session: AsyncSession, reading: Reading, around: Around, start: str
) -> Response[bytes]:
    locale = locale_of(request)
    rows = await load_some_blocks(session, reading.version, reading.lang, around.ids)
    texts = {row.id: row for row in rows}
    own = [texts[piece.id] for piece in around.own]
    blocks = lead_out(view_blocks(own, reading.address, locale), around)
    margins = await load_margins(session, reading.version.id, blocks, reading.filters, locale)
    marked = [with_marks(block, margins.get(block.key)) for block in blocks]
    context = {
        **_about(reading),
        "groups": regroup(marked, before=around.parted.levels_before(around.number)),
        "outline": view_contents(around, texts),
        "portion": view_portion(around, texts),
        "margins": margins,
        "gone": await _gone(session, reading, locale),
        "languages": _languages(reading, locale, start),
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
    around = look_around(replace(parted, portions=(parted.pieces,)), 0, lambda _: reading.at(""))
    rows = await load_blocks(session, reading.version, reading.lang)
    texts = {row.id: row for row in rows}
    blocks = [replace(each, comment_count=0) for each in view_blocks(rows, reading.address, locale)]
    context = {
        **_about(reading),
        "groups": regroup(blocks),
        "outline": view_contents(around, texts),
        "portion": view_portion(around, texts),
        "margins": {},
        "gone": Gone(),
        "languages": [],
        "filter_bar": _filter_bar(request, reading, ""),
        "comments": sum(row.comment_count for row in rows),
        "is_part": False,
        "whole": reading.at(""),
    }
    return _respond(request, reading, context)


def _about(reading: Reading) -> dict[str, Any]:
    return {"reading": reading, "consultation": reading.view, "draft": reading.draft}


def _respond(request: Ask, reading: Reading, context: dict[str, Any]) -> Response[bytes]:
    feed = Feed(reading.view.title.text, f"/{locale_of(request)}{reading.view.address}/feed.atom")
    return respond(
        request, "documents/draft.html", context, block="portion", shared=reading.shared, section="consultations",
        feeds=[feed],
    )  # fmt: skip


async def _gone(session: AsyncSession, reading: Reading, locale: str) -> Gone:
    """Nothing is gone from a first version."""
    if reading.version.number == 1:
        return Gone()
    return await first_gone(session, reading.version.id, reading.draft.address, reading.filters, locale)


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
    return view_blocks(rows, reading.address, locale_of(request))[0]


async def show_block(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None, posted: Posted | None = None
) -> Response[bytes]:
    """The block's page or margin, with the form as it failed."""
    reading = await _reading(request, session)
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
