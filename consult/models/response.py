"""What the Forum says back: decisions of moderators, dispositions, outcomes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from consult.kernel.translated import Translated
from consult.models.base import Base, code, pk, short


class DispositionKind(StrEnum):
    """The Forum's decision on a contribution."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted-in-part"
    NOT_ACCEPTED = "not-accepted"
    NOTED = "noted"
    OUT_OF_SCOPE = "out-of-scope"


class Action(StrEnum):
    """What a moderator did; WITHDRAW, REMOVE and NARROW: what editors did with a formal response on request, or as the law
    asks."""

    PUBLISH = "publish"
    HIDE = "hide"
    RESTORE = "restore"
    DISMISS = "dismiss"
    WITHDRAW = "withdraw"
    REMOVE = "remove"
    NARROW = "narrow"


ON_REQUEST = (Action.WITHDRAW, Action.REMOVE, Action.NARROW)
"""What staff do with a formal response because somebody asked for it."""


class Disposition(Base):
    """The decision on one contribution, its reason and, where text changed, the change (both Markdown)."""

    __tablename__ = "dispositions"

    contribution_id: Mapped[int] = mapped_column(
        ForeignKey("contributions.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[code]
    reason: Mapped[Translated]
    change: Mapped[Translated]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime]


class Outcome(Base):
    """The published end of a consultation: we asked, you said, we did (Markdown)."""

    __tablename__ = "outcomes"

    consultation_id: Mapped[int] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True
    )
    asked: Mapped[Translated]
    said: Mapped[Translated]
    did: Mapped[Translated]
    published_at: Mapped[datetime | None]
    edited_at: Mapped[datetime]


class Decision(Base):
    """A moderator's decision; its ground and reason are public, the moderated text is not here."""

    __tablename__ = "decisions"

    id: Mapped[pk]
    contribution_id: Mapped[int] = mapped_column(
        ForeignKey("contributions.id", ondelete="CASCADE"), index=True
    )
    action: Mapped[code]
    ground: Mapped[code] = mapped_column(default="")
    reason: Mapped[Translated]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime]


class Audit(Base):
    """Who did what at the desk, for the audit log; `what` names the action, `about` the thing."""

    __tablename__ = "audit"

    id: Mapped[pk]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    actor_name: Mapped[short]
    what: Mapped[code]
    about: Mapped[short]
    at: Mapped[datetime]
