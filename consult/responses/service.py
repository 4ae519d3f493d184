"""Answering: dispositions on contributions, and outcomes. Flushes, never commits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import Conflict
from consult.kernel.events import SITE, Event, activity_scope, consultation_scope
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.ledger.audit import record
from consult.ledger.counters import tally_many
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, State
from consult.models.response import Disposition, DispositionKind, Outcome
from consult.security.actor import Actor

ANSWERED = "disposition"
"""The dimension in which dispositions are tallied."""

NOT_PUBLIC = N_("%(reference)s is no longer public, so it can't be answered.")
INCOMPLETE = N_("Write all three parts in the original language and save them before you publish.")


class AnsweredMeanwhile(Conflict):
    """Somebody else answered between showing the form and sending it."""

    text = N_("%(reference)s was answered by somebody else in the meantime. What you wrote is still here.")


async def give_disposition(
    session: AsyncSession,
    contribution: Contribution,
    kind: DispositionKind,
    reason: Translated,
    change: Translated,
    actor: Actor,
    now: datetime,
) -> Disposition:
    """Put the Forum's decision on a contribution, or change it; the same again changes nothing.

    Raises Conflict for what is not public, and for what the Forum itself wrote.
    """
    if contribution.state != State.PUBLISHED or contribution.forum_voice:
        raise Conflict(NOT_PUBLIC, reference=contribution.reference)
    found = await session.get(Disposition, contribution.id)
    if found is not None and (found.kind, found.reason, found.change) == (kind, reason, change):
        return found
    was = found.kind if found else ""
    if found is None:
        found = Disposition(contribution_id=contribution.id)
        session.add(found)
    found.kind, found.reason, found.change = kind, reason, change
    found.actor_id, found.decided_at = actor.id, now
    await session.flush()
    await _count(session, contribution, was, kind)
    _keep_record(session, contribution, was, kind, actor, now)
    _tell(session, contribution, now)
    return found


async def _count(session: AsyncSession, contribution: Contribution, was: str, kind: DispositionKind) -> None:
    amounts = Counter({(ANSWERED, str(kind)): 1})
    if was:
        amounts[(ANSWERED, was)] -= 1
    await tally_many(session, contribution.consultation_id, amounts)


def _keep_record(
    session: AsyncSession,
    contribution: Contribution,
    was: str,
    kind: DispositionKind,
    actor: Actor,
    now: datetime,
) -> None:
    what = "disposition.changed" if was else "disposition.given"
    decision = f"{was} → {kind}" if was else str(kind)
    record(session, actor, what, f"{contribution.reference}: {decision}", now)


def _tell(session: AsyncSession, contribution: Contribution, now: datetime) -> None:
    scopes = [consultation_scope(contribution.consultation_id)]
    if contribution.author_id is not None:
        scopes.append(activity_scope(contribution.author_id))
    about = {"contribution_id": contribution.id, "consultation_id": contribution.consultation_id}
    emit(session, Event("disposition.given", tuple(scopes), about), now)


def mark_of(disposition: Disposition | None) -> str:
    """What a form shows back, to tell whether the answer changed after it was shown."""
    return disposition.decided_at.isoformat() if disposition else "none"


async def check_unchanged(session: AsyncSession, contribution: Contribution, seen: str) -> None:
    """Raises AnsweredMeanwhile where the answer is not the one that the editor saw."""
    if seen and seen != mark_of(await session.get(Disposition, contribution.id)):
        raise AnsweredMeanwhile(AnsweredMeanwhile.text, reference=contribution.reference)


@dataclass(frozen=True, slots=True)
class OutcomeTexts:
    """An outcome as written."""

    asked: Translated
    said: Translated
    did: Translated


async def save_outcome(
    session: AsyncSession, consultation: Consultation, texts: OutcomeTexts, actor: Actor, now: datetime
) -> Outcome:
    """Keep an outcome's texts. A new one is not public; what changes in a published one is public at once."""
    found = await session.get(Outcome, consultation.id, with_for_update=True)
    if found is None:
        found = Outcome(consultation_id=consultation.id, published_at=None)
        session.add(found)
    elif (found.asked, found.said, found.did) == (texts.asked, texts.said, texts.did):
        return found
    found.asked, found.said, found.did, found.edited_at = texts.asked, texts.said, texts.did, now
    record(session, actor, "outcome.edited", consultation.reference, now)
    if found.published_at is not None:
        _tell_outcome(session, consultation, now)
    await session.flush()
    return found


async def publish_outcome(
    session: AsyncSession, consultation: Consultation, actor: Actor, now: datetime
) -> Outcome:
    """Make an outcome public. Publishing twice keeps the first date. Raises Conflict where a part is missing."""
    found = await session.get(Outcome, consultation.id, with_for_update=True)
    if found is None or not (found.asked and found.said and found.did):
        raise Conflict(INCOMPLETE)
    if found.published_at is None:
        found.published_at = now
        record(session, actor, "outcome.published", consultation.reference, now)
        _tell_outcome(session, consultation, now)
        await session.flush()
    return found


def _tell_outcome(session: AsyncSession, consultation: Consultation, now: datetime) -> None:
    scopes = (consultation_scope(consultation.id), SITE)
    emit(session, Event("outcome.published", scopes, {"consultation_id": consultation.id}), now)
