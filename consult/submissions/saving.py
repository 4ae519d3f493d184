"""Saving what is typed: each save names the version it saw, so that nobody writes over somebody else. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import Conflict, NotFound
from consult.kernel.messages import N_
from consult.kernel.translated import digest
from consult.models.submission import Answer, SetAside, Submission, SubmissionState
from consult.submissions.redacting import Span, settle

MOST_CHARACTERS = 60_000
"""Of one answer: some twenty pages."""
_ANSWERS: Any = Answer.__table__


@dataclass(frozen=True, slots=True)
class Saved:
    """What stands now: its version, its value. `set_aside` is the id under which the text that was not taken is kept."""

    version: int
    value: object
    set_aside: int | None = None


def check_open(submission: Submission) -> None:
    """Raises Conflict for a response that the Forum has taken down."""
    if submission.state == SubmissionState.REMOVED:
        raise Conflict(N_("This response was taken down. It can be read here, but no longer changed."))


def short_hash(text: str) -> str:
    """FNV-1a (32 bits) of a text's UTF-16 code units: what a page can compute without being served over https.

    Source: Fowler, Noll, Vo; draft-eastlake-fnv. It only tells whether a text is the one that a page sent last.
    """
    found = 0x811C9DC5
    units = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(units), 2):
        found = ((found ^ (units[at] | units[at + 1] << 8)) * 0x01000193) & 0xFFFFFFFF
    return f"{found:08x}"


async def save_answer(
    session: AsyncSession,
    submission: Submission,
    question: str,
    value: object,
    seen: int,
    user_id: int,
    now: datetime,
    last: str = "",
) -> Saved:
    """Keep an answer. Where another was saved since version `seen`, this one is set aside and both are kept.

    `last` is the `short_hash` of the text that the same page sent before, whose answer it may not have got: on a slow line
    one goes on typing meanwhile, and must not run into oneself.
    """
    check_open(submission)
    version = await _write(session, submission.id, question, value, seen, user_id, now)
    if version is None:
        there = await _answer(session, submission.id, question)
        if there.value == value:
            return Saved(there.version, there.value)
        if last and there.edited_by == user_id and last == short_hash(str(there.value or "")):
            version = await _write(session, submission.id, question, value, there.version, user_id, now)
    if version is None:
        there = await _answer(session, submission.id, question)
        kept = await _set_aside(session, submission.id, question, value, user_id, now)
        return Saved(there.version, there.value, kept)
    submission.saved_at = now
    await session.flush()
    return Saved(version, value)


async def _write(
    session: AsyncSession,
    submission_id: int,
    question: str,
    value: object,
    seen: int,
    user_id: int,
    now: datetime,
) -> int | None:
    """One statement decides between two that save at once. None where `seen` is not what stands."""
    values = {"value": value, "edited_by": user_id, "edited_at": now}
    if seen == 0:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        fresh = {
            "submission_id": submission_id,
            "question": question,
            "private": False,
            "marks": [],
            "marked": "",
        }
        adding = dialect.insert(_ANSWERS).values(version=1, **fresh, **values)
        done = await session.execute(adding.on_conflict_do_nothing().returning(_ANSWERS.c.version))
        found: int | None = done.scalar_one_or_none()
        return found
    changing = (
        update(_ANSWERS)
        .where(
            _ANSWERS.c.submission_id == submission_id,
            _ANSWERS.c.question == question,
            _ANSWERS.c.version == seen,
        )
        .values(version=seen + 1, **values)
        .returning(_ANSWERS.c.version)
    )
    changed: int | None = (await session.execute(changing)).scalar_one_or_none()
    return changed


async def _answer(session: AsyncSession, submission_id: int, question: str) -> Answer:
    statement = (
        select(Answer)
        .where(Answer.submission_id == submission_id, Answer.question == question)
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:  # somebody named a version of an answer that never was
        raise NotFound
    return found


async def _set_aside(
    session: AsyncSession, submission_id: int, question: str, value: object, user_id: int, now: datetime
) -> int:
    """One text for each person and question: who goes on typing over it adds none."""
    statement = select(SetAside).where(
        SetAside.submission_id == submission_id,
        SetAside.question == question,
        SetAside.user_id == user_id,
        SetAside.settled_at.is_(None),
    )
    found = (await session.execute(statement.limit(1))).scalar_one_or_none()
    if found is None:
        found = SetAside(submission_id=submission_id, question=question, user_id=user_id)
        session.add(found)
    found.value, found.at = value, now
    await session.flush()
    return found.id


async def settle_set_aside(
    session: AsyncSession,
    submission: Submission,
    set_aside_id: int,
    choice: str,
    user_id: int,
    now: datetime,
) -> str:
    """Choose between the saved answer and one set aside: "theirs" keeps what is saved, "mine" takes the other one, "both"
    puts that below (of texts). Gives the question's key. Raises NotFound."""
    check_open(submission)
    statement = select(SetAside).where(
        SetAside.id == set_aside_id,
        SetAside.submission_id == submission.id,
        SetAside.settled_at.is_(None),
    )
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    answer = await _answer(session, submission.id, found.question)
    if choice in ("mine", "both"):
        value = _both(answer.value, found.value) if choice == "both" else found.value
        await _write(session, submission.id, found.question, value, answer.version, user_id, now)
    found.settled_at = submission.saved_at = now
    await session.flush()
    return found.question


def _both(first: object, second: object) -> object:
    both_texts = isinstance(first, str) and isinstance(second, str)
    return f"{first}\n\n{second}" if both_texts else second


async def save_who(
    session: AsyncSession, submission: Submission, columns: Mapping[str, str], now: datetime
) -> None:
    """Keep who responds, by column."""
    check_open(submission)
    for column, value in columns.items():
        setattr(submission, column, value)
    submission.version += 1
    submission.saved_at = now
    await session.flush()


async def set_private(session: AsyncSession, submission: Submission, private: Mapping[str, bool]) -> None:
    """Which answers are kept confidential, by question; others stay as they are."""
    check_open(submission)
    for question, on in sorted(private.items()):
        statement = update(_ANSWERS).where(
            _ANSWERS.c.submission_id == submission.id, _ANSWERS.c.question == question
        )
        await session.execute(statement.values(private=on))


async def set_marks(
    session: AsyncSession, submission: Submission, question: str, text: str, spans: Sequence[Span]
) -> None:
    """Which words of an answer its public text leaves out. Raises Conflict where the answer is no longer `text`."""
    check_open(submission)
    answer = await _answer(session, submission.id, question)
    if str(answer.value or "") != text:
        raise Conflict(N_("This answer was changed in the meantime. Mark the words in its new text."))
    answer.marks = [list(span) for span in settle(spans, len(text))]
    answer.marked = digest(text) if answer.marks else ""
    await session.flush()
