"""Which blocks of a translation are which blocks of its original."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from consult.documents.blocks import ParsedBlock
from consult.documents.resemblance import SHAPES, Doubt, Resemblance

# A translation that drifts by more blocks than this from its original's pace is not looked for.
_BAND = 40
_RATIO_CHANGE = 0.1
_CLOSE, _HOPELESS = 2.0, 12.0


@dataclass(frozen=True, slots=True)
class Bead:
    """A few blocks of the original and the few of the translation that say the same; one side may be empty.

    original, translation: places counted from 0. cost: the lower, the likelier. doubts: only for one block to
    one.
    """

    original: tuple[int, ...]
    translation: tuple[int, ...]
    cost: float
    doubts: tuple[Doubt, ...] = ()

    @property
    def shape(self) -> str:
        """Such as "1-1" or "2-1", the original first."""
        return f"{len(self.original)}-{len(self.translation)}"

    @property
    def pairs(self) -> bool:
        return len(self.original) == len(self.translation) == 1

    @property
    def certain(self) -> bool:
        """One to one, and neither kind, length, numbers nor addresses speak against it."""
        return self.pairs and not self.doubts

    @property
    def id(self) -> str:
        """The same for the same files: a name for an editor's choice."""
        return f"o{_places(self.original)}t{_places(self.translation)}"


def align(original: Sequence[ParsedBlock], translation: Sequence[ParsedBlock]) -> tuple[Bead, ...]:
    """Beads that cover every block of both sides once and in order, with the least total cost.

    Dynamic programming over the shapes of Gale and Church (1993) and over 3-6 blocks made one; a second time
    with the languages' ratio of lengths taken from what paired, if a part that is missing had distorted the
    first.
    """
    model = Resemblance(original, translation)
    beads = _cheapest(model, len(original), len(translation))
    ratios = [model.length_ratio(bead.original[0], bead.translation[0]) for bead in beads if bead.pairs]
    if len(ratios) >= 4 and abs(median(ratios) / model.ratio - 1) > _RATIO_CHANGE:
        model = Resemblance(original, translation, median(ratios))
        beads = _cheapest(model, len(original), len(translation))
    return _with_shift_doubts(model, beads)


def _with_shift_doubts(model: Resemblance, beads: Sequence[Bead]) -> tuple[Bead, ...]:
    """Where a block is missing beside others like it, which one is missing may be a close call: say so."""
    close = {
        number
        for gap, bead in enumerate(beads)
        if not (bead.original and bead.translation)
        for step in (1, -1)
        for number in _close_shifts(model, beads, gap, step)
    }
    return tuple(
        replace(bead, doubts=(*bead.doubts, Doubt.SHIFT)) if number in close else bead
        for number, bead in enumerate(beads)
    )


def _close_shifts(model: Resemblance, beads: Sequence[Bead], gap: int, step: int) -> Sequence[int]:
    """The pairs next to a gap that could each be moved by one for little, so that the gap is at their far end."""
    extra, chain, close = 0.0, list[int](), 0
    at = gap + step
    while 0 <= at < len(beads) and beads[at].pairs and extra < _HOPELESS:
        before, here = beads[at - step], beads[at]
        # On the side of the gap's one block the pairs take their neighbour's, on the other they keep their own.
        i = (before.original if beads[gap].original else here.original)[0]
        j = (here.translation if beads[gap].original else before.translation)[0]
        extra += model.cost(i, 1, j, 1) - here.cost
        chain.append(at)
        close = len(chain) if extra < _CLOSE else close
        at += step
    return chain[:close]


def _places(places: tuple[int, ...]) -> str:
    return f"{places[0]}-{places[-1]}" if len(places) > 1 else "".join(map(str, places))


@dataclass(frozen=True, slots=True)
class _Step:
    total: float
    shape: tuple[int, int]
    cost: float


def _cheapest(model: Resemblance, rows: int, columns: int) -> tuple[Bead, ...]:
    steps: dict[tuple[int, int], _Step] = {(0, 0): _Step(0.0, (0, 0), 0.0)}
    for i in range(rows + 1):
        for j in _band(i, rows, columns):
            best = min(_arrivals(model, steps, i, j), key=lambda step: step.total, default=None)
            if best is not None:
                steps[i, j] = best
    return tuple(reversed(list(_walk_back(model, steps, rows, columns))))


def _band(i: int, rows: int, columns: int) -> range:
    """The places in the translation that block i may lead to: around the diagonal, and all of it if it is
    short.
    """
    pace = round(i * columns / rows) if rows else 0
    reach = max(_BAND, abs(rows - columns)) if rows else columns
    return range(max(0, pace - reach), min(columns, pace + reach) + 1)


def _arrivals(model: Resemblance, steps: dict[tuple[int, int], _Step], i: int, j: int) -> Iterator[_Step]:
    for m, n in SHAPES:
        before = steps.get((i - m, j - n))
        if before is not None and model.may_join(i - m, m, j - n, n):
            cost = model.cost(i - m, m, j - n, n)
            yield _Step(before.total + cost, (m, n), cost)


def _walk_back(model: Resemblance, steps: dict[tuple[int, int], _Step], i: int, j: int) -> Iterator[Bead]:
    while i or j:
        step = steps[i, j]
        m, n = step.shape
        i, j = i - m, j - n
        doubts = model.doubts(i, j) if m == n == 1 else ()
        yield Bead(tuple(range(i, i + m)), tuple(range(j, j + n)), step.cost, doubts)
