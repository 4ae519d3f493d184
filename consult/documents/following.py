"""Where quoted words went when their block was edited.

The texts are compared word by word (Levenshtein), so a quote's place is found by everything around it and not only by
itself: of a phrase that stands twice, the one that was meant. Words that were carried elsewhere within the block are
found as they are or nearly so, with their neighbours for witnesses, as in Hypothesis' fuzzy anchoring.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein, Opcodes

from consult.documents.anchors import QuoteSelector, context_kept, occurrences
from consult.documents.words import Words, read_words

# Signs of context, both sides together, that bear witness for words found as they were; of a quote's own letters, the
# number that needs no witness.
_WITNESS, _SPEAKS_FOR_ITSELF = 10, 24
# Words found nearly as they were: so alike, of 100, and at least so many signs.
_NEARLY, _LEAST_NEARLY = 75.0, 20
# Words next to a quote that bear witness for its place.
_NEIGHBOURS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A range of the new text, how alike its words are to those quoted (1: the same), and how sure the place is."""

    start: int
    end: int
    alike: float
    sure: float


def follow(selector: QuoteSelector, old: str, new: str) -> Found | None:
    """Where a quote of `old` stands in `new`, None where nothing like it is there any more."""
    if old == new:
        return Found(selector.start, selector.end, 1.0, 1.0)
    comparison = compare(old, new)
    followed = comparison.follow(selector.start, selector.end)
    if followed and followed.alike == 1.0:
        return followed
    found = [
        each for each in (followed, find_verbatim(selector, old, new), find_nearly(selector, new)) if each
    ]
    return max(found, key=lambda each: (each.sure, each.alike), default=None)


def find_verbatim(selector: QuoteSelector, old: str, new: str) -> Found | None:
    """The quote as it was, anywhere in a text: where it had its old neighbours, or where it can be no other."""
    starts = list(occurrences(selector.exact, new))
    if not starts:
        return None
    at = max(starts, key=lambda each: (context_kept(selector, new, each), -abs(each - selector.start)))
    sure = 0.3
    if context_kept(selector, new, at) >= _WITNESS:
        sure = 0.9
    elif len(starts) == 1 == old.count(selector.exact) and len(selector.exact) >= _SPEAKS_FOR_ITSELF:
        sure = 0.85
    return Found(at, at + len(selector.exact), 1.0, sure)


def find_nearly(selector: QuoteSelector, new: str) -> Found | None:
    """The words of a text that are most like those quoted, at whole words."""
    if len(selector.exact) < _LEAST_NEARLY:
        return None
    best = fuzz.partial_ratio_alignment(selector.exact, new, score_cutoff=_NEARLY)
    if best is None or best.src_end - best.src_start < len(selector.exact) / 2:
        return None
    words = read_words(new)
    first = bisect_right(words.ends, best.dest_start)
    last = bisect_left(words.starts, best.dest_end) - 1
    if not 0 <= first <= last < len(words):
        return None
    start, end = words.starts[first], words.ends[last]
    alike = fuzz.ratio(selector.exact, new[start:end]) / 100
    return Found(start, end, min(alike, 0.99), 0.7 * alike)


@lru_cache(maxsize=256)
def compare(old: str, new: str) -> "Comparison":
    """The comparison of two texts; those of many anchors on one block are made once."""
    return Comparison(old, new)


class Comparison:
    """Which word of a text is which of the next."""

    def __init__(self, old: str, new: str) -> None:
        self._texts = (old, new)
        self._old, self._new = read_words(old, signs=True), read_words(new, signs=True)
        steps = Levenshtein.opcodes(self._old.folded, self._new.folded)
        self._places = _places(self._old, steps)
        self._kept = _kept(self._old, self._new, steps)

    @property
    def alike(self) -> float:
        """The share of both texts' words that were kept."""
        kept = sum(_weight(self._old, n) for n in range(len(self._old)) if self._kept[n])
        both = _total(self._old, 0, len(self._old)) + _total(self._new, 0, len(self._new))
        return 2 * kept / both if both else 1.0

    def follow(self, start: int, end: int) -> Found | None:
        """Where the words of old[start:end] are now."""
        first, last = bisect_right(self._old.ends, start), bisect_left(self._old.starts, end) - 1
        if first > last:
            return None
        new_first, new_last = self._places[first][0], self._places[last][1]
        if new_first >= new_last:
            return None
        new_start, new_end = self._edges(start, end, (first, last), (new_first, new_last))
        kept = sum(_weight(self._old, n) for n in range(first, last + 1) if self._kept[n])
        both = _total(self._old, first, last + 1) + _total(self._new, new_first, new_last)
        if self._texts[0][start:end] == self._texts[1][new_start:new_end] and all(
            self._kept[first : last + 1]
        ):
            return Found(new_start, new_end, 1.0, self._surety(first, last))
        alike = min(0.99, 2 * kept / both if both else 0.0)
        return Found(new_start, new_end, alike, min(0.95, alike * 1.5) * self._surety(first, last))

    def _edges(self, start: int, end: int, old: tuple[int, int], new: tuple[int, int]) -> tuple[int, int]:
        """The range in the new text; a quote that begins or ends inside a word does so still if the word was kept."""
        (first, last), (new_first, new_last) = old, new
        new_start, new_end = self._new.starts[new_first], self._new.ends[new_last - 1]
        if self._same(first, new_first):
            new_start += max(0, start - self._old.starts[first])
        if self._same(last, new_last - 1):
            new_end -= max(0, self._old.ends[last] - end)
        return new_start, new_end

    def _same(self, old: int, new: int) -> bool:
        before, after = self._texts
        return self._kept[old] and (
            before[self._old.starts[old] : self._old.ends[old]]
            == after[self._new.starts[new] : self._new.ends[new]]
        )

    def _surety(self, first: int, last: int) -> float:
        """Whether words around the quote were kept too, or the quote is too long to be there by chance."""
        if _total(self._old, first, last + 1) >= _SPEAKS_FOR_ITSELF:
            return 1.0
        before = self._kept[max(0, first - _NEIGHBOURS) : first]
        after = self._kept[last + 1 : last + 1 + _NEIGHBOURS]
        witnesses = sum(before) + sum(after)
        return 1.0 if witnesses >= 2 or witnesses == len(before) + len(after) else 0.7


def _weight(words: Words, number: int) -> int:
    """Signs of punctuation weigh nothing."""
    return len(words.folded[number]) if words.folded[number].isalnum() else 0


def _total(words: Words, first: int, last: int) -> int:
    return sum(_weight(words, number) for number in range(first, last))


def _places(old: Words, steps: Opcodes) -> list[tuple[int, int]]:
    """For each old word the range of the new words that are at its place, empty where it was taken out."""
    places = [(0, 0)] * len(old)
    for step in steps:
        for number in range(step.src_start, step.src_end):
            at = step.dest_start + number - step.src_start
            places[number] = (step.dest_start,) * 2 if step.tag == "delete" else (at, at + 1)
    return places


def _kept(old: Words, new: Words, steps: Opcodes) -> list[bool]:
    """Which old words were kept; a word or two between much that was rewritten are there by chance."""
    kept = [False] * len(old)
    runs = list(steps)
    sizes = [
        max(_total(old, run.src_start, run.src_end), _total(new, run.dest_start, run.dest_end))
        for run in runs
    ]
    for number, run in enumerate(runs):
        if run.tag != "equal":
            continue
        before = sizes[number - 1] if number else 0
        after = sizes[number + 1] if number + 1 < len(runs) else 0
        by_chance = run.src_end - run.src_start <= 2 and sizes[number] * 3 <= min(before, after)
        kept[run.src_start : run.src_end] = [not by_chance] * (run.src_end - run.src_start)
    return kept
