"""What a page of a long draft shows of its other portions: the table of contents, and the ways there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from consult.documents.blocks import BlockKind
from consult.documents.portions import Heading, Parted, Piece, above, in_contents
from consult.documents.queries import BlockRow
from consult.documents.render import Group
from consult.documents.views import BlockView, OutlineView, PortionView, Way, beginning
from consult.i18n.locales import direction

_TO_NOTE = re.compile(r'href="#fn-([\w-]+)"')
_TO_BLOCK = re.compile(r'href="#b-([^"]+)"')
_ID = re.compile(r' id="[^"]*"')


@dataclass(frozen=True, slots=True)
class Around:
    """A portion of a parted text and what its page names of the others. `address_of`: a portion's number → its address."""

    parted: Parted
    number: int
    address_of: Callable[[int], str]
    headings: tuple[Heading, ...]
    listed: tuple[Heading, ...]

    @property
    def own(self) -> tuple[Piece, ...]:
        """The portion's own pieces."""
        return self.parted.portions[self.number]

    @property
    def head(self) -> tuple[Piece, ...]:
        """The head of the table that the portion goes on with."""
        return self.parted.head_before(self.number)

    @property
    def start(self) -> str:
        """The key of the listed heading under which the portion begins, "" where the text is not parted."""
        if len(self.parted.portions) == 1:
            return ""
        first, number = self.own[0].key, self.number
        before = [each.key for each in self.listed if each.portion < number or each.key == first]
        return before[-1] if before else ""

    @property
    def ids(self) -> set[int]:
        """The blocks whose texts the page needs."""
        around = self.parted.portions[max(self.number - 1, 0) : self.number + 2]
        return {
            *(piece.id for piece in self.own),
            *(heading.id for heading in self.listed),
            *(heading.id for heading in self._above()),
            *(piece.id for piece in self.head),
            *(portion[0].id for portion in around if portion),
        }

    def _above(self) -> list[Heading]:
        return above(self.headings, self.number, self.own[0]) if self.own else []


def look_around(parted: Parted, number: int, address_of: Callable[[int], str]) -> Around:
    """A portion among the others."""
    headings = parted.headings()
    return Around(parted, number, address_of, headings, tuple(in_contents(headings, number)))


def view_portion(around: Around, texts: Mapping[int, BlockRow]) -> PortionView:
    """Where a portion stands and where one goes from there."""
    number, portions = around.number, around.parted.portions
    return PortionView(
        number=number + 1,
        total=len(portions),
        address=around.address_of(number),
        above=tuple((each.level, _way(around, each.portion, texts[each.id])) for each in around._above()),
        previous=_way(around, number - 1, texts[portions[number - 1][0].id]) if number else None,
        next=_way(around, number + 1, texts[portions[number + 1][0].id])
        if number + 1 < len(portions)
        else None,
    )


def _way(around: Around, number: int, row: BlockRow) -> Way:
    return Way(_place(around, number, row.key), beginning(row.plain, 72), row.lang)


def _place(around: Around, number: int, key: str) -> str:
    """The address of a block: on the same page its fragment alone."""
    return ("" if number == around.number else around.address_of(number)) + f"#b-{key}"


def view_contents(around: Around, texts: Mapping[int, BlockRow]) -> tuple[OutlineView, ...]:
    """The table of contents; each heading counts the comments up to the next one that is listed."""
    counts = _count(around.parted.pieces, {heading.key for heading in around.listed})
    rows = [(heading, texts[heading.id]) for heading in around.listed]
    start = around.start
    return tuple(
        OutlineView(heading.level, _place(around, heading.portion, row.key), row.plain, row.lang,
                    direction(row.lang), counts.get(row.key, 0), row.key == start)
        for heading, row in rows
    )  # fmt: skip


def _count(pieces: Sequence[Piece], listed: set[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    heading = ""
    for piece in pieces:
        heading = piece.key if piece.kind is BlockKind.HEADING and piece.key in listed else heading
        counts[heading] = counts.get(heading, 0) + piece.comment_count
    return counts


def lead_out(blocks: Sequence[BlockView], around: Around) -> list[BlockView]:
    """The portion's blocks, their links to notes, headings and blocks of other portions leading there."""
    if len(around.parted.portions) == 1:
        return list(blocks)
    elsewhere = {
        piece.note: around.address_of(number)
        for number, portion in enumerate(around.parted.portions)
        for piece in portion
        if piece.kind is BlockKind.FOOTNOTE and number != around.number
    }
    own = {piece.key for piece in around.own}
    return [_lead_out(block, around, own, elsewhere) for block in blocks]


def _lead_out(block: BlockView, around: Around, own: set[str], elsewhere: Mapping[str, str]) -> BlockView:
    if block.joined_into and block.joined_into not in own:
        portion = around.parted.find(block.joined_into)
        return replace(block, joined_at=_place(around, portion or 0, block.joined_into))
    if 'href="#' not in block.html:
        return block

    def to_block(found: re.Match[str]) -> str:
        portion = None if found[1] in own else around.parted.find(found[1])
        return found[0] if portion is None else f'href="{_escaped(_place(around, portion, found[1]))}"'

    html = _TO_NOTE.sub(
        lambda found: f'href="{_escaped(elsewhere.get(found[1], ""))}#fn-{found[1]}"', str(block.html)
    )
    return replace(block, html=type(block.html)(_TO_BLOCK.sub(to_block, html)))


def lead_to_text(block: BlockView, address: str) -> BlockView:
    """A block that stands alone: its links to notes and headings lead into the text, whose `address` is given."""
    if 'href="#' not in block.html:
        return block
    path, _, query = address.partition("?")
    tail = f"{_escaped(query)}&amp;" if query else ""
    html = _TO_NOTE.sub(rf'href="{path}?{tail}from={block.key}#fn-\1"', str(block.html))
    html = _TO_BLOCK.sub(rf'href="{path}?{tail}from=\1#b-\1"', html)
    return replace(block, html=type(block.html)(html))


def repeat_head(
    groups: tuple[Group[BlockView], ...], head: Sequence[BlockView]
) -> tuple[Group[BlockView], ...]:
    """The groups, of which the first, the rest of a table, has that table's head again: without ids, they are taken."""
    if not head:
        return groups
    again = tuple(replace(row, html=type(row.html)(_ID.sub("", str(row.html)))) for row in head)
    return (replace(groups[0], repeated=again), *groups[1:])


def _escaped(address: str) -> str:
    return address.replace("&", "&amp;")
