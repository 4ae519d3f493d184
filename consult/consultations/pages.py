"""Home, the list of consultations, a consultation's own page, and the discussion of it as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.filters import filter_bar, read_after, read_filters
from consult.comments.form_view import FormPlace, comment_form
from consult.comments.posting import read_comment, receive_comment, to_comment
from consult.comments.queries import THREADS_ON_PAGE, Filters, find_viewer, threads_on_consultation
from consult.comments.views import Posted, view_contributions, view_posted, view_threads
from consult.consultations.queries import (
    get_brief,
    get_consultation,
    list_consultations,
    published_outcomes,
    tallies,
)
from consult.consultations.views import ConsultationView, sorted_states, view_consultation
from consult.documents.queries import list_drafts, published_versions
from consult.documents.views import view_draft
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.addresses import with_query
from consult.kernel.errors import FormInvalid
from consult.kernel.events import SITE, scopes_with_responses
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.publication.queries import Counted, count_responses
from consult.questionnaires.queries import rounds_that_ask
from consult.security.permissions import Permission
from consult.web.page import Feed
from consult.web.respond import Shared, is_partial, respond
from consult.web.site import Ask, Viewer, actor_of, locale_of, site_of

ONE = "/consultations/{slug:str}"
DISCUSSION = f"{ONE}/comments"
LATELY = 4


async def view_all(request: Ask, session: AsyncSession) -> list[ConsultationView]:
    """All public consultations as shown now."""
    consultations = await list_consultations(session, None)
    return await view_many(session, consultations, locale_of(request), site_of(request).clock.now())


async def view_many(
    session: AsyncSession, consultations: Sequence[Consultation], locale: str, now: datetime
) -> list[ConsultationView]:
    """Consultations with their counts and outcomes."""
    ids = [each.id for each in consultations]
    counts, outcomes = await tallies(session, ids), await published_outcomes(session, ids)
    return [
        view_consultation(each, counts[each.id], outcomes[each.id].published_at if each.id in outcomes else None,
                          locale, now)
        for each in consultations
    ]  # fmt: skip


def shared_by(views: Sequence[ConsultationView], *scopes: str) -> Shared:
    """A page that shows these consultations."""
    until = min((view.until for view in views if view.until), default=None)
    return Shared(
        frozenset({SITE, *scopes, *(scope for view in views for scope in scopes_with_responses(view.id))}),
        until,
    )


@get("/", opt={"permission": Permission.READ})
async def read_home(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What is open, what comes, what was answered."""
    views = await view_all(request, session)
    groups = sorted_states(views)
    ids = [view.id for view in groups["answered"][:LATELY]]
    locale = locale_of(request)
    outcomes = await published_outcomes(session, ids)
    context = {
        "groups": groups,
        "changes": {key: pick(outcome.did, locale) for key, outcome in outcomes.items()},
        "spoken": sum(view.contributions for view in views),
    }
    feed = Feed(catalogue(locale).gettext(N_("News of all consultations")), f"/{locale}/feed.atom")
    return respond(request, "consultations/home.html", context, shared=shared_by(views), feeds=[feed])


@get("/consultations", opt={"permission": Permission.READ})
async def read_list(request: Ask, session: AsyncSession) -> Response[bytes]:
    """Every consultation, by state."""
    views = await view_all(request, session)
    context = {"groups": sorted_states(views)}
    return respond(
        request, "consultations/list.html", context, shared=shared_by(views), section="consultations"
    )


async def _consultation(request: Ask, session: AsyncSession) -> tuple[Consultation, ConsultationView]:
    consultation = await get_consultation(session, request.path_params["slug"], None)
    views = await view_many(session, [consultation], locale_of(request), site_of(request).clock.now())
    return consultation, views[0]


@get(ONE, opt={"permission": Permission.READ})
async def read_consultation(request: Ask, session: AsyncSession) -> Response[bytes]:
    """One consultation: what is asked, until when, who has spoken, what became of it."""
    consultation, view = await _consultation(request, session)
    locale = locale_of(request)
    drafts = [
        view_draft(draft, published_versions(draft)[-1], view.address, locale)
        for draft in await list_drafts(session, consultation.id)
    ]
    rows = await threads_on_consultation(session, consultation.id, 0, Filters(), newest=True)
    context = {
        "consultation": view,
        "drafts": drafts,
        "latest": await view_contributions(session, rows[:3], locale),
        "has_comments": bool(rows),
        "has_questions": bool(await rounds_that_ask(session, [each.id for each in consultation.rounds])),
        "responses": await _count_responses(session, view),
    }
    shared = Shared(scopes_with_responses(consultation.id), view.until, consultation.id)
    feed = Feed(view.title.text, f"/{locale}{view.address}/feed.atom")
    return respond(
        request,
        "consultations/consultation.html",
        context,
        shared=shared,
        section="consultations",
        feeds=[feed],
    )


async def _count_responses(session: AsyncSession, view: ConsultationView) -> Counted:
    """Those in time and late ones; no query where the tally knows of none."""
    if not view.submissions:
        return Counted()
    counts = await count_responses(session, view.id)
    return Counted(sum(each.public for each in counts.values()), sum(each.stubs for each in counts.values()))


@get(DISCUSSION, opt={"permission": Permission.READ})
async def read_discussion(request: Ask, session: AsyncSession) -> Response[bytes]:
    """Threads about the consultation as a whole, and the form."""
    return await show_discussion(request, session)


async def show_discussion(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None, posted: Posted | None = None
) -> Response[bytes]:
    """The discussion with the form as it failed."""
    consultation, view = await _consultation(request, session)
    locale, actor, filters = locale_of(request), actor_of(request), read_filters(request)
    newest = request.query_params.get("order", "") == "newest"
    rows = await threads_on_consultation(
        session, consultation.id, read_after(request), filters, newest=newest
    )
    address = f"/{locale}{view.address}/comments"
    order = "newest" if newest else ""
    form = None
    if view.state in ("open", "grace") or failed is not None:
        form = await comment_form(request, session, _place(view, locale), view.deadline, failed)
    context = {
        "consultation": view,
        "threads": await view_threads(session, rows[:THREADS_ON_PAGE], locale),
        "form": form,
        "posted": posted,
        "filter_bar": filter_bar(address, filters, consultation.languages, locale),
        "newest": newest,
        "orders": (with_query(address), with_query(address, order="newest")),
        "next": _next(address, rows, filters, order),
    }
    viewer = Viewer(*await find_viewer(session, actor.id, consultation.id)) if actor else Viewer()
    return respond(
        request,
        "consultations/discussion.html",
        context,
        block="discussion",
        section="consultations",
        has_errors=failed is not None,
        viewer=viewer,
    )


def _next(address: str, rows: Sequence[Any], filters: Filters, order: str) -> str:
    if len(rows) <= THREADS_ON_PAGE:
        return ""
    last = rows[THREADS_ON_PAGE - 1].id
    return with_query(
        address, after=last, order=order, kind=filters.kind, lang=filters.lang, answered=filters.answered
    )


def _place(view: ConsultationView, locale: str) -> FormPlace:
    return FormPlace(
        action=f"{view.address}/comments",
        key=f"consultation-{view.slug}",
        label=catalogue(locale).gettext(N_("Your comment on this consultation")),
        target="#discussion",
        cancel=f"/{locale}{view.address}",
        swap="outerHTML",
    )


@post(DISCUSSION, opt={"permission": Permission.COMMENT, "redisplay": show_discussion, "form_at": DISCUSSION})
async def post_in_discussion(request: Ask, session: AsyncSession) -> Response[Any]:
    """A comment on the consultation as a whole."""
    received = await read_comment(request)
    consultation = await get_brief(session, request.path_params["slug"])
    comment = await receive_comment(request, session, consultation, None, received)
    if is_partial(request):
        return await show_discussion(request, session, posted=view_posted(comment))
    return to_comment(request, comment, f"/consultations/{consultation.slug}/comments?order=newest")


HANDLERS = (read_home, read_list, read_consultation, read_discussion, post_in_discussion)
