"""Words that the index knows: for what was mistyped, and for what is being typed."""

from collections import Counter
from math import log10

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from consult.search.languages import fold
from consult.search.query import Node, Word, leaves
from consult.search.schema import fold_text
from consult.search.segments import SegmentView
from consult.search.snapshots import Snapshot

LITTLE = 2
"""Results up to which another spelling is offered."""

NEAR = 8
SCANNED = 400


def other_spellings(text: str, root: Node, snapshot: Snapshot) -> tuple[str, ...]:
    """The query with each word that no text has replaced by a near one that some have; none where all are known."""
    found = text
    for leaf in leaves(root):
        if isinstance(leaf, Word) and not _known(leaf, snapshot):
            near = _nearest(fold(leaf.written), snapshot)
            found = found.replace(leaf.written, near, 1) if near else found
    return (found,) if found != text else ()


def _known(word: Word, snapshot: Snapshot) -> bool:
    surface, field = fold(word.written), word.part or "words"
    return any(view.frequency(field, surface, living) for view, living in snapshot.parts)


def _nearest(surface: str, snapshot: Snapshot) -> str:
    """The known word that is nearest (optimal string alignment) and frequent; "" if none is near."""
    if len(surface) < 4:
        return ""
    distances: dict[str, int] = {}
    frequencies: Counter[str] = Counter()
    for view, living in snapshot.parts:
        for word, distance, _ in _near(surface, view):
            if frequency := view.frequency("words", word, living):
                distances[word] = distance
                frequencies[word] += frequency
    # A frequent word two letters away is likelier meant than somebody else's slip one letter away.
    return min(distances, key=lambda word: (distances[word] - log10(frequencies[word] + 1), word), default="")


def _near(surface: str, view: SegmentView) -> list[tuple[str, int, int]]:
    """(word, distance, place) of the segment's nearest words."""
    allowed = 1 if len(surface) < 6 else 2
    return extract(surface, view.vocabulary(), scorer=OSA.distance, score_cutoff=allowed, limit=NEAR)


def beginnings(prefix: str, limit: int, snapshot: Snapshot) -> tuple[str, ...]:
    """Titles and organisations that begin so, then words, the more frequent first; of living entries only."""
    folded = fold_text(prefix)
    if not folded:
        return ()
    labels = _frequent(snapshot, "labels", folded)
    words = _frequent(snapshot, "words", folded) if " " not in folded else Counter[str]()
    written = [label.partition("\t")[2] for label, _ in labels.most_common(limit)]
    plain = [word for word, _ in words.most_common(limit * 2) if len(word) > 2]
    return tuple(dict.fromkeys([*written, *plain]))[:limit]


def _frequent(snapshot: Snapshot, field: str, prefix: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for view, living in snapshot.parts:
        for term in view.terms_from(field, prefix, SCANNED):
            found[term] += view.frequency(field, term, living)
    return +found
