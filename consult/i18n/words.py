"""What the Forum's own codes are called: one table each, for pages, mails, the API's readers and tests.

Keys are the values of the enums in `models/`; a test holds them together, so that this package needs no models.
"""

from __future__ import annotations

from dataclasses import dataclass

from consult.i18n.catalogues import catalogue
from consult.kernel.messages import N_


@dataclass(frozen=True, slots=True)
class Word:
    """A code's name and, where somebody has to choose it, what it means."""

    label: str
    explanation: str = ""


KINDS: dict[str, Word] = {
    "individual": Word(N_("Individual")),
    "civil-society": Word(N_("Civil society")),
    "academia": Word(N_("Academia")),
    "government": Word(N_("Government")),
    "industry": Word(N_("Industry")),
    "standards-body": Word(N_("Standards body")),
    "international-organisation": Word(N_("International organisation")),
}
"""Kinds of organisation."""

DISPOSITIONS: dict[str, Word] = {
    "accepted": Word(N_("Accepted"), N_("The text changes as the comment asks.")),
    "accepted-in-part": Word(
        N_("Accepted in part"), N_("Something changes because of the comment, but not all that it asks.")
    ),
    "not-accepted": Word(N_("Not accepted"), N_("The text stays as it is; the reason says why.")),
    "noted": Word(N_("Noted"), N_("The comment asks for no change, or informs later work.")),
    "out-of-scope": Word(
        N_("Out of scope"), N_("It is about something that this consultation does not decide.")
    ),
}
"""Dispositions: the Forum's decision on a contribution."""

GROUNDS: dict[str, Word] = {
    "abuse": Word(N_("Abuse"), N_("It insults, threatens or demeans people.")),
    "spam": Word(N_("Spam"), N_("It advertises, or is the same text sent again and again.")),
    "personal": Word(N_("Personal data"), N_("It says about somebody what is not for the public.")),
    "off-topic": Word(N_("Off topic"), N_("It has nothing to do with this consultation.")),
    "illegal": Word(N_("Unlawful"), N_("Publishing it would break the law.")),
    "other": Word(N_("Another ground"), N_("The reason says which.")),
}
"""Grounds on which a moderator hides a contribution."""

ACTIONS: dict[str, Word] = {
    "publish": Word(N_("Published"), N_("A first post was read and made public.")),
    "hide": Word(N_("Hidden"), N_("The text is no longer public; a stub with the reason stays.")),
    "restore": Word(N_("Restored"), N_("A hidden contribution is public again.")),
    "dismiss": Word(N_("Report dismissed"), N_("A report was read; the contribution stays.")),
    "withdraw": Word(
        N_("Withdrawn on request"), N_("The respondents asked for it after the round had ended.")
    ),
    "remove": Word(N_("Removed as the law asks"), N_("The text is gone; its hash and the reason stay.")),
    "narrow": Word(N_("Published with less, on request"), N_("The name or the text is no longer public.")),
}
"""What was decided about a contribution, as the public log says it."""

VERDICTS: dict[str, Word] = {
    "publish": Word(N_("Publish it"), N_("Everybody can read it.")),
    "hide": Word(
        N_("Hide it"), N_("Its text is nowhere any more; a stub with your reason stays, and replies stay.")
    ),
    "restore": Word(N_("Restore it"), N_("Everybody can read it again.")),
    "dismiss": Word(N_("Dismiss the report"), N_("It stays as it is.")),
}
"""The same, as a moderator chooses it."""


def kind_name(kind: str, locale: str) -> str:
    """A kind of organisation in the reader's language."""
    return _label(KINDS, kind, locale)


def disposition_label(kind: str, locale: str) -> str:
    """A disposition in the reader's language."""
    return _label(DISPOSITIONS, kind, locale)


def ground_label(ground: str, locale: str) -> str:
    """A ground for hiding in the reader's language; "" for none."""
    return _label(GROUNDS, ground, locale) if ground else ""


def action_label(action: str, locale: str) -> str:
    """A moderator's decision in the reader's language."""
    return _label(ACTIONS, action, locale)


def choices(words: dict[str, Word], locale: str) -> tuple[tuple[str, str, str], ...]:
    """(value, label, explanation) of a table, as forms offer it."""
    say = catalogue(locale).gettext
    return tuple((value, say(word.label), say(word.explanation)) for value, word in words.items())


def _label(words: dict[str, Word], value: str, locale: str) -> str:
    return catalogue(locale).gettext(words[value].label if value in words else value)
