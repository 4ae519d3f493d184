"""What the ways to publish a response, the rules and the ties to the Forum's members are called."""

from __future__ import annotations

from collections.abc import Sequence

from consult.accounts.labels import ROLES, name_in
from consult.i18n.catalogues import catalogue
from consult.i18n.formats import formats
from consult.i18n.words import Word
from consult.kernel.messages import N_
from consult.models.people import Role
from consult.security.predicates import ORDER

PUBLICATIONS: dict[str, Word] = {
    "named": Word(
        N_("Public, with my name"),
        N_(
            "Everybody reads the response, your name, your organisation, its kind and its country, and how you are tied to "
            "the Forum's member companies."
        ),
    ),
    "unnamed": Word(
        N_("Public, without my name"),
        N_(
            "Everybody reads the response, the kind of organisation and how you are tied to the Forum's member companies, but "
            "neither your name nor your organisation nor your country."
        ),
    ),
    "confidential": Word(
        N_("Confidential, with a public summary"),
        N_(
            "Everybody reads only a summary that you write for this, the kind of organisation and how you are tied to the "
            "Forum's member companies."
        ),
    ),
}
"""The ways, as a respondent chooses them."""

PUBLISHED: dict[str, Word] = {
    "named": Word(N_("Published with name")),
    "unnamed": Word(N_("Published without name")),
    "confidential": Word(N_("Confidential, with a public summary")),
}
"""The same, of a response that was sent."""

RULES: dict[str, Word] = {
    "in-time": Word(N_("in time")),
    "grace": Word(N_("in the extra time")),
    "late": Word(N_("late")),
}

VERIFIED: dict[str, Word] = {
    "address": Word(N_("Verified by an address at its domain")),
    "dns": Word(N_("Verified by its domain's DNS")),
    "file": Word(N_("Verified by a file on its website")),
    "staff": Word(N_("Verified by the Forum's staff")),
}

READERS = N_("These staff of the Forum read all of it, with your name: %(roles)s. Each time is recorded.")
AT_DESK = N_("These roles read all of it, with the name: %(roles)s. Each time is recorded.")
"""What is said of who reads what is not public."""

LOWER = frozenset({"fr", "es", "ru"})
"""Languages that write a role within a sentence without a capital."""


def published_label(publication: str, locale: str) -> str:
    """How a response is published; "" for unknown."""
    return name_in(PUBLISHED, publication, locale) if publication else ""


def interest_label(interest: str, funder: str, locale: str) -> str:
    """How a respondent is tied to the Forum's members; the funder's name where it is public."""
    say = catalogue(locale).gettext
    if interest == "member":
        return say(N_("Member company of the Forum"))
    if interest == "independent":
        return say(N_("Independent of the Forum's member companies"))
    if interest != "funded":
        return ""
    if funder:
        return say(N_("Funded by a member company of the Forum: %(name)s")) % {"name": funder}
    return say(N_("Funded by a member company of the Forum"))


def roles_from(readers: str) -> Sequence[Role]:
    """The roles that may read what is confidential where `readers` is the least of them: never a moderator."""
    least = Role(readers) if readers in (Role.EDITOR, Role.ADMINISTRATOR) else Role.ADMINISTRATOR
    return ORDER[ORDER.index(least) :]


def readers_text(readers: str, locale: str, sentence: str = READERS) -> str:
    """Who reads what is confidential, by the names of their roles: said to whoever sends it, or with AT_DESK to staff."""
    names = [name_in(ROLES, role, locale) for role in roles_from(readers)]
    if locale in LOWER:
        names = [each.lower() for each in names]
    return catalogue(locale).gettext(sentence) % {"roles": formats(locale).list(names)}
