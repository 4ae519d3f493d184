"""How far a round's questions are, and so what an editor may still do to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from consult.models.consultation import Round
from consult.models.questionnaire import Questionnaire


class Stage(StrEnum):
    """NONE: nobody has begun. COMPOSING: everything may change. READY: shown in public, can be taken back. ASKED: people
    may answer, wording may change. REWORDING: other words are being prepared. ENDED: nothing changes any more."""

    NONE = "none"
    COMPOSING = "composing"
    READY = "ready"
    ASKED = "asked"
    REWORDING = "rewording"
    ENDED = "ended"


def stage_of(latest: Questionnaire | None, round_: Round, now: datetime) -> Stage:
    """The stage at an instant; `latest` is the newest edition, ready or not."""
    ended = now >= round_.period.late_ends_at
    if latest is None:
        return Stage.ENDED if ended else Stage.NONE
    if ended:
        return Stage.ENDED
    if latest.ready_at is None:
        return Stage.COMPOSING if latest.edition == 1 else Stage.REWORDING
    return Stage.READY if now < round_.opens_at and latest.edition == 1 else Stage.ASKED
