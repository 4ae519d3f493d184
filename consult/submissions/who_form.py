"""Who responds, as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consult.accounts.forms import clean_name, read_address, refuse_name_without_kind
from consult.i18n.catalogues import N_
from consult.i18n.locales import CODES, countries
from consult.i18n.words import Word
from consult.models.people import Kind
from consult.models.submission import Interest, Submission
from consult.web.forms import Problems, Typed

MOST_NAME = 100
MOST_ORGANISATION = 200
INTERESTS: dict[str, Word] = {
    Interest.INDEPENDENT: Word(
        N_("Independent"), N_("No member company of the Forum pays you or your organisation.")
    ),
    Interest.FUNDED: Word(
        N_("Funded by a member company"),
        N_(
            "You or your organisation get money from a member company of the Forum, such as a grant or a contract."
        ),
    ),
    Interest.MEMBER: Word(N_("Member company"), N_("You respond for a member company of the Forum.")),
}
"""Ties to the Forum's members, with what they mean. They are always published."""


@dataclass(frozen=True, slots=True)
class Who:
    """What somebody says of themselves in a response; `email` only of those without an account."""

    name: str
    organisation: str
    kind: str
    country: str
    lang: str
    interest: str
    funder: str
    email: str

    def columns(self) -> dict[str, str]:
        """Values by the columns of `Submission`."""
        return {
            "name": self.name,
            "organisation_name": self.organisation,
            "kind": self.kind,
            "country": self.country,
            "lang": self.lang,
            "interest": self.interest,
            "funder": self.funder,
            "email": self.email,
        }


def read_who(typed: Typed, submission: Submission, *, is_guest: bool) -> Who:
    """A Who. Of an organisation's response, name, kind and country of the organisation are its own. Raises FormInvalid."""
    problems = Problems()
    name = problems.require(clean_name(typed["name"]), "name", N_("Enter your name"))
    problems.limit(name, "name", MOST_NAME)
    kind, organisation, country = submission.kind, submission.organisation_name, submission.country
    if submission.organisation_id is None:
        kind, organisation, country = _read_organisation(typed, problems)
    lang = typed["lang"]
    if lang not in CODES:
        problems.add("lang", N_("Choose a language from the list"))
    interest, funder = _read_interest(typed, problems)
    email = read_address(typed, problems) if is_guest else submission.email
    problems.raise_if_any(typed)
    return Who(name, organisation, kind, country, lang, interest, funder, email)


def _read_organisation(typed: Typed, problems: Problems) -> tuple[str, str, str]:
    kind, country = typed["kind"], typed["country"]
    organisation = clean_name(typed["organisation"])
    if kind not in set(Kind):
        problems.add("kind", N_("Choose a kind from the list"))
    if country and country not in {code for code, _ in countries("en")}:
        problems.add("country", N_("Choose a country from the list"))
    problems.limit(organisation, "organisation", MOST_ORGANISATION)
    if kind == Kind.INDIVIDUAL:
        refuse_name_without_kind(organisation, problems)
        return kind, "", country
    problems.require(
        organisation, "organisation", N_("Enter the name of your organisation, or choose “Individual”")
    )
    return kind, organisation, country


def _read_interest(typed: Typed, problems: Problems) -> tuple[str, str]:
    interest, funder = typed["interest"], clean_name(typed["funder"])
    if interest not in set(Interest):
        problems.add("interest", N_("Say how you are tied to the Forum's member companies."))
    if interest != Interest.FUNDED:
        return interest, ""
    problems.require(funder, "funder", N_("Say which member company funds you."))
    problems.limit(funder, "funder", MOST_ORGANISATION)
    return interest, funder


def who_fields(submission: Submission) -> Mapping[str, str]:
    """The form's fields for what is there."""
    return {
        "name": submission.name,
        "organisation": submission.organisation_name,
        "kind": submission.kind,
        "country": submission.country,
        "lang": submission.lang,
        "interest": submission.interest,
        "funder": submission.funder,
        "email": submission.email,
        "seen": str(submission.version),
    }
