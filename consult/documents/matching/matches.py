"""Which block of a version is which of the next: what stayed, was edited, moved, split, merged, added, removed.

Four passes, each over what the ones before left: blocks that say the same; edits, from the surest to those that only
their neighbours make likely; parts of blocks that were split; blocks that were merged. None costs the product of the
versions' blocks, whatever was rewritten or reordered.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from consult.documents.blocks import ParsedBlock
from consult.documents.keys import KeyedBlock, make_keys
from consult.documents.matching.leads import Leads
from consult.documents.matching.likeness import Likeness
from consult.documents.matching.order import in_order
from consult.documents.matching.pairing import pair_edits, pair_same, unpaired
from consult.documents.matching.parting import Parts, find_parts
from consult.documents.sanitising import collapse
from consult.models.version import MatchKind


@dataclass(frozen=True, slots=True)
class Match:
    """A block of the old version and what it is in the new one.

    before, after: places in the old and the new version from 0; None where a block is added or removed. A block that
        was split has a row for each part, all with its `before`; blocks that were merged a row each, all with one
        `after`.
    score: how alike the two are, 0 to 1; 0 where one side is missing.
    edited: the words differ. A block whose kind, level or marks alone changed is of kind EDITED and not `edited`.
    """

    kind: MatchKind
    before: int | None
    after: int | None
    score: float
    edited: bool = False


def match_blocks(old: Sequence[KeyedBlock], new: Sequence[ParsedBlock]) -> tuple[Match, ...]:
    """A row for every block of both versions, in the new version's order; what was removed stands where it stood."""
    before = [block for _, block in old]
    likeness = Likeness(before, new)
    same = pair_same(before, new)
    olds, news = unpaired(before, new, same)
    leads = Leads({i: likeness.old.terms[i] for i in olds}, {j: likeness.new.terms[j] for j in news})
    parts = find_parts(before, new, pair_edits(before, new, same, likeness, leads), likeness, leads)
    return _tell(before, new, parts, likeness)


def describe_parts(
    old: Sequence[ParsedBlock], new: Sequence[ParsedBlock], parts: Iterable[tuple[int, int]]
) -> tuple[Match, ...]:
    """The rows for pairs (before, after) that an editor has settled, with kinds and scores as `match_blocks` gives
    them. A place in several pairs was split or merged, one in none was removed or added.
    """
    return _tell(old, new, sorted(set(parts)), Likeness(old, new))


def keys_of(
    old: Sequence[KeyedBlock], new: Sequence[ParsedBlock], matches: Iterable[Match]
) -> tuple[str, ...]:
    """The new version's keys: what survived keeps its key, what is new gets a new one.

    Of the parts of a split block the one most like it keeps the key, of merged blocks the one most like the result
    gives it. No key is used twice, and a key of a block that is gone is not given to another.
    """
    carried = {after: old[before][0] for after, before in carriers(matches).items()}
    fresh = make_keys(
        (new[place] for place in range(len(new)) if place not in carried), {key for key, _ in old}
    )
    return tuple(carried[place] if place in carried else next(fresh) for place in range(len(new)))


def carriers(matches: Iterable[Match]) -> dict[int, int]:
    """Place in the new version → the one place in the old version whose key goes on there."""
    sides = [
        (-match.score, match.before, match.after)
        for match in matches
        if match.before is not None and match.after is not None
    ]
    found: dict[int, int] = {}
    spent: set[int] = set()
    for _, before, after in sorted(sides):
        if before not in spent and after not in found:
            spent.add(before)
            found[after] = before
    return found


def carry_keys(old: Sequence[KeyedBlock], new: Sequence[ParsedBlock]) -> tuple[str, ...]:
    """Keys for a later version, by the matching that is found."""
    return keys_of(old, new, match_blocks(old, new))


def _tell(
    before: Sequence[ParsedBlock], new: Sequence[ParsedBlock], parts: Parts, likeness: Likeness
) -> tuple[Match, ...]:
    return tuple(_in_reading_order([*_rows(before, new, parts, likeness), *_missing(before, new, parts)]))


def _rows(
    before: Sequence[ParsedBlock], new: Sequence[ParsedBlock], parts: Parts, likeness: Likeness
) -> Iterator[Match]:
    olds, news = Counter(i for i, _ in parts), Counter(j for _, j in parts)
    whole = [(i, j) for i, j in parts if olds[i] == news[j] == 1]
    most = 1 + sum(len(new[j].plain) for _, j in whole)
    stayed = in_order(whole, [1 + len(new[j].plain) / most for _, j in whole])
    for i, j in parts:
        same = before[i].plain == new[j].plain
        score = 1.0 if same else min(0.99, likeness.score(i, j))
        if olds[i] > 1:
            yield Match(MatchKind.SPLIT, i, j, score, new[j].plain not in before[i].plain)
        elif news[j] > 1:
            yield Match(MatchKind.MERGED, i, j, score, before[i].plain not in new[j].plain)
        elif (i, j) not in stayed:
            yield Match(MatchKind.MOVED, i, j, score, not same)
        else:
            kind = MatchKind.UNCHANGED if _looks_same(before[i], new[j]) else MatchKind.EDITED
            yield Match(kind, i, j, score, not same)


def _looks_same(old: ParsedBlock, new: ParsedBlock) -> bool:
    """Whether a reader sees no difference. A list item's number says only how many stand before it."""
    return (old.kind, old.level, old.plain, old.src, collapse(old.html)) == (
        new.kind, new.level, new.plain, new.src, collapse(new.html),
    )  # fmt: skip


def _missing(before: Sequence[ParsedBlock], new: Sequence[ParsedBlock], parts: Parts) -> Iterator[Match]:
    olds, news = {i for i, _ in parts}, {j for _, j in parts}
    yield from (Match(MatchKind.REMOVED, i, None, 0.0) for i in range(len(before)) if i not in olds)
    yield from (Match(MatchKind.ADDED, None, j, 0.0) for j in range(len(new)) if j not in news)


def _in_reading_order(rows: Iterable[Match]) -> list[Match]:
    rows = list(rows)
    last: dict[int, int] = defaultdict(lambda: -1)
    for row in rows:
        if row.before is not None and row.after is not None:
            last[row.before] = max(last[row.before], row.after)
    follows = -1
    stands: dict[int, int] = {}
    for place in sorted(row.before for row in rows if row.before is not None):
        follows = last.get(place, follows)
        stands[place] = follows
    return sorted(
        rows,
        key=lambda row: (
            (stands[row.before or 0], 1, row.before or 0)
            if row.after is None
            else (row.after, 0, -1 if row.before is None else row.before)
        ),
    )
