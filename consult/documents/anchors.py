"""Words marked in a block: the TextQuoteSelector and TextPositionSelector of the W3C Web Annotation Data
Model.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from consult.documents.sanitising import collapse

CONTEXT = 32


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of a block's `plain`, in Unicode code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class QuoteSelector:
    """The words themselves, up to 32 characters on each side, and where they stood."""

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


def describe(plain: str, start: int, end: int) -> QuoteSelector:
    """The selector of plain[start:end]. Raises ValueError for a range that is empty or outside the text."""
    if not 0 <= start < end <= len(plain):
        raise ValueError(f"no words between {start} and {end} in a text of {len(plain)} characters")
    return QuoteSelector(
        plain[start:end], plain[max(0, start - CONTEXT) : start], plain[end : end + CONTEXT], start, end
    )


def locate(selector: QuoteSelector, plain: str) -> Span | None:
    """Where the quoted words stand in a text now, None if they are not in it as they were.

    The same place with the same neighbours wins, then the occurrence with the most of its old neighbours,
    then the one nearest to the old place.
    """
    if not selector.exact:
        return None
    starts = list(occurrences(selector.exact, plain))
    if not starts:
        return None
    best = max(starts, key=lambda at: (context_kept(selector, plain, at), -abs(at - selector.start)))
    return Span(best, best + len(selector.exact))


def from_quote(exact: str, plain: str, prefix: str = "", suffix: str = "") -> QuoteSelector | None:
    """A selector for words that a reader marked, with what stood around them if that is known; None if not
    there.

    White space may differ, as it does in a browser's selection.
    """
    wanted = collapse(exact)
    if not wanted:
        return None
    span = locate(QuoteSelector(wanted, _flatten(prefix), _flatten(suffix), 0, len(wanted)), plain)
    return None if span is None else describe(plain, span.start, span.end)


def _flatten(context: str) -> str:
    """Context with single spaces; a space at its end, next to the quote, counts."""
    before = " " if context[:1].isspace() else ""
    after = " " if context[-1:].isspace() else ""
    return before + collapse(context) + after if collapse(context) else before


def occurrences(wanted: str, plain: str) -> Iterator[int]:
    """Each place where words begin, also where they overlap."""
    at = plain.find(wanted)
    while at >= 0:
        yield at
        at = plain.find(wanted, at + 1)


def context_kept(selector: QuoteSelector, plain: str, at: int) -> int:
    """How many characters next to the words are as they were, on both sides together."""
    return sum(neighbours_kept(selector, plain, at))


def neighbours_kept(selector: QuoteSelector, plain: str, at: int) -> tuple[int, int]:
    """How many characters before and after the words are as they were."""
    end = at + len(selector.exact)
    before = plain[max(0, at - len(selector.prefix)) : at]
    after = plain[end : end + len(selector.suffix)]
    return _shared(reversed(selector.prefix), reversed(before)), _shared(iter(selector.suffix), iter(after))


def _shared(ours: Iterator[str], theirs: Iterator[str]) -> int:
    count = 0
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            break
        count += 1
    return count
