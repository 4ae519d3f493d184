"""What a Whoosh index holds of an entry: its terms, its facts for filters and counts, and what a page shows of it.

Texts are analysed once, here; Whoosh gets ready terms. `VERSION` names this shape and `languages`' analysis: an index
of another version is not read but made again.

| field | holds |
| --- | --- |
| key | the entry's key |
| words | surfaces with positions: title, text, reference, author, organisation; for phrases, beginnings, suggestions |
| stems | stems that differ from the surface, pairs of unspaced scripts, `=word` for words written with accents |
| title, author, organisation | all of these for one part, for `title:` and so on |
| facts | `type=comment`, `month=2026-01`, …: one term for each value of a facet |
| labels | folded title or organisation, a tab, and the same as written, for suggestions while typing |
| numbers | created_at (microseconds since 1970) and length in tokens, packed |
| shown | the whole entry: for hits, for excerpts, and to write it again when segments are merged |
"""

import struct
from collections import defaultdict
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from whoosh.columns import FixedBytesColumn
from whoosh.fields import STORED, FieldType, Schema
from whoosh.formats import Format

from consult.search.languages import fold, fold_run, lower, pairs, primary, script, stems, tokens
from consult.search.port import Entry, FilePage

VERSION = "2"
NUMBERS = struct.Struct("<qI")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PART_GAP = 16
"""Positions between the parts of an entry, so that no phrase reaches from one into the next."""

Posting = tuple[bytes, int, float, bytes]


class ReadyFormat(Format):
    """Postings that come encoded; `posting_size` 0 where they carry nothing but a weight, -1 with positions."""

    def __init__(self, positions: bool) -> None:
        super().__init__()
        self.posting_size = -1 if positions else 0


class ReadyTerms(FieldType):
    """A field whose value is a list of ready postings: (term, frequency, weight, positions as packed uint32)."""

    def __init__(self, positions: bool = False) -> None:
        self.format = ReadyFormat(positions)

    def index(self, value: list[Posting], **kwargs: object) -> Generator[Posting, None, None]:
        """The postings as they are."""
        yield from value


class PackedNumbers(FieldType):
    """A column of packed numbers, neither indexed nor stored elsewhere."""

    indexed = False

    def __init__(self) -> None:
        self.column_type = FixedBytesColumn(NUMBERS.size)


SCHEMA = Schema(
    key=ReadyTerms(),
    words=ReadyTerms(positions=True),
    stems=ReadyTerms(),
    title=ReadyTerms(positions=True),
    author=ReadyTerms(positions=True),
    organisation=ReadyTerms(positions=True),
    facts=ReadyTerms(),
    labels=ReadyTerms(),
    numbers=PackedNumbers(),
    shown=STORED(),
)


class _Collected:
    """Terms of one field or entry as they are met: surfaces with positions, stems with counts."""

    def __init__(self) -> None:
        self.words: dict[str, list[int]] = defaultdict(list)
        self.stems: dict[str, int] = defaultdict(int)
        self.position = 0

    def add(self, text: str, lang: str) -> None:
        """Take in a part of the entry, after a gap from the part before."""
        position, words, found_stems = self.position, self.words, self.stems
        for token in tokens(text):
            if token.unspaced:
                run = fold_run(token.text)
                for char in run:
                    words[char].append(position)
                    position += 1
                for pair in pairs(run):
                    found_stems[pair] += 1
            else:
                surface, more = word_terms(token.text, lang)
                words[surface].append(position)
                for stem in more:
                    found_stems[stem] += 1
                position += 1
        self.position = position + PART_GAP

    def positional(self) -> list[Posting]:
        """The surfaces as postings."""
        return [
            (word.encode(), len(at), float(len(at)), struct.pack(f"<{len(at)}I", *at))
            for word, at in self.words.items()
        ]

    def counted(self) -> list[Posting]:
        """The stems as postings."""
        return [(stem.encode(), n, float(n), b"") for stem, n in self.stems.items()]


@lru_cache(maxsize=131072)
def word_terms(word: str, lang: str) -> tuple[str, tuple[str, ...]]:
    """A written word's surface, and its terms for the field `stems`: what differs from the surface."""
    surface = fold(word)
    more = [stem for stem in stems(word, lang) if stem != surface]
    marked = marked_form(word)
    return surface, (*more, marked) if marked else tuple(more)


def marked_form(word: str) -> str:
    """`=évaluation` for a word written with accents or ё, by which texts that write it so rank higher; else ""."""
    written = lower(word)
    return f"={written}" if written != fold(word) and script(word) in ("Latn", "Cyrl", "Grek") else ""


def document(entry: Entry) -> dict[str, Any]:
    """An entry as the fields of a Whoosh document."""
    lang = primary(entry.lang)
    everything = _Collected()
    for part, part_lang in (
        (entry.title, lang),
        (entry.text, lang),
        (entry.reference, ""),
        (entry.author, ""),
        (entry.organisation, ""),
        *((page.text, lang) for page in entry.pages),
    ):
        everything.add(part, part_lang)
    fields: dict[str, Any] = {
        "key": [existence(entry.key)],
        "words": everything.positional(),
        "stems": everything.counted(),
        "facts": [existence(f"{facet}={value}") for facet, value in facts(entry)],
        "labels": [existence(label) for label in _labels(entry)],
        "numbers": NUMBERS.pack(microseconds(entry.created_at), everything.position),
        "shown": _shown(entry),
    }
    for name, value in (
        ("title", entry.title),
        ("author", entry.author),
        ("organisation", entry.organisation),
    ):
        if value:
            fields[name] = _one_part(value, lang)
    return fields


def existence(term: str) -> Posting:
    """The posting of a term that is there or not."""
    return term.encode(), 1, 1.0, b""


def _one_part(text: str, lang: str) -> list[Posting]:
    collected = _Collected()
    collected.add(text, lang)
    only_stems = [posting for posting in collected.counted() if posting[0].decode() not in collected.words]
    return collected.positional() + only_stems


def facts(entry: Entry) -> Iterator[tuple[str, str]]:
    """(facet, value) of everything that an entry is filtered and counted by."""
    month = entry.created_at.astimezone(UTC).strftime("%Y-%m")
    yield from (("month", month), ("year", month[:4]))
    for name in ("type", "consultation", "lang", "kind", "disposition", "country"):
        value: str = getattr(entry, name)
        if value:
            yield name, value
    yield from (("topic", topic) for topic in dict.fromkeys(entry.topics) if topic)


def _labels(entry: Entry) -> Iterator[str]:
    titles = (entry.title,) if entry.type in ("consultation", "outcome") else ()
    for written in dict.fromkeys((*titles, entry.organisation)):
        if written:
            yield f"{fold_text(written)[:80]}\t{written[:200]}"


def fold_text(text: str) -> str:
    """A text as its folded tokens with single spaces: what beginnings are compared by."""
    return " ".join(fold_run(t.text) if t.unspaced else fold(t.text) for t in tokens(text))


def microseconds(instant: datetime) -> int:
    """An aware instant as whole microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def entry_of(shown: tuple[Any, ...]) -> Entry:
    """The entry that a stored tuple was made from."""
    fields: dict[str, Any] = dict(zip(SHOWN, shown, strict=True))
    pages = tuple(FilePage(*page) for page in fields["pages"])
    at = EPOCH + timedelta(microseconds=fields["created_at"])
    return Entry(**{**fields, "pages": pages, "created_at": at})


def _shown(entry: Entry) -> tuple[Any, ...]:
    pages = tuple((page.file, page.number, page.page, page.text) for page in entry.pages)
    return (*(getattr(entry, name) for name in SHOWN[:-2]), pages, microseconds(entry.created_at))


SHOWN = (
    "key", "type", "reference", "consultation", "title", "text", "lang", "author", "organisation", "kind", "topics",
    "country", "disposition", "address", "pages", "created_at",
)  # fmt: skip
"""What the stored tuple of an entry holds, in its order: all of it, so that segments are merged from it."""
