"""`consult check`: what is wrong with this deployment."""

from __future__ import annotations

import asyncio
import importlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import click
from obstore.exceptions import BaseError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from consult.attachments.scanning import answers
from consult.attachments.store import store_of
from consult.cli.shell import quiet_settings
from consult.db import migrate
from consult.db.database import Database
from consult.kernel.clock import SystemClock
from consult.notifications.upkeep import worker_beat_age
from consult.search.port import Condition
from consult.search.whoosh_engine import WhooshEngine
from consult.settings import Settings, SettingsError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WORKER_LIVES = timedelta(seconds=60)
CLOCKS_MAY_DIFFER = timedelta(seconds=5)
SHORTEST_SECRET = 32

Say = Iterator[tuple[str, str]]
"""What a check finds: (what is looked at, what is wrong with it), the latter "" for nothing."""


@click.command("check", epilog="Example: consult check")
def command() -> None:
    """Say what is wrong with this deployment; end with 1 where anything is."""
    settings = quiet_settings()
    problems = 0
    for check in CHECKS:
        for name, problem in check(settings):
            click.echo(f"{'problem' if problem else 'ok':8} {name}{f': {problem}' if problem else ''}")
            problems += bool(problem)
    click.get_current_context().exit(1 if problems else 0)


def check_secret(settings: Settings) -> Say:
    """Long enough, and not one that somebody made up while writing documentation."""
    weak = len(settings.secret_key) < SHORTEST_SECRET or len(set(settings.secret_key)) < 10
    yield "secret key", f"make it at least {SHORTEST_SECRET} random characters" if weak else ""


def check_address(settings: Settings) -> Say:
    """People outside of this machine need https: cookies are bound to it."""
    parts = urlsplit(settings.base_url)
    problem = ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        problem = f"“{settings.base_url}” is no web address"
    elif parts.path or parts.query:
        problem = "it has a path; the site answers at the top of its host"
    elif parts.scheme != "https" and parts.hostname not in LOOPBACK:
        problem = "it is not https, so nobody could sign in"
    yield "base_url", problem


def check_folder(settings: Settings) -> Say:
    """The worker's lock, the index and, embedded, the database are written here."""
    problem = ""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=settings.data_dir) as probe:
            probe.write(b"x" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        problem = str(error)
    yield f"data folder {settings.data_dir}", problem


def check_database(settings: Settings) -> Say:
    """Reachable, up to date; its clock is ours; the worker has said lately that it lives."""
    try:
        current = migrate.current(settings.url)
    except (SQLAlchemyError, OSError) as error:
        yield "database", f"can't be reached: {str(error).splitlines()[0]}"
        return
    if current != migrate.newest():
        yield "database", f"is at revision {current or 'none'}, not {migrate.newest()}; run: consult migrate"
        return
    yield "database", ""
    age, difference = asyncio.run(_ask(settings))
    yield "clock", "" if difference <= CLOCKS_MAY_DIFFER else f"differs from the database's by {difference}"
    if age is None:
        yield "worker", "was never seen; run: consult serve, or consult work"
    else:
        yield "worker", "" if age <= WORKER_LIVES else f"was last seen {int(age.total_seconds())} seconds ago"


async def _ask(settings: Settings) -> tuple[timedelta | None, timedelta]:
    database, now = Database(settings.url, pool_size=1), SystemClock().now()
    try:
        async with database.reading() as session:
            age = await worker_beat_age(session, now)
            if database.is_sqlite:
                return age, timedelta()
            theirs = (await session.execute(select(func.now()))).scalar_one()
            return age, abs(theirs - SystemClock().now())
    finally:
        await database.close()


def check_machine_clock(_settings: Settings) -> Say:
    """Deadlines hang on it: a machine that began in 1970 has no clock."""
    yield "year", "" if time.gmtime().tm_year >= 2026 else "the machine's clock is not set"


def check_index(settings: Settings) -> Say:
    """There and readable."""
    engine = WhooshEngine(settings.index_dir)
    state = engine.state()
    engine.close()
    good = state.condition in (Condition.READY, Condition.REBUILDING)
    yield (
        "search index",
        "" if good else f"{state.condition} {state.detail}; the worker makes it, or: consult reindex",
    )


def check_mail(settings: Settings) -> Say:
    """Where mails go, from whom, and whom people can write to."""
    scheme = urlsplit(settings.smtp_url).scheme
    problem = ""
    if not settings.smtp_url and not settings.demo:
        problem = "smtp_url is not set, so mails are recorded and not sent"
    elif settings.smtp_url and scheme not in ("smtp", "smtps", "smtp+starttls"):
        problem = f"smtp_url begins with “{scheme}”; it is smtp:, smtps: or smtp+starttls:"
    elif not settings.demo and "@localhost" in settings.mail_from:
        problem = f"mail_from is “{settings.mail_from}”, which nobody can answer"
    yield "mail", problem


def check_store(settings: Settings) -> Say:
    """Where files of responses lie can be reached; so can the virus scanner, where there is one."""
    problem = ""
    try:
        next(store_of(settings).names(), "")
    except (SettingsError, OSError, BaseError) as error:
        problem = str(error).splitlines()[0]
    yield "file store", problem
    if settings.clamav:
        yield "virus scanner", "" if asyncio.run(answers(settings.clamav)) else "gives no answer; files wait"


def check_files(_settings: Settings) -> Say:
    """Word, EPUB and Markdown need nothing more; PDF needs Pango, and fonts for the scripts that drafts are in."""
    problem = ""
    try:
        importlib.import_module("weasyprint")
    except (OSError, ImportError) as error:
        first = str(error).splitlines()[0]
        problem = (
            f"can't be made ({first}); install libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0"
        )
    yield "PDF files", problem


CHECKS: tuple[Callable[[Settings], Say], ...] = (
    check_secret,
    check_address,
    check_folder,
    check_machine_clock,
    check_database,
    check_index,
    check_mail,
    check_files,
    check_store,
)
