"""The public log of receipts: its entries, its tree (RFC 9162) and its signed heads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from consult.kernel.translated import Translated
from consult.models.base import Base, code, short


class LogLeaf(Base):
    """An entry of the public log, in order from 0: `entry` (hex) is what was logged, `kind` what for.

    Entries are never changed or removed. `note` is the public reason of a withdrawal or removal, whose `of` is the entry
    that it is about.
    """

    __tablename__ = "log_leaves"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[code]
    entry: Mapped[code]
    reference: Mapped[code] = mapped_column(index=True)
    of: Mapped[int | None]
    note: Mapped[Translated | None]
    at: Mapped[datetime]


class LogNode(Base):
    """The hash (hex) of a full subtree of the log: `level` 0 are leaf hashes, `place` counts from the left (RFC 9162, 2.1)."""

    __tablename__ = "log_nodes"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[code]


class LogHead(Base):
    """A signed head of the log: how many entries it covers, their root (hex), when, and the signature (base64)."""

    __tablename__ = "log_heads"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[code]
    at: Mapped[datetime]
    key: Mapped[code]
    signature: Mapped[short]
