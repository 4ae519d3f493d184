"""Short names for blocks, the same in every language, kept from one version to the next."""

from base64 import b32encode
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from hashlib import blake2s

from rapidfuzz import fuzz

from consult.documents.blocks import BlockKind, ParsedBlock

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SAME_PLACE, _ELSEWHERE = 50.0, 85.0
_TEXT_KINDS = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE})
# Between two unchanged blocks, more new blocks than this are compared only near the diagonal.
_BAND = 60


def assign_keys(blocks: Sequence[ParsedBlock]) -> tuple[str, ...]:
    """A key of seven letters and digits for each block, a letter first, so that it can be an HTML id.

    It depends on the block's kind and text and on how many equal blocks come before it, on nothing else: a
    text imported twice gets the same keys.
    """
    return _new_keys(blocks, set())


def carry_keys(old: Sequence[tuple[str, ParsedBlock]], new: Sequence[ParsedBlock]) -> tuple[str, ...]:
    """Keys for a later version: a block that stayed, was edited or was moved keeps its key, others get new
    ones.

    No key is used twice, and a key of a block that is gone is not given to another.
    """
    carried = {place: old[index][0] for place, index in _match(old, new).items()}
    fresh_places = [place for place in range(len(new)) if place not in carried]
    fresh = _new_keys([new[place] for place in fresh_places], {key for key, _ in old})
    carried.update(zip(fresh_places, fresh, strict=True))
    return tuple(carried[place] for place in range(len(new)))


def _new_keys(blocks: Sequence[ParsedBlock], taken: set[str]) -> tuple[str, ...]:
    seen: Counter[tuple[BlockKind, str]] = Counter()
    used = set(taken)
    keys = []
    for block in blocks:
        ordinal = seen[block.kind, block.plain]
        seen[block.kind, block.plain] += 1
        key = next(key for key in _candidates(block, ordinal) if key not in used)
        used.add(key)
        keys.append(key)
    return tuple(keys)


def _candidates(block: ParsedBlock, ordinal: int) -> Iterator[str]:
    attempt = 0
    while True:
        name = f"{block.kind}\x1f{block.plain}\x1f{ordinal}\x1f{attempt}"
        digest = blake2s(name.encode("utf-8", "surrogatepass"), digest_size=10).digest()
        yield _LETTERS[digest[0] % 26] + b32encode(digest[1:]).decode().lower()[:6]
        attempt += 1


def _match(old: Sequence[tuple[str, ParsedBlock]], new: Sequence[ParsedBlock]) -> dict[int, int]:
    """New place → old place: first what is unchanged and in order, then edits between those, then moves."""
    before = [block for _, block in old]
    matched: dict[int, int] = {}
    runs = SequenceMatcher(None, _identities(before), _identities(new), autojunk=False).get_opcodes()
    for tag, old_from, old_to, new_from, new_to in runs:
        if tag == "equal":
            matched.update(zip(range(new_from, new_to), range(old_from, old_to), strict=True))
        elif tag == "replace":
            matched.update(_match_edits(before, new, range(old_from, old_to), range(new_from, new_to)))
    matched.update(_match_moves(before, new, matched))
    return matched


def _identities(blocks: Sequence[ParsedBlock]) -> list[tuple[BlockKind, str]]:
    return [(block.kind, block.plain) for block in blocks]


def _match_edits(
    before: Sequence[ParsedBlock], new: Sequence[ParsedBlock], olds: range, news: range
) -> dict[int, int]:
    """The pairing in order with the greatest sum of likeness (as longest common subsequence is found)."""
    rows, columns = len(olds), len(news)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    likeness: dict[tuple[int, int], float] = {}
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if abs(i * columns - j * rows) > _BAND * max(rows, columns):
                continue
            score = _likeness(before[olds[i]], new[news[j]], _SAME_PLACE)
            if score and score + best[i + 1][j + 1] > best[i][j]:
                likeness[i, j] = score
                best[i][j] = score + best[i + 1][j + 1]
    return {news[j]: olds[i] for i, j in _trace(best, likeness)}


def _trace(best: list[list[float]], likeness: dict[tuple[int, int], float]) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < len(best) - 1 and j < len(best[0]) - 1:
        if (i, j) in likeness:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def _match_moves(
    before: Sequence[ParsedBlock], new: Sequence[ParsedBlock], matched: dict[int, int]
) -> dict[int, int]:
    left = sorted(set(range(len(before))) - set(matched.values()))
    moves: dict[int, int] = {}
    scored = (
        (-score, place, index)
        for place in range(len(new))
        if place not in matched
        for index in left
        if (score := _likeness(before[index], new[place], _ELSEWHERE))
    )
    for _, place, index in sorted(scored):
        if place not in moves and index not in moves.values():
            moves[place] = index
    return moves


def _likeness(old: ParsedBlock, new: ParsedBlock, least: float) -> float:
    """0 below `least`, else up to 100. A heading stays a heading; a paragraph may have become a list item."""
    if old.kind != new.kind and not {old.kind, new.kind} <= _TEXT_KINDS:
        return 0.0
    return fuzz.ratio(old.plain, new.plain, score_cutoff=least)
