"""Scripts that talk to the API."""

from __future__ import annotations

from typing import Any

import httpx

from consult.accounts.service import create_token
from consult.documents.imports import import_draft
from consult.models.people import Role
from tests.people import Site

API = "/api/v1"
DRAFT = {
    "en": "# Charter\n\nMembers share what they learn.\n\nThe board meets in public.\n",
    "fr": "# Charte\n\nLes membres partagent ce qu'ils apprennent.\n\nLe conseil se réunit en public.\n",
}


async def script_of(site: Site, role: Role = Role.RESPONDENT, name: str = "Robin") -> httpx.AsyncClient:
    """A client with somebody's token."""
    person = await site.person(role, name)
    async with site.database.writing() as session:
        token = await create_token(session, person.id, "script", site.clock.now())
    client = site.browser()
    client.headers["authorization"] = f"Bearer {token}"
    return client


async def with_draft(site: Site, slug: str = "charter") -> None:
    """Give a consultation a draft in two languages."""
    async with site.database.writing() as session:
        await import_draft(session, slug, "text", "", DRAFT, True, site.clock.now())


async def post(
    client: httpx.AsyncClient, slug: str = "charter", headers: Any = None, **body: Any
) -> httpx.Response:
    """Post a comment."""
    return await client.post(f"{API}/consultations/{slug}/comments", json=body, headers=headers)
