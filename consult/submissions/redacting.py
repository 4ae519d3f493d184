"""Words that a response's public text leaves out: how they are marked while writing, kept, and left out.

In a form they stand between two signs, `[[` and `]]` unless the text has those itself; they are kept as spans
[start, end) in code points of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from consult.kernel.translated import digest

Span = tuple[int, int]
Signs = tuple[str, str]
SIGNS: tuple[Signs, ...] = (("[[", "]]"), ("{{", "}}"), ("⟦", "⟧"), ("⦃", "⦄"))


class UnevenMarks(ValueError):
    """A mark that is not closed, not opened, or inside another one; `near` is the text around it."""

    def __init__(self, near: str) -> None:
        super().__init__(near)
        self.near = near


def settle(spans: Iterable[Sequence[int]], length: int) -> tuple[Span, ...]:
    """Spans in order, within the text, touching ones made one."""
    settled: list[Span] = []
    for start, end in sorted((max(0, each[0]), min(length, each[1])) for each in spans):
        if start >= end:
            continue
        if settled and start <= settled[-1][1]:
            settled[-1] = (settled[-1][0], max(end, settled[-1][1]))
        else:
            settled.append((start, end))
    return tuple(settled)


def valid_marks(text: str, marks: Iterable[Sequence[int]], marked: str) -> tuple[Span, ...]:
    """The spans to leave out: those marked, or all of a text that changed since it was marked."""
    spans = settle(marks, len(text))
    if marked and marked != digest(text):
        return ((0, len(text)),) if text else ()
    return spans


def signs_for(text: str) -> Signs:
    """The signs to mark words of a text with: the first pair of which the text has nothing itself."""
    return next((pair for pair in SIGNS if not any(sign[0] in text for sign in pair)), SIGNS[-1])


def with_marks(text: str, spans: Sequence[Span], signs: Signs) -> str:
    """The text as it is shown for marking."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], signs[0], text[start:end], signs[1]]
        at = end
    return "".join([*pieces, text[at:]])


def read_marks(typed: str, signs: Signs) -> tuple[str, tuple[Span, ...]]:
    """The text without its marks, and the spans between them. Raises UnevenMarks."""
    opens, closes = signs
    plain: list[str] = []
    spans: list[Span] = []
    at = length = 0
    begun: int | None = None
    for sign in re.finditer(f"{re.escape(opens)}|{re.escape(closes)}", typed):
        plain.append(typed[at : sign.start()])
        length += sign.start() - at
        at = sign.end()
        if (sign[0] == opens) is (begun is not None):
            raise UnevenMarks(typed[max(0, sign.start() - 20) : sign.end() + 20])
        if begun is None:
            begun = length
        else:
            spans.append((begun, length))
            begun = None
    if begun is not None:
        raise UnevenMarks(typed[-40:])
    text = "".join([*plain, typed[at:]])
    return text, settle(spans, len(text))


def left_elsewhere(text: str, spans: Sequence[Span]) -> tuple[str, ...]:
    """Marked passages that also stand in the text without a mark, as people overlook."""
    rest = without(text, spans, "\x00").casefold()
    passages = dict.fromkeys(text[start:end].strip() for start, end in spans)
    return tuple(each for each in passages if len(each) > 2 and each.casefold() in rest)


def without(text: str, spans: Sequence[Span], instead: str) -> str:
    """The text with `instead` for each span."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], instead]
        at = end
    return "".join([*pieces, text[at:]])
