"""What templates see of consultations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.consultations.deadline import Deadline, make_deadline
from consult.consultations.queries import current_round, round_to_answer
from consult.i18n.content import LocalText, pick
from consult.i18n.formats import formats
from consult.i18n.locales import country_name, language_name
from consult.i18n.words import kind_name
from consult.models.consultation import Consultation, Round, RoundState


@dataclass(frozen=True, slots=True)
class Count:
    """A bar of a chart."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class RoundView:
    """One round of the timeline."""

    number: int
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """A consultation as a reader sees it. `state` is scheduled, open, grace, closed, answered or planned."""

    id: int
    reference: str
    slug: str
    address: str
    title: LocalText
    summary: LocalText
    asks: LocalText
    use: LocalText
    state: str
    deadline: Deadline | None
    rounds: tuple[RoundView, ...]
    languages: tuple[str, ...]
    languages_text: str
    topics: tuple[LocalText, ...]
    comments: int
    submissions: int
    kinds: tuple[Count, ...]
    countries: tuple[Count, ...]
    spoken: tuple[Count, ...]
    answered: int
    promised_at: datetime | None
    answered_at: datetime | None
    answer_overdue: bool
    is_published: bool
    until: datetime | None
    responding: str = ""
    """Where a formal response can be sent now, without locale; "" where none is taken."""

    @property
    def contributions(self) -> int:
        """How many have been made public."""
        return self.comments + self.submissions

    @property
    def promise_kept(self) -> bool | None:
        """Whether the answer came by the promised date; None while that is open."""
        if self.promised_at is None or self.answered_at is None:
            return None
        return self.answered_at <= self.promised_at


def view_consultation(
    consultation: Consultation,
    counts: Mapping[str, Mapping[str, int]],
    answered_at: datetime | None,
    locale: str,
    now: datetime,
    zone: str = "",
) -> ConsultationView:
    """The view for a language at an instant."""
    address = f"/consultations/{consultation.slug}"
    rounds = tuple(_view_round(each, f"/{locale}{address}/deadline.ics", locale, now, zone)
                   for each in consultation.rounds)  # fmt: skip
    current, promised = current_round(consultation, now), consultation.answer_promised_at
    deadlines = {each.id: view.deadline for each, view in zip(consultation.rounds, rounds, strict=True)}
    deadline = deadlines.get(current.id) if current else None
    changes = [promised, *(each.deadline.until for each in rounds)]
    return ConsultationView(
        id=consultation.id,
        reference=consultation.reference,
        slug=consultation.slug,
        address=address,
        title=pick(consultation.title, locale),
        summary=pick(consultation.summary, locale),
        asks=pick(consultation.asks, locale),
        use=pick(consultation.use, locale),
        state=consultation_state(consultation, answered_at, now),
        deadline=deadline,
        rounds=rounds,
        languages=tuple(consultation.languages),
        languages_text=formats(locale).list([language_name(each, locale) for each in consultation.languages]),
        topics=tuple(pick(topic.name, locale) for topic in consultation.topics),
        comments=counts.get("type", {}).get("comment", 0),
        submissions=counts.get("type", {}).get("submission", 0),
        kinds=name_counts(counts.get("kind", {}), kind_name, locale),
        countries=name_counts(counts.get("country", {}), country_name, locale),
        spoken=name_counts(counts.get("lang", {}), language_name, locale),
        answered=sum(counts.get("disposition", {}).values()),
        promised_at=promised,
        answered_at=answered_at,
        answer_overdue=answered_at is None and promised is not None and promised <= now,
        is_published=consultation.published_at is not None,
        until=min((at for at in changes if at is not None and at > now), default=None),
        responding=_responding(consultation, now),
    )


def _responding(consultation: Consultation, now: datetime) -> str:
    found = round_to_answer(consultation.rounds, now)
    is_taken = found is not None and found.opens_at <= now < found.period.late_ends_at
    return f"/consultations/{consultation.slug}/respond" if is_taken else ""


def consultation_state(consultation: Consultation, answered_at: datetime | None, now: datetime) -> str:
    """A consultation's state: its current round's, `answered` once its outcome is out, `planned` before any round."""
    current = current_round(consultation, now)
    state = current.period.state(now) if current else None
    if answered_at is not None and state in (None, RoundState.CLOSED):
        return "answered"
    return state or "planned"


def name_counts(counts: Mapping[str, int], name: Callable[[str, str], str], locale: str) -> tuple[Count, ...]:
    """Counts with names, the largest first."""
    rows = [Count(value, name(value, locale), count) for value, count in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.label)))


def _view_round(each: Round, ics: str, locale: str, now: datetime, zone: str) -> RoundView:
    return RoundView(
        each.number, make_deadline(each.period, each.extensions, locale, now, ics=ics, zone=zone)
    )


def sorted_states(views: Sequence[ConsultationView]) -> dict[str, list[ConsultationView]]:
    """Views by what a visitor looks for: open (those closing first), coming, ended, answered."""
    groups: dict[str, list[ConsultationView]] = {"open": [], "coming": [], "ended": [], "answered": []}
    place = {"open": "open", "grace": "open", "scheduled": "coming", "planned": "coming", "closed": "ended",
             "answered": "answered"}  # fmt: skip
    for view in views:
        groups[place[view.state]].append(view)
    groups["open"].sort(key=lambda view: view.deadline.closes_at if view.deadline else view.until)  # type: ignore[arg-type,return-value]
    return groups
