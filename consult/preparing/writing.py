"""What an editor writes, put into an arrangement under the rules of a whole document. Raises FormInvalid, never DocumentError."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from consult.documents.anchors import QuoteSelector
from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.carrying.carry import Candidate, carry
from consult.documents.figures import base_name
from consult.documents.storing import KeptBlock
from consult.kernel.errors import FieldError, FormInvalid, Message, invalid
from consult.kernel.messages import N_
from consult.models.contribution import Fate
from consult.preparing.arranging import Arrangement, insert_after, replace_block
from consult.preparing.queries import Remark
from consult.preparing.rereading import read_after, read_block, write_block

SOURCE = "source"
"""The field in which a block is written."""


def source_of(held: Arrangement, key: str) -> str:
    """A block as an editor gets it to change it. Raises Conflict where it is gone."""
    block = held.pieces[held.place(key)].block
    return write_block(block.parsed(held.original, held.original))


def write_at(held: Arrangement, key: str, text: str, figures: Mapping[str, str]) -> Arrangement:
    """A block with what an editor wrote. `figures`: file name → address."""
    block = held.pieces[held.place(key)].block.parsed(held.original, held.original)
    with _told():
        read = read_block(block, text, _notes(held))
    _check_figures(read, figures)
    return replace_block(held, key, read, figures)


def write_after(held: Arrangement, key: str, text: str, figures: Mapping[str, str]) -> Arrangement:
    """New blocks after a block, "" for the beginning."""
    block = held.pieces[held.place(key)].block.parsed(held.original, held.original) if key else None
    with _told():
        read = read_after(block, text, _notes(held))
    _check_figures(read, figures)
    return insert_after(held, key, read, figures)


def _notes(held: Arrangement) -> list[str]:
    return [block.label for block in held.parsed() if block.kind is BlockKind.FOOTNOTE]


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DocumentError as error:
        raise FormInvalid([FieldError(SOURCE, Message(error.message, error.params))]) from None


def _check_figures(read: Iterable[ParsedBlock], figures: Mapping[str, str]) -> None:
    for block in read:
        if block.src and base_name(block.src) not in figures:
            text = N_("There is no figure “%(name)s” in this draft. Add its picture with “Add a figure”.")
            raise invalid(SOURCE, text, name=base_name(block.src))


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of a comment's place: the words that it quotes ("" for the whole block), and the new ones."""

    remark: Remark
    fate: Fate
    now: str


def foresee(
    remarks: Iterable[Remark], before: Iterable[KeptBlock], original: str, becomes: Iterable[KeptBlock]
) -> list[Foreseen]:
    """What becomes of comments on the old blocks once these are the blocks `becomes`."""
    olds, news = {block.key: block for block in before}, list(becomes)
    return [_foresee(remark, olds[remark.key], original, news) for remark in remarks if remark.key in olds]


def _foresee(remark: Remark, old: KeptBlock, original: str, news: list[KeptBlock]) -> Foreseen:
    lang = remark.quote_lang if remark.quote_lang in old.texts else original
    candidates = [
        Candidate(place, block.texts[lang].plain) for place, block in enumerate(news) if lang in block.texts
    ]
    if news and not candidates:
        return Foreseen(remark, Fate.KEPT, remark.exact)
    selector = QuoteSelector(remark.exact, remark.prefix, remark.suffix, remark.start, remark.end)
    carried = carry(selector, old.texts[lang].plain, candidates)
    return Foreseen(remark, carried.fate, carried.selector.exact if carried.selector else "")
