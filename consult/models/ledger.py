"""Counters, the outbox, mails: what keeps the site's own books."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.db.types import Json
from consult.models.base import Base, code, pk, short


class Counter(Base):
    """The last number given in a series, so that references have no gaps."""

    __tablename__ = "counters"

    name: Mapped[code] = mapped_column(primary_key=True)
    value: Mapped[int]


class Tally(Base):
    """How many published contributions of a consultation have a value in a dimension (kind, country, lang …)."""

    __tablename__ = "tallies"

    consultation_id: Mapped[int] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True
    )
    dimension: Mapped[code] = mapped_column(primary_key=True)
    value: Mapped[code] = mapped_column(primary_key=True)
    count: Mapped[int]


class OutboxEvent(Base):
    """What happened, until the worker has dealt with it; later removed."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_undone", "id", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
    )  # fmt: skip

    id: Mapped[pk]
    kind: Mapped[code]
    scopes: Mapped[list[str]] = mapped_column(Json)
    data: Mapped[dict[str, object]] = mapped_column(Json)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Unfinished(Base):
    """What a person has typed and not sent, by target; `address` is where it can be taken up again."""

    __tablename__ = "unfinished"
    __table_args__ = (UniqueConstraint("user_id", "target"),)

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    target: Mapped[short]
    address: Mapped[str]
    fields: Mapped[dict[str, str]] = mapped_column(Json)
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]


class Subscription(Base):
    """A person follows a consultation, or everything where `consultation_id` is None."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("user_id", "consultation_id"),)

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    consultation_id: Mapped[int | None] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]


class MailState(StrEnum):
    """Where a mail is on its way."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Mail(Base):
    """A mail to one person. `once` keeps it from being made twice; its text is removed when it was sent."""

    __tablename__ = "mails"
    __table_args__ = (Index("ix_mails_next", "state", "next_at"),)

    id: Mapped[pk]
    once: Mapped[short] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    recipient: Mapped[short]
    kind: Mapped[code]
    locale: Mapped[code]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    unsubscribe: Mapped[str] = mapped_column(default="")
    state: Mapped[code] = mapped_column(default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
