"""What an import changed or left out, so that an editor reads it before anything is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from consult.kernel.messages import N_


class NoteKind(StrEnum):
    COMMENTS = "comments"
    HEADERS = "headers"
    HIDDEN = "hidden"
    TEXT_BOXES = "text_boxes"
    MERGED_CELLS = "merged_cells"
    CELL_PARAGRAPHS = "cell_paragraphs"
    TABLE_HEADERS = "table_headers"
    NESTED_TABLES = "nested_tables"
    BOXES = "boxes"
    OBJECTS = "objects"
    DRAWINGS = "drawings"
    EQUATIONS = "equations"
    DECORATIONS = "decorations"
    CONTENTS = "contents"
    INLINE_FIGURES = "inline_figures"
    REMOTE_PICTURES = "remote_pictures"
    CROSS_REFERENCES = "cross_references"
    LINKS = "links"
    CROSSED_OUT = "crossed_out"
    SCRIPTS = "scripts"
    FORMS = "forms"
    FRAMES = "frames"
    RAISED = "raised"
    EMPHASIS = "emphasis"
    NUMBERS = "numbers"
    NOTE_NUMBERS = "note_numbers"
    DEPTH = "depth"
    OTHER_FIGURES = "other_figures"


TEXTS: dict[NoteKind, str] = {
    NoteKind.COMMENTS: N_("Comments in the file are left out."),
    NoteKind.HEADERS: N_("Page headers and footers are left out."),
    NoteKind.HIDDEN: N_("Hidden text is left out."),
    NoteKind.TEXT_BOXES: N_("The words of text boxes stand after the paragraph beside them."),
    NoteKind.MERGED_CELLS: N_("Merged cells are parted: the first one has the text, the others are empty."),
    NoteKind.CELL_PARAGRAPHS: N_("Paragraphs and lists in a cell run on in one line."),
    NoteKind.TABLE_HEADERS: N_("A table's first row is read as its header."),
    NoteKind.NESTED_TABLES: N_("The words of a table within a table stand in its cell."),
    NoteKind.BOXES: N_("A table of one cell is read as ordinary paragraphs."),
    NoteKind.OBJECTS: N_("Embedded objects and recordings are left out."),
    NoteKind.DRAWINGS: N_("Charts and drawings are left out. Save them as pictures to keep them."),
    NoteKind.EQUATIONS: N_("Equations are written out in one line. Check each."),
    NoteKind.DECORATIONS: N_("Pictures marked as decoration are left out."),
    NoteKind.CONTENTS: N_("The table of contents is left out: the page makes its own."),
    NoteKind.INLINE_FIGURES: N_("A picture in a list, table, quotation or note is replaced by its text alternative."),
    NoteKind.REMOTE_PICTURES: N_("Pictures that are on another website, not in the file, are left out."),
    NoteKind.CROSS_REFERENCES: N_("Cross-references keep their words but no longer lead anywhere."),
    NoteKind.LINKS: N_("Links that only work elsewhere keep their words but no longer lead anywhere."),
    NoteKind.CROSSED_OUT: N_("Crossed-out text is kept as ordinary text."),
    NoteKind.SCRIPTS: N_("Scripts are left out."),
    NoteKind.FORMS: N_("Form fields are left out."),
    NoteKind.FRAMES: N_("Embedded pages are left out."),
    NoteKind.RAISED: N_("Raised or lowered letters stand on the line."),
    NoteKind.EMPHASIS: N_("Some bold or italic type is not kept."),
    NoteKind.NUMBERS: N_("Automatic numbers of an unknown style are written as 1, 2, 3."),
    NoteKind.NOTE_NUMBERS: N_("Footnotes and endnotes are numbered together."),
    NoteKind.DEPTH: N_("Lists nested more than eight deep are kept at the eighth level."),
    NoteKind.OTHER_FIGURES: N_("A picture differs from the original's: that of the original is shown in all languages."),
}  # fmt: skip
"""What is said of each kind: msgids."""

LOSSES = frozenset({
    NoteKind.HIDDEN, NoteKind.OBJECTS, NoteKind.DRAWINGS, NoteKind.EQUATIONS, NoteKind.INLINE_FIGURES,
    NoteKind.REMOTE_PICTURES, NoteKind.CROSSED_OUT, NoteKind.FORMS, NoteKind.FRAMES, NoteKind.RAISED,
    NoteKind.NUMBERS, NoteKind.OTHER_FIGURES,
})  # fmt: skip
"""Those after which the text may say something else than the file did."""

KEPT_EXAMPLES = 3
_MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Note:
    """`count`: how often it happened. `examples`: the first words of up to three places."""

    kind: NoteKind
    count: int = 1
    examples: tuple[str, ...] = ()

    @property
    def loses(self) -> bool:
        """Whether something of the text was lost or may now be read differently."""
        return self.kind in LOSSES


class Notes:
    """Gathers notes while a file is read."""

    def __init__(self) -> None:
        self._counts: dict[NoteKind, int] = {}
        self._examples: dict[NoteKind, list[str]] = {}

    def add(self, kind: NoteKind, words: str = "", count: int = 1) -> None:
        """`words`: the text of the place, shortened here."""
        self._counts[kind] = self._counts.get(kind, 0) + count
        examples = self._examples.setdefault(kind, [])
        short = " ".join(words.split())
        short = short if len(short) <= _MOST_WORDS else short[: _MOST_WORDS - 1].rstrip() + "…"
        if short and short not in examples and len(examples) < KEPT_EXAMPLES:
            examples.append(short)

    def all(self) -> tuple[Note, ...]:
        """In the order of `NoteKind`."""
        return tuple(
            Note(kind, self._counts[kind], tuple(self._examples[kind]))
            for kind in NoteKind
            if kind in self._counts
        )


def to_json(notes: Mapping[str, Sequence[Note]]) -> dict[str, list[dict[str, object]]]:
    """Notes by language, as they are kept with an import."""
    return {
        lang: [
            {"kind": str(note.kind), "count": note.count, "examples": list(note.examples)} for note in each
        ]
        for lang, each in notes.items()
        if each
    }


def from_json(kept: Mapping[str, Iterable[Mapping[str, object]]]) -> dict[str, tuple[Note, ...]]:
    """What `to_json` made."""
    return {lang: tuple(_read(each)) for lang, each in kept.items()}


def _read(kept: Iterable[Mapping[str, object]]) -> Iterator[Note]:
    for each in kept:
        examples = each.get("examples")
        words = tuple(str(one) for one in examples) if isinstance(examples, list) else ()
        yield Note(NoteKind(str(each["kind"])), int(str(each.get("count", 1))), words)
