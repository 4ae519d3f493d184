"""CSV (RFC 4180) for spreadsheets: cells that a spreadsheet would take for a formula begin with an apostrophe."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

import msgspec

from consult.exchange.contributions_out import ContributionRecord
from consult.exchange.formats.format import Format

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What begins a formula; the wide forms count in East Asian versions (OWASP, CSV Injection)."""


def begin(names: Sequence[str]) -> bytes:
    """The names of the columns."""
    return _lines([list(names)])


def write(records: Sequence[ContributionRecord]) -> bytes:
    """A row each."""
    return _lines([[_cell(value) for value in msgspec.to_builtins(each).values()] for each in records])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) else text


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


FORMAT = Format("text/csv; charset=utf-8", begin, write)
