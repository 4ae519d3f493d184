"""A running site and the people who use it, as tests tell of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Self

import anyio
import httpx
from litestar.types import ASGIApp
from sqlalchemy import select

from consult.accounts.sessions import begin_session
from consult.app import create_app
from consult.db.database import Database
from consult.documents.imports import import_draft
from consult.i18n.content import write
from consult.kernel.clock import SetClock
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation, Round
from consult.models.document import Block, Draft, Version
from consult.models.people import Role, User
from consult.settings import Settings

DRAFT = {
    "en": "# Charter\n\nMembers share what they learn with everybody.\n\nThe board meets in public.\n",
    "fr": "# Charte\n\nLes membres partagent ce qu'ils apprennent.\n\nLe conseil se réunit en public.\n",
}
NUMBERS = count(11)
"""References of consultations that tests make."""
BASE = "https://consult.test"
COOKIE = "__Host-consult"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class Browser(httpx.AsyncClient):
    """Follows no redirects by itself; finds the security token of a page as a browser's form would send it."""

    async def post_form(
        self, address: str, fields: Mapping[str, Any], *, form_at: str = ""
    ) -> httpx.Response:
        """Load the page that holds the form, then send it."""
        page = await self.get(form_at or address)
        found = TOKEN.search(page.text)
        data = {**hidden_fields(page.text), **({"csrf": found[1]} if found else {}), **fields}
        return await self.post(address, data=data, headers={"origin": BASE})


def hidden_fields(html: str) -> dict[str, str]:
    """The hidden inputs of a page that are made for one sending."""
    return dict(re.findall(r'type="hidden" name="(send_key|begun)" value="([^"]*)"', html))


class Site:
    """The application, its database and a clock that tests move."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: SetClock) -> None:
        self.app = app
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.url)
        self._browsers: list[Browser] = []

    @classmethod
    @asynccontextmanager
    async def running(cls, settings: Settings, clock: SetClock) -> AsyncIterator[Self]:
        """Start the application as a server would, and stop it."""
        site = cls(create_app(settings, clock), settings, clock)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(lifespan(site.app))
            yield site
            for browser in site._browsers:
                await browser.aclose()
            await site.database.close()

    def browser(self) -> Browser:
        """A browser of somebody who is not signed in."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        browser = Browser(transport=transport, base_url=BASE)
        self._browsers.append(browser)
        return browser

    async def person(self, role: Role = Role.RESPONDENT, name: str = "", *, confirmed: bool = True) -> User:
        """A new person with an account."""
        now = self.clock.now()
        async with self.database.writing() as session:
            user = User(
                email=f"{role}-{name or 'someone'}@example.org".lower().replace(" ", "."),
                password_hash="!",
                name=name or f"Some {role}",
                role=role,
                confirmed_at=now if confirmed else None,
                created_at=now,
            )
            session.add(user)
            await session.flush()
        return user

    async def signed_in(
        self, role: Role = Role.RESPONDENT, name: str = "", *, confirmed: bool = True
    ) -> Browser:
        """A browser of a new person who is signed in."""
        return await self.browser_of(await self.person(role, name, confirmed=confirmed))

    async def browser_of(self, user: User) -> Browser:
        """A browser in which a person is signed in."""
        async with self.database.writing() as session:
            token = await begin_session(session, user.id, 30, self.clock.now())
        browser = self.browser()
        browser.headers["cookie"] = f"{COOKIE}={token}"
        return browser

    async def consultation(
        self,
        slug: str = "charter",
        *,
        published: bool = True,
        opens: timedelta = timedelta(days=-1),
        closes: timedelta = timedelta(days=7),
        grace: int = 60,
        zone: str = "Europe/Brussels",
        first_posts_wait: bool = False,
    ) -> Consultation:
        """A public consultation with one round, by default open."""
        now = self.clock.now()
        async with self.database.writing() as session:
            consultation = Consultation(
                reference=f"FMF-2026-{next(NUMBERS):02d}",
                slug=slug,
                title=said(en=f"The {slug}", fr=f"Le {slug}"),
                summary=said(en="What it is about."),
                asks=said(en="What should change?"),
                use=said(en="We read everything."),
                languages=["en", "fr", "es", "ar", "zh", "ru"],
                first_posts_wait=first_posts_wait,
                published_at=now - timedelta(days=2) if published else None,
                created_at=now - timedelta(days=3),
            )
            session.add(consultation)
            await session.flush()
            session.add(_round(consultation.id, now + opens, now + closes, grace, zone, now))
        return consultation

    async def heard(self) -> None:
        """Until the application has heard what was written past it: PostgreSQL's notices come a moment later."""
        if not self.database.is_sqlite:
            await anyio.sleep(0.15)

    async def draft(self, slug: str = "charter", texts: Mapping[str, str] | None = None) -> list[str]:
        """Give a consultation a published draft in two languages; the keys of its blocks."""
        async with self.database.writing() as session:
            await import_draft(session, slug, "text", "", dict(texts or DRAFT), True, self.clock.now())
        statement = select(Block.key).join(Version).join(Draft).join(Consultation)
        statement = statement.where(Consultation.slug == slug).order_by(Version.number, Block.position)
        async with self.database.reading() as session:
            return list((await session.execute(statement)).scalars())


def _round(
    consultation_id: int, opens: datetime, closes: datetime, grace: int, zone: str, now: datetime
) -> Round:
    return Round(
        consultation_id=consultation_id,
        number=1,
        opens_at=opens,
        closes_at=closes,
        time_zone=zone,
        grace_minutes=grace,
        created_at=now,
    )


def said(**texts: str) -> Translated:
    """A text of the Forum in several languages, English the original; with its HTML."""
    return write(texts, "en", render=lambda text: f"<p>{text}</p>")


@asynccontextmanager
async def lifespan(app: ASGIApp) -> AsyncIterator[None]:
    """Send an application the start and stop that servers send (ASGI lifespan)."""
    started, stopping = anyio.Event(), anyio.Event()

    async def receive() -> Any:
        if not started.is_set():
            started.set()
            return {"type": "lifespan.startup"}
        await stopping.wait()
        return {"type": "lifespan.shutdown"}

    ready = anyio.Event()

    async def send(message: Any) -> None:
        if message["type"] == "lifespan.startup.failed":
            raise RuntimeError(message.get("message", "startup failed"))
        ready.set()

    async with anyio.create_task_group() as group:
        group.start_soon(app, {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
        await ready.wait()
        yield
        stopping.set()
