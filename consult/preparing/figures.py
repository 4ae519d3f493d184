"""A figure as an editor makes it: a picture that was looked at, its text alternative, its caption."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from unicodedata import normalize

from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.figures import MOST_FIGURES, FigureFile, base_name, check_figure
from consult.documents.markup import FigureWords, figure_words
from consult.documents.pending import draft_figures
from consult.documents.rewriting import rewrite_figure
from consult.documents.service import insert_figures
from consult.documents.storing import KeptBlock
from consult.kernel.errors import FieldError, FormInvalid, Message, NotFound, invalid
from consult.kernel.messages import N_
from consult.preparing.arranging import Arrangement, insert_after, replace_block
from consult.preparing.rereading import read_blocks

PICTURE = "picture"
"""The field in which a picture is chosen."""
MOST_NAME = 80

_UNNAMED = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a draft: the file name that its text gives it, and where it is seen (without locale)."""

    file_name: str
    address: str

    @property
    def name(self) -> str:
        """Its name in addresses."""
        return self.address.rpartition("/")[2]


def picture_of(block: KeptBlock) -> Picture:
    """The picture of a figure. Raises NotFound for any other block."""
    if block.kind != BlockKind.FIGURE:
        raise NotFound
    return Picture(str(block.shape.get("file", "")), str(block.shape.get("src", "")))


async def find_picture(session: AsyncSession, draft_id: int, name: str) -> Picture | None:
    """A draft's picture by its name in addresses."""
    found = await draft_figures(session, draft_id)
    return next(
        (_picture(draft_id, file_name, each) for file_name, each in found.items() if each == name), None
    )


async def keep_picture(session: AsyncSession, draft_id: int, file_name: str, body: bytes) -> Picture:
    """A picture that was sent, among those of the draft. Raises FormInvalid for what an import would not take.

    Another picture of that name keeps it: what earlier versions show never changes.
    """
    try:
        figure = _named(file_name, body, await draft_figures(session, draft_id))
    except DocumentError as error:
        raise FormInvalid([FieldError(PICTURE, Message(error.message, error.params))]) from None
    await insert_figures(session, draft_id, {figure.file_name: figure})
    return _picture(draft_id, figure.file_name, figure.name)


def _picture(draft_id: int, file_name: str, name: str) -> Picture:
    return Picture(file_name, f"/files/{draft_id}/{name}")


def _named(file_name: str, body: bytes, present: Mapping[str, str]) -> FigureFile:
    stem, _, suffix = normalize("NFC", base_name(file_name)).rpartition(".")
    stem = _UNNAMED.sub("-", stem).strip("-._")[:MOST_NAME] or "figure"
    suffix = _UNNAMED.sub("", suffix)[:20]
    for number in count(1):
        figure = check_figure(f"{stem}-{number}.{suffix}" if number > 1 else f"{stem}.{suffix}", body)
        if present.get(figure.file_name, figure.name) == figure.name:
            return figure
    raise AssertionError


def add_figure(held: Arrangement, key: str, picture: Picture, words: FigureWords) -> Arrangement:
    """A new figure after a block, "" for the beginning. Raises FormInvalid where there are too many."""
    shown = {piece.block.shape.get("src") for piece in held.pieces if piece.block.kind == BlockKind.FIGURE}
    if len(shown | {picture.address}) > MOST_FIGURES:
        raise invalid(PICTURE, N_("That is more than %(most)s figures."), most=MOST_FIGURES)
    return insert_after(held, key, [_read(picture, words)], _addresses(picture))


def change_figure(held: Arrangement, key: str, picture: Picture, words: FigureWords) -> Arrangement:
    """A figure with another picture or other words; its translations name the same file."""
    then = replace_block(held, key, [_read(picture, words)], _addresses(picture))
    place = then.place(key)
    piece = then.pieces[place]
    texts = {
        lang: replace(text, source=_write(picture, figure_words(text.html)))
        for lang, text in piece.block.texts.items()
        if lang != held.original and not text.joined_into
    }
    changed = replace(piece, block=replace(piece.block, texts={**piece.block.texts, **texts}))
    return replace(then, pieces=(*then.pieces[:place], changed, *then.pieces[place + 1 :]))


def _addresses(picture: Picture) -> dict[str, str]:
    return {base_name(picture.file_name): picture.address}


def _write(picture: Picture, words: FigureWords) -> str:
    return rewrite_figure(picture.file_name, words.alternative, words.caption)


def _read(picture: Picture, words: FigureWords) -> ParsedBlock:
    try:
        (block,) = read_blocks(_write(picture, words), ())
    except DocumentError as error:
        raise FormInvalid([FieldError("alternative", Message(error.message, error.params))]) from None
    return block
