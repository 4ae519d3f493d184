"""The rule of the deadline in plain words, said before one begins and while one writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from consult.consultations.deadline import say_instant
from consult.i18n.catalogues import catalogue
from consult.kernel.messages import N_
from consult.models.consultation import CommentPeriod, RoundState
from consult.models.submission import Rule
from consult.submissions.rules import ends_at, may_begin, rule_at

LABELS: dict[str, str] = {
    Rule.IN_TIME: N_("Sent in time"),
    Rule.GRACE: N_("Sent in the extra time"),
    Rule.LATE: N_("Sent late"),
}
"""How a sending is labelled, wherever it is shown."""
BEFORE = N_("A response that is sent before %(end)s counts as sent in time.")
GRACE = N_(
    "One that is begun before then can still be sent until %(end)s. It is then labelled “Sent in the extra time”, and counts like the others."
)
NO_GRACE = N_("There is no extra time.")
LATE = N_(
    "After that, until %(end)s, a response can still be sent late. It is published under the label “Sent late”, apart from the others."
)
NOT_LATE = N_("After that no response is taken. What you wrote stays yours.")
IN_GRACE = N_(
    "The round has closed. You began in time, so you can still send this until %(end)s. It will be labelled “Sent in the extra time”."
)
IN_LATE = N_(
    "The round has closed. You can still send this until %(end)s. It will be labelled “Sent late” and stand apart from the others."
)
OVER = N_(
    "The round has ended and takes no responses any more. What you wrote stays here: you can read it, copy it and take it with you."
)
NOT_YET = N_("The round has not begun yet.")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What holds for a response at one instant. `rule` is the one under which it would be taken, "" for none; `lines` say
    it in words, `label` is how it would be labelled where that is not a matter of course."""

    rule: str
    lines: tuple[str, ...]
    label: str
    ends_at: datetime
    may_begin: bool

    @property
    def is_taken(self) -> bool:
        """Whether a response can be sent."""
        return bool(self.rule)


def rule_label(rule: str, locale: str) -> str:
    """What a rule is called."""
    return catalogue(locale).gettext(LABELS.get(rule, "")) if rule in LABELS else ""


def view_ruling(period: CommentPeriod, begun_at: datetime | None, locale: str, now: datetime) -> Ruling:
    """The rule for a response begun then, or for one that would be begun now (None)."""
    begun = begun_at or now
    rule = rule_at(period, begun, now)
    is_special = rule in (Rule.GRACE, Rule.LATE)
    return Ruling(
        rule=rule or "",
        lines=tuple(_say(period, rule, locale, now)),
        label=rule_label(rule, locale) if rule and is_special else "",
        ends_at=ends_at(period, begun),
        may_begin=may_begin(period, now),
    )


def _say(period: CommentPeriod, rule: Rule | None, locale: str, now: datetime) -> Iterator[str]:
    def say(text: str, end: datetime | None = None) -> str:
        said = catalogue(locale).gettext(text)
        return said % {"end": say_instant(end, period.time_zone, locale)} if end else said

    if rule is Rule.GRACE:
        yield say(IN_GRACE, period.grace_ends_at)
        yield from [say(LATE, period.late_ends_at)] if period.late else []
    elif rule is Rule.LATE:
        yield say(IN_LATE, period.late_ends_at)
    elif rule is None and period.state(now) is not RoundState.SCHEDULED:
        yield say(OVER)
    else:
        yield from [say(NOT_YET)] if rule is None else []
        yield say(BEFORE, period.closes_at)
        yield say(GRACE, period.grace_ends_at) if period.grace else say(NO_GRACE)
        yield say(LATE, period.late_ends_at) if period.late else say(NOT_LATE)
