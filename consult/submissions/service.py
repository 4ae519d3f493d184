"""Sending a formal response. Flushes, never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.service import publish_files
from consult.kernel.errors import Conflict, RoundClosed
from consult.kernel.messages import N_
from consult.kernel.references import contribution_reference
from consult.ledger.counters import take_number, take_numbers
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution
from consult.models.plain import insert_one
from consult.models.submission import Rule, Submission, SubmissionSending, SubmissionState
from consult.receipts.service import SERIES, issue_receipt
from consult.receipts.signing import Signer
from consult.receipts.statement import Received, ReceivedFile
from consult.security.actor import Actor
from consult.security.tokens import new_token
from consult.submissions.checking import check_complete
from consult.submissions.document import Document, canonical, read_document, sha256_of, substance
from consult.submissions.face import count_face, get_face, put_face, tell
from consult.submissions.gathering import compose, gather
from consult.submissions.queries import last_sending
from consult.submissions.rules import may_correct, rule_at
from consult.submissions.targets import Target
from consult.teams.sign_offs import co_signing, sign_at_sending


@dataclass(frozen=True, slots=True)
class Sent:
    """A response that was sent: its sending, its public face; `again` where this very text had been sent before."""

    sending: SubmissionSending
    contribution: Contribution
    again: bool = False


async def send_submission(
    session: AsyncSession,
    submission: Submission,
    target: Target,
    actor: Actor,
    signer: Signer,
    site: str,
    now: datetime,
) -> Sent:
    """Send a response, or a correction of it: its public face, its receipt and its entry in the log, all or nothing.

    The submission must be held (`get_own(…, hold=True)`); `site` is the site's base address. Sending the same
    text again changes nothing. Raises RoundClosed, Conflict, and FormInvalid for what is missing, named by question.
    """
    working = await gather(session, submission, target.content)
    document = compose(working, target.consultation, target.round)
    answered = substance(document)
    co_signed = await _co_signed(session, submission, answered)
    previous = await _previous(session, submission)
    if previous is not None and _is_same(submission, previous, answered, co_signed):
        return Sent(previous, await get_face(session, submission), again=True)
    rule = _rule(submission, target, previous, now)
    check_complete(working)
    await sign_at_sending(session, submission, actor, answered, now)
    document = msgspec.structs.replace(
        document, number=previous.number + 1 if previous else 1, co_signed=co_signed
    )
    face, counted = await put_face(
        session, submission, target.consultation, target.content, document, actor, rule, now
    )
    _mark_sent(submission, face, answered, rule, now)
    await publish_files(session, submission, working.attachments, working.sent_files, now)
    kind = "submission.corrected" if previous else "submission.sent"
    await tell(session, kind, submission, face, now, sending=document.number)
    sending = SubmissionSending(
        submission_id=submission.id, number=document.number, rule=rule, sent_by=actor.id, sent_at=now
    )
    await _enter(session, sending, document, face, target, signer, site)
    await count_face(session, face, counted)
    return Sent(sending, face)


async def _enter(
    session: AsyncSession,
    sending: SubmissionSending,
    document: Document,
    face: Contribution,
    target: Target,
    signer: Signer,
    site: str,
) -> None:
    """Give a sending its place in the log, and the receipt that says so.

    From here to the commit others who send wait for us: nothing is done here that could be done before.
    """
    sending.leaf = await _take_numbers(session, face, target.consultation)
    whole = msgspec.structs.replace(document, reference=face.reference, nonce=new_token())
    sending.text = canonical(whole)
    sending.sha256 = sha256_of(sending.text)
    received = _received(sending, whole, target, site)
    sending.receipt = await issue_receipt(session, received, sending.leaf, signer, sending.sent_at)
    await insert_one(session, sending)


async def _take_numbers(session: AsyncSession, face: Contribution, consultation: Consultation) -> int:
    """The log's next number; a new public face gets its reference with it."""
    if face.edited_at is not None:
        return await take_number(session, SERIES) - 1
    series = f"{face.type}:{consultation.id}"
    taken = await take_numbers(session, {series: 1, SERIES: 1})
    face.reference = contribution_reference(consultation.reference, face.type, taken[series])
    return taken[SERIES] - 1


async def _co_signed(session: AsyncSession, submission: Submission, answered: str) -> tuple[str, ...]:
    """Nobody is asked to sign what a person says for themselves."""
    if submission.organisation_id is None:
        return ()
    return tuple(await co_signing(session, submission, answered))


async def _previous(session: AsyncSession, submission: Submission) -> SubmissionSending | None:
    """The sending that counted so far; the first time is not asked for."""
    if submission.sent_at is None:
        return None
    return await last_sending(session, submission.id)


def _is_same(
    submission: Submission, previous: SubmissionSending, answered: str, co_signed: tuple[str, ...]
) -> bool:
    """Whether this very text counts already, with the same co-signatories."""
    if submission.state != SubmissionState.SENT or not previous.text:
        return False
    before = read_document(previous.text)
    return substance(before) == answered and before.co_signed == co_signed


def _rule(submission: Submission, target: Target, previous: SubmissionSending | None, now: datetime) -> Rule:
    if submission.state == SubmissionState.REMOVED:
        raise Conflict(N_("This response was taken down. It can be read here, but no longer changed."))
    period = target.round.period
    rule = rule_at(period, submission.begun_at, now)
    if rule is None:
        raise RoundClosed(N_("This round does not take responses any more. What you wrote is kept."))
    if previous is not None and not may_correct(period, submission.begun_at, previous.rule, now):
        raise RoundClosed(
            N_("The round has ended: what you sent counts. Ask the Forum if it has to be changed.")
        )
    return rule


def _received(sending: SubmissionSending, document: Document, target: Target, site: str) -> Received:
    return Received(
        site=site,
        consultation=document.consultation,
        round=document.round,
        reference=document.reference,
        sending=sending.number,
        sha256=sending.sha256,
        files=tuple(
            ReceivedFile(name=each.name, size=each.size, sha256=each.sha256) for each in document.files
        ),
        sent_at=sending.sent_at,
        rule=sending.rule,
        closes_at=target.round.closes_at,
    )


def _mark_sent(submission: Submission, face: Contribution, answered: str, rule: Rule, now: datetime) -> None:
    submission.state = SubmissionState.SENT
    submission.contribution_id = face.id
    submission.answered = answered
    submission.sent_at, submission.rule = now, rule
    submission.ended_at = submission.ended_note = None
