"""The Contributor Covenant's successive versions: real edits, in several languages each."""

from __future__ import annotations

from functools import cache

from consult.documents.alignment import align
from consult.documents.blocks import ParsedBlock
from consult.documents.keys import assign_keys
from consult.documents.markdown import parse_document
from consult.documents.matching.matches import match_blocks
from tests.documents.rewriting import DATA

COVENANT = DATA / "covenant"
STEPS = (("1.4", "2.0"), ("2.0", "2.1"), ("1.4", "2.1"))
LANGUAGES = ("fr", "es", "de", "pt-BR", "ru", "zh", "ar", "zh-Hant")

# By hand, from 1.4 to 2.0 in English. Left out is 9-6, which says in other words that one should be kind.
BY_HAND = frozenset(
    {(0, 0), (1, 1), (2, 2), (3, 4), (4, 5), (6, 7), (7, 8), (8, 10), (10, 11), (11, 12), (12, 13), (13, 14),
     (14, 15), (15, 16), (16, 17), (17, 18), (18, 19), (19, 20), (20, 21), (21, 22), (22, 23), (22, 24), (24, 39),
     (25, 40), (26, 42)}
)  # fmt: skip
Pairs = set[tuple[int, int]]


@cache
def blocks(version: str, lang: str) -> tuple[ParsedBlock, ...]:
    """A version's blocks in a language; none where it lacks that."""
    path = COVENANT / version / f"{lang}.md"
    return parse_document(path.read_text("utf-8")) if path.exists() else ()


@cache
def found(before: str, after: str, lang: str) -> frozenset[tuple[int, int]]:
    """The pairs that the matching finds."""
    old = blocks(before, lang)
    matches = match_blocks(list(zip(assign_keys(old), old, strict=True)), blocks(after, lang))
    return frozenset(
        (each.before, each.after) for each in matches if each.before is not None and each.after is not None
    )


def agreement(before: str, after: str, lang: str) -> tuple[int, int]:
    """How many pairs English and a language have in common, and how many each has, together; of blocks that the two
    languages' texts have one to one.
    """
    olds, news = _paired(before, lang), _paired(after, lang)
    ours: Pairs = {(i, j) for i, j in found(before, after, "en") if i in olds.values() and j in news.values()}
    theirs: Pairs = {(olds[i], news[j]) for i, j in found(before, after, lang) if i in olds and j in news}
    return 2 * len(ours & theirs), len(ours) + len(theirs)


def _paired(version: str, lang: str) -> dict[int, int]:
    beads = align(blocks(version, "en"), blocks(version, lang))
    return {bead.translation[0]: bead.original[0] for bead in beads if bead.pairs}


def in_both(before: str, after: str) -> list[str]:
    """The languages beside English that both versions have."""
    return [lang for lang in LANGUAGES if blocks(before, lang) and blocks(after, lang)]
