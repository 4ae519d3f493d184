"""What is public and new: for feeds; and the mails that administrators and the demo show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation, Extension, Round
from consult.models.contribution import Contribution, State
from consult.models.document import Draft, Version
from consult.models.ledger import Mail, MailState
from consult.models.response import Outcome

Columns = TypeVarTuple("Columns")
NEWEST = 50
PUBLIC = Consultation.published_at.is_not(None)


@dataclass(frozen=True, slots=True)
class Said:
    """A public comment or response and the consultation it is in."""

    comment: Contribution
    title: Translated
    slug: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Something public in a consultation: `kind` is published, opened, extended, draft or outcome.

    `number` tells those of one kind apart; `text` is what the Forum says about it (a summary, a reason, a title).
    """

    kind: str
    number: int
    at: datetime
    consultation: Consultation
    text: Translated
    draft: str = ""
    round: Round | None = None


async def newest_comments(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[Said]:
    """The newest public comments and formal responses, at most NEWEST."""
    statement = (
        select(Contribution, Consultation.title, Consultation.slug)
        .join(Consultation, Consultation.id == Contribution.consultation_id)
        .where(PUBLIC, Contribution.state == State.PUBLISHED)
        .where(*conditions)
        .order_by(Contribution.id.desc())
        .limit(NEWEST)
    )
    return [Said(*row) for row in (await session.execute(statement)).all()]


async def comments_of_thread(session: AsyncSession, reference: str) -> tuple[Contribution, list[Said]]:
    """A thread's first comment and the newest public ones in it. Raises NotFound where nobody may see it."""
    statement = (
        select(Contribution)
        .join(Consultation, Consultation.id == Contribution.consultation_id)
        .where(PUBLIC, Contribution.reference == reference, Contribution.state == State.PUBLISHED)
    )
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    first = found.thread_id or found.id
    within = (Contribution.id == first) | (Contribution.thread_id == first)
    return found, await newest_comments(session, within)


async def newest_events(
    session: AsyncSession, now: datetime, *conditions: ColumnElement[bool]
) -> list[Happened]:
    """What the Forum did in public by `now`, the newest first, at most NEWEST."""
    found = [
        *await _published(session, conditions),
        *await _opened(session, now, conditions),
        *await _extended(session, conditions),
        *await _drafts(session, conditions),
        *await _outcomes(session, conditions),
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)[:NEWEST]


def _newest(
    statement: Select[*Columns], conditions: Sequence[ColumnElement[bool]], at: Any
) -> Select[*Columns]:
    return statement.where(PUBLIC, at.is_not(None), *conditions).order_by(at.desc()).limit(NEWEST)


async def _published(session: AsyncSession, conditions: Sequence[ColumnElement[bool]]) -> list[Happened]:
    at = Consultation.published_at
    rows = (await session.execute(_newest(select(Consultation, at), conditions, at))).all()
    return [Happened("published", each.id, since, each, each.summary) for each, since in rows if since]


async def _opened(
    session: AsyncSession, now: datetime, conditions: Sequence[ColumnElement[bool]]
) -> list[Happened]:
    statement = select(Consultation, Round).join(Round, Round.consultation_id == Consultation.id)
    statement = _newest(statement.where(Round.opens_at <= now), conditions, Round.opens_at)
    rows = (await session.execute(statement)).all()
    return [
        Happened("opened", round.number, round.opens_at, each, each.summary, round=round)
        for each, round in rows
    ]


async def _extended(session: AsyncSession, conditions: Sequence[ColumnElement[bool]]) -> list[Happened]:
    statement = (
        select(Consultation, Extension, Round)
        .join(Round, Round.consultation_id == Consultation.id)
        .join(Extension, Extension.round_id == Round.id)
    )
    rows = (await session.execute(_newest(statement, conditions, Extension.created_at))).all()
    return [
        Happened("extended", extension.id, extension.created_at, each, extension.reason, round=round)
        for each, extension, round in rows
    ]


async def _drafts(session: AsyncSession, conditions: Sequence[ColumnElement[bool]]) -> list[Happened]:
    at = Version.published_at
    statement = (
        select(Consultation, Version.id, at, Draft)
        .join(Draft, Draft.consultation_id == Consultation.id)
        .join(Version, Version.draft_id == Draft.id)
    )
    rows = (await session.execute(_newest(statement, conditions, at))).all()
    return [
        Happened("draft", id, since, each, draft.title, draft=draft.slug)
        for each, id, since, draft in rows
        if since
    ]


async def _outcomes(session: AsyncSession, conditions: Sequence[ColumnElement[bool]]) -> list[Happened]:
    at = Outcome.published_at
    statement = select(Consultation, at, Outcome.did)
    statement = statement.join(Outcome, Outcome.consultation_id == Consultation.id)
    rows = (await session.execute(_newest(statement, conditions, at))).all()
    return [Happened("outcome", each.id, since, each, did) for each, since, did in rows if since]


async def unsent_mails(session: AsyncSession) -> Sequence[Mail]:
    """Mails that failed or wait, failed ones first, the newest first; at most 200."""
    statement = (
        select(Mail)
        .where(Mail.state.in_((MailState.FAILED, MailState.WAITING)))
        .order_by(Mail.state, Mail.id.desc())
        .limit(200)
    )
    return (await session.execute(statement)).scalars().all()


async def kept_mails(session: AsyncSession) -> Sequence[Mail]:
    """The newest mails of the site's own mailbox, at most 200."""
    statement = select(Mail).where(Mail.text != "").order_by(Mail.id.desc()).limit(200)
    return (await session.execute(statement)).scalars().all()


async def kept_mail(session: AsyncSession, mail_id: int) -> Mail:
    """One of these. Raises NotFound."""
    mail = await session.get(Mail, mail_id)
    if mail is None or not mail.text:
        raise NotFound
    return mail
