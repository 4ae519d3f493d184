"""Who did what with a response that is written together: the table of steps and their words. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.messages import N_
from consult.models.team import SubmissionStep
from consult.security.actor import Actor

STEPS: dict[str, str] = {
    "asked": N_("%(actor)s asked the signatories of %(organisation)s for their sign-off."),
    "signed": N_("%(actor)s signed off for %(organisation)s."),
    "signed-sending": N_("%(actor)s signed off for %(organisation)s by sending."),
    "taken-back": N_("%(actor)s took the sign-off of %(organisation)s back."),
    "lapsed": N_("The sign-off of %(organisation)s lapsed: the response was changed afterwards."),
    "ended": N_("The sign-off of %(organisation)s has ended: whoever gave it may no longer sign."),
    "unverified": N_(
        "The Forum's staff took the verification of %(organisation)s back: it is no longer asked to co-sign."
    ),
    "invited": N_("%(actor)s asked %(organisation)s to co-sign."),
    "uninvited": N_("%(actor)s no longer asks %(organisation)s to co-sign."),
    "declined": N_("%(actor)s declined for %(organisation)s."),
    "withdrawn": N_("%(actor)s withdrew the response of %(organisation)s."),
    "merged": N_("The Forum's staff merged %(other)s into %(organisation)s: this response moved with it."),
    "parted": N_(
        "The Forum's staff merged %(other)s into %(organisation)s, which has another response in this round. "
        "This one belongs to %(keeper)s."
    ),
}
"""Every kind of step, in words. A declined one may have `words` in its data: why."""


async def note_step(
    session: AsyncSession,
    submission_id: int,
    kind: str,
    actor: Actor | None,
    now: datetime,
    data: Mapping[str, str] | None = None,
) -> None:
    """Keep a step of `STEPS` with its values."""
    session.add(
        SubmissionStep(
            submission_id=submission_id,
            kind=kind,
            actor_id=actor.id if actor else None,
            actor_name=actor.name if actor else "",
            data=dict(data or {}),
            at=now,
        )
    )
    await session.flush()


async def steps_of(session: AsyncSession, submission_id: int, most: int = 200) -> Sequence[SubmissionStep]:
    """What was done, the newest first."""
    statement = select(SubmissionStep).where(SubmissionStep.submission_id == submission_id)
    newest = statement.order_by(SubmissionStep.id.desc()).limit(most)
    return (await session.execute(newest)).scalars().all()
