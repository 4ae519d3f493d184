"""Words quoted in a draft, and where they truly are in its next version."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from consult.documents.anchors import QuoteSelector, describe
from consult.documents.carrying.carry import Anchored, Carried, carry_all
from consult.documents.matching.matches import match_blocks
from consult.models.contribution import Fate
from tests.documents.rewriting import Rewritten

WHOLE = QuoteSelector("", "", "", 0, 0)
SIZES = (1, 1, 2, 3, 4, 6, 8, 12, 20)


@dataclass(frozen=True)
class Quoted:
    """An anchor, and the words it is about: their numbers in its block."""

    anchor: Anchored
    words: range


def quote(chance: random.Random, text: Rewritten, lang: str, count: int) -> list[Quoted]:
    """So many anchors on a draft, in its order; every fifth or so on a whole block."""
    return sorted(
        (_quote(chance, text, chance.randrange(len(text.old)), lang) for _ in range(count)),
        key=lambda quoted: quoted.anchor.before,
    )


def _quote(chance: random.Random, text: Rewritten, place: int, lang: str) -> Quoted:
    words = text.old_words[place]
    if chance.random() < 0.2:
        return Quoted(Anchored(place, lang, WHOLE), range(len(words)))
    size = min(len(words), chance.choice(SIZES))
    first = chance.randrange(len(words) - size + 1)
    spans = _spans(words, text.joiner)
    selector = describe(text.old[place].plain, spans[first][0], spans[first + size - 1][1])
    return Quoted(Anchored(place, lang, selector), range(first, first + size))


def carry_over(text: Rewritten, quoted: Sequence[Quoted], lang: str) -> list[Carried]:
    """What becomes of them."""
    old, new = ([{lang: block.plain} for block in blocks] for blocks in (text.old, text.new))
    matches = match_blocks(text.keyed, text.new)
    return list(carry_all((each.anchor for each in quoted), old, new, matches))


class Truth:
    """Where each word of the old version is in the new one."""

    def __init__(self, text: Rewritten) -> None:
        self._text = text
        self._spans = [_spans([word.text for word in words], text.joiner) for words in text.words]
        self._places = {
            word.origin: (j, n)
            for j, words in enumerate(text.words)
            for n, word in enumerate(words)
            if word.origin is not None
        }

    def survivors(self, quoted: Quoted) -> dict[int, list[int]]:
        """New block → numbers of the quoted words in it."""
        found: dict[int, list[int]] = {}
        for number in quoted.words:
            if place := self._places.get((quoted.anchor.before, number)):
                found.setdefault(place[0], []).append(place[1])
        return found

    def lives(self, quoted: Quoted) -> bool:
        """Whether half of the words or more are still there."""
        return 2 * sum(map(len, self.survivors(quoted).values())) >= len(quoted.words)

    def is_right(self, quoted: Quoted, carried: Carried) -> bool:
        """Whether an anchor stands on words it was about: half of what survives, and mostly that."""
        words = self.survivors(quoted).get(carried.after if carried.after is not None else -1)
        if not words:
            return False
        if carried.selector is None:
            return not quoted.anchor.selector.exact
        spans = self._spans[carried.after or 0]
        start, end = spans[min(words)][0], spans[max(words)][1]
        shared = min(end, carried.selector.end) - max(start, carried.selector.start)
        return 2 * shared >= end - start and 3 * shared >= carried.selector.end - carried.selector.start

    def fate_is_right(self, quoted: Quoted, carried: Carried) -> bool:
        """Whether words that differ are called so, and none that do not."""
        was = quoted.anchor.selector.exact or self._text.old[quoted.anchor.before].plain
        now = carried.selector.exact if carried.selector else self._text.new[carried.after or 0].plain
        return (carried.fate is Fate.CHANGED) == (was != now)


def _spans(words: Sequence[str], joiner: str) -> list[tuple[int, int]]:
    at, spans = 0, []
    for word in words:
        spans.append((at, at + len(word)))
        at += len(word) + len(joiner)
    return spans
