"""Two states of a block as one text in which is marked what was inserted and deleted.

It works on the blocks' stored HTML, which is safe: tags are taken over as they are, text is taken over escaped as it
is, and marks are set around text alone, so nothing can come alive that was not, and every tag that opens closes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from consult.documents.wording import Op, Run, runs, split_words

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|\w+);")
_VOID = frozenset({"br", "hr", "img", "wbr"})
_CELL = re.compile(r"(<t[hd](?:\s[^>]*)?>)(.*?)(</t[hd]>)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tag:
    """An open element: `number` tells it from others of the same tag on its side."""

    opening: str
    name: str
    side: str
    number: int


class Token(NamedTuple):
    """A word (escaped as it stands in HTML), or an empty element such as `<br>`, within its open elements."""

    raw: str
    within: tuple[Tag, ...]


Say = Callable[[Op, str], str]
"""Puts marks around a piece of HTML that was deleted or inserted."""


def mark_changes(op: Op, html: str) -> str:
    """Marks for the eye and for a screen reader: most of them do not say that a text is deleted by themselves."""
    if not html.strip():
        return html
    name = "del" if op is Op.DELETED else "ins"
    return f"<{name}>{html}</{name}>"


def redline(old: str, new: str, say: Say = mark_changes) -> Markup:
    """Both texts in one, deleted words before those that took their place."""
    return _write(old, new, (Op.SAME, Op.DELETED, Op.INSERTED), say)


def old_side(old: str, new: str, say: Say = mark_changes) -> Markup:
    """The old text with what was deleted marked."""
    return _write(old, new, (Op.SAME, Op.DELETED), say)


def new_side(old: str, new: str, say: Say = mark_changes) -> Markup:
    """The new text with what was inserted marked."""
    return _write(old, new, (Op.SAME, Op.INSERTED), say)


def _write(old: str, new: str, shown: Sequence[Op], say: Say) -> Markup:
    if old == new:
        return Markup(new)  # noqa: S704 - stored safe HTML
    before, after = _CELL.findall(old), _CELL.findall(new)
    if (before or after) and (before or not old) and (after or not new):
        return Markup("\n".join(_rows(before, after, shown, say)))  # noqa: S704 - of stored safe HTML
    return Markup(_write_text(old, new, shown, say))  # noqa: S704 - of stored safe HTML


def _rows(
    before: Sequence[tuple[str, str, str]],
    after: Sequence[tuple[str, str, str]],
    shown: Sequence[Op],
    say: Say,
) -> Iterator[str]:
    """A table row cell by cell; cells that one row has more than the other stand at its end."""
    for at in range(max(len(before), len(after))):
        old, new = before[at : at + 1], after[at : at + 1]
        opening, _, closing = (new or old)[0]
        inner = _write_text(old[0][1] if old else "", new[0][1] if new else "", shown, say)
        yield f"{opening}{inner}{closing}"


def _write_text(old: str, new: str, shown: Sequence[Op], say: Say) -> str:
    before, after, found = _aligned(old, new)
    both = (pair for run in found for pair in _both(run, before, after))
    return _html(((op, token) for op, token in both if op in shown), say)


@lru_cache(8)
def _aligned(old: str, new: str) -> tuple[list[Token], list[Token], list[Run]]:
    """The tokens of both texts and how they follow: remembered, for the two sides are written one after the other."""
    # Where one side is empty there is nothing to compare word by word.
    words = _words if old and new else _whole
    before, after = list(_tokens(old, "old", words)), list(_tokens(new, "new", words))
    found = runs([token.raw for token in before], [token.raw for token in after])
    if any(token.within for token in before):
        before = list(_in_new_elements(before, after, found))
    return before, after, found


def _in_new_elements(
    before: Sequence[Token], after: Sequence[Token], found: Sequence[Run]
) -> Iterator[Token]:
    """The old tokens within the new elements that words which stayed show to be the same ones."""
    now: dict[Tag, Tag] = {}
    for run in found:
        if run.same:
            pairs = zip(before[run.old_from : run.old_to], after[run.new_from : run.new_to], strict=True)
            for old, new in pairs:
                for one, other in zip(old.within, new.within, strict=False):
                    if one.opening == other.opening:
                        now.setdefault(one, other)
    return (Token(token.raw, tuple(now.get(tag, tag) for tag in token.within)) for token in before)


def _both(run: Run, before: Sequence[Token], after: Sequence[Token]) -> Iterator[tuple[Op, Token]]:
    if run.same:
        for token in after[run.new_from : run.new_to]:
            yield Op.SAME, token
        return
    for token in before[run.old_from : run.old_to]:
        yield Op.DELETED, token
    for token in after[run.new_from : run.new_to]:
        yield Op.INSERTED, token


def _tokens(html: str, side: str, words: Callable[[str], Iterable[str]]) -> Iterator[Token]:
    open_: list[Tag] = []
    at = number = 0
    for found in _TAG.finditer(html):
        within = tuple(open_)
        yield from (Token(word, within) for word in words(html[at : found.start()]))
        at = found.end()
        closing, name = found[1], found[2].lower()
        if name in _VOID:
            yield Token(found[0], tuple(open_))
        elif not closing:
            number += 1
            open_.append(Tag(found[0], name, side, number))
        elif any(tag.name == name for tag in open_):
            while open_.pop().name != name:
                pass
    yield from (Token(word, tuple(open_)) for word in words(html[at:]))


def _whole(text: str) -> Iterable[str]:
    return (text,) if text else ()


def _words(text: str) -> Iterator[str]:
    """Words of escaped text; an entity is one sign."""
    at = 0
    for found in _ENTITY.finditer(text):
        yield from split_words(text[at : found.start()])
        yield found[0]
        at = found.end()
    yield from split_words(text[at:])


def _html(tokens: Iterable[tuple[Op, Token]], say: Say) -> str:
    out: list[str] = []
    open_: tuple[Tag, ...] = ()
    piece: list[str] = []
    mode = Op.SAME

    def close_piece() -> None:
        if piece:
            text = "".join(piece)
            out.append(text if mode is Op.SAME else say(mode, text))
            piece.clear()

    for op, token in tokens:
        if op is mode and token.within == open_:
            piece.append(token.raw)
            continue
        kept = _shared(open_, token.within)
        close_piece()
        out += [f"</{tag.name}>" for tag in reversed(open_[kept:])]
        out += [tag.opening for tag in token.within[kept:]]
        mode, open_ = op, token.within
        piece.append(token.raw)
    close_piece()
    out += [f"</{tag.name}>" for tag in reversed(open_)]
    return "".join(out)


def _shared(open_: Sequence[Tag], wanted: Sequence[Tag]) -> int:
    """How many open elements the next token stands in as well."""
    return next((at for at, (one, other) in enumerate(zip(open_, wanted, strict=False)) if one != other),
                min(len(open_), len(wanted)))  # fmt: skip
