"""What the desk's page of places shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from rapidfuzz import fuzz, process

from consult.documents.marking import mark
from consult.documents.views import BlockView, beginning
from consult.i18n.locales import direction
from consult.models.contribution import Anchor, Fate, State
from consult.places.queries import Carried, GoneRow

MOST_OFFERED = 6
MOST_FOUND = 20
"""Other blocks that are offered: those most like the passage, and those that a search finds."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A block's text with the words marked that a comment is about; `key` "" for one of an earlier version."""

    html: Markup
    lang: str
    dir: str
    key: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class PlaceToDecide:
    """A comment, what it was about, where it is proposed to stand, other blocks that it may belong to.

    `seen` says what the editor looked at.
    """

    reference: str
    made_on: int
    passage: Passage
    words: str
    proposed: Passage | None
    changed: bool
    decided: bool
    unsure: bool
    others: tuple[Passage, ...]
    seen: str
    after: int


@dataclass(frozen=True, slots=True)
class GoneLine:
    """A comment that has no place any more, by the beginning of what it was about."""

    reference: str
    words: str
    lang: str
    dir: str
    decided: bool


def view_place(carried: Carried, blocks: Sequence[BlockView], query: str) -> PlaceToDecide:
    """One comment for an editor; `blocks` are the version's, in the language quoted; `query` narrows the others."""
    anchor, made = carried.anchor, carried.made
    standing = next((block for block in blocks if block.id == anchor.block_id), None)
    reference = carried.thread.reference
    return PlaceToDecide(
        reference=reference,
        made_on=carried.made_on,
        passage=Passage(
            _marked(carried.html, made, reference, carried.thread.state), made.lang, direction(made.lang)
        ),
        words=made.exact,
        proposed=_proposed(carried, standing) if standing else None,
        changed=anchor.fate == Fate.CHANGED,
        decided=anchor.by_hand,
        unsure=anchor.unsure,
        others=tuple(
            Passage(block.html, block.lang, block.dir, block.key, block.place)
            for block in _others(carried.plain, [each for each in blocks if each is not standing], query)
        ),
        seen=seen(anchor),
        after=carried.thread.id,
    )


def seen(anchor: Anchor) -> str:
    """A place as an editor saw it, to tell whether somebody changed it meanwhile."""
    return f"{anchor.block_id or 0}.{anchor.start}.{anchor.end}.{int(anchor.by_hand)}"


def _proposed(carried: Carried, block: BlockView) -> Passage:
    html = (
        _marked(str(block.html), carried.anchor, f"{carried.thread.reference}-now", carried.thread.state)
        if carried.anchor.lang == block.lang
        else block.html
    )
    return Passage(html, block.lang, block.dir, block.key, block.place)


def _marked(html: str, anchor: Anchor, name: str, state: str) -> Markup:
    spans = [(anchor.start, anchor.end, name)] if anchor.exact and state != State.WITHDRAWN else []
    return Markup(mark(html, spans))  # noqa: S704 - made safe when it was stored


def _others(passage: str, blocks: Sequence[BlockView], query: str) -> Sequence[BlockView]:
    told = [block for block in blocks if block.plain]
    if query:
        wanted = query.casefold()
        return [block for block in told if wanted in block.plain.casefold()][:MOST_FOUND]
    alike = process.extract(
        passage, [block.plain for block in told], scorer=fuzz.token_set_ratio, limit=MOST_OFFERED
    )
    return [told[place] for _, _, place in alike]


def view_gone_line(row: GoneRow) -> GoneLine:
    """A line of the list of what is gone."""
    return GoneLine(row.reference, beginning(row.plain, 120), row.lang, direction(row.lang), row.by_hand)
