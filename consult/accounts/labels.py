"""What roles are called, and choices of a table for forms."""

from __future__ import annotations

from collections.abc import Mapping

from consult.i18n.catalogues import catalogue
from consult.i18n.words import KINDS, Word
from consult.kernel.messages import N_
from consult.models.people import Role

ROLES: dict[str, Word] = {
    Role.RESPONDENT: Word(N_("Respondent")),
    Role.MODERATOR: Word(N_("Moderator")),
    Role.EDITOR: Word(N_("Editor")),
    Role.ADMINISTRATOR: Word(N_("Administrator")),
}
__all__ = ["KINDS", "ROLES", "name_in", "options"]


def name_in(table: Mapping[str, Word], value: str, locale: str) -> str:
    """The name of a value in the reader's language; the value itself where the table has none."""
    word = table.get(value)
    return catalogue(locale).gettext(word.label) if word else value


def options(table: Mapping[str, Word], locale: str) -> list[tuple[str, str]]:
    """(value, name) pairs for a form, in the table's order."""
    return [(str(value), name_in(table, value, locale)) for value in table]
