"""Reading the forms about people and their accounts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from zoneinfo import available_timezones

from consult.i18n.catalogues import N_
from consult.i18n.locales import CODES, countries
from consult.models.people import Kind, Role
from consult.security.passwords import MOST, weakness
from consult.web.forms import Problems, Typed

ADDRESS = re.compile(
    r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"/\x00-\x1f\x7f]+\.[^\W\d_][\w-]*"
)
MOST_NAME = 100
MOST_ORGANISATION = 200
MOST_ADDRESS = 254
MOST_CLEANED = 5_000


@dataclass(frozen=True, slots=True)
class Registration:
    """A new account. `organisation` is empty for individuals; `zone` is what the browser told, UTC where it told none."""

    name: str
    email: str
    password: str
    organisation: str
    kind: str
    zone: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """An address and a password as typed."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What people say about themselves. `member_of`: the id of an organisation they chose among those whose member they
    are, 0 where they typed whom they speak for."""

    name: str
    organisation: str
    kind: str
    country: str
    locale: str
    zone: str
    mail_replies: bool
    mail_rounds: bool
    member_of: int = 0


def read_registration(typed: Typed, site_name: str) -> Registration:
    """A Registration. Raises FormInvalid."""
    problems = Problems()
    name = _name(typed, problems)
    email = read_address(typed, problems)
    kind, organisation = _speaks_for(typed, problems)
    check_new_password(typed, problems, name, email, organisation, site_name)
    problems.raise_if_any(typed)
    zone = typed["zone"] if typed["zone"] in available_timezones() else "UTC"
    return Registration(name, email, typed.raw("password"), organisation, kind, zone)


def read_credentials(typed: Typed) -> Credentials:
    """Credentials. Raises FormInvalid."""
    problems = Problems()
    email = problems.require(typed["email"], "email", N_("Enter your email address"))
    password = problems.require(typed.raw("password"), "password", N_("Enter your password"))
    problems.raise_if_any(typed)
    return Credentials(email.lower()[: MOST_ADDRESS + 1], password[: 2 * MOST])


def read_profile(typed: Typed) -> Profile:
    """A Profile. Raises FormInvalid."""
    problems = Problems()
    name = _name(typed, problems)
    chosen = typed["member_of"]
    member_of = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 16 else 0
    kind, organisation = (Kind.INDIVIDUAL, "") if member_of else _speaks_for(typed, problems)
    country, locale, zone = typed["country"], typed["locale"], typed["zone"]
    if country and country not in {code for code, _ in countries("en")}:
        problems.add("country", N_("Choose a country from the list"))
    if locale not in CODES:
        problems.add("locale", N_("Choose a language from the list"))
    if zone not in available_timezones():
        problems.add("zone", N_("Choose a time zone from the list"))
    problems.raise_if_any(typed)
    mails = typed.all("mails")
    return Profile(
        name, organisation, kind, country, locale, zone, "replies" in mails, "rounds" in mails, member_of
    )


def read_address(typed: Typed, problems: Problems) -> str:
    """The address typed into `email`, in lower case."""
    email = problems.require(typed["email"], "email", N_("Enter your email address")).lower()
    if email and (len(email) > MOST_ADDRESS or not ADDRESS.fullmatch(email)):
        problems.add("email", N_("Enter an email address such as name@example.org"))
    return email


def read_new_address(typed: Typed) -> str:
    """An address alone. Raises FormInvalid."""
    problems = Problems()
    email = read_address(typed, problems)
    problems.raise_if_any(typed)
    return email


def read_new_password(typed: Typed, *own: str) -> str:
    """A new password alone. Raises FormInvalid."""
    problems = Problems()
    check_new_password(typed, problems, *own)
    problems.raise_if_any(typed)
    return typed.raw("password")


def check_new_password(typed: Typed, problems: Problems, *own: str) -> None:
    """Note what is wrong with the password typed into `password`."""
    password = problems.require(typed.raw("password"), "password", N_("Choose a password"))
    refused = weakness(password, *own) if password else None
    if refused:
        problems.add("password", refused.text, **refused.params)


def read_role(typed: Typed) -> Role:
    """A role. Raises FormInvalid."""
    problems = Problems()
    if typed["role"] not in {str(role) for role in Role}:
        problems.add("role", N_("Choose a role from the list"))
    problems.raise_if_any(typed)
    return Role(typed["role"])


def clean_name(text: str) -> str:
    """A name without what can't be seen: control and direction signs would change the text around it.

    What is longer than any name is left as it is, and refused for its length.
    """
    if len(text) > MOST_CLEANED:
        return text
    seen = "".join(" " if sign.isspace() else sign for sign in text if _is_seen(sign))
    return " ".join(seen.split())


def _is_seen(sign: str) -> bool:
    # Joiners are part of names in Persian and in Indian scripts.
    return (
        sign.isspace()
        or sign in "\u200c\u200d"
        or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


def refuse_name_without_kind(organisation: str, problems: Problems) -> None:
    """Note that an organisation is named by who speaks as an individual: it must not vanish without a word."""
    if organisation:
        problems.add("kind", N_("Choose what kind of organisation it is, or leave its name empty."))


def _name(typed: Typed, problems: Problems) -> str:
    name = problems.require(clean_name(typed["name"]), "name", N_("Enter your name"))
    if name and not any(sign.isalpha() for sign in name):
        problems.add("name", N_("Enter a name with letters in it"))
    return problems.limit(name, "name", MOST_NAME)


def _speaks_for(typed: Typed, problems: Problems) -> tuple[str, str]:
    """(kind, organisation's name), the name empty for individuals."""
    kind = typed["kind"] or Kind.INDIVIDUAL
    if kind not in {str(each) for each in Kind}:
        problems.add("kind", N_("Choose from the list whom you speak for"))
    if kind == Kind.INDIVIDUAL:
        refuse_name_without_kind(clean_name(typed["organisation"]), problems)
        return kind, ""
    name = problems.require(
        clean_name(typed["organisation"]), "organisation", N_("Enter your organisation's name")
    )
    return kind, problems.limit(name, "organisation", MOST_ORGANISATION)
