"""Formal responses: what is being written, what was sent, and the files that go with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.db.types import Json
from consult.kernel.translated import Translated
from consult.models.base import Base, code, pk, short


class Publication(StrEnum):
    """How a response is published."""

    NAMED = "named"
    UNNAMED = "unnamed"
    CONFIDENTIAL = "confidential"


class SubmissionState(StrEnum):
    """Where a response is in its life. REMOVED: taken down by the Forum with a public note."""

    BEGUN = "begun"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


class Rule(StrEnum):
    """Under which rule a response was received."""

    IN_TIME = "in-time"
    GRACE = "grace"
    LATE = "late"


class Interest(StrEnum):
    """A respondent's tie to the Forum's members. FUNDED names which in `funder`."""

    MEMBER = "member"
    FUNDED = "funded"
    INDEPENDENT = "independent"


class Submission(Base):
    """A formal response to a round, from its first word on. `key` is its address while it is private.

    The answers are the working text; what counts is the last of its sendings. Its public face is a contribution of type
    submission, made of the public part alone. `author_id` is whoever began it: for people without an account, a user
    without address or password (`users.guest`), whose address is `email`. `organisation_id` is the organisation that it
    is a response of; then its active members share it. `name`, `kind`, `country`, `organisation_name` are as typed.
    `answered` is the digest of all that would be sent, so that sign-offs and sendings know what they were about.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        Index("ix_submissions_round", "round_id", "state"),
        # One response of an organisation to a round.
        UniqueConstraint("round_id", "organisation_id"),
    )

    id: Mapped[pk]
    key: Mapped[code] = mapped_column(unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    edition: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    email: Mapped[short] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisations.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[short] = mapped_column(default="")
    organisation_name: Mapped[short] = mapped_column(default="")
    kind: Mapped[code] = mapped_column(default="individual")
    country: Mapped[code] = mapped_column(default="")
    interest: Mapped[code] = mapped_column(default="")
    funder: Mapped[short] = mapped_column(default="")
    lang: Mapped[code] = mapped_column(default="en")
    publication: Mapped[code] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    state: Mapped[code] = mapped_column(default=SubmissionState.BEGUN)
    version: Mapped[int] = mapped_column(default=1)
    answered: Mapped[code] = mapped_column(default="")
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    rule: Mapped[code] = mapped_column(default="")
    ended_note: Mapped[Translated | None]
    ended_at: Mapped[datetime | None]
    contribution_id: Mapped[int | None] = mapped_column(
        ForeignKey("contributions.id", ondelete="SET NULL"), unique=True
    )


class Answer(Base):
    """The working answer to one question; what `value` is says `QuestionKind`.

    `version` is 0 before the first save and rises with each: who saves names the one they saw. `marks` are the spans
    [start, end) in code points of the text that the public version leaves out; they hold for the text whose digest is
    `marked`, for any other text the whole answer counts as marked.
    """

    __tablename__ = "answers"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    question: Mapped[code] = mapped_column(primary_key=True)
    value: Mapped[object] = mapped_column(Json, nullable=True)
    private: Mapped[bool] = mapped_column(default=False)
    marks: Mapped[list[list[int]]] = mapped_column(Json, default=list)
    marked: Mapped[code] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    edited_at: Mapped[datetime]


class SetAside(Base):
    """An answer that was typed over one that somebody else had saved meanwhile: kept until one of both is chosen."""

    __tablename__ = "set_asides"
    __table_args__ = (Index("ix_set_asides_submission", "submission_id", "question"),)

    id: Mapped[pk]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    question: Mapped[code]
    value: Mapped[object] = mapped_column(Json, nullable=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class SubmissionSending(Base):
    """One sending of a response: the canonical text as received, whose SHA-256 its receipt names.

    `text` is emptied where the law asks for it; `sha256` stays. `leaf` is the entry's number in the public log, `receipt`
    the signed receipt (JSON).
    """

    __tablename__ = "sendings"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)

    id: Mapped[pk]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str]
    sha256: Mapped[code] = mapped_column(index=True)
    rule: Mapped[code]
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    sent_at: Mapped[datetime]
    leaf: Mapped[int | None] = mapped_column(unique=True)
    receipt: Mapped[str] = mapped_column(default="")


class AttachmentState(StrEnum):
    """UPLOADING: pieces are arriving. KEPT: complete and allowed. REFUSED: complete and not allowed; `problem` says why."""

    UPLOADING = "uploading"
    KEPT = "kept"
    REFUSED = "refused"


class Attachment(Base):
    """A file with a response. Its bytes lie in the file store under `sha256`; what it is was decided by its content.

    `question` is the key of the question it answers, "" for the response as a whole. `private` ones are never public.
    `mark` is what an upload is known by when it goes on: a digest of its first bytes, made by the browser. The public gets
    a copy without metadata (`public_sha256`, `public_size`; "" where it gets the file as received) under `public_number`,
    0 as long as it is not public, and as `public_name`, its name when it was sent.
    """

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_submission", "submission_id", "position"),)

    id: Mapped[pk]
    key: Mapped[code] = mapped_column(unique=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    question: Mapped[code] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[short]
    media_type: Mapped[code] = mapped_column(default="")
    size: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[code] = mapped_column(default="", index=True)
    state: Mapped[code] = mapped_column(default=AttachmentState.UPLOADING)
    problem: Mapped[code] = mapped_column(default="")
    private: Mapped[bool] = mapped_column(default=False)
    mark: Mapped[code] = mapped_column(default="")
    public_sha256: Mapped[code] = mapped_column(default="", index=True)
    public_size: Mapped[int] = mapped_column(default=0)
    public_number: Mapped[int] = mapped_column(default=0)
    public_name: Mapped[short] = mapped_column(default="")
    created_at: Mapped[datetime]


class FileText(Base):
    """The text of a stored file, page by page, read by the worker in a process with limits; `problem` where that failed."""

    __tablename__ = "file_texts"

    sha256: Mapped[code] = mapped_column(primary_key=True)
    pages: Mapped[list[str]] = mapped_column(Json, default=list)
    problem: Mapped[code] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime | None]
