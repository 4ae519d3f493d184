"""Where a comment's place is in the next version: kept, moved, changed or orphaned, and how sure that is.

Rather no place than a wrong one: what is not sure goes to an editor.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consult.documents.anchors import QuoteSelector, describe
from consult.documents.carrying.following import ENOUGH, Found, compare, follow
from consult.documents.carrying.seeking import Seeker
from consult.documents.matching.matches import Match, carriers
from consult.documents.words import saying
from consult.models.contribution import Fate
from consult.models.version import MatchKind

SURE = 0.75
"""From here on a place is taken as found; below it an editor looks at it."""

# A place less sure than this is not even proposed to an editor: the comment is an orphan.
_WORTH_SHOWING = 0.4
# A comment on a whole block rests on the matching: where 40 % of the words are left it is sure.
_SAME_KEY = 0.35
_MOST_COMPARED = 6

Texts = Mapping[str, str]
"""A block's plain text by language."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A comment's place in the next version.

    fate: KEPT where the same words stand in the same block, MOVED where that block, or the words alone, went
        elsewhere, CHANGED where the words differ, ORPHANED where nothing is there that the comment was about.
    after: the block's place in the new version; None for an orphan.
    selector: the words as they are now; None for a whole block and for an orphan.
    sure: 0 to 1. Of an orphan: how sure it is that it is one.
    """

    fate: Fate
    after: int | None
    selector: QuoteSelector | None
    sure: float

    @property
    def unsure(self) -> bool:
        """Whether an editor has to look at it."""
        return self.sure < SURE


@dataclass(frozen=True, slots=True)
class Candidate:
    """A block of the new version that may hold what a comment was about.

    after: its place. plain: its text in the language quoted. moved: it stands elsewhere, or is another block.
    same: 0 to 1, how sure its original is the old one's. A translation may be worded anew where that did not change.
    """

    after: int
    plain: str
    moved: bool = False
    same: float = 0.0


@dataclass(frozen=True, slots=True)
class Anchored:
    """What one comment points at: the place of a block in the old version, the language quoted, the words.

    `selector.exact` is "" where the comment is on the whole block.
    """

    before: int
    lang: str
    selector: QuoteSelector


Elsewhere = Callable[[QuoteSelector], Iterable[tuple[Candidate, Found]]]
"""Words → blocks of the new version in which they are and were not before, and where in them."""

ORPHAN = Carried(Fate.ORPHANED, None, None, 1.0)


def nowhere(_: QuoteSelector) -> Iterable[tuple[Candidate, Found]]:
    """Looks nowhere else."""
    return ()


def carry(
    selector: QuoteSelector, plain: str, candidates: Sequence[Candidate], elsewhere: Elsewhere = nowhere
) -> Carried:
    """Carry one anchor over.

    selector: in `plain`, the old block's text in the language quoted; `exact` is "" for the whole block.
    candidates: the blocks that the old block became, the one that has its key first; none where it was removed.
    elsewhere: where to look for words that left their block.
    """
    found = _carried_words if selector.exact else _carried_block
    offers = list(found(selector, plain, _likeliest(selector, candidates)))
    if not any(offer.sure >= SURE for offer in offers):
        offers += _sought(selector, plain, elsewhere)
    best = max(offers, key=lambda offer: offer.sure, default=ORPHAN)
    if best.fate is not Fate.ORPHANED and best.sure < _WORTH_SHOWING:
        return Carried(Fate.ORPHANED, None, None, 1 - best.sure)
    return best


def carry_all(
    anchors: Iterable[Anchored], old: Sequence[Texts], new: Sequence[Texts], matches: Sequence[Match]
) -> Iterator[Carried]:
    """What becomes of each anchor, one after the other and in their order; fastest where a block's anchors follow
    one another.

    old, new: the texts of each version's blocks by place.
    """
    versions = _Versions(old, new, matches)
    for anchor in anchors:
        yield versions.carry(anchor)


def _likeliest(selector: QuoteSelector, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Of a block that went to pieces only a few are compared: those that hold the words, else the first."""
    if len(candidates) <= _MOST_COMPARED:
        return candidates
    holding = [candidate for candidate in candidates if selector.exact in candidate.plain]
    return (holding or candidates)[:_MOST_COMPARED]


def _carried_words(selector: QuoteSelector, plain: str, candidates: Sequence[Candidate]) -> Iterator[Carried]:
    for candidate in candidates:
        if found := follow(selector, plain, candidate.plain):
            yield _stands(candidate, found)


def _stands(candidate: Candidate, found: Found) -> Carried:
    fate = Fate.CHANGED if found.alike < 1 else Fate.MOVED if candidate.moved else Fate.KEPT
    return Carried(fate, candidate.after, describe(candidate.plain, found.start, found.end), found.sure)


def _carried_block(_: QuoteSelector, plain: str, candidates: Sequence[Candidate]) -> Iterator[Carried]:
    for candidate in candidates:
        if candidate.plain == plain:
            yield Carried(Fate.MOVED if candidate.moved else Fate.KEPT, candidate.after, None, 1.0)
        elif candidate.moved and saying(plain) >= ENOUGH and plain in candidate.plain:
            at = candidate.plain.index(plain)
            yield Carried(Fate.MOVED, candidate.after, describe(candidate.plain, at, at + len(plain)), 0.95)
        else:
            alike = max(compare(plain, candidate.plain).alike, candidate.same)
            yield Carried(Fate.CHANGED, candidate.after, None, min(1.0, _SAME_KEY + alike))


def _sought(selector: QuoteSelector, plain: str, elsewhere: Elsewhere) -> Iterator[Carried]:
    """The words in other blocks; a block that is gone is sought as all its words."""
    quote = selector if selector.exact or not plain else QuoteSelector(plain, "", "", 0, len(plain))
    for candidate, found in elsewhere(quote):
        yield _stands(candidate, found)


class _Versions:
    """Two versions with what anchors need of them; what is sought is indexed when first it is."""

    def __init__(self, old: Sequence[Texts], new: Sequence[Texts], matches: Sequence[Match]) -> None:
        self._old, self._new = old, new
        self._carriers = carriers(matches)
        self._became: dict[int, list[Match]] = defaultdict(list)
        self._came_from: dict[int, list[int]] = defaultdict(list)
        for match in matches:
            if match.before is not None and match.after is not None:
                self._became[match.before].append(match)
                self._came_from[match.after].append(match.before)
        for before, found in self._became.items():
            found.sort(key=lambda match: (self._carriers.get(match.after or 0) != before, -match.score))
        self._seekers: dict[str, Seeker] = {}

    def carry(self, anchor: Anchored) -> Carried:
        """What becomes of one anchor."""
        became = self._became.get(anchor.before, [])
        plain = self._old[anchor.before].get(anchor.lang)
        candidates = list(self._candidates(became, anchor.lang))
        if plain is None or (became and not candidates):
            return self._without_words(became)
        tried = frozenset(candidate.after for candidate in candidates)
        return carry(
            anchor.selector, plain, candidates, lambda quote: self._elsewhere(quote, anchor.lang, tried)
        )

    def _candidates(self, became: Iterable[Match], lang: str) -> Iterator[Candidate]:
        for match in became:
            if match.after is not None and lang in self._new[match.after]:
                yield Candidate(
                    match.after, self._new[match.after][lang], self._has_moved(match), match.score
                )

    def _has_moved(self, match: Match) -> bool:
        if match.after is None or match.kind is MatchKind.MOVED:
            return True
        return self._carriers.get(match.after) != match.before

    def _without_words(self, became: Sequence[Match]) -> Carried:
        """The language is not there (yet): the comment stands on its block, as sure as the block's original is."""
        if not became:
            return ORPHAN
        first = became[0]
        if first.edited or first.kind in (MatchKind.SPLIT, MatchKind.MERGED):
            return Carried(Fate.CHANGED, first.after, None, min(first.score, SURE - 0.05))
        return Carried(Fate.MOVED if self._has_moved(first) else Fate.KEPT, first.after, None, 0.9)

    def _elsewhere(
        self, quote: QuoteSelector, lang: str, tried: frozenset[int]
    ) -> Iterator[tuple[Candidate, Found]]:
        if lang not in self._seekers:
            old, new = _in_language(self._old, lang), _in_language(self._new, lang)
            self._seekers[lang] = Seeker(old, new, self._came_from)
        for place, found in self._seekers[lang].seek(quote, tried):
            yield Candidate(place, self._new[place][lang], moved=True), found


def _in_language(texts: Sequence[Texts], lang: str) -> dict[int, str]:
    return {place: by_lang[lang] for place, by_lang in enumerate(texts) if lang in by_lang}
