"""Trying a password or asking for a mail, counted: what pages do before and after."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from litestar import Response
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.queries import find_by_email
from consult.accounts.service import NO_PASSWORD, keep_rehashed
from consult.accounts.throttle import Meter, count_attempt, forgive, mail_meter, meters, network_of
from consult.i18n.catalogues import N_
from consult.kernel.errors import FieldError, FormInvalid, Message, TooMany
from consult.models.people import User
from consult.security.passwords import hash_password, needs_rehash, verify_password
from consult.web.forms import Typed
from consult.web.respond import actor_needed
from consult.web.site import Ask, site_of

Show = Callable[[Ask, AsyncSession, FormInvalid | None], Awaitable[Response[Any]]]


def meters_of(request: Ask, purpose: str, address: str) -> tuple[Meter, Meter]:
    """The counters of a try. The network is the connection's own peer; headers that claim another are ignored."""
    site = site_of(request)
    network = network_of(request.scope.get("client"))
    return meters(site.settings.secret_key, purpose, address, network, site.clock.now())


async def too_many(request: Ask, counted: tuple[Meter, ...]) -> timedelta | None:
    """Count a try; how long to wait where it is one too many."""
    site = site_of(request)
    return await count_attempt(site.database, counted, site.clock.now())


async def may_mail(request: Ask, address: str) -> bool:
    """Count a mail to an address; whether it had few enough."""
    site = site_of(request)
    meter = mail_meter(site.settings.secret_key, address, site.clock.now())
    return await count_attempt(site.database, (meter,), site.clock.now()) is None


async def ask_to_wait(
    request: Ask, session: AsyncSession, show: Show, typed: Typed, wait: timedelta, field: str = ""
) -> Response[Any]:
    """The form again, with what was typed, as 429 (RFC 6585) saying when to come back, beside `field` where one is named."""
    problem = FieldError(field, Message(TooMany.text))
    answer = await show(request, session, FormInvalid([problem], typed.values))
    answer.status_code = TooMany.status
    answer.headers["retry-after"] = str(max(1, math.ceil(wait.total_seconds())))
    return answer


async def find_owner(request: Ask, email: str, password: str) -> User | None:
    """The person whose address and password these are.

    Read and computed outside of the request's writing session, which would make all other writers wait; the same
    work is done for unknown addresses.
    """
    async with site_of(request).database.reading() as session:
        user = await find_by_email(session, email)
    right = await verify_password(user.password_hash if user else NO_PASSWORD, password)
    return user if right else None


async def settle_try(request: Ask, user: User, password: str, counted: tuple[Meter, ...]) -> None:
    """The password was right: uncount the try, keep the password with today's parameters.

    In a transaction of its own, so the request's session must not have been used yet.
    """
    fresh = await hash_password(password) if needs_rehash(user.password_hash) else ""
    async with site_of(request).database.writing() as session:
        await forgive(session, counted)
        if fresh:
            await keep_rehashed(session, user.id, user.password_hash, fresh)


async def check_password(
    request: Ask, session: AsyncSession, typed: Typed, show: Show
) -> Response[Any] | None:
    """That somebody signed in has typed their own password into `current_password`.

    None where they have; an answer that asks to wait after too many tries. Raises FormInvalid. To be called before
    the request's session is used.
    """
    actor = actor_needed(request)
    counted = meters_of(request, "sign-in", actor.email)
    if wait := await too_many(request, counted):
        return await ask_to_wait(request, session, show, typed, wait)
    password = typed.raw("current_password")
    user = await find_owner(request, actor.email, password)
    if user is None:
        problem = FieldError("current_password", Message(N_("This is not your present password")))
        raise FormInvalid([problem], typed.values)
    await settle_try(request, user, password, counted)
    return None
