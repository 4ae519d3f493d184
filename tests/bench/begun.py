"""A site in its last minute: a questionnaire of two pages, and people who each have a begun response to send."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.i18n.content import write
from consult.models.consultation import Round
from consult.models.people import SignedIn, User
from consult.models.questionnaire import Content, Option, Question, QuestionKind, Questionnaire, Section
from consult.models.submission import Answer, Submission
from consult.security.tokens import keyed_hash, masked, token_hash
from tests.bench.client import post
from tests.bench.scene import SECRET, Scene, make_scene, sentence

EDITION = 1


@dataclass(frozen=True, slots=True)
class Begun:
    """A person's cookie, security secret, and the key of their response."""

    token: str
    csrf: str
    key: str

    def form(self, address: str, fields: dict[str, str], **headers: str) -> bytes:
        """The request of a form of theirs, sent from its own page."""
        body = urlencode({"csrf": masked(self.csrf), **fields}).encode()
        return post(
            f"/en/respond/{self.key}{address}", body, cookie=f"__Host-consult={self.token}", **headers
        )

    def send(self) -> bytes:
        """The request that sends the response."""
        return self.form("/send", {"declared": "yes"})


@dataclass(frozen=True, slots=True)
class Surge:
    """The site, and everybody who is about to send."""

    scene: Scene
    people: tuple[Begun, ...]


def two_pages() -> Content:
    """Two sections: a choice and a long text, then a scale and a letter."""
    first = (
        Question(key="enough", kind=QuestionKind.ONE, label=_said("Is the charter enough?"), required=True,
                 options=tuple(Option(key=each, label=_said(each.title())) for each in ("yes", "partly", "no"))),
        Question(key="why", kind=QuestionKind.LONG, label=_said("Why?"), most_words=600),
    )  # fmt: skip
    second = (
        Question(key="trust", kind=QuestionKind.SCALE, label=_said("How far do you trust it?"),
                 low_label=_said("Not at all"), high_label=_said("Fully")),
        Question(key="letter", kind=QuestionKind.LETTER, label=_said("Your letter")),
    )  # fmt: skip
    return Content(
        sections=(
            Section(key="charter", title=_said("The charter"), questions=first),
            Section(key="letter", title=_said("In your words"), questions=second),
        )
    )


def _said(text: str):  # type: ignore[no-untyped-def]
    return write({"en": text}, "en")


async def make_surge(folder: Path, database_url: str, amount: int) -> Surge:
    """`amount` people, each signed in, with a complete response that is not sent."""
    scene = await make_scene(folder, database_url)
    database = Database(scene.settings.url)
    try:
        async with database.writing() as session:
            people = await _begin(session, amount, datetime.now(UTC))
    finally:
        await database.close()
    return Surge(scene, tuple(people))


async def _begin(session: AsyncSession, amount: int, now: datetime) -> list[Begun]:
    round_ = (await session.execute(select(Round))).scalar_one()
    session.add(
        Questionnaire(round_id=round_.id, edition=EDITION, content=msgspec.to_builtins(two_pages()), shape="-",
                      note=None, ready_at=now - timedelta(days=1), created_at=now - timedelta(days=2))
    )  # fmt: skip
    first = 10_000
    people = [_person(number) for number in range(amount)]
    await session.execute(insert(User), [_user(first + at, now) for at in range(amount)])
    await session.execute(
        insert(SignedIn),
        [
            {"token_hash": token_hash(each.token), "user_id": first + at, "created_at": now,
             "expires_at": now + timedelta(days=1)}
            for at, each in enumerate(people)
        ],
    )  # fmt: skip
    await session.execute(
        insert(Submission),
        [_submission(first + at, each.key, round_.id, now) for at, each in enumerate(people)],
    )
    await session.execute(insert(Answer), list(_answers(first, amount, now)))
    return people


def _person(number: int) -> Begun:
    token = f"surge-{number}-token"
    return Begun(token, keyed_hash(SECRET, "csrf", token_hash(token))[:32], f"key{number:06d}")


def _user(id: int, now: datetime) -> dict[str, Any]:
    return {"id": id, "email": f"s{id}@example.org", "password_hash": "-", "name": f"Person {id}", "country": "KE",
            "confirmed_at": now, "created_at": now}  # fmt: skip


def _submission(id: int, key: str, round_id: int, now: datetime) -> dict[str, Any]:
    return {"id": id, "key": key, "round_id": round_id, "edition": EDITION, "author_id": id, "name": f"Person {id}",
            "interest": "independent", "kind": "individual", "lang": "en", "publication": "named", "begun_at": now, "saved_at": now}  # fmt: skip


def _answers(first: int, amount: int, now: datetime) -> Iterator[dict[str, Any]]:
    chance = random.Random(7)
    for at in range(amount):
        values: Sequence[tuple[str, object]] = (
            ("enough", chance.choice(("yes", "partly", "no"))),
            ("why", sentence(chance, 120)),
            ("trust", chance.randrange(1, 6)),
            ("letter", f"{sentence(chance, 200)}\n\n{sentence(chance, 200)}"),
        )
        for question, value in values:
            yield {"submission_id": first + at, "question": question, "value": value, "private": False, "marks": [],
                   "marked": "", "version": 1, "edited_at": now}  # fmt: skip
