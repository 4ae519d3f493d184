"""JSON Lines: one object a line, UTF-8."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from consult.exchange.contributions_out import ContributionRecord
from consult.exchange.formats.format import Format


def begin(names: Sequence[str]) -> bytes:
    """Nothing stands before the first record."""
    return b""


def write(records: Sequence[ContributionRecord]) -> bytes:
    """A line each."""
    return msgspec.json.Encoder().encode_lines(records)


FORMAT = Format("application/jsonl; charset=utf-8", begin, write)
