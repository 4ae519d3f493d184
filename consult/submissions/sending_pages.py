"""Check your answers, declare, send; the receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from markupsafe import Markup
from msgspec import json
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import N_, catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import country_name, direction, language_name
from consult.i18n.words import kind_name
from consult.kernel.errors import FieldError, FormInvalid, Message, NotFound
from consult.models.contribution import State
from consult.models.questionnaire import TEXTS, UPLOADS, Question
from consult.models.submission import SubmissionSending, SubmissionState
from consult.receipts.signing import load_signer
from consult.receipts.views import ReceiptView, view_receipt
from consult.security.permissions import Permission
from consult.submissions.checking import missing
from consult.submissions.face import get_face
from consult.submissions.gathering import Working, gather, respondent_of
from consult.submissions.overview import view_sent
from consult.submissions.own_page import KEY, Own, address_of, context_of, find_own, key_of
from consult.submissions.queries import get_own, open_set_asides, sendings_of
from consult.submissions.service import send_submission
from consult.submissions.targets import brief_target_of
from consult.submissions.who_form import INTERESTS
from consult.submissions.wording import plain_html, say_answer
from consult.teams.box import show_team_box
from consult.web.forms import ShownError, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

CHECK = f"{KEY}/check"
SEND = f"{KEY}/send"
RECEIPT = f"{KEY}/receipt"
ENDED = (SubmissionState.WITHDRAWN, SubmissionState.REMOVED)


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer in words, to be checked; `change` is where it is changed, `problem` what is wrong with it."""

    key: str
    label: LocalText
    html: Markup
    lang: str
    dir: str
    is_given: bool
    private: bool
    marked: bool
    files: tuple[str, ...]
    change: str
    problem: str


@dataclass(frozen=True, slots=True)
class CheckedSection:
    """A section's answers."""

    title: LocalText
    answers: tuple[CheckedAnswer, ...]


@dataclass(frozen=True, slots=True)
class CheckedWho:
    """Who responds, in words."""

    name: str
    organisation: str
    verified: str
    kind: str
    country: str
    language: str
    interest: str
    funder: str
    email: str


async def show_check(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """Everything that will be sent, with what is missing and where."""
    own, locale, now = await find_own(request, session), locale_of(request), site_of(request).clock.now()
    working = await gather(session, own.submission, own.target.content)
    sent = view_sent(own, working, list(await sendings_of(session, own.submission.id)), locale, now)
    lacks = [] if failed else list(missing(working))
    state = form_state(FormInvalid(lacks) if lacks else failed, catalogue(locale))
    context = context_of(
        request,
        own,
        form=state,
        problems=[_link(error, own, working, locale) for error in state.errors],
        who=_who(working, locale),
        publication=own.submission.publication,
        summary=own.submission.summary,
        sections=tuple(_sections(own, working, locale, state.errors)),
        loose_files=[each.name for each in working.files if not each.question],
        sent=sent,
        asides=len(await open_set_asides(session, own.submission.id)),
        unsettled=working.has_unsettled,
        team=await show_team_box(request, session, own.submission, own.target),
        may_send=not lacks and own.submission.state != SubmissionState.REMOVED,
    )
    return respond(request, "submissions/check.html", context, has_errors=bool(failed))


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way of sending, and where it is mended (an address without locale, or a place on this page).

    `label` is the question's, None where it is none of the questionnaire's.
    """

    text: str
    address: str
    here: bool
    label: LocalText | None = None


def _link(error: ShownError, own: Own, working: Working, locale: str) -> Problem:
    base = address_of(own.submission)
    if error.name == "declared":
        return Problem(error.text, "#declared", here=True)
    if error.name == "files":
        return Problem(error.text, f"{base}/files", here=False)
    if error.name in ("publication", "summary"):
        return Problem(error.text, f"{base}/publication", here=False)
    for section in working.content.sections:
        for question in section.questions:
            if question.key == error.name:
                place = f"{base}/sections/{section.key}#a_{error.name}"
                return Problem(error.text, place, here=False, label=pick(question.label, locale))
    if error.name:
        return Problem(error.text, f"{base}/who#{error.name}", here=False)
    return Problem(error.text, "", here=True)


def _who(working: Working, locale: str) -> CheckedWho:
    who, say = respondent_of(working.submission, working.organisation), catalogue(locale).gettext
    interest = INTERESTS.get(who.interest)
    return CheckedWho(
        name=who.name,
        organisation=who.organisation,
        verified=who.verified,
        kind=kind_name(who.kind, locale),
        country=country_name(who.country, locale) if who.country else "",
        language=language_name(working.submission.lang, locale),
        interest=say(interest.label) if interest else "",
        funder=who.funder,
        email=working.submission.email,
    )


def _sections(
    own: Own, working: Working, locale: str, errors: tuple[ShownError, ...]
) -> Iterator[CheckedSection]:
    asked, wrong = working.asked, {each.name: each.text for each in errors}
    for section in working.content.sections:
        if section.key not in asked.sections:
            continue
        base = f"{address_of(own.submission)}/sections/{section.key}"
        answers = (
            _answer(each, working, base, locale, wrong.get(each.key, ""))
            for each in section.questions
            if each.key in asked.questions
        )
        yield CheckedSection(pick(section.title, locale), tuple(answers))


def _answer(question: Question, working: Working, base: str, locale: str, problem: str) -> CheckedAnswer:
    answer = working.answers.get(question.key)
    text = say_answer(question, answer.value if answer else None, locale)
    files = tuple(each.name for each in working.files if each.question == question.key)
    lang = working.submission.lang if question.kind in TEXTS else locale
    return CheckedAnswer(
        key=question.key,
        label=pick(question.label, locale),
        html=plain_html(text),
        lang=lang,
        dir=direction(lang),
        is_given=bool(text or files),
        private=bool(answer and answer.private) and working.content.per_answer,
        marked=bool(answer and answer.marks) and working.content.paired,
        files=files if question.kind in UPLOADS else (),
        change=f"{base}#q_{question.key}",
        problem=problem,
    )


@dataclass(frozen=True, slots=True)
class FaceView:
    """The public page of a response: it `waits` for a moderator, and may be opened by this reader already."""

    reference: str
    waits: bool
    is_seen: bool


@dataclass(frozen=True, slots=True)
class EndedView:
    """When a response was withdrawn or taken down, and the public reason."""

    at: datetime
    note: LocalText | None


@get(CHECK, opt={"permission": Permission.RESPOND})
async def check_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """All answers, before they are sent."""
    return await show_check(request, session)


@post(SEND, opt={"permission": Permission.RESPOND, "redisplay": show_check, "form_at": CHECK})
async def send(request: Ask, session: AsyncSession) -> Response[Any]:
    """Send the response, or its correction. Sent twice, it is sent once."""
    typed, site = await read_form(request), site_of(request)
    signer = load_signer(site.settings)
    submission = await get_own(session, key_of(request), actor_needed(request), hold=True)
    own = Own(submission, await brief_target_of(session, submission))
    if not typed.checked("declared"):
        raise FormInvalid([FieldError("declared", Message(N_("Tick this to declare it; then send.")))])
    sent = await send_submission(
        session,
        own.submission,
        own.target,
        actor_needed(request),
        signer,
        site.settings.base_url,
        site.clock.now(),
    )
    notice = (
        "response-again"
        if sent.again
        else "response-corrected"
        if sent.sending.number > 1
        else "response-sent"
    )
    return see_other(request, f"{address_of(own.submission)}/receipt", notice)


@get(RECEIPT, opt={"permission": Permission.RESPOND})
async def receipt_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """What was received and when, sending by sending."""
    own, locale, now = await find_own(request, session), locale_of(request), site_of(request).clock.now()
    sendings = list(await sendings_of(session, own.submission.id))
    if not sendings:
        raise NotFound
    working = await gather(session, own.submission, own.target.content)
    context = context_of(
        request,
        own,
        sent=view_sent(own, working, sendings, locale, now),
        face=await _face(request, session, own),
        ended=_ended(own, locale),
        email=own.submission.email,
        receipts=_receipts(request, own, sendings),
    )
    return respond(request, "submissions/receipt.html", context)


def _receipts(request: Ask, own: Own, sendings: Sequence[SubmissionSending]) -> dict[int, ReceiptView]:
    """What each receipt says, by the sending's number."""
    locale, zone, own_zone = locale_of(request), own.target.round.time_zone, actor_needed(request).zone
    return {
        each.number: view_receipt(json.decode(each.receipt), locale, zone, own_zone)
        for each in sendings
        if each.receipt
    }


async def _face(request: Ask, session: AsyncSession, own: Own) -> FaceView:
    face = await get_face(session, own.submission)
    waits = face.state == State.PENDING
    return FaceView(face.reference, waits, not waits or own.submission.author_id == actor_needed(request).id)


def _ended(own: Own, locale: str) -> EndedView | None:
    submission = own.submission
    if submission.state not in ENDED or submission.ended_at is None:
        return None
    return EndedView(
        submission.ended_at, pick(submission.ended_note, locale) if submission.ended_note else None
    )


HANDLERS = (check_page, send, receipt_page)
