"""Blocks written as one Markdown document, which reads back as the same blocks.

What is not translated stands in the original's words. Each block's own source is used; where that can't be put back as
it is (texts that an editor joined, definitions of links that contradict each other) the block is written from its HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape
from itertools import groupby

from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.markdown import parse_document
from consult.documents.markup import figure_words, read_html
from consult.documents.rewriting import fence, indented, rewrite, rewrite_figure, rewrite_phrase, rewrite_row
from consult.documents.storing import KeptBlock

_DEFINITION = re.compile(r"\n\n((?:\[[^\[\]\n]+\]: <[^<>\n]*>(?: \"(?:[^\"\\\n]|\\.)*\")?\n?)+)\Z")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^`\n]*)")
_REFERENCE = re.compile(r"\[\^([^\]\s]+)\]")
BREAK = "***"
"""Between two lists that would be read as one. A thematic break is no block."""

Writer = Callable[[ParsedBlock], str]


def blocks_in(kept: Sequence[KeptBlock], lang: str, original: str) -> tuple[ParsedBlock, ...]:
    """A version's blocks in a language; one whose words are part of another block's text is not there."""
    return tuple(
        block.parsed(lang, original)
        for block in kept
        if not (lang in block.texts and block.texts[lang].joined_into)
    )


def write_document(blocks: Sequence[ParsedBlock]) -> str:
    """Markdown of blocks in reading order, ending in a line feed; the same for the same blocks."""
    written = _assemble(blocks, _from_source)
    if reads_as(written, blocks):
        return written
    sound = {id(block) for block in blocks if _stands_alone(block)}
    written = _assemble(
        blocks, lambda block: _from_source(block) if id(block) in sound else _from_html(block)
    )
    return written if reads_as(written, blocks) else _assemble(blocks, _from_html)


def reads_as(written: str, blocks: Sequence[ParsedBlock]) -> bool:
    """Whether a Markdown document says what the blocks say: words, kinds, levels and labels."""
    try:
        return _outline(parse_document(written)) == _outline(blocks)
    except DocumentError:
        return False


def _outline(blocks: Sequence[ParsedBlock]) -> list[tuple[object, ...]]:
    """What must be the same. Notes come in the order in which they are referred to, which differs by language."""
    said: list[tuple[object, ...]] = [
        (block.kind, block.level, block.label, block.ordered, block.header, block.src, block.plain)
        for block in blocks
    ]
    notes = [each for each in said if each[0] is BlockKind.FOOTNOTE]
    return [each for each in said if each[0] is not BlockKind.FOOTNOTE] + sorted(notes, key=repr)


def _stands_alone(block: ParsedBlock) -> bool:
    stubs = "".join(f"\n\n[^{label}]: x" for label in dict.fromkeys(_REFERENCE.findall(block.source)))
    head = "| x |\n| --- |\n" if block.kind is BlockKind.TABLE_ROW and not block.header else ""
    try:
        read = parse_document(f"{head}{_assemble([block], _from_source).rstrip()}{stubs}\n")
    except DocumentError:
        return False
    found = [(each.kind, each.plain) for each in read if each.kind is block.kind]
    return found[-1:] == [(block.kind, block.plain)] and len(found) <= 1 + bool(head)


def _assemble(blocks: Sequence[ParsedBlock], write: Writer) -> str:
    parts: list[str] = []
    definitions: dict[str, None] = {}
    before: ParsedBlock | None = None
    for (kind, _), run in groupby(enumerate(blocks), lambda numbered: _belonging(*numbered)):
        members = [block for _, block in run]
        if kind is BlockKind.LIST_ITEM and before is not None and before.kind is BlockKind.LIST_ITEM:
            parts.append(BREAK)
        parts.append(_GROUPS.get(kind, _write_single)(members, _noting(write, definitions)))
        before = members[-1]
    if definitions:
        parts.append("\n".join(definitions))
    return "\n\n".join(part for part in parts if part) + "\n"


def _belonging(place: int, block: ParsedBlock) -> tuple[BlockKind, int]:
    grouped = block.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
    return block.kind, block.group if grouped else -place


def _noting(write: Writer, definitions: dict[str, None]) -> Writer:
    """The writer without the definitions of links behind each block: they stand together at the end."""

    def noted(block: ParsedBlock) -> str:
        text = write(block)
        found = _DEFINITION.search(text)
        if found is None:
            return text
        definitions.update(dict.fromkeys(found[1].strip("\n").split("\n")))
        return text[: found.start()]

    return noted


def _write_single(blocks: Sequence[ParsedBlock], write: Writer) -> str:
    (block,) = blocks
    text = write(block)
    if block.kind is BlockKind.HEADING:
        return (
            f"{text}\n{'===' if block.level == 1 else '---'}"
            if "\n" in text
            else f"{'#' * block.level} {text}"
        )
    if block.kind is BlockKind.FOOTNOTE:
        first, *rest = text.split("\n")
        return "\n".join([f"[^{block.label}]: {first}", *(f"    {line}".rstrip() for line in rest)])
    return text


def _write_list(blocks: Sequence[ParsedBlock], write: Writer) -> str:
    lines: list[str] = []
    open_: list[tuple[int, int]] = []
    """Level and indentation of what stands in each item that is open."""
    for before, block in zip((None, *blocks), blocks, strict=False):
        goes_on = not block.label
        while open_ and (open_[-1][0] > block.level if goes_on else open_[-1][0] >= block.level):
            open_.pop()
        at = open_[-1][1] if open_ else 0
        marker = (block.label or "1.") if block.ordered else "-"
        text = write(block)
        if goes_on and open_:
            # Two texts of one item are two blocks only where a list stands between them, be it an empty one.
            apart = ["", " " * at + "-"] if before is not None and before.level == block.level else []
            lines += [*apart, "", *_pushed(text, at)]
            continue
        if before is not None and _may_not_follow(marker, before, block):
            lines.append("")
        lines += _pushed(indented(marker, text), at)
        open_.append((block.level, at + len(marker) + 1))
    return "\n".join(lines)


def _may_not_follow(marker: str, before: ParsedBlock, block: ParsedBlock) -> bool:
    """Only a bullet, or a list that begins with 1, may follow another text at once (CommonMark 0.31, 5.2)."""
    goes_on = before.ordered and before.level == block.level and before.label[-1:] == marker[-1]
    return marker[0] != "-" and marker[:-1] != "1" and not goes_on


def _pushed(text: str, by: int) -> list[str]:
    return [(" " * by + line).rstrip() for line in text.split("\n")]


def _write_table(blocks: Sequence[ParsedBlock], write: Writer) -> str:
    first = blocks[0]
    columns = max(1, len(list(read_html(first.html).elements("th", "td"))))
    rule = "|" + " --- |" * columns
    rows = [write(block) for block in blocks]
    return "\n".join([rows[0], rule, *rows[1:]] if first.header else ["|" + "  |" * columns, rule, *rows])


_GROUPS: dict[BlockKind, Callable[[Sequence[ParsedBlock], Writer], str]] = {
    BlockKind.LIST_ITEM: _write_list,
    BlockKind.TABLE_ROW: _write_table,
}


def _from_source(block: ParsedBlock) -> str:
    match block.kind:
        case BlockKind.CODE:
            return _code(block)
        case BlockKind.PARAGRAPH | BlockKind.HEADING | BlockKind.TABLE_ROW:
            return block.source.lstrip(" \t")
        case _:
            return block.source


def _from_html(block: ParsedBlock) -> str:
    match block.kind:
        case BlockKind.CODE:
            return _code(block)
        case BlockKind.HEADING:
            return rewrite_phrase(block.html)
        case BlockKind.TABLE_ROW:
            return rewrite_row(block.html)
        case BlockKind.FIGURE:
            return _figure(block)
        case BlockKind.QUOTE:
            return "\n".join(f"> {line}".rstrip() for line in rewrite(block.html).split("\n"))
        case _:
            return rewrite(block.html)


def _code(block: ParsedBlock) -> str:
    """Always fenced: behind a list an indented one would be part of its last item."""
    opened = _FENCE.match(block.source)
    return fence(unescape(block.html), opened[2].strip() if opened else "")


def _figure(block: ParsedBlock) -> str:
    words = figure_words(block.html)
    return rewrite_figure(block.src, words.alternative or block.plain, words.caption)
