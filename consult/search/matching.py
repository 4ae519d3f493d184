"""Which documents of a segment a query matches, and how well: numpy over whole posting lists.

Scores are BM25 (Robertson and Zaragoza 2009; k1 1.2, b 0.75) over all forms of a word, with additions for the form as
it was typed, for its accents, and for titles.
"""

from collections.abc import Iterable
from functools import reduce
from itertools import pairwise
from math import ceil, log

import numpy as np

from consult.search.languages import SCRIPTS, STEMMERS, fold, pairs, primary, script, stems
from consult.search.postings import NOTHING, Ids, Mask, Postings, Scores
from consult.search.query import All, Beginning, Either, Fact, Leaf, Node, Phrase, Run, Without, Word
from consult.search.schema import marked_form
from consult.search.segments import SegmentView

K1, B = 1.2, 0.75
AS_TYPED, WITH_ACCENTS, IN_TITLE = 0.3, 0.3, 0.8
EXPANSIONS = 300
"""Words that one beginning stands for, at most, in a segment."""

LONG_RUN, SHARE_OF_RUN = 7, 0.7
"""Of a run with this many characters and more, this share has to be found: people type sentences."""


def query_languages(present: Iterable[str]) -> tuple[str, ...]:
    """The languages that a query is analysed in, from the tags of those that the index holds texts of."""
    return tuple(sorted({primary(lang) for lang in present} & STEMMERS.keys()))


def forms(word: str, langs: tuple[str, ...]) -> frozenset[str]:
    """The surface and the stems of a written word in each language of its script."""
    own = script(word)
    found = {stem for lang in langs if SCRIPTS.get(lang, "Latn") == own for stem in stems(word, lang)}
    return frozenset(found | {fold(word)})


class Matching:
    """One query on one segment. `frequencies` keeps how often each leaf was found, for the score."""

    def __init__(self, view: SegmentView, langs: tuple[str, ...]) -> None:
        self.view = view
        self.langs = langs
        self.frequencies: dict[Leaf, Scores] = {}

    def mask(self, node: Node) -> Mask:
        """The documents that match."""
        match node:
            case All(nodes):
                return self._all(nodes)
            case Either(nodes):
                return reduce(np.logical_or, [self.mask(inner) for inner in nodes])
            case Without(inner):
                return ~self.mask(inner)
            case Fact(facet, value):
                return self._fact(facet, value)
        frequencies = self.frequencies[node] = self._frequencies(node)
        return frequencies > 0

    def _all(self, nodes: tuple[Node, ...]) -> Mask:
        mask = np.ones(self.view.size, np.bool_)
        for node in nodes:
            mask &= self.mask(node)
        return mask

    def _fact(self, facet: str, value: str) -> Mask:
        column = self.view.column(facet)
        wanted = [v for v in column.values if v.lower() == value or v.lower().startswith(f"{value}-")]
        return column.mask(tuple(wanted), self.view.size)

    def _frequencies(self, leaf: Leaf) -> Scores:
        match leaf:
            case Word(written, part):
                fields = (part,) if part else ("words", "stems")
                return self._sum((field, form) for form in forms(written, self.langs) for field in fields)
            case Beginning(prefix, part):
                field = part or "words"
                return self._sum((field, term) for term in self.view.terms_from(field, prefix, EXPANSIONS))
            case Phrase(terms, part):
                return self._phrase(part or "words", terms)
            case Run(text, part):
                return self._run(text, part)

    def _sum(self, terms: Iterable[tuple[str, str]]) -> Scores:
        total = np.zeros(self.view.size, np.float32)
        for field, term in terms:
            postings = self.view.postings(field, term)
            if postings is not NOTHING:
                total[postings.ids] += postings.weights
        return total

    def _run(self, text: str, part: str) -> Scores:
        found = pairs(text)
        if not found:
            return self._sum([(part or "words", text)])
        field = part or "stems"
        total = self._sum((field, pair) for pair in dict.fromkeys(found))
        return np.where(self._covered(field, found), total / len(found), np.float32(0))

    def _covered(self, field: str, run: list[str]) -> Mask:
        """Where enough characters of a run stand in one of the run's pairs, so that 教育免费 finds 教育应当免费."""
        present = [np.zeros(self.view.size, np.bool_) for _ in range(len(run) + 2)]
        for place, pair in enumerate(run, 1):
            present[place][self.view.postings(field, pair).ids] = True
        covered = np.zeros(self.view.size, np.int32)
        for before, after in pairwise(present):
            covered += before | after
        characters = len(run) + 1
        return covered >= (characters if characters < LONG_RUN else ceil(characters * SHARE_OF_RUN))

    def _phrase(self, field: str, terms: tuple[str, ...]) -> Scores:
        total = np.zeros(self.view.size, np.float32)
        lists = [self.view.postings(field, term, positions=True) for term in terms]
        if any(postings is NOTHING for postings in lists):
            return total
        common = _common_ids(lists)
        places = _places(lists[0], common, 0)
        for offset, postings in enumerate(lists[1:], 1):
            places = np.intersect1d(places, _places(postings, common, offset), assume_unique=True)
        docs, counts = np.unique(places >> 32, return_counts=True)
        total[docs] = counts
        return total

    def score(self, leaf: Leaf, docs: Ids, rarity: float, mean_length: float) -> Scores:
        """What a leaf adds to the scores of documents."""
        frequency = self.frequencies[leaf][docs]
        length = self.view.lengths[docs] / max(mean_length, 1.0)
        score = frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length))
        if isinstance(leaf, Word) and not leaf.part:
            score = score + self._as_written(leaf.written)[docs]
        return (score * np.float32(rarity)).astype(np.float32)

    def _as_written(self, written: str) -> Scores:
        surface, marked = fold(written), marked_form(written)
        added = np.zeros(self.view.size, np.float32)
        added[self.view.postings("words", surface).ids] += AS_TYPED
        if marked:
            added[self.view.postings("stems", marked).ids] += WITH_ACCENTS
        in_title = np.zeros(self.view.size, np.bool_)
        for form in forms(written, self.langs):
            in_title[self.view.postings("title", form).ids] = True
        added[in_title] += IN_TITLE
        return added


def rarity(matching: int, documents: int) -> float:
    """BM25's inverse document frequency."""
    return log(1 + (documents - matching + 0.5) / (matching + 0.5)) if documents >= matching else 0.0


def _common_ids(lists: list[Postings]) -> Ids:
    common = min(lists, key=lambda postings: len(postings.ids)).ids
    for postings in lists:
        common = np.intersect1d(common, postings.ids, assume_unique=True)
    return common


def _places(postings: Postings, docs: Ids, offset: int) -> Ids:
    """Where a term stands in some documents, as document × 2³² + position − offset."""
    positions = np.frombuffer(postings.positions, "<u4").astype(np.int64)
    places = (np.repeat(postings.ids, postings.weights.astype(np.int64)) << 32) + positions - offset
    wanted = np.repeat(np.isin(postings.ids, docs, assume_unique=True), postings.weights.astype(np.int64))
    return places[wanted & (positions >= offset)]
