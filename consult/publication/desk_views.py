"""What the desk's templates see of formal responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.accounts.labels import name_in
from consult.i18n.catalogues import catalogue
from consult.i18n.locales import country_name
from consult.i18n.words import Word, kind_name
from consult.kernel.addresses import with_query
from consult.kernel.messages import N_
from consult.models.contribution import Contribution
from consult.models.submission import SubmissionState
from consult.publication.desk_queries import AnyRow
from consult.publication.views import RespondentView
from consult.publication.words import PUBLISHED, RULES, published_label
from consult.submissions.narrowing import less_public

FILTERS: dict[str, str] = {
    "all": N_("All that were sent"),
    "waiting": N_("Waiting for a moderator"),
    "late": N_("Sent late"),
    "ended": N_("Withdrawn or removed"),
    "requests": N_("With requests"),
}
"""What the list can be narrowed to."""

REQUESTS: dict[str, Word] = {
    "narrow": Word(
        N_("Publish it with less"),
        N_("What was received and its receipt stay; a new public view is made of it."),
    ),
    "withdraw": Word(
        N_("Withdraw it, because its respondents ask for it"),
        N_("Nothing of it is public any more. Its hash, your note and its entry in the public log stay."),
    ),
    "remove": Word(
        N_("Remove it, as the law asks"),
        N_("As with withdrawing; and its respondents can't send it again."),
    ),
}
"""What staff can do with a response that was sent."""


@dataclass(frozen=True, slots=True)
class FilterView:
    """A way to narrow the list, with how many there are."""

    label: str
    count: int
    address: str
    current: bool


def filters_of(here: str, shown: str, counts: Mapping[str, int], locale: str) -> tuple[FilterView, ...]:
    """All of them."""
    say = catalogue(locale).gettext
    return tuple(
        FilterView(
            say(label), counts[name], with_query(here, show="" if name == "all" else name), name == shown
        )
        for name, label in FILTERS.items()
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A response in the list: its public face, and what became of it."""

    reference: str
    address: str
    by: RespondentView
    state: str
    ended: str
    late: bool
    rule: str
    published: str
    round: int
    times: int
    created_at: datetime


def view_lines(rows: Sequence[AnyRow], here: str, locale: str) -> tuple[Line, ...]:
    """The list."""
    return tuple(_line(row, here, locale) for row in rows)


def _line(row: AnyRow, here: str, locale: str) -> Line:
    face: Contribution = row[0]
    _, state, rule, number, times = row
    named = not face.anonymous
    by = RespondentView(
        name=face.author_name if named else "",
        organisation=face.organisation_name if named else "",
        organisation_id=face.organisation_id if named else None,
        verified=face.verified if named else "",
        kind_label=kind_name(face.kind, locale) if face.kind != "individual" else "",
        country_name=country_name(face.country, locale) if named and face.country else "",
    )
    ended = state if state in (SubmissionState.WITHDRAWN, SubmissionState.REMOVED) else ""
    return Line(
        reference=face.reference,
        address=f"{here}/{face.reference}",
        by=by,
        state=face.state,
        ended=ended,
        late=face.late,
        rule=name_in(RULES, rule, locale),
        published=published_label(face.publication, locale),
        round=number,
        times=times,
        created_at=face.created_at,
    )


Choices = list[tuple[str, str, str]]


def request_choices(publication: str, locale: str) -> tuple[Choices, list[tuple[str, str]]]:
    """What can be done with a response that is published like this, and the ways that show less."""
    say = catalogue(locale).gettext
    less = less_public(publication)
    actions = [
        (value, say(word.label), say(word.explanation))
        for value, word in REQUESTS.items()
        if less or value != "narrow"
    ]
    return actions, [(str(each), say(PUBLISHED[each].label)) for each in less]
