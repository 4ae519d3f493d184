"""Parsing what moderators decide."""

from __future__ import annotations

from consult.i18n.catalogues import catalogue
from consult.i18n.formats import formats
from consult.i18n.words import GROUNDS, action_label
from consult.kernel.errors import Conflict, FieldError, Message
from consult.kernel.messages import N_
from consult.models.response import Action
from consult.moderation.service import DecidedMeanwhile, Verdict
from consult.responses.forms import Field, FormOvertaken, overtaken, read_original, read_translated
from consult.web.forms import Problems, Typed

MOST_REASON = 1_000

REASON = Field("reason", MOST_REASON, render=None)
NEEDED = Field(
    "reason",
    MOST_REASON,
    render=None,
    required=N_("Say why, in words that the public and the author can read."),
)
"""Reasons are plain text."""

DECIDED = N_("%(name)s decided this on %(when)s: %(action)s. What you wrote is still here.")
UNKNOWN_MODERATOR = N_("Another moderator")


def parse_verdict(typed: Typed, locale: str) -> Verdict:
    """A decision from its form. Hiding needs a ground and a reason. Raises FormInvalid."""
    problems = Problems()
    action = typed["action"]
    if action not in {str(each) for each in Action}:
        problems.add("action", N_("Choose what to do."))
    ground = typed["ground"] if action == Action.HIDE else ""
    if action == Action.HIDE and ground not in GROUNDS:
        problems.add("ground", N_("Choose the ground on which this is hidden."))
    original = read_original(typed, problems, locale)
    reason = read_translated(typed, problems, NEEDED if action == Action.HIDE else REASON, original)
    problems.raise_if_any(typed)
    return Verdict(Action(action), reason, ground, typed["seen"])


def decided(error: Conflict, typed: Typed, locale: str, zone: str) -> FormOvertaken:
    """A conflict as the form says it: who decided what, and when in the moderator's own time."""
    if not isinstance(error, DecidedMeanwhile):
        return overtaken(error, typed)
    said = {
        "name": error.name or catalogue(locale).gettext(UNKNOWN_MODERATOR),
        "when": formats(locale).datetime(error.at, zone),
        "action": action_label(error.action, locale),
    }
    return FormOvertaken([FieldError("", Message(DECIDED, said))], typed.values)
