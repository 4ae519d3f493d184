"""Asking for a sign-off, giving it, declining it and taking it back. Flushes, never commits.

A sign-off is about one text: whoever gives it names the digest of what they read, and a change afterwards lets it lapse.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import Conflict, NotFound, RoundClosed, invalid
from consult.kernel.events import Event
from consult.kernel.messages import N_
from consult.ledger.outbox import emit
from consult.models.submission import Submission, SubmissionState
from consult.models.team import SignOff, SignOffState
from consult.security.actor import Actor
from consult.submissions.document import read_document
from consult.submissions.queries import last_sending
from consult.submissions.rules import may_correct, rule_at
from consult.submissions.saving import check_open
from consult.submissions.targets import Target, target_of
from consult.teams.sign_offs import organisation_name, sign_off
from consult.teams.steps import note_step

CHANGED = N_("The response was changed while you read it. Read it again as it stands now.")
ENDED = N_("The round does not take responses any more, so there is nothing to sign.")
MOST_WORDS = 1_000
"""Characters of the reason why an organisation declines."""


def is_open(submission: Submission, target: Target, now: datetime) -> bool:
    """Whether what is signed now could still be sent."""
    period = target.round.period
    if submission.state == SubmissionState.REMOVED:
        return False
    if submission.state == SubmissionState.SENT:
        return may_correct(period, submission.begun_at, submission.rule, now)
    return rule_at(period, submission.begun_at, now) is not None


def check_can_sign(submission: Submission, target: Target, now: datetime) -> None:
    """Raises Conflict or RoundClosed where a sign-off would be about nothing."""
    check_open(submission)
    if not is_open(submission, target, now):
        raise RoundClosed(ENDED)


async def ask_sign_off(
    session: AsyncSession, submission: Submission, answered: str, actor: Actor, now: datetime
) -> None:
    """Ask the own signatories; `answered` is the digest as it stands. Raises Conflict where it is signed off already."""
    organisation_id = submission.organisation_id
    if organisation_id is None:
        raise NotFound
    found = await session.get(SignOff, (submission.id, organisation_id))
    if found is None:
        found = SignOff(submission_id=submission.id, organisation_id=organisation_id, lead=True)
        session.add(found)
    elif found.state == SignOffState.SIGNED and found.answered == answered:
        raise Conflict(N_("This is signed off already, as it is now."))
    _ask(found, actor, now)
    await _tell(session, found, "asked", actor, now)


def _ask(found: SignOff, actor: Actor, now: datetime) -> None:
    found.state, found.asked_by, found.asked_at = SignOffState.ASKED, actor.id, now
    found.answered, found.settled_by, found.settled_name = "", None, ""
    found.settled_at = found.lapsed_at = None


async def ask_to_co_sign(
    session: AsyncSession, submission: Submission, organisation_id: int, actor: Actor, now: datetime
) -> None:
    """Ask another organisation, also one that declined. That it is verified is the caller's to know. Raises Conflict."""
    if organisation_id == submission.organisation_id:
        raise Conflict(N_("This is your own organisation: it signs off the response itself."))
    found = await session.get(SignOff, (submission.id, organisation_id))
    if found is not None and found.state != SignOffState.DECLINED:
        raise Conflict(N_("This organisation was asked already."))
    if found is None:
        found = SignOff(submission_id=submission.id, organisation_id=organisation_id, lead=False)
        session.add(found)
    _ask(found, actor, now)
    await _tell(session, found, "invited", actor, now)


async def stop_asking(
    session: AsyncSession, submission: Submission, organisation_id: int, actor: Actor, now: datetime
) -> None:
    """An organisation is no longer asked to co-sign; what was sent with its name stays. Raises NotFound."""
    found = await _sign_off(session, submission, organisation_id)
    if found.lead:
        raise NotFound
    data = {"organisation": await organisation_name(session, organisation_id)}
    await note_step(session, submission.id, "uninvited", actor, now, data)
    await session.delete(found)
    await session.flush()


async def give_sign_off(
    session: AsyncSession,
    submission: Submission,
    organisation_id: int,
    read: str,
    current: str,
    actor: Actor,
    now: datetime,
) -> None:
    """An organisation's word on what its signatory read. That they are one is the caller's to know.

    `read` is the digest of what the page showed, `current` of what stands. Raises FormInvalid where these differ, NotFound
    where another organisation was not asked.
    """
    if read != current:
        raise invalid("", CHANGED)
    if organisation_id != submission.organisation_id:
        await _sign_off(session, submission, organisation_id)
    found = await sign_off(session, submission, organisation_id, actor, current, now)
    await _tell(session, found, "signed", actor, now)


async def decline(
    session: AsyncSession,
    submission: Submission,
    organisation_id: int,
    words: str,
    actor: Actor,
    now: datetime,
) -> None:
    """A signatory says no, perhaps why. Raises NotFound, and Conflict for what was sent with their name."""
    found = await _sign_off(session, submission, organisation_id)
    await _check_unsent(session, submission, found)
    _settle_without(found, SignOffState.DECLINED, actor, now)
    await _tell(session, found, "declined", actor, now, words)


async def take_back(
    session: AsyncSession, submission: Submission, organisation_id: int, actor: Actor, now: datetime
) -> None:
    """A sign-off is taken back until it was sent; the organisation stays asked. Raises NotFound, Conflict."""
    found = await _sign_off(session, submission, organisation_id)
    if found.state != SignOffState.SIGNED:
        raise Conflict
    await _check_unsent(session, submission, found)
    _settle_without(found, SignOffState.ASKED, actor, now)
    await _tell(session, found, "taken-back", actor, now)


async def end_word(session: AsyncSession, user_id: int, organisation_id: int, now: datetime) -> None:
    """Somebody may no longer sign for an organisation: what they signed and was not sent waits for another signatory."""
    statement = (
        select(SignOff, Submission)
        .join(Submission, Submission.id == SignOff.submission_id)
        .where(SignOff.organisation_id == organisation_id, SignOff.settled_by == user_id)
        .where(SignOff.state == SignOffState.SIGNED)
        .order_by(SignOff.submission_id)
    )
    for found, submission in (await session.execute(statement)).all():
        if found.answered == submission.answered and await was_sent_with(session, submission, found):
            continue
        found.state, found.answered, found.lapsed_at = SignOffState.ASKED, "", None
        found.settled_by, found.settled_name, found.settled_at = None, "", None
        await _note(session, found, "ended", None, now)
        if is_open(submission, await target_of(session, submission), now):
            _emit(session, found, "ended", user_id, now)


def _settle_without(found: SignOff, state: SignOffState, actor: Actor, now: datetime) -> None:
    found.state, found.answered, found.lapsed_at = state, "", None
    found.settled_by, found.settled_name, found.settled_at = actor.id, actor.name, now


async def was_sent_with(session: AsyncSession, submission: Submission, sign_off: SignOff) -> bool:
    """Whether the sending that counts bears this organisation's word."""
    if submission.state != SubmissionState.SENT:
        return False
    if sign_off.lead:
        return sign_off.state == SignOffState.SIGNED and sign_off.answered == submission.answered
    sending = await last_sending(session, submission.id)
    if sending is None or not sending.text:
        return False
    return await organisation_name(session, sign_off.organisation_id) in read_document(sending.text).co_signed


async def _check_unsent(session: AsyncSession, submission: Submission, found: SignOff) -> None:
    if await was_sent_with(session, submission, found):
        raise Conflict(
            N_("It was sent with your sign-off, so that can't be taken back. The response can be withdrawn.")
            if found.lead
            else N_(
                "It was sent with your sign-off. Ask the organisation that sent it to send it without you."
            )
        )


async def _sign_off(session: AsyncSession, submission: Submission, organisation_id: int) -> SignOff:
    found = await session.get(SignOff, (submission.id, organisation_id))
    if found is None:
        raise NotFound
    return found


async def _tell(
    session: AsyncSession, found: SignOff, what: str, actor: Actor, now: datetime, words: str = ""
) -> None:
    """Keep the step and let those whom it concerns be told."""
    await _note(session, found, what, actor, now, words)
    _emit(session, found, what, actor.id, now, words)


async def _note(
    session: AsyncSession, found: SignOff, what: str, actor: Actor | None, now: datetime, words: str = ""
) -> None:
    data = {"organisation": await organisation_name(session, found.organisation_id)}
    more = {"words": words} if words else {}
    await note_step(session, found.submission_id, what, actor, now, data | more)


def _emit(
    session: AsyncSession, found: SignOff, what: str, actor_id: int, now: datetime, words: str = ""
) -> None:
    told = {
        "submission_id": found.submission_id,
        "organisation_id": found.organisation_id,
        "actor_id": actor_id,
        "words": words,
    }
    emit(session, Event(f"sign-off.{what}", (), told), now)
