"""What a command holds in its hands: settings, a database that is up to date, the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from consult.cli.problems import UsedWronglyError
from consult.db import migrate
from consult.db.database import Database
from consult.documents.service import find_draft
from consult.exchange.queries import find_consultation
from consult.kernel.clock import Clock, SystemClock
from consult.kernel.errors import NotFound
from consult.logs import set_up_logs
from consult.models.consultation import Consultation
from consult.models.document import Version
from consult.settings import Settings, load_settings
from consult.translations.queue import languages_into

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Shell:
    """Settings, database and clock of one command."""

    settings: Settings
    database: Database
    clock: Clock


def quiet_settings() -> Settings:
    """Settings; logs only say what is wrong. Raises SettingsError."""
    settings = load_settings()
    set_up_logs("error")
    return settings


def need_current(settings: Settings) -> None:
    """Raises UsedWronglyError where the database is absent or behind."""
    current = migrate.current(settings.url)
    if not current:
        raise UsedWronglyError("there is no database here yet; run: consult migrate")
    if current != migrate.newest():
        raise UsedWronglyError(
            f"the database is at revision {current}, not {migrate.newest()}; run: consult migrate"
        )


def with_shell(run: Callable[[Shell], Awaitable[Result]]) -> Result:
    """Run a command's work on a database that is up to date."""
    settings = quiet_settings()
    need_current(settings)

    async def go() -> Result:
        database = Database(settings.url, pool_size=3)
        try:
            return await run(Shell(settings, database, SystemClock()))
        finally:
            await database.close()

    return asyncio.run(go())


async def consultation_of(session: AsyncSession, slug: str) -> Consultation:
    """A consultation by slug or reference. Raises NotFound with a message for the shell."""
    try:
        return await find_consultation(session, slug)
    except NotFound:
        raise UsedWronglyError(f"there is no consultation “{slug}”") from None


async def version_to_translate(
    session: AsyncSession, slug: str, draft: str, number: int, lang: str
) -> Version:
    """A version of a draft, the newest where `number` is 0. Raises UsedWronglyError, also for a language that it can't
    be translated into."""
    consultation = await consultation_of(session, slug)
    found = await find_draft(session, consultation.id, draft)
    if found is None:
        raise UsedWronglyError(f"there is no draft “{draft}” in “{slug}”")
    versions = [each for each in found.versions if number in (0, each.number)]
    if not versions:
        raise UsedWronglyError(f"“{draft}” has no version {number or ''}".rstrip())
    if lang not in languages_into(consultation, versions[-1]):
        raise UsedWronglyError(f"“{draft}” is not translated into “{lang}”: it is not one of its languages")
    return versions[-1]
