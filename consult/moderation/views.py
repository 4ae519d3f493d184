"""What templates see of moderation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.forms import REASONS
from consult.comments.queries import rows_by_id
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.words import ACTIONS, action_label, ground_label
from consult.kernel.translated import Translated
from consult.models.contribution import Report, State
from consult.models.response import Action, Decision
from consult.moderation.queries import Waiting, last_decisions, open_reports
from consult.moderation.service import mark, possible_actions
from consult.responses.views import InContext, view_in_context


@dataclass(frozen=True, slots=True)
class ReportView:
    """Why somebody reported a contribution. Who did is not shown: it has no bearing on the decision."""

    reason: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A contribution of the queue, why it waits, and what can be done with it."""

    item: InContext
    since: datetime
    reports: tuple[ReportView, ...]
    actions: tuple[Action, ...]
    seen: str


async def view_waiting(session: AsyncSession, waiting: Sequence[Waiting], locale: str) -> list[WaitingView]:
    """The queue in its own order."""
    ids = [each.contribution_id for each in waiting]
    reports = await open_reports(session, ids)
    decided = await last_decisions(session, ids)
    items = {
        item.c.id: item for item in await view_in_context(session, await rows_by_id(session, ids), locale)
    }
    return [
        _view_waiting(items[each.contribution_id], each, reports[each.contribution_id], decided, locale)
        for each in waiting
    ]


def _view_waiting(
    item: InContext, waiting: Waiting, reports: Sequence[Report], decided: Mapping[int, int], locale: str
) -> WaitingView:
    return WaitingView(
        item=item,
        since=waiting.since,
        reports=view_reports(reports, locale),
        actions=possible_actions(State(item.c.state), bool(reports)),
        seen=mark(decided.get(item.c.id, 0), str(item.c.html)),
    )


def view_reports(reports: Iterable[Report], locale: str) -> tuple[ReportView, ...]:
    """Reports in words."""
    say = catalogue(locale).gettext
    return tuple(
        ReportView(say(REASONS.get(each.reason, each.reason)), each.text, each.created_at) for each in reports
    )


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision as moderators see it."""

    action: str
    label: str
    ground: str
    reason: LocalText | None
    by: str
    at: datetime


def view_decision(decision: Decision, by: str | None, locale: str) -> DecisionView:
    """A decision with who took it."""
    return DecisionView(
        action=decision.action,
        label=action_label(decision.action, locale),
        ground=ground_label(decision.ground, locale),
        reason=pick(decision.reason, locale) if decision.reason else None,
        by=by or "",
        at=decision.decided_at,
    )


@dataclass(frozen=True, slots=True)
class LogView:
    """A decision as everybody sees it: nothing of the text, its author or the moderator."""

    reference: str
    address: str
    action: str
    label: str
    ground: str
    reason: LocalText | None
    consultation: LocalText
    consultation_address: str
    at: datetime


def view_log(row: Row[Decision, str, str, Translated], locale: str) -> LogView:
    """One line of the log."""
    decision, reference, slug, title = row
    return LogView(
        reference=reference,
        address=f"/{locale}/contributions/{reference}",
        action=decision.action,
        label=action_label(decision.action, locale),
        ground=ground_label(decision.ground, locale),
        reason=pick(decision.reason, locale) if decision.reason else None,
        consultation=pick(title, locale),
        consultation_address=f"/{locale}/consultations/{slug}",
        at=decision.decided_at,
    )


@dataclass(frozen=True, slots=True)
class YearView:
    """How many decisions of each kind a year had, in the order of ACTIONS."""

    year: int
    counts: tuple[int, ...]


def view_years(counts: Mapping[tuple[int, str], int]) -> tuple[YearView, ...]:
    """Years with decisions, the latest first."""
    years = sorted({year for year, _ in counts}, reverse=True)
    return tuple(YearView(year, tuple(counts.get((year, action), 0) for action in ACTIONS)) for year in years)
