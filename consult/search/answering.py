"""Answering a query from a snapshot: match, count, sort, and show one page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consult.search.excerpts import Needles, excerpt, marked, needles, spans
from consult.search.facets import FacetCounts
from consult.search.matching import Matching, query_languages, rarity
from consult.search.port import DEEPEST, Entry, FilePage, Hit, Query, Results
from consult.search.postings import Ids, Scores
from consult.search.query import All, Leaf, Parsed, leaves, parse
from consult.search.schema import entry_of
from consult.search.snapshots import Snapshot
from consult.search.suggestions import LITTLE, other_spellings


@dataclass(frozen=True, slots=True)
class _Found:
    """The matches in one segment."""

    part: int
    matching: Matching
    docs: Ids


def answer(query: Query, snapshot: Snapshot) -> Results:
    """One page of results. Reads files only for words not asked for lately and for the hits it shows."""
    parsed = parse(query.text)
    langs = query_languages(snapshot.languages)
    counts = FacetCounts(query.filters)
    found, frequencies = _match(parsed.root, snapshot, langs, counts)
    total = sum(len(part.docs) for part in found)
    ranked = _page(query, parsed.root, snapshot, found, frequencies)
    wanted = needles(leaves(parsed.root), langs)
    return Results(
        query=query,
        total=total,
        items=tuple(_hit(snapshot, part, doc, score, wanted) for part, doc, score in ranked),
        facets=counts.result(),
        suggestions=_suggestions(query, parsed, snapshot) if total <= LITTLE else (),
        problems=parsed.problems,
    )


def _suggestions(query: Query, parsed: Parsed, snapshot: Snapshot) -> tuple[str, ...]:
    return other_spellings(query.text, parsed.root, snapshot)


def _match(
    root: All, snapshot: Snapshot, langs: tuple[str, ...], counts: FacetCounts
) -> tuple[list[_Found], dict[Leaf, int]]:
    """The matches by segment, and how many documents of the index have each leaf."""
    found = []
    frequencies: dict[Leaf, int] = {}
    for number, (view, alive) in enumerate(snapshot.parts):
        matching = Matching(view, langs)
        docs = np.flatnonzero(counts.take(view, matching.mask(root) & alive))
        for leaf, frequency in matching.frequencies.items():
            frequencies[leaf] = frequencies.get(leaf, 0) + int(np.count_nonzero(frequency))
        if len(docs):
            found.append(_Found(number, matching, docs))
    return found, frequencies


def _page(
    query: Query, root: All, snapshot: Snapshot, found: Sequence[_Found], frequencies: dict[Leaf, int]
) -> list[tuple[int, int, float]]:
    """(segment, document, score) of the hits on the page, in order."""
    first = (max(query.page, 1) - 1) * query.size
    last = min(first + query.size, DEEPEST)
    if not found or first >= last:
        return []
    created = np.concatenate([snapshot.parts[part.part][0].created[part.docs] for part in found])
    by_score = query.sort == "relevance" and any(True for _ in leaves(root))
    scores = _scores(root, snapshot, found, frequencies) if by_score else np.zeros(len(created), np.float32)
    order = _top(scores, created if query.sort == "oldest" else -created, last)[first:last]
    parts = np.repeat([part.part for part in found], [len(part.docs) for part in found])
    docs = np.concatenate([part.docs for part in found])
    return [(int(parts[i]), int(docs[i]), float(scores[i])) for i in order]


def _scores(root: All, snapshot: Snapshot, found: Sequence[_Found], frequencies: dict[Leaf, int]) -> Scores:
    wanted = dict.fromkeys(leaves(root))
    weights = {leaf: rarity(frequencies.get(leaf, 0), snapshot.documents) for leaf in wanted}
    by_part = []
    for part in found:
        score = np.zeros(len(part.docs), np.float32)
        for leaf, weight in weights.items():
            score += part.matching.score(leaf, part.docs, weight, snapshot.mean_length)
        by_part.append(score)
    return np.concatenate(by_part)


def _top(scores: Scores, then: NDArray[np.int64], count: int) -> Ids:
    """Places of the best by score, equal ones by `then`, ordered; sorts only those that can be among them."""
    places: Ids = np.arange(len(scores))
    if count < len(scores):
        if scores.any():
            places = np.flatnonzero(scores >= np.partition(scores, -count)[-count])
        else:
            places = np.flatnonzero(then <= np.partition(then, count - 1)[count - 1])
    return places[np.lexsort((places, then[places], -scores[places]))]


def _hit(snapshot: Snapshot, part: int, doc: int, score: float, wanted: Needles) -> Hit:
    entry = entry_of(snapshot.parts[part][0].shown(doc))
    page = _page_of(entry, wanted)
    return Hit(
        key=entry.key,
        reference=entry.reference,
        type=entry.type,
        title=entry.title,
        lang=entry.lang,
        excerpt=excerpt(page.text if page else entry.text, entry.lang, wanted),
        address=entry.address,
        score=round(score, 4),
        author=entry.author,
        organisation=entry.organisation,
        kind=entry.kind,
        created_at=entry.created_at,
        consultation=entry.consultation,
        disposition=entry.disposition,
        title_marked=marked(entry.title, entry.lang, wanted),
        organisation_marked=marked(entry.organisation, entry.lang, wanted),
        file=page.file if page else "",
        file_number=page.number if page else 0,
        page=page.page if page else 0,
    )


def _page_of(entry: Entry, wanted: Needles) -> FilePage | None:
    """The page of a file to quote: the first with the words, where the text itself has none of them."""
    if not entry.pages or spans(entry.text, entry.lang, wanted):
        return None
    return next((page for page in entry.pages if spans(page.text, entry.lang, wanted)), None)
