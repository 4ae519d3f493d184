"""A response's own page: its parts with what is done of each, the deadline and its rule, what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.guests import want_resume_link
from consult.accounts.tries import may_mail
from consult.kernel.errors import NotFound
from consult.models.submission import SubmissionSending, SubmissionState
from consult.security.permissions import Permission
from consult.submissions.document import read_document, substance
from consult.submissions.gathering import Working, compose, gather
from consult.submissions.own_page import KEY, Own, address_of, context_of, find_own
from consult.submissions.progress import Part, view_progress
from consult.submissions.queries import list_own, open_set_asides, sendings_of
from consult.submissions.rules import may_correct
from consult.submissions.ruling import rule_label
from consult.teams.box import show_team_box
from consult.teams.here import show_here
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of


@dataclass(frozen=True, slots=True)
class SendingView:
    """One sending; `counts` is said of the last one while the response is sent."""

    number: int
    sent_at: datetime
    label: str
    sha256: str
    leaf: int | None
    counts: bool


@dataclass(frozen=True, slots=True)
class SentView:
    """What was sent: `changed` says that the working text is another one now; `may_change` that it can be sent again."""

    sendings: tuple[SendingView, ...]
    changed: bool
    may_change: bool


def view_sent(
    own: Own, working: Working, sendings: list[SubmissionSending], locale: str, now: datetime
) -> SentView:
    """All sendings of a response, the last one first."""
    submission, target = own.submission, own.target
    is_sent = submission.state == SubmissionState.SENT
    last = sendings[-1] if sendings else None
    views = [
        SendingView(
            each.number,
            each.sent_at,
            rule_label(each.rule, locale),
            each.sha256,
            each.leaf,
            is_sent and each is last,
        )
        for each in reversed(sendings)
    ]
    changed = last is not None and bool(last.text) and _is_other(last, own, working)
    may = last is None or may_correct(target.round.period, submission.begun_at, last.rule, now)
    return SentView(tuple(views), changed, may)


def _is_other(last: SubmissionSending, own: Own, working: Working) -> bool:
    document = compose(working, own.target.consultation, own.target.round)
    return substance(read_document(last.text)) != substance(document)


@get("/respond", opt={"permission": Permission.RESPOND})
async def go_on(request: Ask, session: AsyncSession) -> Response[Any]:
    """To the response that one has begun: the way back for who has no account. Others have all of theirs on `mine`."""
    actor = actor_needed(request)
    if not actor.guest:
        return see_other(request, "/mine")
    own = await list_own(session, actor)
    if not own:
        raise NotFound
    return see_other(request, address_of(own[0].submission))


@get(KEY, opt={"permission": Permission.RESPOND})
async def overview_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The parts of a response and how far each is."""
    own, locale, now = await find_own(request, session), locale_of(request), site_of(request).clock.now()
    submission = own.submission
    working = await gather(session, submission, own.target.content)
    sendings = list(await sendings_of(session, submission.id))
    waiting = await open_set_asides(session, submission.id)
    context = context_of(
        request,
        own,
        submission={
            "name": submission.name,
            "email": submission.email,
            "saved_at": submission.saved_at,
            "begun_at": submission.begun_at,
        },
        organisation=working.organisation.name if working.organisation else "",
        progress=view_progress(working, locale),
        files=len(working.files),
        unsettled=working.has_unsettled,
        asides=_sections_with(own, {each.question for each in waiting}, locale, working),
        sent=view_sent(own, working, sendings, locale, now),
        saved=_just_saved(request, own),
        here=await show_here(request, session, submission, own.target.content),
        team=await show_team_box(request, session, submission, own.target),
    )
    return respond(request, "submissions/overview.html", context)


def _sections_with(own: Own, questions: set[str], locale: str, working: Working) -> list[Part]:
    """The sections in which something waits to be settled."""
    sections = own.target.content.sections
    keys = {each.key for each in sections if questions & {question.key for question in each.questions}}
    return [each for each in view_progress(working, locale).sections if each.key in keys]


def _just_saved(request: Ask, own: Own) -> str:
    key = request.query_params.get("saved", "")
    section = next((each for each in own.target.content.sections if each.key == key), None)
    return " ".join(each.key for each in section.questions) if section else ""


@post(f"{KEY}/elsewhere", opt={"permission": Permission.RESPOND})
async def mail_link(request: Ask, session: AsyncSession) -> Response[Any]:
    """Mail oneself the way to go on with this response on another device."""
    actor = actor_needed(request)
    async with site_of(request).database.reading() as reading:
        own = await find_own(request, reading)
    address = own.submission.email if actor.guest else actor.email
    if await may_mail(request, address):
        want_resume_link(session, actor.id, own.submission.key, site_of(request).clock.now())
    return see_other(request, address_of(own.submission), "response-link")


HANDLERS = (go_on, overview_page, mail_link)
