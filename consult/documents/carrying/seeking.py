"""Words that left their block, looked for in the rest of a version."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import fuzz

from consult.documents.anchors import QuoteSelector
from consult.documents.carrying.following import ENOUGH, SOME, Found, find_nearly, find_run
from consult.documents.words import read_words, saying

_RUN = 3
_MOST_HOLDERS, _MOST_PLACES = 12, 4
# How like words of its predecessor must be, of 100, for a block to have had them all along.
_HAD_THEM = 80.0


class Seeker:
    """Two versions' texts in one language, by place, and of what each new block came.

    Runs of three words are indexed, so that no quote is compared with every block.
    """

    def __init__(
        self, old: Mapping[int, str], new: Mapping[int, str], came_from: Mapping[int, Sequence[int]]
    ) -> None:
        self._old, self._new, self._came_from = old, new, came_from
        self._everything = ("\n".join(old.values()), "\n".join(new.values()))
        self._holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, text in new.items():
            for run in set(_runs(read_words(text).folded)):
                self._holders[run].append(place)

    def seek(self, selector: QuoteSelector, tried: frozenset[int]) -> Iterator[tuple[int, Found]]:
        """Places, but those tried, that have the quoted words now and had not before.

        Sure are words that stand there with so many of their neighbours that nothing else in either version says
        the same; what is nearly alike is a proposal.
        """
        words = selector.exact
        if saying(words) < ENOUGH:
            words = selector.prefix + words + selector.suffix
        for place in self._likely(words):
            if place not in tried and (found := self._find(selector, place)):
                yield place, found

    def _find(self, selector: QuoteSelector, place: int) -> Found | None:
        text = self._new[place]
        if (run := find_run(selector, text)) is None:
            nearly = find_nearly(selector, text)
            return None if nearly is None or self._had(text[nearly.start : nearly.end], place) else nearly
        shared = run.text(text)
        if (said := saying(shared)) < SOME:
            return None
        alone = said >= ENOUGH and all(version.count(shared) == 1 for version in self._everything)
        return Found(run.at, run.at + len(selector.exact), 1.0, 0.9 if alone else 0.5)

    def _likely(self, words: str) -> Sequence[int]:
        """The few places that hold most of the runs of these words which few places hold; the likeliest first."""
        votes: Counter[int] = Counter()
        for run in set(_runs(read_words(words).folded)):
            holders = self._holders.get(run, ())
            if len(holders) <= _MOST_HOLDERS:
                votes.update(holders)
        return sorted(votes, key=lambda place: (-votes[place], place))[:_MOST_PLACES]

    def _had(self, words: str, place: int) -> bool:
        """Whether such words stood in that block before: then they are not those that left another."""
        earlier = (self._old.get(before, "") for before in self._came_from.get(place, ()))
        return any(fuzz.partial_ratio(words, text, score_cutoff=_HAD_THEM) for text in earlier)


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)]
