"""What becomes of a response's files: begun, kept or refused, changed, made public, removed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.kinds import KINDS, MOST_BYTES, MOST_FILES, kind_of
from consult.attachments.names import clean_name, with_ending
from consult.attachments.problems import Problem
from consult.attachments.queries import (
    find_begun,
    find_upload,
    get_round,
    list_attachments,
    measure,
    takes_files,
)
from consult.kernel.errors import Conflict, NotFound, invalid
from consult.kernel.events import Event, responses_scope
from consult.kernel.messages import N_
from consult.ledger.outbox import emit
from consult.models.contribution import Contribution
from consult.models.submission import Attachment, AttachmentState, Publication, Submission, SubmissionState


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that somebody wants to add; `mark` is a digest of its first bytes, "" for none."""

    name: str
    size: int
    question: str = ""
    private: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was found out about a complete file, its bytes in the store; `copy` is the public's, "" for none."""

    ending: str
    sha256: str
    copy: str = ""
    copy_size: int = 0


async def may_change(session: AsyncSession, submission: Submission, now: datetime) -> bool:
    """Whether a response's files may change: before it is sent up to the last moment for late ones, afterwards as long as
    it may be corrected."""
    period = (await get_round(session, submission)).period
    if submission.state == SubmissionState.BEGUN:
        return period.opens_at <= now < period.late_ends_at
    may_send_again = submission.state in (SubmissionState.SENT, SubmissionState.WITHDRAWN)
    return may_send_again and period.accepts(now, submission.begun_at)


async def need_change(session: AsyncSession, submission: Submission, now: datetime) -> None:
    """Raises Conflict where nothing may change any more."""
    if not await may_change(session, submission, now):
        raise Conflict(N_("The files of this response can't be changed any more."))


async def begin_upload(
    session: AsyncSession, submission: Submission, wanted: Wanted, now: datetime
) -> Attachment:
    """Room for a file, or the upload of the same file that was begun before. Hold the response meanwhile.

    Raises FormInvalid for what is empty, too large or one too many, Conflict after the end.
    """
    await need_change(session, submission, now)
    if wanted.question and not await takes_files(session, submission, wanted.question):
        raise NotFound
    name = clean_name(wanted.name)
    begun = await find_begun(session, submission.id, name, wanted.size, wanted.mark)
    if begun is not None:
        return begun
    await _forget_refused(session, submission.id, name)
    files, size, last = await measure(session, submission.id)
    _check_room(wanted, files, size)
    attachment = Attachment(
        key=secrets.token_urlsafe(16),
        submission_id=submission.id,
        question=wanted.question,
        position=last + 1,
        name=name,
        size=wanted.size,
        private=wanted.private,
        mark=wanted.mark,
        created_at=now,
    )
    session.add(attachment)
    await session.flush()
    return attachment


def _check_room(wanted: Wanted, files: int, size: int) -> None:
    if wanted.size <= 0:
        raise invalid("files", N_("The file “%(name)s” is empty."), name=clean_name(wanted.name))
    if files >= MOST_FILES:
        raise invalid("files", N_("A response takes %(most)d files. Remove one first."), most=MOST_FILES)
    if size + wanted.size > MOST_BYTES:
        raise invalid(
            "files",
            N_(
                "All files together may have %(most)d MB; %(left)d MB are left, and “%(name)s” has %(size)d MB."
            ),
            most=MOST_BYTES // 1_000_000,
            left=max(0, MOST_BYTES - size) // 1_000_000,
            size=-(-wanted.size // 1_000_000),
            name=clean_name(wanted.name),
        )


async def _forget_refused(session: AsyncSession, submission_id: int, name: str) -> None:
    """Whoever chooses a file again has seen what was wrong with it."""
    await session.execute(
        delete(Attachment).where(
            Attachment.submission_id == submission_id,
            Attachment.state == AttachmentState.REFUSED,
            Attachment.name == name,
        )
    )


async def keep(session: AsyncSession, key: str, stored: Stored, now: datetime) -> Attachment | None:
    """A complete file is allowed. None where it was removed meanwhile."""
    attachment = await find_upload(session, key)
    if attachment is None:
        return None
    kind = KINDS[stored.ending]
    attachment.state = AttachmentState.KEPT
    attachment.name = with_ending(attachment.name, kind)
    attachment.media_type = kind.media_type
    attachment.sha256 = stored.sha256
    attachment.public_sha256, attachment.public_size = stored.copy, stored.copy_size
    attachment.received = attachment.size
    await session.flush()
    saved = update(Submission).where(Submission.id == attachment.submission_id).values(saved_at=now)
    await session.execute(saved)
    return attachment


async def refuse(session: AsyncSession, key: str, problem: Problem) -> None:
    """A complete file is not taken; the row says why until it is removed."""
    attachment = await find_upload(session, key)
    if attachment is not None:
        attachment.state = AttachmentState.REFUSED
        attachment.problem = problem
        await session.flush()


async def rename(
    session: AsyncSession, submission: Submission, attachment: Attachment, name: str, now: datetime
) -> None:
    """Give a file another name, public with the next sending; its ending stays. Raises FormInvalid and Conflict."""
    await need_change(session, submission, now)
    if not name.strip():
        raise invalid("name", N_("Give the file a name."))
    kind = kind_of(attachment.media_type)
    cleaned = clean_name(name)
    attachment.name = with_ending(cleaned, kind) if kind else cleaned
    submission.saved_at = now
    await session.flush()


async def move(
    session: AsyncSession, submission: Submission, attachment: Attachment, by: int, now: datetime
) -> None:
    """Put a file one place earlier (-1) or later (1) among those of its question. Raises Conflict."""
    await need_change(session, submission, now)
    files = await list_attachments(session, submission.id, attachment.question)
    at = next(place for place, each in enumerate(files) if each.id == attachment.id)
    to = at + by
    if 0 <= to < len(files):
        files[at], files[to] = files[to], files[at]
        for each, position in zip(files, sorted(_places(files)), strict=True):
            each.position = position
        submission.saved_at = now
    await session.flush()
    await _tell_if_public(session, submission, attachment, now)


def _places(files: list[Attachment]) -> list[int]:
    """Their positions; counted anew where two share one."""
    places = [each.position for each in files]
    return places if len(set(places)) == len(places) else list(range(1, len(files) + 1))


async def set_private(
    session: AsyncSession, submission: Submission, attachment: Attachment, private: bool, now: datetime
) -> None:
    """Keep a file confidential, at once; what is no longer confidential becomes public with the next sending."""
    await need_change(session, submission, now)
    attachment.private = private
    submission.saved_at = now
    was_public = attachment.public_number > 0
    if private:
        attachment.public_number, attachment.public_name = 0, ""
    await session.flush()
    if was_public and private:
        await _tell(session, submission, now)


async def remove(
    session: AsyncSession, submission: Submission, attachment: Attachment, now: datetime
) -> None:
    """Take a file out of a response. Its bytes are the store's matter. Raises Conflict."""
    if attachment.state == AttachmentState.KEPT:
        await need_change(session, submission, now)
        submission.saved_at = now
    await session.delete(attachment)
    await session.flush()
    await _tell_if_public(session, submission, attachment, now)


async def publish_files(
    session: AsyncSession,
    submission: Submission,
    files: Sequence[Attachment],
    sent: Sequence[Attachment],
    now: datetime,
) -> None:
    """Of a response's files make public what may be of those that are `sent`, in the transaction of the sending: numbers
    that were given stay, others follow them."""
    if not files:
        return
    last = max((each.public_number for each in files), default=0)
    for each in files:
        public = (
            submission.publication in (Publication.NAMED, Publication.UNNAMED)
            and each in sent
            and not each.private
        )
        if not public:
            each.public_number = 0
        elif not each.public_number:
            last += 1
            each.public_number = last
        each.public_name = each.name if public else ""
    await session.flush()
    await _tell(session, submission, now)


async def renew_files(session: AsyncSession, submission: Submission, now: datetime) -> None:
    """The same files are public in another form: the copies without metadata, once a response bears no name."""
    if await list_attachments(session, submission.id):
        await _tell(session, submission, now)


async def unpublish_files(session: AsyncSession, submission: Submission, now: datetime) -> None:
    """Nothing is public any more: the response was withdrawn, removed, or is confidential now."""
    for each in await list_attachments(session, submission.id):
        each.public_number, each.public_name = 0, ""
    await session.flush()
    await _tell(session, submission, now)


async def _tell_if_public(
    session: AsyncSession, submission: Submission, attachment: Attachment, now: datetime
) -> None:
    if attachment.public_number:
        await _tell(session, submission, now)


async def _tell(session: AsyncSession, submission: Submission, now: datetime) -> None:
    """The contribution's page and its entry in the index are not what they were."""
    if submission.contribution_id is None:
        return
    statement = select(Contribution.consultation_id).where(Contribution.id == submission.contribution_id)
    consultation_id = (await session.execute(statement)).scalar_one()
    data = {"contribution_id": submission.contribution_id, "consultation_id": consultation_id}
    emit(session, Event("files.changed", (responses_scope(consultation_id),), data), now)
