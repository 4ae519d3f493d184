"""A contribution's own page, its history and its citation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from markupsafe import Markup
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.citing import Citation, cite
from consult.comments.filters import read_after
from consult.comments.places import LaterPlace, places_of
from consult.comments.queries import (
    REPLIES_ON_PAGE,
    anchor_of,
    list_revisions,
    replies_in_thread,
    rows_by_id,
)
from consult.comments.subject import ONE, Subject, find_subject, sharing_of, viewer_of
from consult.comments.views import look_around, nest, view_contributions, view_row
from consult.documents.marking import mark
from consult.documents.views import place_in
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import direction, language_name
from consult.kernel.addresses import with_query
from consult.models.contribution import ContributionType, State
from consult.publication.showing import show_sent
from consult.security.permissions import Permission
from consult.versions.addresses import change_in
from consult.versions.queries import changes_led_to
from consult.web.respond import respond, see_other
from consult.web.site import Ask, locale_of, site_of


@dataclass(frozen=True, slots=True)
class Later:
    """Where it is in a later version; `words` those that it marks now.

    `address` of its block; where it has no place there (`is_gone`) of the block in which its words stood, or "".
    """

    version: int
    fate: str
    address: str
    is_gone: bool
    words: str
    lang: str
    dir: str
    unsure: bool


@dataclass(frozen=True, slots=True)
class About:
    """The text that a comment speaks about, as it stood."""

    draft_title: str
    address: str
    html: Any
    lang: str
    dir: str
    version: int
    later: tuple[Later, ...] = ()


@get(ONE, opt={"permission": Permission.READ})
async def read_contribution(request: Ask, session: AsyncSession) -> Response[bytes]:
    """One contribution in its thread, with what it is about, its history and how to cite it."""
    subject = await find_subject(request, session)
    locale = locale_of(request)
    thread_id = subject.row.thread_id or subject.row.id
    replies = await replies_in_thread(session, thread_id, read_after(request))
    shown = replies[:REPLIES_ON_PAGE]
    here = subject.row.id
    roots = await rows_by_id(session, [thread_id])
    extra = (
        [] if here == thread_id or any(row.id == here for row in shown) else await rows_by_id(session, [here])
    )
    rows = [*shown, *extra]
    around = await look_around(session, [*roots, *rows])
    thread = nest(
        [view_row(row, locale, around) for row in roots], [view_row(row, locale, around) for row in rows]
    )
    about = await _about(session, roots[0], locale)
    is_submission = subject.row.type == ContributionType.SUBMISSION
    context = {
        "subject": subject,
        "consultation": subject.view,
        "response": await show_sent(session, subject.row, locale) if is_submission else None,
        "thread": thread[0],
        "contribution": next(view_row(row, locale, around) for row in [*roots, *rows] if row.id == here),
        "about": about,
        "led": await _led_to(session, here, subject, locale),
        "citation": cite(subject.row, subject.view.title.text, site_of(request).settings.base_url, locale),
        "next": with_query(f"/{locale}{subject.address}", after=shown[-1].id)
        if len(replies) > len(shown)
        else "",
        "may_reply": subject.view.state == "open",
    }
    template = "publication/response.html" if is_submission else "comments/contribution.html"
    return respond(request, template, context, section="consultations",
                   **sharing_of(request, subject, await viewer_of(request, session, subject)))  # fmt: skip


@dataclass(frozen=True, slots=True)
class LedView:
    """A change in the text that the contribution led to."""

    reason: LocalText
    address: str
    version: int


async def _led_to(session: AsyncSession, id: int, subject: Subject, locale: str) -> list[LedView]:
    if subject.row.state != State.PUBLISHED:
        return []
    base = f"/{locale}{subject.view.address}/drafts"
    return [
        LedView(pick(led.reason, locale),
                change_in(f"{base}/{led.draft_slug}", led.number - 1, led.number, led.key), led.number)
        for led in await changes_led_to(session, id)
    ]  # fmt: skip


async def _about(session: AsyncSession, root: Row[Any], locale: str) -> About | None:
    found = await anchor_of(session, root.id)
    if found is None:
        return None
    anchor, block, version, draft, text = found
    is_marked = anchor.exact and root.state == State.PUBLISHED
    html = mark(text.html, [(anchor.start, anchor.end, root.reference)] if is_marked else [])
    return About(
        draft_title=pick(draft.title, locale).text,
        address=place_in(f"/drafts/{draft.slug}?version={version.number}&text={anchor.lang}", block.key),
        html=Markup(html),  # noqa: S704 - made safe when it was stored
        lang=text.lang,
        dir=direction(text.lang),
        version=version.number,
        later=tuple(
            _later(place, draft.slug, root.state == State.PUBLISHED)
            for place in await places_of(session, [root.id])
        ),
    )


def _later(place: LaterPlace, draft: str, is_public: bool) -> Later:
    key = place.block or place.around
    address = place_in(f"/drafts/{draft}?version={place.version}&text={place.lang}", key)
    return Later(
        version=place.version,
        fate=place.fate,
        address=address if key else "",
        is_gone=not place.block,
        words=place.quote if is_public else "",
        lang=place.lang,
        dir=direction(place.lang),
        unsure=place.unsure,
    )


@get(f"{ONE}/history", opt={"permission": Permission.READ})
async def read_history(request: Ask, session: AsyncSession) -> Response[Any]:
    """Earlier texts of a comment; a hidden or withdrawn one shows none. Those of a response are not public."""
    subject = await find_subject(request, session)
    if subject.row.type == ContributionType.SUBMISSION:
        return see_other(request, f"{subject.address}#received")
    locale = locale_of(request)
    public = subject.row.state in (State.PUBLISHED, State.PENDING)
    revisions = await list_revisions(session, subject.row.id) if public else []
    views = await view_contributions(session, await rows_by_id(session, [subject.row.id]), locale)
    context = {
        "subject": subject,
        "consultation": subject.view,
        "contribution": views[0],
        "revisions": [_revision(each, locale) for each in revisions],
    }
    viewer = await viewer_of(request, session, subject)
    return respond(request, "comments/history.html", context, section="consultations",
                   **sharing_of(request, subject, viewer))  # fmt: skip


@dataclass(frozen=True, slots=True)
class RevisionView:
    """An earlier text."""

    html: Any
    lang: str
    dir: str
    language_name: str
    written_at: Any
    replaced_at: Any


def _revision(row: Any, locale: str) -> RevisionView:
    html = Markup(row.html)  # noqa: S704 - made safe when it was stored
    name = language_name(row.lang, locale)
    return RevisionView(html, row.lang, direction(row.lang), name, row.written_at, row.replaced_at)


@get(f"{ONE}/cite.bib", opt={"permission": Permission.READ})
async def read_bibtex(request: Ask, session: AsyncSession) -> Response[str]:
    """The citation as a BibTeX file."""
    subject = await find_subject(request, session)
    found: Citation = cite(
        subject.row, subject.view.title.text, site_of(request).settings.base_url, locale_of(request)
    )
    name = f'attachment; filename="{subject.row.reference}.bib"'
    return Response(
        found.bibtex, media_type="application/x-bibtex; charset=utf-8", headers={"content-disposition": name}
    )


HANDLERS = (read_contribution, read_history, read_bibtex)
