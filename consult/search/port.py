"""The search port: what the rest of the house knows about search, and nothing of any engine.

The database is the truth and an index is disposable: everything in it came in as an `Entry` and can come again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from consult.kernel.errors import ConsultError, Message
from consult.kernel.messages import N_

TYPES = ("consultation", "block", "comment", "submission", "outcome")
SORTS = ("relevance", "newest", "oldest")

FACETS = ("type", "consultation", "lang", "kind", "topic", "year", "disposition", "country")
"""What can be filtered by; each is counted in `Results.facets`."""

TIMELINE = "month"
"""One more key of `Results.facets`: how many were written in each month, values `YYYY-MM` in order of time."""

PAGE_SIZE = 20
DEEPEST = 10_000
"""Results are shown down to this rank; who wants more takes them away as data."""


class SearchUnavailable(ConsultError):
    """There is no index that could answer: missing, broken, or locked for too long. Pages go on without it."""

    status = 503
    code = "search-unavailable"
    text = N_("Search is being prepared. Everything else works; please try the search again in a minute.")


@dataclass(frozen=True, slots=True)
class FilePage:
    """A page of a file that belongs to an entry; `number` is the file's, `page` counts from 1 and is 0 without pages."""

    file: str
    number: int
    page: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found, as the public may see it.

    `key` names it for ever (`comment:FMF-2026-01-C0042`, `block:FMF-2026-01/draft/key:fr`); a later entry with the
    same key takes its place. `consultation` is a slug, `lang` a BCP 47 tag, `kind` a kind of organisation or
    `individual`, `created_at` UTC, `address` a path without locale.
    """

    key: str
    type: str
    reference: str
    consultation: str
    title: str
    text: str
    lang: str
    author: str
    organisation: str
    kind: str
    topics: tuple[str, ...]
    country: str
    created_at: datetime
    disposition: str
    address: str
    pages: tuple[FilePage, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asks. Values of one filter are alternatives; filters narrow one another. `page` counts from 1."""

    text: str
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    size: int = PAGE_SIZE
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `excerpt` is safe HTML: escaped text with `<mark>` around what was found.

    So are `title_marked` and `organisation_marked`: the whole of them, "" where nothing in them was found. Where the words
    stand in a file alone, the excerpt is from `file` (its name), number `file_number`, `page` (0 without pages). `late`, of
    a formal response, is the database's word: an index doesn't know it.
    """

    key: str
    reference: str
    type: str
    title: str
    lang: str
    excerpt: str
    address: str
    score: float
    author: str
    organisation: str
    kind: str
    created_at: datetime
    consultation: str
    disposition: str
    title_marked: str = ""
    organisation_marked: str = ""
    file: str = ""
    file_number: int = 0
    page: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many results a value of a facet has, all conditions held but the facet's own."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query: one page of hits, counts for all, and what might help when little was found.

    `suggestions` are whole query texts with words that the index knows. `problems` say what in the query could not be
    taken as meant; it was answered all the same.
    """

    query: Query
    total: int
    items: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    suggestions: tuple[str, ...] = ()
    problems: tuple[Message, ...] = ()


class Condition(StrEnum):
    """What an engine can do now.

    ready: answers. empty: there is no index yet. rebuilding: answers from the old index if there is one, while a new
    one is made. broken: there is something that can't be read; rebuild.
    """

    READY = "ready"
    EMPTY = "empty"
    REBUILDING = "rebuilding"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class EngineState:
    """How the index is; `detail` is for operators, in English."""

    condition: Condition
    documents: int = 0
    detail: str = ""

    @property
    def needs_rebuild(self) -> bool:
        """Whether somebody should call `rebuild`: nothing is there, or nothing usable, and nobody is at it."""
        return self.condition in (Condition.EMPTY, Condition.BROKEN)


class SearchEngine(Protocol):
    """An index of entries. Any number of threads and processes may search while one updates."""

    def update(self, entries: Iterable[Entry], removed: Iterable[str] = ()) -> None:
        """Take entries in and keys out, in one commit. Doing it twice changes nothing.

        Raises SearchUnavailable when there is no index to take them: rebuild first.
        """

    def search(self, query: Query) -> Results:
        """Answer a query. Raises SearchUnavailable, never an error of the engine's own."""

    def rebuild(self, entries: Iterable[Entry], progress: Callable[[int], None] | None = None) -> None:
        """Make a new index beside the old one, which answers meanwhile, and put it in its place in one step.

        Updates that arrive during the rebuild are in the new index too. `progress` hears the number of entries done.
        Raises SearchUnavailable when another process is rebuilding already.
        """

    def state(self) -> EngineState:
        """How the index is; never raises."""

    def suggest(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """Titles, organisations and words that begin so. Raises SearchUnavailable."""

    def close(self) -> None:
        """Let go of files and memory."""
