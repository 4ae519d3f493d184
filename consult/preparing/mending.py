"""Which block is which of the version before, as an editor says it; keys and translations follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any

from consult.documents.keys import make_keys
from consult.documents.matching.matches import Match, describe_parts
from consult.documents.storing import KeptBlock, KeptText
from consult.kernel.errors import Conflict
from consult.kernel.messages import N_
from consult.preparing.arranging import Arrangement, Link, Piece


class Ruling(StrEnum):
    """What an editor says of a block: it is an old block, a part of one, holds one as well, or is new."""

    IS = "is"
    PART = "part"
    HOLDS = "holds"
    NEW = "new"


def rule(held: Arrangement, key: str, ruling: Ruling, before: str = "") -> Arrangement:
    """Say which block of the version before (its key) a block is. Raises Conflict where either is not there.

    The block's key follows. What is decided later undoes what it contradicts.
    """
    held.place(key)
    if ruling is Ruling.NEW:
        links = frozenset(link for link in held.links if link[1] != key)
        return _settle(held, links, ("", key))
    if before not in {block.key for block in held.before}:
        raise Conflict(N_("This block is no longer there."))
    links = frozenset(link for link in held.links if not _is_undone(link, ruling, before, key))
    return _settle(held, links | {(before, key)}, (before, key))


def _is_undone(link: Link, ruling: Ruling, before: str, key: str) -> bool:
    """A part gives up other wholes, what holds a block takes it from others, and what is a block does both."""
    from_before, to_key = link[0] == before, link[1] == key
    if ruling is Ruling.PART:
        return to_key and not from_before
    if ruling is Ruling.HOLDS:
        return from_before and not to_key
    return from_before or to_key


def _settle(held: Arrangement, links: frozenset[Link], decided: Link) -> Arrangement:
    gone = held.links - links
    by_hand = {link for link in held.by_hand if link not in gone and link != ("", decided[1])} | {decided}
    return settle_keys(replace(held, links=links, by_hand=frozenset(by_hand)))


def settle_keys(held: Arrangement) -> Arrangement:
    """Each block with a key of a block that it is; one that is new with a key that no old block has.

    A key that fits stays. Translations that came with a key go where it goes.
    """
    names = _names(held)
    if all(old == new for old, new in names.items()):
        return held
    had = {block.key: block.texts for block in held.before}
    pieces = tuple(_renamed(piece, names, had, held.original) for piece in held.pieces)
    kept = {piece.key for piece in pieces}
    pieces = tuple(_joined(piece, kept) for piece in pieces)
    links = frozenset((before, names[key]) for before, key in held.links)
    by_hand = frozenset((before, names.get(key, key)) for before, key in held.by_hand)
    return replace(held, pieces=pieces, links=links, by_hand=by_hand)


def _names(held: Arrangement) -> dict[str, str]:
    """Present key → key."""
    befores: dict[str, list[str]] = {piece.key: [] for piece in held.pieces}
    for before, key in sorted(held.links):
        befores[key].append(before)
    old = {block.key for block in held.before}
    names = {key: key for key, olds in befores.items() if key in olds}
    taken = set(names)
    for key, olds in befores.items():
        free = [each for each in olds if each not in taken]
        if key not in names and free:
            names[key] = free[0]
            taken.add(free[0])
    names |= {key: key for key in befores if key not in names and key not in old}
    homeless = [piece for piece in held.pieces if piece.key not in names]
    blocks = [piece.block.parsed(held.original, held.original) for piece in homeless]
    fresh = make_keys(blocks, old | set(names.values()))
    return names | {piece.key: key for piece, key in zip(homeless, fresh, strict=True)}


def _renamed(piece: Piece, names: dict[str, str], had: dict[str, Any], original: str) -> Piece:
    """With its new key, with the translations that go with it, and without those that went with the old one."""
    key, new = piece.key, names[piece.key]
    texts = {
        lang: replace(text, joined_into=names.get(text.joined_into, text.joined_into))
        for lang, text in piece.block.texts.items()
    }
    if new != key:
        went: dict[str, KeptText] = had.get(key, {})
        came: dict[str, KeptText] = had.get(new, {})
        own = {
            lang: text for lang, text in texts.items() if lang == original or not _same(text, went.get(lang))
        }
        texts = {**{lang: text for lang, text in came.items() if lang != original}, **own}
    return replace(piece, block=replace(piece.block, key=new, texts=texts))


def _same(text: KeptText, other: KeptText | None) -> bool:
    return other is not None and (text.source, text.of) == (other.source, other.of)


def _joined(piece: Piece, kept: set[str]) -> Piece:
    texts = {
        lang: text
        for lang, text in piece.block.texts.items()
        if not text.joined_into or text.joined_into in kept
    }
    return replace(piece, block=replace(piece.block, texts=texts))


def matches_of(held: Arrangement) -> Iterator[dict[str, Any]]:
    """The rows of `matches` (without version) that an arrangement comes to; none for a first version."""
    if not held.before:
        return
    old = [block.parsed(held.original, held.original) for block in held.before]
    olds = {block.key: place for place, block in enumerate(held.before)}
    news = {piece.key: place for place, piece in enumerate(held.pieces)}
    parts = [(olds[before], news[key]) for before, key in held.links]
    for match in describe_parts(old, held.parsed(), parts):
        yield _row(match, held.before, held.pieces, held.by_hand)


def _row(
    match: Match, before: tuple[KeptBlock, ...], pieces: tuple[Piece, ...], by_hand: frozenset[Link]
) -> dict[str, Any]:
    link = (
        "" if match.before is None else before[match.before].key,
        "" if match.after is None else pieces[match.after].key,
    )
    return {
        "before": link[0], "key": link[1], "kind": match.kind.value, "edited": match.edited,
        "score": match.score, "by_hand": link in by_hand,
    }  # fmt: skip
