"""What comes of a file, whichever kind it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from consult.documents.received.notes import Note, NoteKind


@dataclass(frozen=True, slots=True)
class Received:
    """A document in Markdown, its figures by file name, and what could not come along."""

    markdown: str
    figures: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def gather(
    received: Mapping[str, Received], original: str
) -> tuple[dict[str, bytes], dict[str, tuple[Note, ...]]]:
    """The figures and notes of all languages' files. Where two differ under one name the original's is taken."""
    figures: dict[str, bytes] = {}
    notes: dict[str, tuple[Note, ...]] = {}
    for lang in sorted(received, key=lambda lang: lang != original):
        each = received[lang]
        other = tuple(name for name, body in each.figures.items() if figures.get(name, body) != body)
        figures = {**each.figures, **figures}
        notes[lang] = (
            *each.notes,
            *((Note(NoteKind.OTHER_FIGURES, len(other), other[:3]),) if other else ()),
        )
    return figures, {lang: each for lang, each in notes.items() if each}
