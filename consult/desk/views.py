"""What the desk's own templates see: tasks of today, lines of the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.consultations.deadline import Deadline, make_deadline
from consult.consultations.desk_views import Gap, find_gaps, view_draft_line
from consult.desk.queries import LogFilter, Unanswered, Waiting
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.formats import formats
from consult.kernel.messages import N_
from consult.kernel.references import is_reference
from consult.models.consultation import Consultation, Round
from consult.models.document import Draft, Import, Version
from consult.models.response import Audit
from consult.places.queries import Unsure

ACTIONS = {
    "consultation.created": N_("made the consultation"),
    "consultation.edited": N_("edited the consultation"),
    "consultation.published": N_("published the consultation"),
    "consultation.unpublished": N_("took back the consultation"),
    "round.opened": N_("set the round"),
    "round.edited": N_("changed the round"),
    "round.extended": N_("extended the round"),
    "round.versions-added": N_("added a draft to the round"),
    "questions.begun": N_("began the questions of the round"),
    "questions.edited": N_("changed the questions of the round"),
    "questions.ready": N_("made the questions of the round public"),
    "questions.taken-back": N_("took back the questions of the round"),
    "questions.rewording-begun": N_("began other words for the questions of the round"),
    "questions.rewording-discarded": N_("threw away other words for the questions of the round"),
    "questions.reworded": N_("published other words for the questions of the round"),
    "topic.created": N_("made the topic"),
    "topic.edited": N_("edited the topic"),
    "draft.published": N_("published the draft"),
    "draft.translated": N_("brought in a translation"),
    "place.decided": N_("decided where the comment stands"),
    "place.undone": N_("took back where the comment stands"),
    "term.saved": N_("saved the term"),
    "term.removed": N_("removed the term"),
    "version.begun": N_("began a new version"),
    "version.discarded": N_("threw away a version"),
    "change.explained": N_("said why a block changed"),
    "import.discarded": N_("threw away an import"),
    "outcome.edited": N_("edited the outcome"),
    "outcome.published": N_("published the outcome"),
    "role.changed": N_("changed the role"),
    "contribution.publish": N_("published the contribution"),
    "contribution.hide": N_("hid the contribution"),
    "contribution.restore": N_("restored the contribution"),
    "contribution.dismiss": N_("dismissed the reports"),
    "submission.read": N_("read all of the response"),
    "submission.file-read": N_("took a file of the response"),
    "submission.narrowed": N_("published less of the response"),
    "submission.withdrawn": N_("withdrew the response on request"),
    "submission.removed": N_("removed the response as the law asks"),
    "disposition.given": N_("answered the contribution"),
    "disposition.changed": N_("changed the answer"),
    "mail.retried": N_("had a mail sent again"),
    "file.retried": N_("had a file made again"),
    "events.retried": N_("had failed work tried again"),
}
"""Actions in words; others are shown by their name."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Things that wait in one place: how many, and how old the oldest is ("" for none)."""

    count: int
    age: str


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """A consultation that waits for answers; `due` says when they are promised or by how much that is over."""

    title: LocalText
    reference: str
    slug: str
    count: int
    due: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class ClosingRound:
    """A round that closes soon."""

    title: LocalText
    reference: str
    slug: str
    number: int
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class ToSettle:
    """An import whose translations wait to be paired."""

    id: int
    title: LocalText
    reference: str
    age: str


@dataclass(frozen=True, slots=True)
class ToPlace:
    """A draft's newest version with comments to place; `carrying`: not all have been carried to it yet."""

    title: LocalText
    reference: str
    address: str
    count: int
    carrying: bool


@dataclass(frozen=True, slots=True)
class ToPublish:
    """A version in preparation. `address` (without locale) is where it is worked on."""

    title: LocalText
    reference: str
    number: int
    address: str
    age: str


@dataclass(frozen=True, slots=True)
class ToComplete:
    """A consultation that lacks something."""

    title: LocalText
    reference: str
    slug: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """Who did what, when. `address` leads to what it was done to, "" where that has no page."""

    at: datetime
    actor_name: str
    action: str
    code: str
    about: str
    address: str


@dataclass(frozen=True, slots=True)
class CursorPager:
    """Addresses of the newer and the older page, "" for none."""

    previous: str
    next: str


def view_queue(waiting: Waiting, locale: str, now: datetime) -> Queue:
    """A count with the age of the oldest."""
    return Queue(waiting.count, formats(locale).span(now - waiting.oldest) if waiting.oldest else "")


def view_unanswered(row: Unanswered, locale: str, now: datetime) -> ToAnswer:
    """A consultation that waits for answers."""
    promised = row.consultation.answer_promised_at
    return ToAnswer(
        title=pick(row.consultation.title, locale),
        reference=row.consultation.reference,
        slug=row.consultation.slug,
        count=row.count,
        due=_say_due(promised, locale, now),
        overdue=promised is not None and promised < now,
    )


def _say_due(promised: datetime | None, locale: str, now: datetime) -> str:
    say, format_ = catalogue(locale).gettext, formats(locale)
    if promised is None:
        return say("No date has been promised.")
    words = {"date": format_.date(promised), "span": format_.span(abs(promised - now))}
    if promised < now:
        return say("Promised for %(date)s: overdue by %(span)s.") % words
    return say("Promised for %(date)s: %(span)s left.") % words


def view_closing(round_: Round, locale: str, now: datetime, zone: str) -> ClosingRound:
    """A round that closes soon; its consultation must be loaded."""
    consultation = round_.consultation
    deadline = make_deadline(round_.period, round_.extensions, locale, now, zone=zone)
    title = pick(consultation.title, locale)
    return ClosingRound(title, consultation.reference, consultation.slug, round_.number, deadline)


def view_to_settle(waiting: Import, consultation: Consultation, locale: str, now: datetime) -> ToSettle:
    """An import that waits."""
    age = formats(locale).span(now - waiting.created_at)
    return ToSettle(waiting.id, pick(waiting.title, locale), consultation.reference, age)


def view_to_place(row: Unsure, locale: str) -> ToPlace:
    """A draft with comments to place."""
    slug, draft, version = row.consultation.slug, row.draft, row.version
    return ToPlace(
        title=pick(draft.title, locale),
        reference=version.reference,
        address=f"/desk/consultations/{slug}/drafts/{draft.slug}/versions/{version.number}/places",
        count=row.count,
        carrying=version.carried_at is None,
    )


def view_to_publish(
    version: Version, draft: Draft, consultation: Consultation, locale: str, now: datetime
) -> ToPublish:
    """A version in preparation."""
    address = f"/desk/consultations/{consultation.slug}/drafts/{draft.slug}/versions/{version.number}"
    age = formats(locale).span(now - version.created_at)
    return ToPublish(pick(draft.title, locale), consultation.reference, version.number, address, age)


def view_to_complete(consultation: Consultation, drafts: Sequence[Draft], locale: str) -> ToComplete:
    """A consultation with what it lacks."""
    lines = [view_draft_line(draft, consultation.languages, locale) for draft in drafts]
    gaps = find_gaps(consultation, lines, locale)
    return ToComplete(pick(consultation.title, locale), consultation.reference, consultation.slug, gaps)


def view_log_line(line: Audit, locale: str) -> LogLine:
    """A line of the audit log."""
    words = catalogue(locale).gettext(ACTIONS[line.what]) if line.what in ACTIONS else line.what
    return LogLine(line.at, line.actor_name, words, line.what, line.about, _address_of(line.about))


def _address_of(about: str) -> str:
    """The page of a contribution's reference; consultations are reached by slug, which the log does not hold."""
    return f"/contributions/{about}" if is_reference(about) and about.count("-") == 3 else ""


def action_options(codes: Sequence[str], locale: str) -> list[tuple[str, str]]:
    """The log's actions to choose from, in words where there are any."""
    say = catalogue(locale).gettext
    return [("", say("All")), *((code, say(ACTIONS.get(code, code))) for code in codes)]


def log_query(wanted: LogFilter) -> dict[str, str]:
    """The filter as parameters of the address."""
    return {"about": wanted.about, "person": wanted.person, "action": wanted.action}
