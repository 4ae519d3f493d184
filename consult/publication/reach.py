"""Who reads what of a formal response: one table, which the privacy page shows and a test holds the site to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from consult.accounts.labels import ROLES
from consult.i18n.catalogues import catalogue
from consult.kernel.messages import N_
from consult.models.people import Role


class Part(StrEnum):
    """A part of a response that somebody could want to read."""

    TEXT = "text"
    NAME = "name"
    WITHHELD_NAME = "withheld-name"
    SUMMARY = "summary"
    CONFIDENTIAL_TEXT = "confidential-text"
    PRIVATE_ANSWER = "private-answer"
    MARKED_WORDS = "marked-words"
    PRIVATE_FILE = "private-file"
    ADDRESS = "address"
    UNSENT = "unsent"


EVERYBODY = "everybody"
READERS = "readers"
NOBODY = "nobody"
REACH: Mapping[Part, str] = {
    Part.TEXT: EVERYBODY,
    Part.NAME: EVERYBODY,
    Part.SUMMARY: EVERYBODY,
    Part.WITHHELD_NAME: READERS,
    Part.CONFIDENTIAL_TEXT: READERS,
    Part.PRIVATE_ANSWER: READERS,
    Part.MARKED_WORDS: READERS,
    Part.PRIVATE_FILE: READERS,
    Part.ADDRESS: READERS,
    Part.UNSENT: NOBODY,
}
"""Beside those who wrote it: everybody; the staff roles that the questionnaire names; nobody."""

PARTS: Mapping[Part, str] = {
    Part.TEXT: N_("Answers and files of a public response"),
    Part.NAME: N_("Name, organisation and country of a response with name"),
    Part.SUMMARY: N_("Summary of a confidential response"),
    Part.WITHHELD_NAME: N_(
        "Name, organisation and country of a response without name, or a confidential one"
    ),
    Part.CONFIDENTIAL_TEXT: N_("Answers of a confidential response"),
    Part.PRIVATE_ANSWER: N_("A single answer that is kept confidential"),
    Part.MARKED_WORDS: N_("Words that are marked as confidential"),
    Part.PRIVATE_FILE: N_("A file that is kept confidential, its name too"),
    Part.ADDRESS: N_("Mail address"),
    Part.UNSENT: N_("What is begun and not sent; remarks inside a team"),
}
WHO: Mapping[str, str] = {
    EVERYBODY: N_("Everybody"),
    READERS: N_("You, your team, and the staff roles that are named before you choose"),
    NOBODY: N_("You and your team alone"),
}


def reaches(part: Part, role: Role | None, least: Role) -> bool:
    """Whether somebody with a role (None: not signed in) reads a part, where the questionnaire's readers begin with `least`."""
    if REACH[part] == EVERYBODY:
        return True
    if REACH[part] == NOBODY or role is None:
        return False
    order = list(ROLES)
    return order.index(role) >= order.index(least)


@dataclass(frozen=True, slots=True)
class ReachView:
    """One line of the table."""

    part: str
    who: str


def view_reach(locale: str) -> tuple[ReachView, ...]:
    """The table in words."""
    say = catalogue(locale).gettext
    return tuple(ReachView(say(PARTS[part]), say(WHO[REACH[part]])) for part in PARTS)
