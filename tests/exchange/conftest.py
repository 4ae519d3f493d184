"""Somebody who brings in files, with a consultation to bring them into."""

from __future__ import annotations

import pytest

from consult.db.database import Database
from consult.documents.imports import import_draft
from consult.kernel.clock import SetClock
from consult.models.consultation import Consultation
from tests.exchange.files import Bringing
from tests.people import Site

DRAFT = {
    "en": "# Charter\n\nMembers share what they learn.\n\nThe board meets in public.\n",
    "fr": "# Charte\n\nLes membres partagent ce qu'ils apprennent.\n\nLe conseil se réunit en public.\n",
}


@pytest.fixture
def bringing(database: Database, clock: SetClock) -> Bringing:
    return Bringing(database, clock)


@pytest.fixture
async def charter(bringing: Bringing) -> Consultation:
    """A consultation with a draft in two languages."""
    consultation = await Site.consultation(bringing, "charter")  # type: ignore[arg-type]
    async with bringing.database.writing() as session:
        await import_draft(session, "charter", "text", "", DRAFT, True, bringing.clock.now())
    return consultation


@pytest.fixture
async def other(bringing: Bringing) -> Consultation:
    """Another one, with the same draft."""
    consultation = await Site.consultation(bringing, "governance")  # type: ignore[arg-type]
    async with bringing.database.writing() as session:
        await import_draft(session, "governance", "text", "", DRAFT, True, bringing.clock.now())
    return consultation
