"""From what is to be told to a mail's words: subject, text and HTML in the person's language.

A kind of mail is a pair of templates, `emails/{kind}.txt` (with a block `subject`) and `emails/{kind}.html`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consult.i18n.content import LocalText, pick
from consult.i18n.locales import CODES, DEFAULT, direction
from consult.kernel.addresses import in_path
from consult.kernel.translated import Translated
from consult.settings import Settings
from consult.web.rendering import Renderer

KINDS = (
    "sign_asked",
    "sign_settled",
    "sign_lapsed",
    "team_sent",
    "team_ended",
    "confirm",
    "reset",
    "email",
    "resume",
    "known",
    "reply",
    "moderated",
    "answered",
    "extended",
    "opened",
    "closing",
    "outcome",
    "receipt",
    "organisation",
    "membership",
    "invitation",
)
"""Every kind of mail."""

LONGEST_SUBJECT = 180
LONGEST_TITLE = 90
LONGEST_EXCERPT = 600
ISOLATE, POP = "\u2068", "\u2069"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail's words."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class About:
    """A consultation as mails name it; `short` is its title cut for a subject."""

    title: LocalText
    short: str
    reference: str
    address: str


class Composer:
    """Writes mails. Addresses are built from the configured base address alone."""

    def __init__(self, renderer: Renderer, settings: Settings) -> None:
        self._renderer = renderer
        self._settings = settings

    def address(self, locale: str, path: str) -> str:
        """The full address of a page (`path` without its locale)."""
        return f"{self._settings.base_url}/{locale}{path}"

    def about(self, locale: str, title: Translated, reference: str, slug: str) -> About:
        """A consultation in a language."""
        text = pick(title, locale)
        address = self.address(locale, f"/consultations/{in_path(slug)}")
        return About(text, shorten(text.text, LONGEST_TITLE), reference, address)

    def compose(
        self, kind: str, locale: str, context: Mapping[str, Any], *, unsubscribe: str = "", why: str = ""
    ) -> Composed:
        """The mail of a kind; `why` is the list that it goes to and `unsubscribe` the address that ends it."""
        everything = {
            "site_name": self._settings.site_name,
            "home": self.address(locale, "/"),
            "dir": direction(locale),
            "unsubscribe": unsubscribe,
            "why": why,
            **context,
        }
        subject = one_line(self._renderer.render(locale, f"emails/{kind}.txt", everything, block="subject"))
        text = self._renderer.render(locale, f"emails/{kind}.txt", everything)
        html = self._renderer.render(locale, f"emails/{kind}.html", {**everything, "subject": subject})
        return Composed(subject, _tidy(text), html)


def language_for(locale: str) -> str:
    """The interface language to write to somebody in."""
    return locale if locale in CODES else DEFAULT


def one_line(text: str) -> str:
    """A header's value: one line, nothing unprintable (a line break would begin another header, RFC 5322, 2.2)."""
    line = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return line if len(line) <= LONGEST_SUBJECT else _balanced(line[: LONGEST_SUBJECT - 1]) + "…"


def shorten(text: str, most: int) -> str:
    """At most `most` characters on one line, cut at a word where there is one."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > most // 2 else cut) + "…"


def _balanced(text: str) -> str:
    """Close the isolates that a cut left open (Unicode Standard Annex 9)."""
    return text + POP * (text.count(ISOLATE) - text.count(POP))


def _tidy(text: str) -> str:
    """No spaces at line ends, never two empty lines in a row."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
