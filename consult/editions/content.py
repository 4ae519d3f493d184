"""What a file for readers is made of: plain data that can be sent to another process and hashed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from consult.documents.blocks import BlockKind
from consult.i18n.locales import CODES, DEFAULT, direction

MADE_BY = "1"
"""To be raised when files would come out differently: they are then made anew."""


@dataclass(frozen=True, slots=True)
class FileComment:
    """A public comment as everybody may see it; `html` is "" where only a stub is left. `depth` 0 begins a thread."""

    reference: str
    address: str
    who: tuple[str, ...]
    lang: str
    html: str
    quote: str
    quote_lang: str
    at: datetime
    depth: int
    state: str
    decision: str = ""
    reason: str = ""
    reason_lang: str = ""

    @property
    def dir(self) -> str:
        return direction(self.lang)


@dataclass(frozen=True, slots=True)
class FileBlock:
    """A block in the file's language, or in the original (`is_fallback`); for figures their two texts."""

    key: str
    kind: BlockKind
    level: int
    label: str
    ordered: bool
    header: bool
    group: int
    plain: str
    html: str
    lang: str
    stale: bool = False
    is_fallback: bool = False
    src: str = ""
    alternative: str = ""
    caption: str = ""
    comments: tuple[FileComment, ...] = ()

    @property
    def dir(self) -> str:
        return direction(self.lang)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure's file."""

    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class FileText:
    """A version's text in one language, alone or `annotated`. `address` is the record's, in full, and stays."""

    reference: str
    address: str
    lang: str
    original: str
    title: str
    title_lang: str
    about: str
    about_lang: str
    number: int
    published_at: datetime
    edition: int
    sha256: str
    source: str
    blocks: tuple[FileBlock, ...]
    note: str = ""
    note_lang: str = ""
    correction: bool = False
    annotated: bool = False
    figures: dict[str, Picture] = field(default_factory=dict)

    @property
    def dir(self) -> str:
        return direction(self.lang)

    @property
    def locale(self) -> str:
        """The language of the words around the text."""
        return self.lang if self.lang in CODES else DEFAULT

    @property
    def is_translation(self) -> bool:
        return self.lang != self.original

    @property
    def comment_count(self) -> int:
        return sum(bool(comment.html) for block in self.blocks for comment in block.comments)


def digest_of_content(content: Any, format_: str) -> str:
    """What a file's content is known by: SHA-256 of what it is made from, in hexadecimal."""
    return sha256(MADE_BY.encode() + format_.encode() + msgspec.msgpack.encode(content)).hexdigest()
