"""Formal responses on a person's own page: what is unfinished and until when, what was sent and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.views import DispositionView, view_disposition
from consult.consultations.deadline import say_instant
from consult.i18n.content import LocalText, pick
from consult.models.response import Disposition
from consult.models.submission import SubmissionState
from consult.security.actor import Actor
from consult.submissions.gathering import gather
from consult.submissions.own_page import address_of
from consult.submissions.progress import view_progress
from consult.submissions.queries import OwnSubmission, dispositions_of, list_own, organisation_of
from consult.submissions.rules import ends_at, rule_at
from consult.submissions.ruling import rule_label
from consult.submissions.targets import target_of

MOST = 50
"""Responses listed: nobody has given more."""


@dataclass(frozen=True, slots=True)
class MineView:
    """A response in a person's own list. `until` says until when it is taken, "" where it is no longer; `done` and `asked`
    count questions of unsent ones; `reference`, `label` and `disposition` are of sent ones."""

    address: str
    title: LocalText
    consultation: str
    organisation: str
    state: str
    until: str
    done: int
    asked: int
    saved_at: datetime
    sent_at: datetime | None
    reference: str
    label: str
    disposition: DispositionView | None

    @property
    def is_unfinished(self) -> bool:
        """Whether nothing of it was ever sent."""
        return self.state == SubmissionState.BEGUN


async def show_own(session: AsyncSession, actor: Actor, locale: str, now: datetime) -> list[MineView]:
    """A person's responses and those of their organisations, the latest saved first."""
    found = (await list_own(session, actor))[:MOST]
    ids = [each.contribution.id for each in found if each.contribution is not None]
    dispositions = await dispositions_of(session, ids)
    return [await _view(session, each, dispositions, locale, now) for each in found]


async def _view(
    session: AsyncSession,
    each: OwnSubmission,
    dispositions: dict[int, Disposition],
    locale: str,
    now: datetime,
) -> MineView:
    submission, period = each.submission, each.round.period
    organisation = await organisation_of(session, submission)
    done, asked = await _count(session, each, locale)
    is_taken = rule_at(period, submission.begun_at, now) is not None
    contribution = each.contribution
    disposition = dispositions.get(contribution.id) if contribution else None
    return MineView(
        address=address_of(submission),
        title=pick(each.consultation.title, locale),
        consultation=each.consultation.reference,
        organisation=organisation.name if organisation else "",
        state=submission.state,
        until=say_instant(ends_at(period, submission.begun_at), period.time_zone, locale) if is_taken else "",
        done=done,
        asked=asked,
        saved_at=submission.saved_at,
        sent_at=submission.sent_at,
        reference=contribution.reference if contribution else "",
        label=rule_label(submission.rule, locale),
        disposition=view_disposition(disposition, locale) if disposition else None,
    )


async def _count(session: AsyncSession, each: OwnSubmission, locale: str) -> tuple[int, int]:
    """How many questions are answered, and asked, of a response that was not sent."""
    if each.submission.state != SubmissionState.BEGUN:
        return 0, 0
    target = await target_of(session, each.submission)
    progress = view_progress(await gather(session, each.submission, target.content), locale)
    return progress.answered, progress.asked
