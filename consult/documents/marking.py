"""Marks ranges of a block's text in its stored HTML."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape, unescape
from itertools import groupby

from consult.documents.sanitising import BLOCK_TAGS

# An attribute's value may hold a ">".
_TOKEN = re.compile(
    r"""<(?:[^<>"]|"[^"]*")*>|&(?:[a-zA-Z][a-zA-Z0-9]*|#[0-9]+|#[xX][0-9a-fA-F]+);|[^<]""", re.DOTALL
)
_TAG_NAME = re.compile(r"</?([a-zA-Z0-9]+)")
_SPACES = " \t\n\r\f"
KEPT = 2_000
"""Marked blocks that are remembered, some kilobytes each."""


def mark(html: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """The same HTML with `<mark class="quote" data-ref="…">` around each range, across tags where need be.

    html is a block's sanitised HTML; spans are (start, end, reference) in its `plain`. Where ranges overlap,
    one mark carries all their references, parted by spaces; the first mark to carry a reference that has no
    id yet gets the id `quote-REFERENCE`. The text content stays as it is.
    """
    return _marked(html, tuple(spans)) if spans else html


@lru_cache(KEPT)
def _marked(html: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """Remembered: when one comment changes a page, the marks of its other blocks are as they were."""
    tokens: list[str] = _TOKEN.findall(html)
    marked = [_references(offset, spans) for offset in _text_offsets(tokens)]
    for start, end in _layout_runs(tokens):
        marked[start:end] = [()] * (end - start)
    return "".join(_with_marks(tokens, marked))


def _text_offsets(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """For each token the range of `plain` it makes: empty for tags and for white space that is not shown.

    A run of white space, though tags part it, is one space; before the first word it is nothing.
    """
    at, after_space = 0, True
    for token in tokens:
        if _is_tag(token):
            yield at, at
            continue
        text = unescape(token) if len(token) > 1 else token
        if text in _SPACES:
            at += not after_space
            yield (at - 1, at) if at else (0, 0)
            after_space = True
        else:
            yield at, at + len(text)
            at, after_space = at + len(text), False


def _references(offset: tuple[int, int], spans: Sequence[tuple[int, int, str]]) -> tuple[str, ...]:
    start, end = offset
    if start == end:
        return ()
    return tuple(dict.fromkeys(name for first, last, name in spans if first < end and start < last))


def _layout_runs(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Runs of white space between block elements or an end: a mark there would be invalid, as in a row or a
    list.
    """
    at = 0
    for is_space, run in groupby(tokens, lambda token: token in _SPACES):
        start, at = at, at + len(list(run))
        if is_space and _is_edge(tokens, start - 1) and _is_edge(tokens, at):
            yield start, at


def _is_edge(tokens: Sequence[str], index: int) -> bool:
    if not 0 <= index < len(tokens):
        return True
    name = _TAG_NAME.match(tokens[index])
    return name is not None and name.group(1).lower() in BLOCK_TAGS


def _is_tag(token: str) -> bool:
    return token.startswith("<") and len(token) > 1


def _with_marks(tokens: Sequence[str], marked: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Marks open and close between two tags, so they nest in whatever is around them."""
    named: set[str] = set()
    pairs = zip(tokens, marked, strict=True)
    for (is_tag, references), run in groupby(pairs, lambda pair: (_is_tag(pair[0]), pair[1])):
        text = "".join(token for token, _ in run)
        yield text if is_tag or not references else _opening(references, named) + text + "</mark>"


def _opening(references: Sequence[str], named: set[str]) -> str:
    fresh = next((name for name in references if name not in named), None)
    named.update([fresh] if fresh is not None else [])
    identity = f' id="quote-{escape(fresh)}"' if fresh is not None else ""
    return f'<mark class="quote"{identity} data-ref="{escape(" ".join(references))}">'
