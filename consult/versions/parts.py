"""A long comparison in parts that a page shows one at a time: readers are on slow lines.

Where it is parted depends on its changes alone, so both ways of showing it have the same parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consult.documents.portions import DENSE
from consult.documents.views import Way, beginning
from consult.kernel.addresses import with_query
from consult.versions.views import ChangeView, Comparison, Item

FULL = 30_000
"""The weight of a part: letters of the longer side, with CHANGE more for what stands around. About 15 kB compressed."""
MOST = 40_000
"""Changes up to this weight are not parted, so that no part is a mere remainder."""
CHANGE = 200
LISTED = 80
"""Most changes of which each has its line on every page; of more, only those of the page's own part have."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a page shows. `start`: the id of its first change, "" in the first part, whose address has none."""

    number: int
    start: str
    items: tuple[Item, ...]

    @property
    def changes(self) -> tuple[ChangeView, ...]:
        """Its changes."""
        return tuple(item for item in self.items if isinstance(item, ChangeView))

    @property
    def count(self) -> int:
        """How many changes it has; a move is one."""
        return sum(not change.left for change in self.changes)


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part as the list of changes has it: how it begins, and its changes where these have lines of their own."""

    number: int
    count: int
    way: Way
    changes: tuple[tuple[ChangeView, str], ...]


class Parts:
    """The parts of a comparison; `here` is its address, with what was chosen on it."""

    def __init__(self, comparison: Comparison, lang: str, here: str) -> None:
        runs = list(_runs(comparison.items, DENSE.get(lang, 1)))
        self.all = tuple(
            Part(number, _start(run) if number > 1 else "", run) for number, run in enumerate(runs, 1)
        ) or (Part(1, "", ()),)
        self._of = {change.id: part for part in self.all for change in part.changes}
        self._here = here

    def find(self, id_: str) -> Part:
        """The part that has a change, the first one where none has."""
        return self._of.get(id_, self.all[0])

    def address(self, part: Part) -> str:
        """Where a part is."""
        path, _, query = self._here.partition("?")
        start = with_query("", **{"from": part.start}).removeprefix("?")
        return "?".join(each for each in (path, "&".join(filter(None, (query, start)))) if each)

    def link(self, id_: str, shown: Part) -> str:
        """What leads to a change from the part that is shown."""
        part = self.find(id_)
        return f"#{id_}" if part is shown else f"{self.address(part)}#{id_}"

    def way(self, number: int) -> Way | None:
        """To the part of that number, called by its heading where that is not the one before's; None where there is none."""
        part = self.all[number - 1] if 1 <= number <= len(self.all) else None
        if part is None or not part.changes:
            return None
        first, before = part.changes[0], self.all[max(number - 2, 0)].changes
        heading = first.under if part.number == 1 or before[0].under != first.under else ""
        return Way(self.address(part), heading or beginning(first.block.plain), first.block.lang)

    def lines(self, shown: Part) -> list[PartLine]:
        """The list of changes."""
        whole = sum(part.count for part in self.all) <= LISTED
        found = []
        for part in self.all:
            changes = [each for each in part.changes if not each.left and (whole or part is shown)]
            if way := self.way(part.number):
                lines = tuple((each, self.link(each.id, shown)) for each in changes)
                found.append(PartLine(part.number, part.count, way, lines))
        return found


def _runs(items: Sequence[Item], dense: int) -> Iterator[tuple[Item, ...]]:
    """Each begins with a change, but the first, which may begin with what stayed."""
    weights = [_weight(item, dense) for item in items]
    left, run, weight = sum(weights), list[Item](), 0
    for item, more in zip(items, weights, strict=True):
        if isinstance(item, ChangeView) and weight and weight + more > FULL and left + weight > MOST:
            yield tuple(run)
            run, weight = [], 0
        run.append(item)
        weight, left = weight + more, left - more
    if run:
        yield tuple(run)


def _weight(item: Item, dense: int) -> int:
    if not isinstance(item, ChangeView):
        return 0
    reasons = sum(len(told.reason.text) + CHANGE * len(told.answers) for told in item.reasons)
    return max(map(len, item.sides)) * dense + reasons + CHANGE


def _start(run: Sequence[Item]) -> str:
    return next(item.id for item in run if isinstance(item, ChangeView))
