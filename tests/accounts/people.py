"""What tests of accounts tell of: people with passwords, their browsers, the links that they are mailed."""

from __future__ import annotations

import re
from typing import Any

import httpx
from sqlalchemy import select

from consult.accounts.links import make_link
from consult.accounts.service import add_person
from consult.kernel.addresses import with_query
from consult.models.ledger import OutboxEvent
from consult.models.people import Role, User
from tests.people import BASE, Browser, Site

PASSWORD = "lantern tidal orchard"
OTHER_PASSWORD = "seven quiet harbours"
PATHS = {"confirm": "/en/confirm/", "reset": "/en/reset/", "email": "/en/email/"}
COOKIE = "__Host-consult"


async def amina(site: Site, role: Role = Role.RESPONDENT, *, name: str = "Amina Haddad") -> User:
    """A person with a confirmed account and PASSWORD."""
    email = f"{name.split()[0].lower()}@example.org"
    async with site.database.writing() as session:
        return await add_person(session, email, name, role, site.clock.now(), PASSWORD)


async def sign_in(browser: Browser, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Send the sign-in form."""
    return await browser.post_form("/en/sign-in", {"email": email, "password": password, **more})


async def browser_of_amina(site: Site, email: str = "amina@example.org") -> Browser:
    """A browser in which she has signed in with her password, with its cookie in the jar."""
    browser = site.browser()
    answer = await sign_in(browser, email)
    assert answer.status_code == 303
    return browser


def elsewhere(site: Site, address: str = "198.51.100.7") -> Browser:
    """A browser on another network."""
    transport = httpx.ASGITransport(app=site.app, client=(address, 4711), raise_app_exceptions=False)  # type: ignore[arg-type]
    return Browser(transport=transport, base_url=BASE)


async def events(site: Site, kind: str) -> list[dict[str, Any]]:
    """What was put in the outbox of a kind, in order."""
    async with site.database.reading() as session:
        found = await session.execute(
            select(OutboxEvent).where(OutboxEvent.kind == kind).order_by(OutboxEvent.id)
        )
        return [event.data for event in found.scalars()]


async def mailed_link(site: Site, purpose: str) -> str:
    """The address in the last mail of a purpose, made as the worker makes it."""
    wanted = [each for each in await events(site, "link.wanted") if each["purpose"] == purpose][-1]
    async with site.database.writing() as session:
        token = await make_link(session, wanted["user_id"], purpose, wanted["data"], site.clock.now())
    return with_query(PATHS[purpose] + token, next=wanted["next"])


def registration(**changed: str) -> dict[str, str]:
    """What Lucía types to register."""
    return {
        "name": "Lucía Ferrer",
        "email": "lucia@example.org",
        "password": PASSWORD,
        "kind": "civil-society",
        "organisation": "Voces por la Red",
        **changed,
    }


def without_tokens(html: str) -> str:
    """A page without what differs each time."""
    return re.sub(r'name="csrf" value="[^"]*"', "", html)
