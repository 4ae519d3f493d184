"""Attachments as their own people and as everybody may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.kinds import kind_of
from consult.kernel.errors import NotFound
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution, State
from consult.models.questionnaire import UPLOADS, Content, Questionnaire
from consult.models.submission import (
    Attachment,
    AttachmentState,
    FileText,
    Publication,
    Submission,
    SubmissionSending,
    SubmissionState,
)


async def list_attachments(
    session: AsyncSession, submission_id: int, question: str | None = None
) -> list[Attachment]:
    """A response's files in order, in every state; of one question where it is named ("" for the response itself)."""
    statement = _OF_RESPONSE
    if question is not None:
        statement = statement.where(Attachment.question == question)
    return list((await session.execute(statement, {"response": submission_id})).scalars())


_OF_RESPONSE = (
    select(Attachment)
    .where(Attachment.submission_id == bindparam("response"))
    .order_by(Attachment.position, Attachment.id)
)


async def get_attachment(session: AsyncSession, submission_id: int, key: str) -> Attachment:
    """A response's file. Raises NotFound."""
    statement = select(Attachment).where(Attachment.submission_id == submission_id, Attachment.key == key)
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def find_upload(session: AsyncSession, key: str) -> Attachment | None:
    """An upload by its key alone, for whoever settles it."""
    statement = select(Attachment).where(Attachment.key == key, Attachment.state == AttachmentState.UPLOADING)
    return (await session.execute(statement)).scalar_one_or_none()


async def find_begun(
    session: AsyncSession, submission_id: int, name: str, size: int, mark: str
) -> Attachment | None:
    """An upload of the same file that was begun before, to go on with."""
    statement = select(Attachment).where(
        Attachment.submission_id == submission_id, Attachment.state == AttachmentState.UPLOADING,
        Attachment.name == name, Attachment.size == size, Attachment.mark == mark, Attachment.mark != "",
    )  # fmt: skip
    return (await session.execute(statement.order_by(Attachment.id).limit(1))).scalar_one_or_none()


async def measure(session: AsyncSession, submission_id: int) -> tuple[int, int, int]:
    """How many files a response has, their bytes together, and the last position; refused ones don't count."""
    counted = Attachment.state != AttachmentState.REFUSED
    statement = select(
        func.count().filter(counted),
        func.coalesce(func.sum(Attachment.size).filter(counted), 0),
        func.coalesce(func.max(Attachment.position), 0),
    ).where(Attachment.submission_id == submission_id)
    files, size, last = (await session.execute(statement)).one()
    return int(files), int(size), int(last)


async def get_round(session: AsyncSession, submission: Submission) -> Round:
    """The round that a response is to."""
    return (await session.execute(select(Round).where(Round.id == submission.round_id))).scalar_one()


async def may_be_private(session: AsyncSession, submission: Submission) -> bool:
    """Whether single files may be kept confidential; so they may where there is no questionnaire, only a letter."""
    content = await _content(session, submission)
    return content is None or content.per_answer


async def find_label(session: AsyncSession, submission: Submission, key: str) -> Translated | None:
    """What a question asks; None for a question that is not there."""
    content = await _content(session, submission)
    question = content.question(key) if content is not None and key else None
    return question.label if question is not None else None


async def takes_files(session: AsyncSession, submission: Submission, key: str) -> bool:
    """Whether a question is answered with files."""
    content = await _content(session, submission)
    question = content.question(key) if content is not None else None
    return question is not None and question.kind in UPLOADS


async def _content(session: AsyncSession, submission: Submission) -> Content | None:
    statement = select(Questionnaire).where(
        Questionnaire.round_id == submission.round_id, Questionnaire.edition == submission.edition
    )
    found = (await session.execute(statement)).scalar_one_or_none()
    return found.read() if found is not None else None


async def is_needed(session: AsyncSession, sha256: str) -> bool:
    """Whether a file, a copy or a response as it was sent stands on these bytes."""
    attached = exists().where(or_(Attachment.sha256 == sha256, Attachment.public_sha256 == sha256))
    if (await session.execute(select(attached))).scalar_one():
        return True
    sent = exists().where(SubmissionSending.text.contains(sha256, autoescape=True))
    return bool((await session.execute(select(sent))).scalar_one())


async def stored_files(session: AsyncSession) -> Sequence[Row[str, int]]:
    """(SHA-256, size) of all bytes that attachments stand on."""
    received = select(Attachment.sha256, Attachment.size).where(Attachment.state == AttachmentState.KEPT)
    public = select(Attachment.public_sha256, Attachment.public_size).where(Attachment.public_sha256 != "")
    return (await session.execute(received.union(public).order_by("sha256"))).all()


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file as everybody may have it: `sha256` and `size` are those of what is given out."""

    number: int
    name: str
    media_type: str
    size: int
    sha256: str
    kind_label: str
    address: str
    question: str = ""


def _is_public(waiting: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        Contribution.state.in_((State.PUBLISHED, State.PENDING) if waiting else (State.PUBLISHED,)),
        Consultation.published_at.is_not(None),
        Submission.state == SubmissionState.SENT,
        Contribution.publication.in_((Publication.NAMED, Publication.UNNAMED)),
        Attachment.state == AttachmentState.KEPT,
        Attachment.private.is_(False),
        Attachment.public_number > 0,
    )


def _public(*columns: Any, waiting: bool = False) -> Select[*tuple[Any, ...]]:
    """What is public, with `waiting` also what will be once a moderator has let it through."""
    return (
        select(*columns)
        .select_from(Attachment)
        .join(Submission, Submission.id == Attachment.submission_id)
        .join(Contribution, Contribution.id == Submission.contribution_id)
        .join(Consultation, Consultation.id == Contribution.consultation_id)
        .where(*_is_public(waiting))
        .order_by(Attachment.position, Attachment.id)
    )


async def public_files(
    session: AsyncSession, contribution_id: int, *, waiting: bool = False
) -> list[PublicFile]:
    """What of a response's files everybody may have, in order; nothing of a response that is not public by now, but with
    `waiting` what will be public, for those who may see it."""
    statement = _public(Attachment, Contribution.publication, Contribution.reference, waiting=waiting)
    rows = (await session.execute(statement.where(Contribution.id == contribution_id))).all()
    return [_as_public(*row) for row in rows]


async def get_public_file(
    session: AsyncSession, reference: str, number: int, *, waiting: bool = False
) -> PublicFile:
    """A public file by its contribution and number. Raises NotFound."""
    statement = _public(Attachment, Contribution.publication, Contribution.reference, waiting=waiting)
    statement = statement.where(Contribution.reference == reference, Attachment.public_number == number)
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound
    return _as_public(*row)


async def public_numbers(session: AsyncSession, references: Sequence[str]) -> set[tuple[str, int]]:
    """(reference, number) of all public files of some contributions."""
    if not references:
        return set()
    statement = _public(Contribution.reference, Attachment.public_number)
    rows = await session.execute(statement.where(Contribution.reference.in_(references)))
    return {(reference, number) for reference, number in rows}


def _as_public(attachment: Attachment, publication: str, reference: str) -> PublicFile:
    """The copy without metadata for all pictures, and for every file of somebody who is not named."""
    kind = kind_of(attachment.media_type)
    copied = bool(attachment.public_sha256) and (
        publication != Publication.NAMED or attachment.media_type.startswith("image/")
    )
    return PublicFile(
        number=attachment.public_number,
        name=attachment.public_name,
        media_type=attachment.media_type,
        size=attachment.public_size if copied else attachment.size,
        sha256=attachment.public_sha256 if copied else attachment.sha256,
        kind_label=kind.label if kind else "",
        address=f"/contributions/{reference}/files/{attachment.public_number}/{quote(attachment.public_name, safe='')}",
        question=attachment.question,
    )


@dataclass(frozen=True, slots=True)
class PublicText:
    """A page of a public file's text; `page` counts from 1, 0 for kinds without pages."""

    reference: str
    number: int
    name: str
    page: int
    text: str


MOST_INDEXED = 200_000
"""Characters of one contribution's files that are searched."""


async def public_texts(session: AsyncSession, references: Sequence[str]) -> dict[str, list[PublicText]]:
    """The texts of contributions' public files, by reference, in order."""
    if not references:
        return {}
    statement = _public(
        Contribution.reference,
        Attachment.public_number,
        Attachment.public_name,
        Attachment.media_type,
        FileText.pages,
    )
    statement = statement.join(FileText, FileText.sha256 == Attachment.sha256)
    found: dict[str, list[PublicText]] = {}
    for row in await session.execute(statement.where(Contribution.reference.in_(references))):
        _add_pages(found.setdefault(row.reference, []), row)
    return found


def _add_pages(texts: list[PublicText], row: Row[*tuple[Any, ...]]) -> None:
    kind = kind_of(row.media_type)
    room = MOST_INDEXED - sum(len(each.text) for each in texts)
    for number, page in enumerate(row.pages, start=1):
        if room <= 0:
            return
        if page:
            at = number if kind is not None and kind.paged else 0
            texts.append(PublicText(row.reference, row.public_number, row.public_name, at, page[:room]))
            room -= len(page)


async def next_unread(session: AsyncSession, most_attempts: int) -> Attachment | None:
    """A public file whose text was not read yet, or could not be and may be tried again."""
    statement = (
        _public(Attachment)
        .outerjoin(FileText, FileText.sha256 == Attachment.sha256)
        .where(
            or_(
                FileText.sha256.is_(None),
                FileText.read_at.is_(None) & (FileText.attempts < most_attempts),
            )
        )
        .limit(1)
    )
    row = (await session.execute(statement)).first()
    return row[0] if row is not None else None


async def contributions_with(session: AsyncSession, sha256: str) -> list[tuple[int, int]]:
    """(id, consultation's id) of contributions of which these bytes are a public file."""
    statement = _public(Contribution.id, Contribution.consultation_id).where(Attachment.sha256 == sha256)
    return sorted({(row[0], row[1]) for row in await session.execute(statement)})


async def waiting_uploads(
    session: AsyncSession, begun_before: datetime | None = None
) -> Sequence[Attachment]:
    """Uploads that were not settled, the oldest first."""
    statement = select(Attachment).where(Attachment.state == AttachmentState.UPLOADING)
    if begun_before is not None:
        statement = statement.where(Attachment.created_at < begun_before)
    return (await session.execute(statement.order_by(Attachment.id))).scalars().all()
