"""Having an organisation verified, and joining one that is: what is asked, what to do outside, and looking whether it was
done."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.links import OpenLink, Purpose, find_link, use_link
from consult.accounts.queries import find_profile
from consult.accounts.tries import ask_to_wait, may_mail, meters_of, too_many
from consult.i18n.catalogues import N_, catalogue
from consult.i18n.locales import countries
from consult.kernel.errors import FormInvalid, NotAllowed, NotFound, SignInNeeded, invalid
from consult.models.people import Organisation, VerifiedBy
from consult.organisations.domains import shown_domain
from consult.organisations.findings import FINDINGS
from consult.organisations.forms import read_claim, read_email, read_words
from consult.organisations.proofs import PATH, PROOFS, RECORD, Finding, words_of
from consult.organisations.queries import Claim, claim_of, find_known, get_present, membership_of
from consult.organisations.verifying import (
    Outcome,
    Proven,
    ask_staff,
    begin,
    check_address,
    proven_by_address,
    read_link,
    settle,
    token_for,
    want_address_link,
)
from consult.organisations.views import view_organisation
from consult.organisations.words import kind_choices, way_choices
from consult.security.actor import Actor
from consult.security.permissions import Permission
from consult.web.forms import FormState, Typed, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

CAN_BE_READ = {"permission": Permission.OWN_ACCOUNT}
VERIFY = "/mine/organisation/verify"
NOTICES = {
    Outcome.VERIFIED: "organisation-verified",
    Outcome.JOINED: "organisation-joined",
    Outcome.ASKED: "organisation-asked",
    Outcome.MEMBER: "organisation-member",
}


def _form(show: Any, at: str) -> dict[str, Any]:
    return {"permission": Permission.OWN_ACCOUNT, "redisplay": show, "form_at": at}


def confirmed_actor(request: Ask) -> Actor:
    """Who asks, with a confirmed address. Raises NotAllowed."""
    actor = actor_needed(request)
    if not actor.confirmed:
        raise NotAllowed(
            N_("Confirm your email address first: follow the link in the mail that we sent you.")
        )
    return actor


async def show_claim(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """Which organisation, and how it is to be verified; filled in with the one of the profile."""
    locale = locale_of(request)
    user, named = await find_profile(session, confirmed_actor(request).id)
    values = {
        "name": named.name if named else "",
        "kind": named.kind if named else "",
        "country": (named.country if named else "") or user.country,
        "url": named.url if named else "",
        "way": VerifiedBy.ADDRESS,
    }
    state = form_state(failed, catalogue(locale), values)
    context = {
        "form": state,
        "kinds": kind_choices(locale),
        "countries": [("", ""), *countries(locale)],
        "ways": way_choices(locale),
    }
    return _page(request, "organisations/claim.html", context, state)


@get(VERIFY, opt=CAN_BE_READ)
async def claim_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks for the organisation and the way."""
    return await show_claim(request, session)


@post(VERIFY, opt=_form(show_claim, VERIFY))
async def claim(request: Ask, session: AsyncSession) -> Response[Any]:
    """On to what has to be done outside; to joining where it is verified already."""
    actor = confirmed_actor(request)
    named, way = read_claim(await read_form(request))
    known = await find_known(session, named.name, named.kind, named.domain)
    if known is not None:
        return see_other(request, f"/mine/organisation/{known.id}/join", "organisation-known")
    organisation = await begin(session, actor, named, way, site_of(request).clock.now())
    return see_other(request, f"/mine/organisation/{organisation.id}/verify")


async def show_steps(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """What to do to have it verified in the way that was chosen, or in another."""
    actor = confirmed_actor(request)
    own = await claim_of(session, actor.id, _id(request))
    chosen = (failed.values.get("way") if failed else "") or request.query_params.get("way") or own.way
    way = str(chosen) if own.domain and str(chosen) in set(VerifiedBy) else VerifiedBy.STAFF
    state = form_state(failed, catalogue(locale_of(request)))
    context = {
        "form": state,
        "organisation": view_organisation(
            await get_present(session, own.organisation_id), locale_of(request)
        ),
        "way": way,
        "ways": way_choices(locale_of(request)) if own.domain else [],
        "domain": own.domain,
        "domain_shown": shown_domain(own.domain),
        "words": words_of(_token(request, actor, own)),
        "record": f"{RECORD}.{own.domain}",
        "file": site_of(request).settings.verify_at.format(domain=own.domain) + PATH,
    }
    return _page(request, "organisations/steps.html", context, state)


@get("/mine/organisation/{organisation_id:int}/verify", opt=CAN_BE_READ)
async def steps_page(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """What to do."""
    return await show_steps(request, session)


STEPS = _form(show_steps, "/mine/organisation/{organisation_id}/verify")


@post("/mine/organisation/{organisation_id:int}/verify/address", opt=STEPS)
async def verify_by_address(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Mail a link to an address at the domain."""
    actor, typed = confirmed_actor(request), await read_form(request)
    if wait := await too_many(request, meters_of(request, "organisation", actor.email)):
        return await ask_to_wait(request, session, show_steps, typed, wait)
    async with site_of(request).database.reading() as reading:
        own = await claim_of(reading, actor.id, organisation_id)
    return await _mail_link(request, session, typed, own.organisation_id, own.domain)


@post("/mine/organisation/{organisation_id:int}/verify/look", opt=STEPS)
async def look(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Look outside for the record or the file. Nothing of the request's own transaction has begun then."""
    actor, typed = confirmed_actor(request), await read_form(request)
    site, way = site_of(request), typed["way"]
    if way not in PROOFS:
        raise NotFound
    if wait := await too_many(request, meters_of(request, "organisation", actor.email)):
        return await ask_to_wait(request, session, show_steps, typed, wait)
    async with site.database.reading() as reading:
        own = await claim_of(reading, actor.id, organisation_id)
    token = _token(request, actor, own)
    found = await PROOFS[way](own.domain, words_of(token), site.settings)
    if found is not Finding.RIGHT:
        raise invalid("", FINDINGS[way][found])
    proven = Proven(own.domain, way, token)
    organisation, outcome = await settle(session, actor, organisation_id, proven, site.clock.now())
    return _settled(request, organisation, outcome)


@post("/mine/organisation/{organisation_id:int}/verify/staff", opt=STEPS)
async def verify_by_staff(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Ask staff."""
    actor = confirmed_actor(request)
    words = read_words(await read_form(request))
    own = await claim_of(session, actor.id, organisation_id)
    organisation = await get_present(session, own.organisation_id)
    await ask_staff(session, actor, organisation, words, site_of(request).clock.now())
    return see_other(request, "/mine/organisation", "organisation-staff-asked")


async def show_join(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """Who decides on members of a verified organisation, and the form for an address at its domain."""
    confirmed_actor(request)
    organisation = await _verified(session, _id(request))
    state = form_state(failed, catalogue(locale_of(request)))
    context = {"form": state, "organisation": view_organisation(organisation, locale_of(request))}
    return _page(request, "organisations/join.html", context, state)


@get("/mine/organisation/{organisation_id:int}/join", opt=CAN_BE_READ)
async def join_page(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Asks for an address at the domain; members are led to their page."""
    if await membership_of(session, actor_needed(request).id, organisation_id):
        return see_other(request, f"/mine/organisation/{organisation_id}", "organisation-member")
    return await show_join(request, session)


@post(
    "/mine/organisation/{organisation_id:int}/join",
    opt=_form(show_join, "/mine/organisation/{organisation_id}/join"),
)
async def join(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Mail a link to an address at the domain."""
    actor, typed = confirmed_actor(request), await read_form(request)
    if wait := await too_many(request, meters_of(request, "organisation", actor.email)):
        return await ask_to_wait(request, session, show_join, typed, wait)
    async with site_of(request).database.reading() as reading:
        organisation = await _verified(reading, organisation_id)
    return await _mail_link(request, session, typed, organisation.id, organisation.domain)


async def show_link(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The page behind the mailed link: a button, because programs open links too. Raises SignInNeeded."""
    link = await _open_link(request, session)
    if link is None:
        return _ended(request)
    organisation_id, email = read_link(link.data)
    organisation = await get_present(session, organisation_id)
    state = form_state(failed, catalogue(locale_of(request)))
    context = {
        "form": state,
        "organisation": view_organisation(organisation, locale_of(request)),
        "email": email,
        "token": request.path_params["token"],
    }
    return _page(request, "organisations/link.html", context, state)


@get("/mine/organisation/address/{token:str}", opt=CAN_BE_READ)
async def link_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Shows the button that uses the link."""
    return await show_link(request, session)


@post(
    "/mine/organisation/address/{token:str}", opt=_form(show_link, "/mine/organisation/address/{token:str}")
)
async def use_address(request: Ask, session: AsyncSession) -> Response[Any]:
    """The address is theirs: verified, or asked to join."""
    actor, now = confirmed_actor(request), site_of(request).clock.now()
    if await _open_link(request, session) is None:
        return _ended(request)
    used = await use_link(session, request.path_params["token"], Purpose.ORGANISATION, now)
    if used is None:
        return _ended(request)
    organisation_id, email = read_link(used.data)
    organisation, outcome = await settle(session, actor, organisation_id, proven_by_address(email), now)
    return _settled(request, organisation, outcome)


async def _mail_link(
    request: Ask, session: AsyncSession, typed: Typed, organisation_id: int, domain: str
) -> Response[Any]:
    """The answer is the same where the address had enough mail for now. Counting has a transaction of its own, so the
    request's must not have begun."""
    email = read_email(typed)
    check_address(email, domain)
    if await may_mail(request, email):
        now = site_of(request).clock.now()
        want_address_link(session, actor_needed(request), organisation_id, email, now)
    return see_other(request, "/mine/organisation", "link-sent")


async def _verified(session: AsyncSession, organisation_id: int) -> Organisation:
    organisation = await get_present(session, organisation_id)
    if not organisation.verified_by:
        raise NotFound
    return organisation


async def _open_link(request: Ask, session: AsyncSession) -> OpenLink | None:
    token, now = request.path_params["token"], site_of(request).clock.now()
    link = await find_link(session, token, Purpose.ORGANISATION, now)
    if link is not None and link.user_id != actor_needed(request).id:
        raise SignInNeeded(N_("Sign in to the account that asked for this link."))
    return link


def _settled(request: Ask, organisation: Organisation, outcome: Outcome) -> Response[Any]:
    asked = outcome is Outcome.ASKED
    address = "/mine/organisation" if asked else f"/mine/organisation/{organisation.id}"
    return see_other(request, address, NOTICES[outcome])


def _token(request: Ask, actor: Actor, own: Claim) -> str:
    return token_for(site_of(request).settings.secret_key, actor.id, own.organisation_id, own.domain)


def _id(request: Ask) -> int:
    return int(request.path_params["organisation_id"])


def _ended(request: Ask) -> Response[Any]:
    return respond(request, "accounts/link_ended.html", {}, status=410)


def _page(request: Ask, template: str, context: dict[str, Any], state: FormState) -> Response[Any]:
    return respond(request, template, context, section="mine", has_errors=bool(state.errors))


HANDLERS = (
    claim_page,
    claim,
    steps_page,
    verify_by_address,
    look,
    verify_by_staff,
    join_page,
    join,
    link_page,
    use_address,
)
