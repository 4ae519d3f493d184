"""Reading the forms about organisations."""

from __future__ import annotations

from dataclasses import dataclass

from consult.accounts.forms import MOST_ORGANISATION, clean_name, read_address
from consult.i18n.catalogues import N_
from consult.i18n.locales import countries
from consult.models.people import Kind, MemberRole, VerifiedBy
from consult.organisations.domains import read_domain
from consult.organisations.verifying import Named
from consult.web.forms import Problems, Typed

MOST_URL = 300
MOST_WORDS = 2_000
MOST_REASON = 500


@dataclass(frozen=True, slots=True)
class InvitationForm:
    """Whom an owner invites, as what."""

    email: str
    role: MemberRole


@dataclass(frozen=True, slots=True)
class StaffDecision:
    """A public reason; `owner` is somebody's id, 0 for nobody; `unmark`: also from what was sent."""

    reason: str
    owner: int = 0
    unmark: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """What staff set right of an organisation, with a public reason."""

    name: str
    kind: str
    country: str
    reason: str


def read_claim(typed: Typed) -> tuple[Named, str]:
    """The organisation that is to be verified, and the way. Raises FormInvalid."""
    problems = Problems()
    name, kind, country = _facts(typed, problems, N_("Enter your organisation's name"))
    way = typed["way"]
    if way not in {str(each) for each in VerifiedBy}:
        problems.add("way", N_("Choose how your organisation is verified"))
    domain = read_domain(typed["url"])
    if not domain and (typed["url"] or way != VerifiedBy.STAFF):
        problems.add("url", N_("Enter the web address of your organisation, such as https://example.org"))
    problems.limit(typed["url"], "url", MOST_URL)
    problems.raise_if_any(typed)
    return Named(name, kind, country, typed["url"], domain), way


def read_correction(typed: Typed) -> Correction:
    """A Correction. Raises FormInvalid."""
    problems = Problems()
    name, kind, country = _facts(typed, problems, N_("Enter the organisation's name"))
    reason = _reason(typed, problems)
    problems.raise_if_any(typed)
    return Correction(name, kind, country, reason)


def _facts(typed: Typed, problems: Problems, missing: str) -> tuple[str, str, str]:
    """Name, kind and country."""
    name = problems.require(clean_name(typed["name"]), "name", missing)
    problems.limit(name, "name", MOST_ORGANISATION)
    if typed["kind"] not in {str(each) for each in Kind} or typed["kind"] == Kind.INDIVIDUAL:
        problems.add("kind", N_("Choose what kind of organisation it is"))
    if typed["country"] and typed["country"] not in {code for code, _ in countries("en")}:
        problems.add("country", N_("Choose a country from the list"))
    return name, typed["kind"], typed["country"]


def read_email(typed: Typed) -> str:
    """An address, in lower case. Raises FormInvalid."""
    problems = Problems()
    email = read_address(typed, problems)
    problems.raise_if_any(typed)
    return email


def read_words(typed: Typed) -> str:
    """What somebody tells staff. Raises FormInvalid."""
    problems = Problems()
    words = problems.require(
        typed["words"], "words", N_("Say who you are in the organisation and how we can see that")
    )
    problems.limit(words, "words", MOST_WORDS)
    problems.raise_if_any(typed)
    return words


def read_invitation(typed: Typed) -> InvitationForm:
    """An InvitationForm. Raises FormInvalid."""
    problems = Problems()
    email = read_address(typed, problems)
    role = _role(typed, problems)
    problems.raise_if_any(typed)
    return InvitationForm(email, MemberRole(role))


def read_member_role(typed: Typed) -> MemberRole:
    """A role. Raises FormInvalid."""
    problems = Problems()
    role = _role(typed, problems)
    problems.raise_if_any(typed)
    return MemberRole(role)


def read_decision(typed: Typed) -> StaffDecision:
    """A StaffDecision. Raises FormInvalid."""
    problems = Problems()
    reason = _reason(typed, problems)
    problems.raise_if_any(typed)
    return StaffDecision(reason, read_id(typed["owner"]), typed.checked("unmark"))


def _reason(typed: Typed, problems: Problems) -> str:
    reason = problems.require(typed["reason"], "reason", N_("Give the reason; it is public"))
    problems.limit(reason, "reason", MOST_REASON)
    return " ".join(reason.split())


def read_id(text: str) -> int:
    """An id as typed or chosen, 0 for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _role(typed: Typed, problems: Problems) -> str:
    if typed["role"] not in {str(each) for each in MemberRole}:
        problems.add("role", N_("Choose a role from the list"))
    return typed["role"]
