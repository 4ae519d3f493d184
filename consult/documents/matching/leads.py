"""Which blocks of two versions are worth comparing: an index of the words and runs of words that both have."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, pairwise

# Words and runs that more blocks have than this lead to none; a block is led to others so many times at most, by its
# rarest ones first, and the so many that it is led to most are compared with it.
_MOST_HOLDERS, _MOST_LEADS, _CANDIDATES = 64, 150, 5

Feature = int | tuple[int, ...]


class Leads:
    """Made for some places of an old and of a new version; `terms` are their words as numbers, by place."""

    def __init__(self, old: Mapping[int, Sequence[int]], new: Mapping[int, Sequence[int]]) -> None:
        olds = {place: _features(terms) for place, terms in old.items()}
        news = {place: _features(terms) for place, terms in new.items()}
        both = _union(olds) & _union(news)
        self._old, self._new = _Held(olds, both), _Held(news, both)

    def pairs(self, olds: Collection[int], news: Collection[int]) -> set[tuple[int, int]]:
        """Pairs (old, new) of these places: the best few of each new one, and of each old one."""
        return self.of_new(olds, news) | self.of_old(olds, news)

    def of_new(self, olds: Collection[int], news: Collection[int]) -> set[tuple[int, int]]:
        """Pairs (old, new): for each of the new places the best few of the old ones."""
        among = frozenset(olds)
        return {(old, new) for new in news for old in self._old.best(self._new.features(new), among)}

    def of_old(self, olds: Collection[int], news: Collection[int]) -> set[tuple[int, int]]:
        """Pairs (old, new): for each of the old places the best few of the new ones."""
        among = frozenset(news)
        return {(old, new) for old in olds for new in self._new.best(self._old.features(old), among)}


class _Held:
    """Which places of one version have a feature."""

    def __init__(self, features: Mapping[int, set[Feature]], wanted: set[Feature]) -> None:
        self._features = {place: held & wanted for place, held in features.items()}
        holders: dict[Feature, list[int]] = defaultdict(list)
        for place, held in self._features.items():
            for feature in held:
                holders[feature].append(place)
        self._holders = {
            feature: places for feature, places in holders.items() if len(places) <= _MOST_HOLDERS
        }

    def features(self, place: int) -> set[Feature]:
        """Those that the other version has too."""
        return self._features.get(place, set())

    def best(self, features: set[Feature], among: frozenset[int]) -> Iterator[int]:
        """The few places that share most of these features, rare ones counting more."""
        votes: dict[int, float] = defaultdict(float)
        left = _MOST_LEADS
        for found in sorted(map(self._holders.__getitem__, features & self._holders.keys()), key=len):
            vote = 1 / len(found)
            for place in found:
                votes[place] += vote
            left -= len(found)
            if left <= 0:
                break
        ranked = sorted((-vote, place) for place, vote in votes.items() if place in among)
        return (place for _, place in ranked[:_CANDIDATES])


def _features(terms: Sequence[int]) -> set[Feature]:
    return {*terms, *pairwise(terms)}


def _union(features: Mapping[int, set[Feature]]) -> set[Feature]:
    return set(chain.from_iterable(features.values()))
