"""Consultations and their rounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint, exists
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from consult.db.types import Json
from consult.kernel.translated import Translated
from consult.models.base import Base, code, pk, short
from consult.models.questionnaire import Questionnaire


class RoundState(StrEnum):
    """What the clock makes of a comment period; never stored."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    GRACE = "grace"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CommentPeriod:
    """From `opens_at` up to and without `closes_at` (UTC), said in the named zone; then `grace`, then `late` for responses
    that are kept apart."""

    opens_at: datetime
    closes_at: datetime
    time_zone: str
    grace: timedelta
    late: timedelta = timedelta()

    @property
    def grace_ends_at(self) -> datetime:
        """The instant after which nothing is accepted."""
        return self.closes_at + self.grace

    @property
    def late_ends_at(self) -> datetime:
        """The instant after which not even a late response is taken."""
        return self.grace_ends_at + self.late

    def state(self, now: datetime) -> RoundState:
        """The state at an instant."""
        if now < self.opens_at:
            return RoundState.SCHEDULED
        if now < self.closes_at:
            return RoundState.OPEN
        return RoundState.GRACE if now < self.grace_ends_at else RoundState.CLOSED

    def accepts(self, now: datetime, begun_at: datetime | None) -> bool:
        """Whether a response begun at `begun_at` (None: just now) is accepted at `now`."""
        state = self.state(now)
        if state is RoundState.GRACE:
            return begun_at is not None and self.opens_at <= begun_at < self.closes_at
        return state is RoundState.OPEN

    def next_change(self, now: datetime) -> datetime | None:
        """The next instant at which the state changes, or late responses are no longer taken."""
        changes = (self.opens_at, self.closes_at, self.grace_ends_at, self.late_ends_at)
        later = [at for at in changes if at > now]
        return min(later, default=None)


consultation_topics = Table(
    "consultation_topics",
    Base.metadata,
    Column("consultation_id", ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True),
)

round_versions = Table(
    "round_versions",
    Base.metadata,
    Column("round_id", ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Topic(Base):
    """A subject that consultations are found by."""

    __tablename__ = "topics"

    id: Mapped[pk]
    slug: Mapped[code] = mapped_column(unique=True)
    name: Mapped[Translated]


class Consultation(Base):
    """One exercise on one subject. Public from `published_at`; `asks` and `use` are Markdown."""

    __tablename__ = "consultations"

    id: Mapped[pk]
    reference: Mapped[code] = mapped_column(unique=True)
    slug: Mapped[code] = mapped_column(unique=True)
    title: Mapped[Translated]
    summary: Mapped[Translated]
    asks: Mapped[Translated]
    use: Mapped[Translated]
    languages: Mapped[list[str]] = mapped_column(Json)
    original: Mapped[code] = mapped_column(default="en")
    first_posts_wait: Mapped[bool] = mapped_column(default=False)
    answer_promised_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]

    topics: Mapped[list[Topic]] = relationship(
        secondary=consultation_topics, lazy="raise", order_by="Topic.slug"
    )
    rounds: Mapped[list[Round]] = relationship(
        back_populates="consultation", lazy="raise", order_by="Round.number"
    )


class Round(Base):
    """One comment period of a consultation."""

    __tablename__ = "rounds"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    id: Mapped[pk] = mapped_column()
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    number: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime] = mapped_column(index=True)
    time_zone: Mapped[code]
    grace_minutes: Mapped[int] = mapped_column(default=0)
    late_days: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    asks: Mapped[bool] = column_property(
        exists()
        .where(Questionnaire.round_id == id, Questionnaire.ready_at.is_not(None))
        .correlate_except(Questionnaire)
    )
    """Whether it asks for formal responses: its questions are ready."""

    consultation: Mapped[Consultation] = relationship(back_populates="rounds", lazy="raise")
    extensions: Mapped[list[Extension]] = relationship(lazy="raise", order_by="Extension.id")

    @property
    def period(self) -> CommentPeriod:
        """The comment period as a value."""
        return CommentPeriod(
            self.opens_at,
            self.closes_at,
            self.time_zone,
            timedelta(minutes=self.grace_minutes),
            timedelta(days=self.late_days),
        )


class Extension(Base):
    """A comment period made longer, kept in public with its reason."""

    __tablename__ = "extensions"

    id: Mapped[pk]
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), index=True)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    reason: Mapped[Translated]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    actor_name: Mapped[short] = mapped_column(default="")
    created_at: Mapped[datetime]
