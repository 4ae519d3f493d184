"""The desk's pages on rounds: set one, change it while it is scheduled, extend it after a look at what that means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.deadline import Deadline, make_deadline
from consult.consultations.desk_queries import drafts_of, get_round, versions_by_round
from consult.consultations.desk_views import VersionChoice, language_sections, view_desk_round, view_versions
from consult.consultations.forms import (
    AT_ONCE,
    ExtensionFields,
    is_id,
    parse_extension,
    parse_round,
    round_values,
    without_empty,
)
from consult.consultations.periods import occurs_twice
from consult.consultations.queries import get_consultation
from consult.consultations.rounds import add_versions, check_extension, edit_round, extend_round, open_round
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.formats import iso
from consult.i18n.zones import zone_options
from consult.kernel.errors import Conflict, FormInvalid, NotFound, invalid
from consult.kernel.messages import N_
from consult.models.consultation import CommentPeriod, Consultation, Extension, Round, RoundState
from consult.security.permissions import Permission
from consult.web.forms import Typed, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of

ONE = "/desk/consultations/{slug:str}"
ROUND = ONE + "/rounds/{number:int}"
EDIT = {"permission": Permission.EDIT}
USUAL_GRACE = 60
"""Minutes of grace that a new round's form proposes."""


async def _consultation(request: Ask, session: AsyncSession) -> Consultation:
    return await get_consultation(session, request.path_params["slug"], actor_of(request))


async def _round(request: Ask, session: AsyncSession) -> tuple[Consultation, Round]:
    consultation = await _consultation(request, session)
    return consultation, get_round(consultation, request.path_params["number"])


def _back(request: Ask, notice: str) -> Response[Any]:
    return see_other(request, f"/desk/consultations/{request.path_params['slug']}", notice=notice)


async def show_new(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form for a new round; it proposes every published version and the zone of the last round."""
    consultation = await _consultation(request, session)
    choices = await _published(request, session, consultation)
    last = consultation.rounds[-1] if consultation.rounds else None
    values = {
        "zone": last.time_zone if last else actor_needed(request).zone,
        "begins": AT_ONCE,
        "grace": str(last.grace_minutes if last else USUAL_GRACE),
        "late": str(last.late_days if last else 0),
        **{f"version-{each.id}": "yes" for each in _newest(choices)},
    }
    return _show_form(request, consultation, None, choices, values, failed)


@get(ONE + "/rounds/new", opt=EDIT)
async def new_round(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a new round."""
    return await show_new(request, session)


@post(
    ONE + "/rounds/new",
    opt={**EDIT, "redisplay": show_new, "form_at": "/desk/consultations/{slug}/rounds/new"},
)
async def post_new(request: Ask, session: AsyncSession) -> Response[Any]:
    """Set a round."""
    consultation, now = await _consultation(request, session), site_of(request).clock.now()
    fields = parse_round(await read_form(request), now)
    await open_round(
        session,
        consultation,
        fields.opens_at,
        fields.closes_at,
        fields.time_zone,
        fields.grace_minutes,
        fields.version_ids,
        actor_needed(request),
        now,
        fields.late_days,
    )
    return _back(request, "round-opened")


async def show_edit(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form of a scheduled round. Raises Conflict once it has opened."""
    consultation, round_ = await _round(request, session)
    if round_.period.state(site_of(request).clock.now()) is not RoundState.SCHEDULED:
        raise Conflict(N_("This round has opened. Its period can be extended, but not changed otherwise."))
    taken = (await versions_by_round(session, consultation.id)).get(round_.id, set())
    choices = await _published(request, session, consultation)
    return _show_form(request, consultation, round_, choices, round_values(round_, taken), failed)


@get(ROUND + "/edit", opt=EDIT)
async def edit_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form of a scheduled round."""
    return await show_edit(request, session)


@post(
    ROUND + "/edit",
    opt={**EDIT, "redisplay": show_edit, "form_at": "/desk/consultations/{slug}/rounds/{number}/edit"},
)
async def post_edit(request: Ask, session: AsyncSession) -> Response[Any]:
    """Change a scheduled round."""
    _, round_ = await _round(request, session)
    now = site_of(request).clock.now()
    fields = parse_round(await read_form(request), now)
    await edit_round(
        session,
        round_,
        fields.opens_at,
        fields.closes_at,
        fields.time_zone,
        fields.grace_minutes,
        fields.version_ids,
        actor_needed(request),
        now,
        fields.late_days,
    )
    return _back(request, "saved")


@post(ROUND + "/versions", opt=EDIT)
async def post_versions(request: Ask, session: AsyncSession) -> Response[Any]:
    """Let a round take comments on one more version."""
    _, round_ = await _round(request, session)
    wanted = (await read_form(request))["version"]
    if not is_id(wanted):
        raise NotFound
    await add_versions(session, round_, [int(wanted)], actor_needed(request), site_of(request).clock.now())
    return _back(request, "saved")


async def show_extend(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The form for a later end. Raises Conflict where the clock allows none."""
    consultation, round_ = await _round(request, session)
    now, locale = site_of(request).clock.now(), locale_of(request)
    if round_.period.state(now) is RoundState.CLOSED:
        raise Conflict(N_("This round has closed. Open a new round instead."))
    context = {
        **_about(consultation, locale),
        "form": form_state(failed, catalogue(locale)),
        "round": view_desk_round(round_, (), (), locale, now, actor_needed(request).zone),
        "zone": round_.time_zone,
        "from_at": iso(round_.closes_at),
        "sections": language_sections(consultation, consultation.original, locale),
    }
    return respond(
        request, "consultations/desk_extend.html", context, has_errors=bool(failed and failed.errors)
    )


@get(ROUND + "/extend", opt=EDIT)
async def extend_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a later end."""
    return await show_extend(request, session)


@post(
    ROUND + "/extend",
    opt={**EDIT, "redisplay": show_extend, "form_at": "/desk/consultations/{slug}/rounds/{number}/extend"},
)
async def post_extend(request: Ask, session: AsyncSession) -> Response[Any]:
    """First show what the extension would say in public, then make it."""
    typed = await read_form(request)
    consultation, round_ = await _round(request, session)
    if typed["step"] == "change":
        return await show_extend(request, session, FormInvalid([], typed.values))
    now = site_of(request).clock.now()
    fields = parse_extension(typed, round_.time_zone, consultation.original)
    if fields.from_at != iso(round_.closes_at):
        raise invalid(
            "closes", N_("The end was changed in the meantime. Look at the present end and send this again.")
        )
    if typed["step"] != "confirm":
        check_extension(round_, fields.closes_at, fields.reason, consultation.rounds, now)
        return _show_check(request, consultation, round_, fields, typed)
    await extend_round(session, round_, fields.closes_at, fields.reason, actor_needed(request), now)
    return _back(request, "extended")


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in one language."""

    text: LocalText
    language: str


def _show_check(
    request: Ask, consultation: Consultation, round_: Round, fields: ExtensionFields, typed: Typed
) -> Response[Any]:
    now, locale = site_of(request).clock.now(), locale_of(request)
    context = {
        **_about(consultation, locale),
        "number": round_.number,
        "old": make_deadline(round_.period, round_.extensions, locale, now),
        "new": _extended(round_, fields, locale, now),
        "reasons": [Reason(pick(fields.reason, lang), lang) for lang in fields.reason.languages()],
        "twice": occurs_twice(fields.closes_at, round_.time_zone),
        "carried": without_empty(typed.values),
    }
    return respond(request, "consultations/desk_extend_check.html", context)


def _extended(round_: Round, fields: ExtensionFields, locale: str, now: datetime) -> Deadline:
    """The deadline object as everybody would see it."""
    extension = Extension(from_at=round_.closes_at, to_at=fields.closes_at, reason=fields.reason)
    grace = timedelta(minutes=round_.grace_minutes)
    period = CommentPeriod(round_.opens_at, fields.closes_at, round_.time_zone, grace)
    return make_deadline(period, [*round_.extensions, extension], locale, now)


def _about(consultation: Consultation, locale: str) -> dict[str, Any]:
    return {
        "slug": consultation.slug,
        "reference": consultation.reference,
        "title": pick(consultation.title, locale),
        "is_published": consultation.published_at is not None,
    }


async def _published(request: Ask, session: AsyncSession, consultation: Consultation) -> list[VersionChoice]:
    found = view_versions(await drafts_of(session, consultation.id), locale_of(request))
    return [each for each in found if each.published_at is not None]


def _newest(choices: list[VersionChoice]) -> list[VersionChoice]:
    """The last of each draft; versions of a draft stand together, in order."""
    pairs = zip_longest(choices, choices[1:])
    return [each for each, follower in pairs if follower is None or follower.number <= each.number]


def _show_form(
    request: Ask,
    consultation: Consultation,
    round_: Round | None,
    choices: list[VersionChoice],
    values: dict[str, str],
    failed: FormInvalid | None,
) -> Response[Any]:
    locale = locale_of(request)
    context = {
        **_about(consultation, locale),
        "form": form_state(failed, catalogue(locale), {} if failed else values),
        "number": round_.number if round_ else 0,
        "zones": zone_options(locale),
        "versions": choices,
        "at_once": AT_ONCE,
    }
    return respond(request, "consultations/desk_round.html", context, has_errors=failed is not None)


HANDLERS = (new_round, post_new, edit_page, post_edit, post_versions, extend_page, post_extend)
