"""Where quoted words went when their block was edited.

The texts are compared word by word (Levenshtein), so a quote's place is found by everything around it and not only by
itself: of a phrase that stands twice, the one that was meant. Words that were carried elsewhere within the block are
found as they are or nearly so, with their neighbours for witnesses, as in Hypothesis' fuzzy anchoring.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein, Opcodes

from consult.documents.anchors import QuoteSelector, context_kept, neighbours_kept, occurrences
from consult.documents.words import Words, read_words, saying

# Words found as they were, with as many of their neighbours as were kept, are theirs if this run says so much (in
# letters): next to what it was known by on both sides, or much by itself.
ENOUGH, SOME, _MUCH, _BESIDE = 40, 20, 24, 5
# Words found nearly as they were: so alike, of 100, and at least and at most so many signs (a passage of pages is found
# by its block, and comparing it everywhere takes long).
_NEARLY, _LEAST_NEARLY, _MOST_NEARLY, _LONGEST_WORD = 75.0, 20, 400, 40
# What is found nearly as it was is never surer than this: a proposal to an editor.
_NEARLY_SURE = 0.7
# So alike are the letters of any two words; what is more alike is one word, bent or spelled otherwise.
_BY_CHANCE = 0.4
# Words put between two kept on each side, where the quote was, are proposed in its place.
_FRAME, _FRAMED_SURE = 2, 0.6
# Where this times a quote's likeness is sure enough, its place is.
_ALIKE_ENOUGH = 1.4
# Words next to a quote that bear witness for its place.
_NEIGHBOURS, _WITNESSES = 4, 2


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
    best = _surest(followed, find_verbatim(selector, old, new))
    return best if best and best.sure >= _NEARLY_SURE else _surest(best, find_nearly(selector, new))


def _surest(*found: Found | None) -> Found | None:
    return max((each for each in found if each), key=lambda each: (each.sure, each.alike), default=None)


@dataclass(frozen=True, slots=True)
class Run:
    """A quote as it was and the neighbours it has kept: text[start:end] of the new text, `at` the quote's place."""

    at: int
    start: int
    end: int

    def text(self, plain: str) -> str:
        """The run's words."""
        return plain[self.start : self.end]


def find_run(selector: QuoteSelector, new: str) -> Run | None:
    """The quote as it was where it has most of its old neighbours."""
    starts = occurrences(selector.exact, new)
    at = max(
        starts,
        key=lambda each: (context_kept(selector, new, each), -abs(each - selector.start)),
        default=None,
    )
    if at is None:
        return None
    before, after = neighbours_kept(selector, new, at)
    return Run(at, at - before, at + len(selector.exact) + after)


def find_verbatim(selector: QuoteSelector, old: str, new: str) -> Found | None:
    """The quote as it was, anywhere in a text; the surer, the more of what stood around it came with it."""
    run = find_run(selector, new)
    if run is None:
        return None
    end = run.at + len(selector.exact)
    own, all_said = saying(selector.exact), saying(run.text(new))
    beside = min(saying(new[run.start : run.at]), saying(new[end : run.end])) >= _BESIDE
    sure = 0.5 if all_said >= SOME else 0.2
    if all_said >= ENOUGH and (beside or own >= _MUCH) and old.count(run.text(new)) == 1:
        sure = 0.9
    elif own >= _MUCH and old.count(selector.exact) == new.count(selector.exact) == 1:
        sure = 0.85
    return Found(run.at, end, 1.0, sure)


def find_nearly(selector: QuoteSelector, new: str) -> Found | None:
    """The words of a text that are most like those quoted, at whole words; they may be the same, without what stood around them."""
    if not _LEAST_NEARLY <= len(selector.exact) <= _MOST_NEARLY:
        return None
    best = fuzz.partial_ratio_alignment(selector.exact, new, score_cutoff=_NEARLY)
    if best is None or best.src_end - best.src_start < len(selector.exact) / 2:
        return None
    start, end = _whole_words(new, best.dest_start, best.dest_end)
    alike = fuzz.ratio(selector.exact, new[start:end]) / 100
    return Found(start, end, alike, _NEARLY_SURE * alike)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The range widened to where its first and last words begin and end."""
    from_here = max(0, start - _LONGEST_WORD)
    words = read_words(text[from_here : end + _LONGEST_WORD])
    first = bisect_right(words.ends, start - from_here)
    last = bisect_left(words.starts, end - from_here) - 1
    if first > last:
        return start, end
    return from_here + words.starts[first], from_here + words.ends[last]


@lru_cache(maxsize=64)
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
        self._said = (_sums(self._old), _sums(self._new))
        self._kept = _kept(steps, *self._said)
        self._said_still = _sums(self._old, self._kept)

    @property
    def alike(self) -> float:
        """The share of both texts' words that were kept."""
        return self._alike(range(len(self._old)), range(len(self._new)))

    def follow(self, start: int, end: int) -> Found | None:
        """Where the words of old[start:end] are now."""
        first, last = bisect_right(self._old.ends, start), bisect_left(self._old.starts, end) - 1
        if first > last:
            return None
        new_first, new_last = self._places[first][0], self._places[last][1]
        if new_first >= new_last:
            return None
        new_start, new_end = self._edges(start, end, (first, last), (new_first, new_last))
        if self._texts[0][start:end] == self._texts[1][new_start:new_end]:
            kept = all(self._kept[first : last + 1])
            return Found(new_start, new_end, 1.0, self._surety(first, last) if kept else 0.5)
        letters = fuzz.ratio(self._texts[0][start:end], self._texts[1][new_start:new_end]) / 100
        bent = (letters - _BY_CHANCE) / (1 - _BY_CHANCE)
        alike = max(self._alike(range(first, last + 1), range(new_first, new_last)), bent)
        sure = min(0.95, alike * _ALIKE_ENOUGH) * self._surety(first, last)
        if self._is_framed(first, last):
            sure = max(sure, _FRAMED_SURE)
        return Found(new_start, new_end, min(alike, 0.99), sure)

    def _alike(self, olds: range, news: range) -> float:
        kept = _between(self._said_still, olds.start, olds.stop)
        both = _between(self._said[0], olds.start, olds.stop) + _between(self._said[1], news.start, news.stop)
        return 2 * kept / both if both else 0.0

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
        if _between(self._said[0], first, last + 1) >= _MUCH:
            return 1.0
        before = self._kept[max(0, first - _NEIGHBOURS) : first]
        after = self._kept[last + 1 : last + 1 + _NEIGHBOURS]
        witnesses = sum(before) + sum(after)
        return 1.0 if witnesses >= _WITNESSES or witnesses == len(before) + len(after) else 0.7

    def _is_framed(self, first: int, last: int) -> bool:
        """Whether the words right before and right after the quote were kept: what is between them replaced it."""
        before = self._kept[max(0, first - _FRAME) : first]
        after = self._kept[last + 1 : last + 1 + _FRAME]
        return all(before) and all(after) and bool(before or after)


def _sums(words: Words, counted: Sequence[bool] | None = None) -> list[int]:
    """How many letters stand before each word, and in all; punctuation says nothing."""
    letters = (len(word) if word.isalnum() else 0 for word in words.folded)
    if counted is not None:
        letters = (number if counts else 0 for number, counts in zip(letters, counted, strict=True))
    return [0, *accumulate(letters)]


def _between(sums: Sequence[int], first: int, last: int) -> int:
    return sums[last] - sums[first]


def _places(old: Words, steps: Opcodes) -> list[tuple[int, int]]:
    """For each old word the range of the new words that are at its place, empty where it was taken out."""
    places = [(0, 0)] * len(old)
    for step in steps:
        for number in range(step.src_start, step.src_end):
            at = step.dest_start + number - step.src_start
            places[number] = (step.dest_start,) * 2 if step.tag == "delete" else (at, at + 1)
    return places


def _kept(steps: Opcodes, old: Sequence[int], new: Sequence[int]) -> list[bool]:
    """Which old words were kept; a word or two between much that was rewritten are there by chance."""
    kept = [False] * (len(old) - 1)
    runs = list(steps)
    sizes = [
        max(_between(old, run.src_start, run.src_end), _between(new, run.dest_start, run.dest_end))
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
