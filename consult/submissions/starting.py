"""Where a response begins: what is asked, until when, under which rule; for oneself, for an organisation, as a guest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.browser import sign_in_browser
from consult.accounts.forms import clean_name, read_address
from consult.accounts.guests import make_guest, want_resume_link
from consult.accounts.queries import find_actor
from consult.accounts.tries import ask_to_wait, may_mail, meters_of, too_many
from consult.consultations.deadline import make_deadline
from consult.i18n.catalogues import N_, catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.formats import formats
from consult.kernel.errors import FormInvalid, NotFound, SignInNeeded
from consult.models.submission import Submission
from consult.organisations.queries import membership_of, organisations_of
from consult.security.actor import Actor
from consult.security.permissions import Permission
from consult.submissions.beginning import begin_submission
from consult.submissions.own_page import address_of
from consult.submissions.queries import list_in_round
from consult.submissions.ruling import view_ruling
from consult.submissions.targets import Target, find_target
from consult.web.forms import Problems, Typed, form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of

START = "/consultations/{slug:str}/respond"
MOST_NAME = 100
MINUTES_A_QUESTION = 4
"""A guess, rounded up to five minutes, so that people know whether to begin now."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A response of one's own in this round: `of` names the organisation, "" for oneself."""

    address: str
    of: str
    state: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way to begin: `value` is what the form sends, `name` the organisation's, "" for oneself."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A section in short."""

    title: LocalText
    questions: int


async def show_start(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The start page, with the form for guests as it failed."""
    locale, now, actor = locale_of(request), site_of(request).clock.now(), actor_of(request)
    target = await find_target(session, request.path_params["slug"], now)
    state = form_state(failed, catalogue(locale), {"name": actor.name if actor and actor.guest else ""})
    begun = await _begun(session, target, actor)
    context = {
        **_asked(target, locale),
        "consultation": target.consultation.slug,
        "title": pick(target.consultation.title, locale),
        "reference": target.consultation.reference,
        "closing": _deadline(target, locale, request),
        "ruling": view_ruling(target.round.period, None, locale, now),
        "publications": target.content.publications,
        "begun": begun,
        "ways": await _ways(session, actor, begun),
        "is_member": actor is not None and not actor.guest,
        "form": state,
    }
    return respond(
        request, "submissions/start.html", context, section="consultations", has_errors=bool(state.errors)
    )


@get(START, opt={"permission": Permission.READ})
async def start_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """What is asked, until when and under which rule, before anything is written."""
    return await show_start(request, session)


@post(START, opt={"permission": Permission.SIGN_IN, "redisplay": show_start, "open": True})
async def begin(request: Ask, session: AsyncSession) -> Response[Any]:
    """Begin a response, or go on with the one that is there."""
    typed, actor = await read_form(request), actor_of(request)
    if typed["as"] == "guest":
        return await _begin_as_guest(request, session, typed)
    if actor is None:
        raise SignInNeeded
    organisation_id = await _organisation(session, actor, typed["as"])
    return await _begin(request, session, actor, organisation_id, "")


def _deadline(target: Target, locale: str, request: Ask) -> Any:
    actor, now = actor_of(request), site_of(request).clock.now()
    ics = f"/{locale}/consultations/{target.consultation.slug}/deadline.ics"
    zone = actor.zone if actor and not actor.guest else ""
    return make_deadline(target.round.period, target.round.extensions, locale, now, ics=ics, zone=zone)


def _asked(target: Target, locale: str) -> dict[str, Any]:
    content = target.content
    number = len(content.questions())
    minutes = -(-number * MINUTES_A_QUESTION // 5) * 5
    return {
        "sections": [Asked(pick(each.title, locale), len(each.questions)) for each in content.sections],
        "questions": number,
        "minutes": formats(locale).number(max(minutes, 5)),
        "intro": pick(content.intro, locale) if content.intro else None,
    }


async def _begun(session: AsyncSession, target: Target, actor: Actor | None) -> list[Begun]:
    found = await list_in_round(session, target.round.id, actor) if actor else []
    return [Begun(address_of(each), name, each.state) for each, name in found]


async def _ways(session: AsyncSession, actor: Actor | None, begun: list[Begun]) -> list[Way]:
    if actor is None or actor.guest:
        return []
    taken = {each.of for each in begun}
    own = [Way(f"org-{found.id}", found.name) for found, _ in await organisations_of(session, actor.id)]
    return [each for each in (Way("self", ""), *own) if each.name not in taken]


async def _organisation(session: AsyncSession, actor: Actor, choice: str) -> int | None:
    """The organisation that is responded for; None for oneself. Raises NotFound where they don't act for it."""
    kind, _, number = choice.partition("-")
    if kind != "org":
        return None
    if not number.isascii() or not number.isdigit() or len(number) > 15:
        raise NotFound
    if await membership_of(session, actor.id, int(number)) is None:
        raise NotFound
    return int(number)


async def _begin_as_guest(request: Ask, session: AsyncSession, typed: Typed) -> Response[Any]:
    name, email = _read_guest(typed)
    if wait := await too_many(request, meters_of(request, "guest", email)):
        return await ask_to_wait(request, session, show_start, typed, wait)
    mailing = await may_mail(request, email)
    actor, now = actor_of(request), site_of(request).clock.now()
    if actor is not None:
        if not actor.guest:
            return await _begin(request, session, actor, None, "")
        return await _begin(request, session, actor, None, email)
    guest = await make_guest(session, name, locale_of(request), now)
    as_actor = await find_actor(session, guest.id)
    assert as_actor is not None
    submission = await _make(request, session, as_actor, None, email)
    if mailing:
        want_resume_link(session, guest.id, submission.key, now)
    return await sign_in_browser(
        request, session, guest.id, see_other(request, address_of(submission), "begun")
    )


def _read_guest(typed: Typed) -> tuple[str, str]:
    """A guest's name and address. Raises FormInvalid."""
    problems = Problems()
    name = problems.require(clean_name(typed["name"]), "name", N_("Enter your name"))
    problems.limit(name, "name", MOST_NAME)
    email = read_address(typed, problems)
    problems.raise_if_any(typed)
    return name, email


async def _begin(
    request: Ask, session: AsyncSession, actor: Actor, organisation_id: int | None, email: str
) -> Response[Any]:
    submission = await _make(request, session, actor, organisation_id, email)
    is_new = submission.begun_at == site_of(request).clock.now()
    return see_other(request, address_of(submission), "begun" if is_new else "")


async def _make(
    request: Ask, session: AsyncSession, actor: Actor, organisation_id: int | None, email: str
) -> Submission:
    now = site_of(request).clock.now()
    target = await find_target(session, request.path_params["slug"], now)
    return await begin_submission(session, target, actor, organisation_id, locale_of(request), now, email)


HANDLERS = (start_page, begin)
