"""Flat blocks put back into the lists and tables that a page is written in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Generic, Protocol, TypeVar

from consult.documents.blocks import BlockKind


class Shaped(Protocol):
    """What decides beside which blocks a block stands."""

    @property
    def kind(self) -> BlockKind: ...
    @property
    def level(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def ordered(self) -> bool: ...
    @property
    def group(self) -> int: ...


class Placed(Shaped, Protocol):
    """What a block must know to find its place on a page; a view may carry whatever else a template shows."""

    @property
    def key(self) -> str: ...
    @property
    def header(self) -> bool: ...
    @property
    def plain(self) -> str: ...


B = TypeVar("B", bound=Placed)


class GroupKind(StrEnum):
    SINGLE = "single"
    LIST = "list"
    TABLE = "table"
    FOOTNOTES = "footnotes"


@dataclass(frozen=True, slots=True)
class ListItem(Generic[B]):
    """An `<li>`: `block` opens it; `parts` are, in order, the lists and further blocks that it holds.

    Of a part exactly one of (block, list) is there.
    """

    block: B
    parts: tuple["ItemPart[B]", ...]


@dataclass(frozen=True, slots=True)
class ItemPart(Generic[B]):
    block: B | None
    list: "NestedList[B] | None"


@dataclass(frozen=True, slots=True)
class NestedList(Generic[B]):
    """An `<ol start=…>` or `<ul>`; `labelled` where the browser's own 1. 2. 3. would not be what people cite."""

    ordered: bool
    start: int
    items: tuple[ListItem[B], ...]

    @property
    def labelled(self) -> bool:
        labels = [item.block.label for item in self.items]
        return self.ordered and any(
            label and label[:-1] != str(number) for number, label in enumerate(labels, self.start)
        )


@dataclass(frozen=True, slots=True)
class Group(Generic[B]):
    """What stands together on a page.

    single: one block; level is a heading's level on the page (2-6, none skipped), otherwise 0.
    list: `lists` has the nested structure (more than one where bullets and numbers alternate).
    table: `head` rows and `body` rows; `repeated` is the head of one that goes on from an earlier page. footnotes: all of the document's.
    """

    kind: GroupKind
    blocks: tuple[B, ...]
    level: int = 0
    lists: tuple[NestedList[B], ...] = ()
    repeated: tuple[B, ...] = ()

    @property
    def head(self) -> tuple[B, ...]:
        return tuple(block for block in self.blocks if block.header)

    @property
    def body(self) -> tuple[B, ...]:
        return tuple(block for block in self.blocks if not block.header)


def regroup(blocks: Sequence[B], top: int = 2, before: Iterable[int] = ()) -> tuple[Group[B], ...]:
    """Blocks in reading order as groups; `top` is the level that the document's highest headings get on the
    page. `before`: own levels of the headings that come before these blocks.
    """
    levels = page_levels(blocks, top, before)
    groups: list[Group[B]] = []
    for (kind, _), run in groupby(enumerate(blocks), lambda numbered: belonging(*numbered)):
        places, members = zip(*run, strict=True)
        lists = _nest(members) if kind is GroupKind.LIST else ()
        groups.append(Group(kind, members, levels.get(places[0], 0), lists))
    return tuple(groups)


def belonging(place: int, block: Shaped) -> tuple[GroupKind, int]:
    """What a block stands in together with its neighbours of the same belonging."""
    if block.kind is BlockKind.LIST_ITEM:
        return GroupKind.LIST, block.group
    if block.kind is BlockKind.TABLE_ROW:
        return GroupKind.TABLE, block.group
    if block.kind is BlockKind.FOOTNOTE:
        return GroupKind.FOOTNOTES, 0
    return GroupKind.SINGLE, place


def page_levels(blocks: Iterable[Shaped], top: int = 2, before: Iterable[int] = ()) -> dict[int, int]:
    """Place → heading level on the page, at most one deeper than the heading it stands under (WCAG technique
    H42). `before`: own levels of the headings that come before.
    """
    levels: dict[int, int] = {}
    under: list[int] = []
    for level in before:
        _go_under(under, level)
    for place, block in enumerate(blocks):
        if block.kind == BlockKind.HEADING:
            _go_under(under, block.level)
            levels[place] = min(top + len(under) - 1, 6)
    return levels


def _go_under(under: list[int], level: int) -> None:
    while under and under[-1] >= level:
        under.pop()
    under.append(level)


def _nest(members: Sequence[B]) -> tuple[NestedList[B], ...]:
    lists: list[NestedList[B]] = []
    at = 0
    while at < len(members):
        end = at + 1
        while end < len(members) and not _begins_list(members[end], members[at]):
            end += 1
        lists.append(_nest_one(members[at:end]))
        at = end
    return tuple(lists)


def _begins_list(block: Placed, first: Placed) -> bool:
    return block.level < first.level or (
        block.level == first.level and block.ordered != first.ordered and block.label != ""
    )


def _nest_one(members: Sequence[B]) -> NestedList[B]:
    first = members[0]
    items: list[ListItem[B]] = []
    at = 0
    while at < len(members):
        end = at + 1
        while end < len(members) and not begins_item(members[end], first):
            end += 1
        items.append(ListItem(members[at], _parts(members[at + 1 : end], first.level)))
        at = end
    digits = "".join(c for c in first.label if c.isdigit())
    return NestedList(first.ordered, int(digits) if first.ordered and digits else 1, tuple(items))


def begins_item(block: Shaped, first: Shaped) -> bool:
    """Whether a list's block begins an item beside its first, rather than going on or deeper in one."""
    return block.level <= first.level and block.label != ""


def _parts(members: Sequence[B], level: int) -> tuple[ItemPart[B], ...]:
    parts: list[ItemPart[B]] = []
    for deeper, run in groupby(members, lambda block: block.level > level):
        inner = tuple(run)
        if deeper:
            parts.extend(ItemPart(None, nested) for nested in _nest(inner))
        else:
            parts.extend(ItemPart(block, None) for block in inner)
    return tuple(parts)
