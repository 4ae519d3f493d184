"""A site to measure: one open consultation, a draft of thirty blocks, people who comment on it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.queries import find_actor
from consult.accounts.service import add_person
from consult.accounts.sessions import begin_session
from consult.comments.changing import set_support
from consult.comments.service import Sending, post_comment
from consult.comments.written import Written
from consult.consultations.queries import get_brief, get_consultation
from consult.db import migrate
from consult.db.database import Database
from consult.documents.importing import prepare
from consult.documents.markdown import render_comment
from consult.documents.queries import BlockPlace
from consult.documents.service import store_version
from consult.i18n.content import write
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution
from consult.models.document import Block, BlockText
from consult.models.people import Role
from consult.security.actor import Actor
from consult.settings import Settings

SLUG = "charter"
DRAFT = "text"
CONSULTATION = f"/en/consultations/{SLUG}"
READING = f"{CONSULTATION}/drafts/{DRAFT}"
SECRET = "a secret for measurements only"
CHAPTERS = 5
PARAGRAPHS = 24
THREADS_EACH = 4
COMMENTS = 200
PEOPLE = 8

WORDS = (  # noqa: SIM905
    "members shall publish evaluation results before deployment and describe limits that remain known to them "
    "independent reviewers receive access under terms which protect users while serious incidents reach the secretariat "
    "within seventy two hours thresholds follow capability rather than compute alone since methods change every year"
).split()


@dataclass(frozen=True, slots=True)
class Scene:
    """A site's settings, and a session's token for each of its people."""

    settings: Settings
    tokens: tuple[str, ...]
    people: tuple[Actor, ...]

    @property
    def environment(self) -> dict[str, str]:
        """What a server process of this site is told."""
        return {
            "CONSULT_DATA_DIR": str(self.settings.data_dir),
            "CONSULT_DATABASE_URL": self.settings.database_url,
            "CONSULT_BASE_URL": self.settings.base_url,
            "CONSULT_SECRET_KEY": SECRET,
            "CONSULT_LOG_LEVEL": "error",
            "CONSULT_CONFIG": str(self.settings.data_dir / "none.toml"),
        }

    def cookie(self, number: int = 0) -> str:
        """The cookie of one of its people, signed in."""
        return f"__Host-consult={self.tokens[number]}"


def settings_of(folder: Path, database_url: str = "") -> Settings:
    """Settings of a site in `folder`, on SQLite where no address is given."""
    return Settings(data_dir=folder, database_url=database_url, secret_key=SECRET, log_level="error")


async def make_scene(folder: Path, database_url: str = "", comments: int = COMMENTS, text: str = "") -> Scene:
    """A migrated database with a consultation, a draft (of `text`), and `comments` on its paragraphs."""
    settings = settings_of(folder, database_url)
    migrate.upgrade(settings.url)
    database = Database(settings.url)
    try:
        return await _fill(database, settings, comments, text or draft_text())
    finally:
        await database.close()


async def _fill(database: Database, settings: Settings, comments: int, text: str) -> Scene:
    now = datetime.now(UTC)
    async with database.writing() as session:
        people = await _add_people(session, now)
        await _add_consultation(session, now)
        consultation = await get_consultation(session, SLUG, None)
        await store_version(
            session,
            consultation,
            DRAFT,
            write({"en": "A charter"}, "en"),
            prepare({"en": text}),
            {},
            None,
            now,
        )
        tokens = [await begin_session(session, person.id, 30, now) for person in people]
    async with database.writing() as session:
        await _add_comments(session, people, comments, now)
    return Scene(settings, tuple(tokens), tuple(people))


async def _add_people(session: AsyncSession, now: datetime) -> list[Actor]:
    found = []
    for number in range(PEOPLE):
        user = await add_person(
            session, f"p{number}@example.org", f"Person {number}", Role.RESPONDENT, now, None
        )
        user.confirmed_at, user.country = now, "KE"
        await session.flush()
        actor = await find_actor(session, user.id)
        assert actor is not None
        found.append(actor)
    return found


async def _add_consultation(session: AsyncSession, now: datetime) -> None:
    consultation = Consultation(
        reference="FMF-2026-01",
        slug=SLUG,
        title=_said("A charter"),
        summary=_said("What it is about."),
        asks=_said("What should change?"),
        use=_said("We read everything."),
        languages=["en", "fr", "es", "ar", "zh", "ru"],
        first_posts_wait=False,
        published_at=now - timedelta(days=2),
        created_at=now - timedelta(days=3),
    )
    session.add(consultation)
    await session.flush()
    session.add(
        Round(consultation_id=consultation.id, number=1, opens_at=now - timedelta(days=1), grace_minutes=60,
              closes_at=now + timedelta(days=30), time_zone="Europe/Brussels", created_at=now)
    )  # fmt: skip


def _said(text: str):  # type: ignore[no-untyped-def]
    return write({"en": text}, "en", render=lambda each: f"<p>{each}</p>")


def draft_text() -> str:
    """Markdown of a title, five chapters and twenty-four paragraphs."""
    chance = random.Random(1)
    parts = ["# A charter"]
    for number in range(PARAGRAPHS):
        if number % (PARAGRAPHS // CHAPTERS + 1) == 0:
            parts.append(f"## Chapter {len(parts)}")
        parts.append(sentence(chance, 55))
    return "\n\n".join(parts) + "\n"


def sentence(chance: random.Random, words: int) -> str:
    """Words in some order, as a sentence."""
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."


async def paragraphs(session: AsyncSession) -> list[BlockPlace]:
    """The draft's paragraphs, as a comment on one names it."""
    statement = (
        select(Block.id, Block.version_id, BlockText.lang, BlockText.plain)
        .join(BlockText, BlockText.block_id == Block.id)
        .where(Block.kind == "paragraph")
        .order_by(Block.position)
    )
    return [BlockPlace(*row) for row in await session.execute(statement)]


async def _add_comments(session: AsyncSession, people: Sequence[Actor], amount: int, now: datetime) -> None:
    """Four threads on each paragraph, then replies in turn; every fifth one quotes words, some are supported."""
    chance = random.Random(2)
    brief, consultation = await get_brief(session, SLUG), await get_consultation(session, SLUG, None)
    roots: list[Contribution] = []
    for number, place in zip(range(min(amount, PARAGRAPHS * THREADS_EACH)), cycle(await paragraphs(session))):
        quote = " ".join(place.plain.split()[3:8]) if number % 5 == 0 else ""
        author = people[number % PEOPLE]
        roots.append(
            await post_comment(session, brief, place, author, _written(chance, quote), Sending(), now)
        )
    for number, root in zip(range(amount - len(roots)), cycle(roots)):
        await post_comment(
            session, brief, root, people[(number + 3) % PEOPLE], _written(chance), Sending(), now
        )
    for number, root in enumerate(roots[::7]):
        supporter = next(each for each in people[number % PEOPLE :] + people if each.id != root.author_id)
        await set_support(session, root, consultation, supporter, True, now)


def _written(chance: random.Random, quote: str = "") -> Written:
    text = sentence(chance, chance.randrange(6, 22))
    return Written(text, render_comment(text), "en", quote=quote)
