"""One block as an editor writes it: its Markdown with the marks that say what it is, read as a document's is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from textwrap import indent

from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.markdown import parse_document
from consult.kernel.messages import N_

MOST_CHARACTERS = 50_000

_NOTE = re.compile(r"\[\^([^\]\s]+)\]")
_CELL = re.compile(r"<t[hd][ >]")


def write_block(block: ParsedBlock) -> str:
    """A block's Markdown with its marks: `##` of a heading, `-` or `1.` of a list item, `[^1]:` of a footnote."""
    if block.kind is BlockKind.HEADING:
        words, blank, definitions = block.source.partition("\n\n")
        return f"{'#' * block.level} {' '.join(words.split())}{blank}{definitions}"
    if block.kind is BlockKind.LIST_ITEM and block.label:
        mark = f"{block.label} " if block.ordered else "- "
        return mark + indent(block.source, " " * len(mark)).lstrip(" ")
    if block.kind is BlockKind.FOOTNOTE:
        return f"[^{block.label}]: " + indent(block.source, "    ").lstrip(" ")
    return block.source


def read_block(block: ParsedBlock, text: str, notes: Collection[str]) -> tuple[ParsedBlock, ...]:
    """What an editor made of a block: usually one, several where it was parted.

    It may become another kind of block, but rows stay in their table and footnotes keep their marks. `notes` are the
    labels of the document's footnotes. Raises DocumentError.
    """
    if block.kind is BlockKind.TABLE_ROW:
        return (read_row(block, text, notes),)
    if block.kind is BlockKind.FOOTNOTE:
        return (_read_note(block, text, notes),)
    if block.kind is BlockKind.LIST_ITEM and not block.label:
        return _read_continuation(block, text, notes)
    return tuple(_in_list_of(block, each) for each in read_blocks(text, notes))


def read_after(block: ParsedBlock | None, text: str, notes: Collection[str]) -> tuple[ParsedBlock, ...]:
    """New blocks that stand after a block, None for the beginning: a row joins its table, an item its list.

    Raises DocumentError.
    """
    if block is not None and block.kind is BlockKind.TABLE_ROW and "\n" not in text.strip("\n").rstrip():
        return (replace(read_row(block, text, notes, header=False), header=False),)
    read = read_blocks(text, notes)
    return tuple(_in_list_of(block, each) for each in read) if block else read


def read_blocks(text: str, notes: Collection[str]) -> tuple[ParsedBlock, ...]:
    """Markdown as blocks; it may refer to the document's footnotes. Raises DocumentError.

    The groups of its lists and tables are negative: they are none of the document's yet.
    """
    if len(text) > MOST_CHARACTERS:
        raise DocumentError(
            N_("A paragraph is longer than %(limit)s characters."), params={"limit": MOST_CHARACTERS}
        )
    written = {label for label in notes if f"[^{label}]:" in text}
    if written:
        raise DocumentError(
            N_("There is a footnote “%(label)s” already: change it where it stands."),
            params={"label": min(written)},
        )
    used = [label for label in dict.fromkeys(_NOTE.findall(text)) if label in notes]
    read = parse_document(text + "".join(f"\n\n[^{label}]: x" for label in used))
    found = tuple(
        replace(block, group=-block.group)
        for block in read
        if not (block.kind is BlockKind.FOOTNOTE and block.label in used)
    )
    if not found:
        raise DocumentError(N_("There is no text in it."))
    for block in found:
        if block.kind is BlockKind.FIGURE and not block.src:
            raise DocumentError(
                N_(
                    "The figure is not a file of this draft. Put the file beside the text and write its name only."
                )
            )
    return found


def read_row(
    block: ParsedBlock, text: str, notes: Collection[str], *, header: bool | None = None
) -> ParsedBlock:
    """A row with as many cells as `block` has, in the same table. Raises DocumentError."""
    cells = len(_CELL.findall(block.html))
    row, blank, definitions = text.strip("\n").rstrip().partition("\n\n")
    delimiter = "|" + " --- |" * cells
    as_header = read_blocks(f"{row}\n{delimiter}{blank}{definitions}", notes)
    if "\n" in row or len(as_header) != 1 or as_header[0].kind is not BlockKind.TABLE_ROW:
        raise DocumentError(
            N_("Write the row on one line, its %(count)s cells parted by “|”."), params={"count": cells}
        )
    if block.header if header is None else header:
        return replace(as_header[0], group=block.group)
    head = "|" + " x |" * cells
    read = read_blocks(f"{head}\n{delimiter}\n{row}{blank}{definitions}", notes)
    return replace(read[1], group=block.group)


def _read_note(block: ParsedBlock, text: str, notes: Collection[str]) -> ParsedBlock:
    kept = DocumentError(
        N_("Keep the footnote's mark: begin with “[^%(label)s]:”."), params={"label": block.label}
    )
    if not text.lstrip().startswith(f"[^{block.label}]:"):
        raise kept
    others = [label for label in notes if label != block.label]
    read = read_blocks(f"x[^{block.label}]\n\n{text.lstrip()}", others)[1:]
    if len(read) != 1 or read[0].kind is not BlockKind.FOOTNOTE:
        raise kept
    return read[0]


def _read_continuation(block: ParsedBlock, text: str, notes: Collection[str]) -> tuple[ParsedBlock, ...]:
    """What goes on in a list item after a list within it has no mark of its own."""
    read = read_blocks("- " + indent(text.strip("\n"), "  ").lstrip(" "), notes)
    first, *rest = (_in_list_of(block, each) for each in read)
    return replace(first, label="", ordered=block.ordered), *rest


def _in_list_of(block: ParsedBlock, read: ParsedBlock) -> ParsedBlock:
    """An item beside an item belongs to its list and stands as deep. Other lists and tables are told apart later."""
    if read.kind is BlockKind.LIST_ITEM and block.kind is BlockKind.LIST_ITEM:
        return replace(read, level=read.level + block.level - 1, group=block.group)
    return read


def dangling(blocks: Iterable[ParsedBlock]) -> list[str]:
    """Labels of footnotes that nothing refers to."""
    blocks = list(blocks)
    return [
        note.label
        for note in blocks
        if note.kind is BlockKind.FOOTNOTE and not _is_referred_to(note.label, note, blocks)
    ]


def _is_referred_to(label: str, note: ParsedBlock, blocks: Sequence[ParsedBlock]) -> bool:
    return any(f"[^{label}]" in block.source for block in blocks if block is not note)
