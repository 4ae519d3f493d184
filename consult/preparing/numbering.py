"""Numbers of list items, and ids of references to footnotes, once blocks stand in another order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from consult.documents.blocks import BlockKind
from consult.documents.storing import KeptBlock

Run = tuple[str, int, int]
"""Items that are counted together: the key of the item they are under or "", their list's group or 0, their level."""

_NUMBER = re.compile(r"\d+")
_REFERENCE = re.compile(r'<sup id="fnref-[^"]*"><a href="#fn-([^"]+)">')


def first_numbers(blocks: Sequence[KeptBlock]) -> dict[Run, int]:
    """The number that each numbered list begins with; without those that begin anew where other text parts them."""
    first: dict[Run, int] = {}
    following: dict[Run, int] = {}
    anew: set[Run] = set()
    for block, run, begins in _runs(blocks):
        number = _number(block)
        if run is None or number is None:
            continue
        first.setdefault(run, number)
        if begins and following.get(run, number) != number:
            anew.add(run)
        following[run] = number + 1
    return {run: number for run, number in first.items() if run not in anew}


def renumber(
    blocks: Sequence[KeptBlock], original: str, first: Mapping[Run, int] | None = None
) -> list[KeptBlock]:
    """Numbered items count on from the first of their list; each reference to a footnote has an id of its own.

    With `first` a list begins with its number there, whichever item heads it now.
    """
    seen: dict[str, int] = {}
    return [_refer(block, original, seen) for block in _count(blocks, first or {})]


def _count(blocks: Sequence[KeptBlock], first: Mapping[Run, int]) -> Iterator[KeptBlock]:
    following: dict[Run, int] = {}
    for block, run, begins in _runs(blocks):
        number = _number(block)
        if run is None or number is None:
            if run:
                following[run] = 0
            yield block
            continue
        if run not in following or (begins and run not in first):
            following[run] = first.get(run, 1 if first and run[0] else number)
        number = following[run] or number
        following[run] = number + 1
        label = _NUMBER.sub(str(number), str(block.shape["label"]), count=1)
        yield replace(block, shape={**block.shape, "label": label})


def _number(block: KeptBlock) -> int | None:
    """The number of a numbered item, None for what has none."""
    found = _NUMBER.search(str(block.shape.get("label", ""))) if block.shape.get("ordered") else None
    return int(found[0]) if found else None


@dataclass(slots=True)
class _Lists:
    """Which list one is in while going through blocks in order."""

    group: int = -1
    above: list[tuple[int, str]] = field(default_factory=list)
    begun: set[Run] = field(default_factory=set)

    def enter(self, block: KeptBlock) -> tuple[Run | None, bool]:
        group = int(block.shape.get("group", 0)) if block.kind == BlockKind.LIST_ITEM else -1
        if group != self.group:
            self.group, self.above, self.begun = group, [], set()
        if group < 0 or not block.shape.get("label"):
            return None, False
        level = int(block.shape.get("level", 1))
        while self.above and self.above[-1][0] >= level:
            self.above.pop()
        run = (self.above[-1][1], 0, level) if self.above else ("", group, level)
        self.above.append((level, block.key))
        begins = run not in self.begun
        self.begun.add(run)
        return run, begins


def _runs(blocks: Sequence[KeptBlock]) -> Iterator[tuple[KeptBlock, Run | None, bool]]:
    """Blocks, for those that begin an item which others it is counted with, and whether it heads these."""
    lists = _Lists()
    for block in blocks:
        yield block, *lists.enter(block)


def _refer(block: KeptBlock, original: str, seen: dict[str, int]) -> KeptBlock:
    text = block.texts[original]
    html = _REFERENCE.sub(lambda mark: _referring(mark, seen), text.html)
    if html == text.html:
        return block
    return replace(block, texts={**block.texts, original: replace(text, html=html)})


def _referring(mark: re.Match[str], seen: dict[str, int]) -> str:
    again = seen.get(mark[1], 0)
    seen[mark[1]] = again + 1
    suffix = f"-{again + 1}" if again else ""
    return f'<sup id="fnref-{mark[1]}{suffix}"><a href="#fn-{mark[1]}">'
