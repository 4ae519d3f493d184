"""What an import leaves to settle and what could not come along, and how a version follows from the last, as lines for
a terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from consult.documents.importing import Prepared, Unsettled
from consult.documents.received.notes import TEXTS, Note
from consult.i18n.catalogues import Catalogue, catalogue
from consult.i18n.locales import language_name
from consult.models.version import Match, MatchKind


def describe_unsettled(prepared: Prepared, locale: str) -> list[str]:
    """What does not pair, as lines for a terminal, each with its proposal."""
    words = catalogue(locale)
    return [
        line
        for lang, beads in prepared.unsettled.items()
        for line in (
            _count_line(words, lang, len(beads)),
            *(line for bead in beads for line in _bead_lines(words, bead)),
        )
    ]


def describe_matching(rows: Iterable[Match]) -> list[str]:
    """One line that counts blocks by how they follow from the version before; none for a first version."""
    counts = Counter(row.kind for row in rows)
    said = [f"{counts[kind]} {kind}" for kind in MatchKind if counts[kind]]
    return [", ".join(said)] if said else []


def describe_notes(notes: Mapping[str, Sequence[Note]], locale: str) -> list[str]:
    """What could not come along from each language's file."""
    say = catalogue(locale).gettext
    return [
        f"{language_name(lang, locale)}: {say(TEXTS[note.kind])}{f' ({note.count}×)' if note.count > 1 else ''}"
        + "".join(f" “{words}”" for words in note.examples)
        for lang, each in notes.items()
        for note in each
    ]


def _count_line(words: Catalogue, lang: str, count: int) -> str:
    text = words.ngettext(
        "%(language)s: %(count)s place to settle", "%(language)s: %(count)s places to settle", count
    )
    return text % {"language": language_name(lang, words.locale), "count": count}


def _bead_lines(words: Catalogue, unsettled: Unsettled) -> Iterator[str]:
    reasons = " ".join(words.gettext(reason) for reason in unsettled.reasons)
    yield f"  {unsettled.bead.id}  {reasons}"
    for mark, blocks in (("-", unsettled.here.original), ("+", unsettled.here.translation)):
        for block in blocks:
            yield f"    {mark} {_shortened(block.plain)}"
    yield f"    → {words.gettext(unsettled.meaning(unsettled.proposal))}"


def _shortened(plain: str, most: int = 160) -> str:
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"
