"""What each block of one version is in a later one, also over several versions between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consult.models.version import MatchKind


@dataclass(frozen=True, slots=True)
class Step:
    """A row of `matches`: the block `key` of version `number` came from `before` of the version before it."""

    number: int
    before: str
    key: str
    kind: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A block and what it was: `before` and `after` are keys, "" where that side has none.

    A block that was moved has a second one where it was, `left`.
    """

    kind: MatchKind
    before: str
    after: str
    left: bool = False


def relate(old: Sequence[str], new: Sequence[str], steps: Iterable[Step]) -> tuple[Relation, ...]:
    """How the blocks of two versions (keys in reading order) belong together, by the steps that lead from one to the other.

    Every block of either is in at least one relation. In the order of the new version; what was removed or moved away
    stands after what it followed. Whether a block that stayed was edited is for its text in each language to say.
    """
    pairs, moved = _composed(old, steps)
    there = set(new)
    pairs = [(before, after) for before, after in pairs if after in there]
    olds, news = Counter(before for before, _ in pairs), Counter(after for _, after in pairs)
    by_new: dict[str, list[str]] = {}
    for before, after in pairs:
        by_new.setdefault(after, []).append(before)

    def kind(before: str, after: str) -> MatchKind:
        if olds[before] > 1:
            return MatchKind.SPLIT
        if news[after] > 1:
            return MatchKind.MERGED
        return MatchKind.MOVED if (before, after) in moved else MatchKind.UNCHANGED

    rows = {
        after: [Relation(kind(before, after), before, after) for before in by_new.get(after, ())]
        or [Relation(MatchKind.ADDED, "", after)]
        for after in new
    }
    gone = {
        before: Relation(MatchKind.MOVED, before, after, left=True)
        for before, after in pairs
        if kind(before, after) is MatchKind.MOVED
    }
    gone |= {key: Relation(MatchKind.REMOVED, key, "") for key in old if not olds[key]}
    return tuple(_with_gone(old, gone, rows))


def _composed(
    old: Sequence[str], steps: Iterable[Step]
) -> tuple[list[tuple[str, str]], set[tuple[str, str]]]:
    """Pairs of keys of the first and the last version, and those that were moved on the way."""
    by_number: dict[int, dict[str, list[Step]]] = {}
    for step in steps:
        if step.before and step.key:
            by_number.setdefault(step.number, {}).setdefault(step.before, []).append(step)
    reached: list[tuple[str, str, bool]] = [(key, key, False) for key in old]
    for _, following in sorted(by_number.items()):
        reached = [
            (first, step.key, moved or step.kind == MatchKind.MOVED)
            for first, key, moved in reached
            for step in following.get(key, ())
        ]
    pairs = list(dict.fromkeys((first, last) for first, last, _ in reached))
    return pairs, {(first, last) for first, last, moved in reached if moved}


def _with_gone(
    old: Sequence[str], gone: Mapping[str, Relation], rows: Mapping[str, Sequence[Relation]]
) -> Iterator[Relation]:
    """What is gone from its place after the block that stood before it, at the top where none did."""
    after: dict[str, list[Relation]] = {}
    last = ""
    for key in old:
        if key in gone:
            after.setdefault(last, []).append(gone[key])
        else:
            last = key
    yield from after.pop("", ())
    for relations in rows.values():
        yield from relations
        for relation in relations:
            if relation.kind is not MatchKind.MOVED:
                yield from after.pop(relation.before, ())
    for left in after.values():
        yield from left
