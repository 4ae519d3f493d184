"""Beginning and sending a formal response. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.service import publish_files
from consult.comments.counting import count_again
from consult.kernel.errors import Conflict, RoundClosed
from consult.kernel.events import Event, activity_scope, responses_scope
from consult.kernel.messages import N_
from consult.kernel.references import contribution_reference
from consult.ledger.counters import take_numbers, tally, traits
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution, ContributionType, Place, State
from consult.models.questionnaire import Content
from consult.models.submission import Rule, Submission, SubmissionSending, SubmissionState
from consult.receipts.service import issue_receipt
from consult.receipts.signing import Signer
from consult.receipts.statement import Received, ReceivedFile
from consult.security.actor import Actor
from consult.security.tokens import new_token
from consult.submissions.checking import check_complete
from consult.submissions.document import Document, canonical, read_document, sha256_of, substance
from consult.submissions.gathering import compose, gather
from consult.submissions.public import PublicResponse, public_text, view_public
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

    The submission must be held (`get_own(…, hold=True)`); `site` is the site's base address. Sending the same text again changes nothing. Raises RoundClosed,
    Conflict, and FormInvalid for what is missing, named by question.
    """
    working = await gather(session, submission, target.content)
    document = compose(working, target.consultation, target.round)
    co_signed = tuple(await co_signing(session, submission.id, substance(document)))
    document = msgspec.structs.replace(document, co_signed=co_signed)
    previous = await last_sending(session, submission.id)
    if previous is not None and submission.state == SubmissionState.SENT and _is_same(previous, document):
        return Sent(previous, await _contribution(session, submission), again=True)
    rule = _rule(submission, target, previous, now)
    check_complete(working)
    await sign_at_sending(session, submission, actor, substance(document), now)
    contribution = await _face(session, submission, target, document, actor, rule, now)
    sending = await _keep(session, submission, document, contribution.reference, rule, actor, now)
    _mark_sent(submission, contribution, document, sending)
    await publish_files(session, submission, now)
    _tell(session, submission, sending, contribution, corrected=previous is not None, now=now)
    # Last: from here to the commit the log's next number is ours alone.
    await issue_receipt(session, sending, _received(sending, target, site), signer, now)
    return Sent(sending, contribution)


def _is_same(previous: SubmissionSending, document: Document) -> bool:
    """Whether this very text counts already, with the same co-signatories."""
    if not previous.text:
        return False
    before = read_document(previous.text)
    return substance(before) == substance(document) and before.co_signed == document.co_signed


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


async def _contribution(session: AsyncSession, submission: Submission) -> Contribution:
    statement = select(Contribution).where(Contribution.id == submission.contribution_id)
    return (await session.execute(statement)).scalar_one()


async def _face(
    session: AsyncSession,
    submission: Submission,
    target: Target,
    document: Document,
    actor: Actor,
    rule: Rule,
    now: datetime,
) -> Contribution:
    """The public face, new or changed: made of the public part alone, and of nobody's account."""
    response = view_public(document, target.content, document.lang)
    if submission.contribution_id is None:
        contribution = await _new_face(session, submission, target, now)
        was = None
    else:
        contribution = await _contribution(session, submission)
        was = _traits(contribution) if contribution.state == State.PUBLISHED else None
        contribution.edited_at = now
    show_face(contribution, submission, response)
    contribution.in_grace, contribution.late = rule is Rule.GRACE, rule is Rule.LATE
    contribution.state = _state(contribution, target.consultation, actor, is_new=was is None)
    await session.flush()
    await _count(session, contribution, was)
    return contribution


async def _new_face(
    session: AsyncSession, submission: Submission, target: Target, now: datetime
) -> Contribution:
    consultation = target.consultation
    number = await take_numbers(session, f"{ContributionType.SUBMISSION}:{consultation.id}")
    contribution = Contribution(
        reference=contribution_reference(consultation.reference, ContributionType.SUBMISSION, number),
        consultation_id=consultation.id,
        round_id=submission.round_id,
        type=ContributionType.SUBMISSION,
        place=Place.CONSULTATION,
        lang=submission.lang,
        text="",
        html="",
        state=State.PENDING,
        created_at=now,
    )
    session.add(contribution)
    return contribution


def show_face(contribution: Contribution, submission: Submission, response: PublicResponse) -> None:
    """Give the public face what is public of a response, and nothing else."""
    text, html = public_text(response)
    contribution.text, contribution.html, contribution.lang = text, str(html), submission.lang
    contribution.author_name, contribution.organisation_name = response.name, response.organisation
    contribution.organisation_id = submission.organisation_id if response.is_named else None
    contribution.kind, contribution.country = response.kind, response.country
    contribution.verified, contribution.anonymous = response.verified, not response.is_named
    contribution.publication = response.publication
    contribution.interest, contribution.funder = response.interest, response.funder


def _state(contribution: Contribution, consultation: Consultation, actor: Actor, *, is_new: bool) -> State:
    """What moderators decided stays; else it waits for them where nobody vouched for an address, or all first ones do."""
    if contribution.state == State.HIDDEN:
        return State.HIDDEN
    if not is_new:
        return State.PUBLISHED
    waits = not actor.confirmed or consultation.first_posts_wait
    return State.PENDING if waits else State.PUBLISHED


def _traits(contribution: Contribution) -> tuple[tuple[str, str], ...]:
    return traits(contribution.kind, contribution.country, contribution.lang, contribution.type)


async def _count(
    session: AsyncSession, contribution: Contribution, was: Sequence[tuple[str, str]] | None
) -> None:
    """`was`: what it counted as before, None where it was not public. What hides it counts by itself."""
    if contribution.state != State.PUBLISHED:
        return
    if was is None:
        await count_again(session, contribution, 1)
    elif was != (now_public := _traits(contribution)):
        await tally(session, contribution.consultation_id, was, -1)
        await tally(session, contribution.consultation_id, now_public)


async def _keep(
    session: AsyncSession,
    submission: Submission,
    document: Document,
    reference: str,
    rule: Rule,
    actor: Actor,
    now: datetime,
) -> SubmissionSending:
    previous = await last_sending(session, submission.id)
    number = previous.number + 1 if previous else 1
    whole = msgspec.structs.replace(document, reference=reference, number=number, nonce=new_token())
    text = canonical(whole)
    sending = SubmissionSending(
        submission_id=submission.id,
        number=number,
        text=text,
        sha256=sha256_of(text),
        rule=rule,
        sent_by=actor.id,
        sent_at=now,
    )
    session.add(sending)
    await session.flush()
    return sending


def _received(sending: SubmissionSending, target: Target, site: str) -> Received:
    document = read_document(sending.text)
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


def _mark_sent(
    submission: Submission, contribution: Contribution, document: Document, sending: SubmissionSending
) -> None:
    submission.state = SubmissionState.SENT
    submission.contribution_id = contribution.id
    submission.answered = substance(document)
    submission.sent_at, submission.rule = sending.sent_at, sending.rule
    submission.ended_at = submission.ended_note = None


def _tell(
    session: AsyncSession,
    submission: Submission,
    sending: SubmissionSending,
    contribution: Contribution,
    *,
    corrected: bool,
    now: datetime,
) -> None:
    scopes = [responses_scope(contribution.consultation_id)]
    if submission.author_id is not None:
        scopes.append(activity_scope(submission.author_id))
    data = {
        "contribution_id": contribution.id,
        "consultation_id": contribution.consultation_id,
        "submission_id": submission.id,
        "sending_id": sending.id,
    }
    kind = "submission.corrected" if corrected else "submission.sent"
    emit(session, Event(kind, tuple(scopes), data), now)
