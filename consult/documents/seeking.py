"""Words that left their block, looked for in the rest of a version."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from consult.documents.words import read_words

_RUN = 3
_MOST_HOLDERS, _MOST_PLACES = 12, 4


class Seeker:
    """An index of the runs of three words of a version's texts in one language, by place."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, text in texts.items():
            for run in set(_runs(read_words(text).folded)):
                self._holders[run].append(place)

    def seek(self, words: str) -> Sequence[int]:
        """The few places that hold most of the runs of these words which few places hold; the likeliest first."""
        votes: Counter[int] = Counter()
        for run in set(_runs(read_words(words).folded)):
            holders = self._holders.get(run, ())
            if len(holders) <= _MOST_HOLDERS:
                votes.update(holders)
        return sorted(votes, key=lambda place: (-votes[place], place))[:_MOST_PLACES]


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)]
