"""Responses that are written together: who signed, who did what, remarks inside the team, who is there now."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from consult.db.types import Json
from consult.models.base import Base, code, pk, short


class SignOffState(StrEnum):
    """Where an organisation's sign-off stands."""

    ASKED = "asked"
    SIGNED = "signed"
    DECLINED = "declined"


class SignOff(Base):
    """An organisation's word that a response is theirs too: its own (`lead`), or a co-signing one's.

    It holds for the text whose digest is `answered` (`substance`); a change afterwards lets it lapse. `lapsed_at` is when
    that was noticed and told, None before.
    """

    __tablename__ = "sign_offs"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    lead: Mapped[bool] = mapped_column(default=False)
    state: Mapped[code] = mapped_column(default=SignOffState.ASKED)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    settled_name: Mapped[short] = mapped_column(default="")
    settled_at: Mapped[datetime | None]
    answered: Mapped[code] = mapped_column(default="")
    lapsed_at: Mapped[datetime | None]


class SubmissionStep(Base):
    """Who did what with a response that is written together; `data` are values for the words of `kind`."""

    __tablename__ = "submission_steps"

    id: Mapped[pk]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), index=True)
    kind: Mapped[code]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    actor_name: Mapped[short] = mapped_column(default="")
    data: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    at: Mapped[datetime]


class TeamNote(Base):
    """A remark inside the team that writes a response; never part of it."""

    __tablename__ = "team_notes"
    __table_args__ = (Index("ix_team_notes_submission", "submission_id", "question"),)

    id: Mapped[pk]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    question: Mapped[code]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    name: Mapped[short]
    text: Mapped[str]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Presence(Base):
    """Who has which section of a response open, as of `at`."""

    __tablename__ = "presences"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    section: Mapped[code]
    at: Mapped[datetime]
