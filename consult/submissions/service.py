"""Beginning and sending a formal response. Flushes, never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.service import publish_files
from consult.kernel.errors import Conflict, RoundClosed
from consult.kernel.messages import N_
from consult.kernel.references import contribution_reference
from consult.ledger.counters import take_one_of_each
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution
from consult.models.plain import insert_one
from consult.models.questionnaire import Content
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
from consult.submissions.queries import find_in_round, last_sending
from consult.submissions.rules import may_begin, may_correct, rule_at
from consult.teams.sign_offs import co_signing, sign_at_sending


@dataclass(frozen=True, slots=True)
class Target:
    """The round that is responded to, and what it asks."""

    consultation: Consultation
    round: Round
    content: Content
    edition: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A response that was sent: its sending, its public face; `again` where this very text had been sent before."""

    sending: SubmissionSending
    contribution: Contribution
    again: bool = False


async def begin_submission(
    session: AsyncSession,
    target: Target,
    actor: Actor,
    organisation_id: int | None,
    lang: str,
    now: datetime,
    email: str = "",
) -> Submission:
    """The person's (or their organisation's) response to a round: the one that is there, or a new one.

    That the person acts for the organisation is the caller's to know. Raises RoundClosed where none is taken any more.
    """
    there = await find_in_round(session, target.round.id, actor, organisation_id)
    if there is not None:
        return there
    if not may_begin(target.round.period, now):
        raise RoundClosed(N_("This round does not take responses now."))
    alone = organisation_id is None
    submission = Submission(
        key=new_token()[:22],
        round_id=target.round.id,
        edition=target.edition,
        author_id=actor.id,
        email=email,
        organisation_id=organisation_id,
        name=actor.name,
        organisation_name=actor.organisation if alone else "",
        kind=actor.kind,
        country=actor.country,
        lang=lang,
        publication=target.content.publications[0] if len(target.content.publications) == 1 else "",
        begun_at=now,
        saved_at=now,
    )
    session.add(submission)
    await session.flush()
    return submission


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
    document = msgspec.structs.replace(document, co_signed=co_signed)
    previous = await _previous(session, submission)
    if (
        previous is not None
        and submission.state == SubmissionState.SENT
        and _is_same(previous, answered, co_signed)
    ):
        return Sent(previous, await get_face(session, submission), again=True)
    rule = _rule(submission, target, previous, now)
    check_complete(working)
    await sign_at_sending(session, submission, actor, answered, now)
    face, counted = await put_face(
        session, submission, target.consultation, target.content, document, actor, rule, now
    )
    number = previous.number + 1 if previous else 1
    _mark_sent(submission, face, answered, rule, now)
    await publish_files(session, submission, working.attachments, now)
    kind = "submission.corrected" if previous else "submission.sent"
    await tell(session, kind, submission, face, now, sending=number)
    # From here to the commit others who send wait for us: nothing is done here that could be done before.
    place = await _take_numbers(session, face, target.consultation)
    whole = msgspec.structs.replace(document, reference=face.reference, number=number, nonce=new_token())
    sending = _sending(submission, whole, rule, actor, now)
    sending.leaf = place
    sending.receipt = await issue_receipt(
        session, _received(sending, whole, target, site), place, signer, now
    )
    await insert_one(session, sending)
    await count_face(session, face, counted)
    return Sent(sending, face)


async def _take_numbers(session: AsyncSession, face: Contribution, consultation: Consultation) -> int:
    """The log's next number; a new public face gets its reference with it."""
    if face.edited_at is not None:
        return (await take_one_of_each(session, SERIES))[SERIES] - 1
    series = f"{face.type}:{consultation.id}"
    taken = await take_one_of_each(session, series, SERIES)
    face.reference = contribution_reference(consultation.reference, face.type, taken[series])
    return taken[SERIES] - 1


async def _co_signed(session: AsyncSession, submission: Submission, answered: str) -> tuple[str, ...]:
    """Nobody is asked to sign what a person says for themselves."""
    if submission.organisation_id is None:
        return ()
    return tuple(await co_signing(session, submission.id, answered))


async def _previous(session: AsyncSession, submission: Submission) -> SubmissionSending | None:
    """The sending that counted so far; the first time is not asked for."""
    if submission.sent_at is None:
        return None
    return await last_sending(session, submission.id)


def _is_same(previous: SubmissionSending, answered: str, co_signed: tuple[str, ...]) -> bool:
    """Whether this very text counts already, with the same co-signatories."""
    if not previous.text:
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


def _sending(
    submission: Submission, whole: Document, rule: Rule, actor: Actor, now: datetime
) -> SubmissionSending:
    text = canonical(whole)
    return SubmissionSending(
        submission_id=submission.id,
        number=whole.number,
        text=text,
        sha256=sha256_of(text),
        rule=rule,
        sent_by=actor.id,
        sent_at=now,
    )


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
