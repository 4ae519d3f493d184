"""What the layout knows of the page being made."""

from __future__ import annotations

from dataclasses import dataclass, field

from consult.i18n.locales import LOCALES, direction
from consult.security.actor import Actor


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """A way to the same page in another interface language."""

    code: str
    name: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above the page: `level` is info, success, warning or error."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of this page."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Page:
    """`path` is the address without its locale; `query` what followed the question mark."""

    locale: str
    path: str
    base_url: str
    site_name: str
    query: str = ""
    actor: Actor | None = None
    notices: tuple[Notice, ...] = ()
    feeds: tuple[Feed, ...] = ()
    has_errors: bool = False
    demo: bool = False
    section: str = ""
    private: bool = False
    alternates: dict[str, str] = field(default_factory=dict)

    @property
    def lang(self) -> str:
        """The page's language."""
        return self.locale

    @property
    def dir(self) -> str:
        """The page's direction."""
        return direction(self.locale)

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in. Shared pages never ask: they have holes."""
        return self.actor is not None

    @property
    def canonical(self) -> str:
        """This page's full address."""
        return f"{self.base_url}/{self.locale}{self.path}"

    @property
    def here(self) -> str:
        """This page's address with locale and query, to come back to."""
        return f"/{self.locale}{self.path}" + (f"?{self.query}" if self.query else "")

    @property
    def languages(self) -> tuple[LanguageLink, ...]:
        """The language switch: it keeps the page and its query."""
        tail = f"?{self.query}" if self.query else ""
        return tuple(
            LanguageLink(each.code, each.name, f"/{each.code}{self.path}{tail}", each.code == self.locale)
            for each in LOCALES
        )
