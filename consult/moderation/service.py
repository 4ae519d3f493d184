"""Deciding about contributions: publish, hide, restore, dismiss a report. Flushes, never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.changing import set_state
from consult.kernel.errors import Conflict
from consult.kernel.events import Event
from consult.kernel.messages import N_
from consult.kernel.translated import Translated, digest
from consult.ledger.audit import record
from consult.ledger.counters import tally
from consult.ledger.outbox import emit
from consult.models.contribution import Contribution, Report, State
from consult.models.response import Action, Decision
from consult.moderation.queries import DECISIONS, LOG_SCOPE, QUEUE_SCOPE, decisions_on
from consult.security.actor import Actor


@dataclass(frozen=True, slots=True)
class Transition:
    """What an action may start from, and where it leads; None where the contribution stays as it is."""

    begins: frozenset[State]
    ends: State | None


TRANSITIONS: dict[Action, Transition] = {
    Action.PUBLISH: Transition(frozenset({State.PENDING}), State.PUBLISHED),
    Action.HIDE: Transition(frozenset({State.PENDING, State.PUBLISHED}), State.HIDDEN),
    Action.RESTORE: Transition(frozenset({State.HIDDEN}), State.PUBLISHED),
    Action.DISMISS: Transition(frozenset({State.PUBLISHED, State.HIDDEN}), None),
}
"""Everything that a moderator can do. What its author withdrew stays withdrawn."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision as typed. `seen` is the contribution's mark when it was shown, "" not to ask."""

    action: Action
    reason: Translated
    ground: str = ""
    seen: str = ""


class DecidedMeanwhile(Conflict):
    """Somebody decided between showing the form and sending it: who, what and when."""

    text = N_("%(name)s has decided this in the meantime. What you wrote is still here.")

    def __init__(self, name: str, action: str, at: datetime) -> None:
        super().__init__(self.text, name=name)
        self.name, self.action, self.at = name, action, at


CHANGED = N_(
    "The text was changed or withdrawn since you opened this page. Read it again; what you wrote is still here."
)
NOT_POSSIBLE = N_("That is not possible for this contribution as it is now.")


def possible_actions(state: State, has_reports: bool) -> tuple[Action, ...]:
    """What can be done with a contribution in a state."""
    return tuple(
        action
        for action, transition in TRANSITIONS.items()
        if state in transition.begins and (action is not Action.DISMISS or has_reports)
    )


def mark(last_decision: int, html: str) -> str:
    """What a form shows back, to tell whether text or decision changed after it was shown."""
    return f"{last_decision}.{digest(html)}"


async def decide(
    session: AsyncSession, contribution: Contribution, verdict: Verdict, actor: Actor, now: datetime
) -> Decision:
    """Take a decision about a contribution that this transaction holds (`lock_contribution`).

    Its open reports are settled, its state follows, the public log grows. Raises DecidedMeanwhile or Conflict.
    """
    await _check_unchanged(session, contribution, verdict.seen)
    state = State(contribution.state)
    if verdict.action not in possible_actions(state, await _has_reports(session, contribution)):
        raise Conflict(NOT_POSSIBLE)
    decision = Decision(
        contribution_id=contribution.id,
        action=verdict.action,
        ground=verdict.ground,
        reason=verdict.reason,
        actor_id=actor.id,
        decided_at=now,
    )
    session.add(decision)
    await session.flush()
    await _settle_reports(session, contribution, now)
    await _follow(session, contribution, decision, now)
    record(session, actor, f"contribution.{verdict.action}", contribution.reference, now)
    return decision


async def note_decision(
    session: AsyncSession,
    contribution: Contribution,
    action: Action,
    reason: Translated,
    actor: Actor,
    now: datetime,
) -> Decision:
    """Put into the public log what was done with a contribution outside of moderation, with its public reason."""
    decision = Decision(
        contribution_id=contribution.id,
        action=action,
        reason=reason,
        actor_id=actor.id,
        decided_at=now,
    )
    session.add(decision)
    await session.flush()
    await _log(session, contribution, decision, now)
    return decision


async def _follow(
    session: AsyncSession, contribution: Contribution, decision: Decision, now: datetime
) -> None:
    """State, tallies and events. The log's tally comes last, so that writers wait for each other in one order."""
    about = {"decision_id": decision.id, "action": str(decision.action)}
    if (ends := TRANSITIONS[Action(decision.action)].ends) is not None:
        await set_state(session, contribution, ends, now, kind="comment.moderated", data=about)
    await _log(session, contribution, decision, now)


async def _log(session: AsyncSession, contribution: Contribution, decision: Decision, now: datetime) -> None:
    await tally(session, contribution.consultation_id, [(DECISIONS, f"{decision.action}:{now.year}")])
    data = {
        "contribution_id": contribution.id,
        "consultation_id": contribution.consultation_id,
        "decision_id": decision.id,
        "action": str(decision.action),
    }
    emit(session, Event("decision.logged", (LOG_SCOPE, QUEUE_SCOPE), data), now)


async def _check_unchanged(session: AsyncSession, contribution: Contribution, seen: str) -> None:
    last = next(iter(await decisions_on(session, contribution.id)), None)
    last_id = last.Decision.id if last else 0
    if not seen or seen == mark(last_id, contribution.html):
        return
    if last is not None and not seen.startswith(f"{last_id}."):
        raise DecidedMeanwhile(last.name or "", last.Decision.action, last.Decision.decided_at)
    raise Conflict(CHANGED)


async def _has_reports(session: AsyncSession, contribution: Contribution) -> bool:
    statement = select(Report.id).where(
        Report.contribution_id == contribution.id, Report.settled_at.is_(None)
    )
    return (await session.execute(statement.limit(1))).first() is not None


async def _settle_reports(session: AsyncSession, contribution: Contribution, now: datetime) -> None:
    await session.execute(
        update(Report)
        .where(Report.contribution_id == contribution.id, Report.settled_at.is_(None))
        .values(settled_at=now)
    )
