"""What was measured, as rows of one table."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from consult.settings import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
TOOLS = ("granian", "litestar", "sqlalchemy", "aiosqlite", "psycopg", "jinja2", "whoosh3")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `measured` against `limit` decides; `passed` None where there is no limit."""

    what: str
    measured: str
    limit: str = ""
    passed: bool | None = None
    detail: str = ""

    @property
    def verdict(self) -> str:
        """In one word."""
        return {True: "pass", False: "FAIL", None: ""}[self.passed]

    @property
    def cells(self) -> tuple[str, ...]:
        """As in the table."""
        return (self.what, self.measured, self.limit, self.verdict, self.detail)


def at_least(what: str, value: float, limit: float, detail: str = "", unit: str = "") -> Row:
    """A row that passes from `limit` on."""
    return Row(what, _said(value, unit), f"≥ {_said(limit, unit)}", value >= limit, detail)


def at_most(what: str, value: float, limit: float, detail: str = "", unit: str = "") -> Row:
    """A row that passes up to `limit`."""
    return Row(what, _said(value, unit), f"≤ {_said(limit, unit)}", value <= limit, detail)


def figure(what: str, value: float, detail: str = "", unit: str = "") -> Row:
    """A row without a limit."""
    return Row(what, _said(value, unit), detail=detail)


def skipped(what: str, why: str) -> Row:
    """A row that could not be measured here."""
    return Row(what, "skipped", detail=why)


def _said(value: float, unit: str) -> str:
    digits = (
        f"{value:,.0f}"
        if value >= 100 or value == int(value)
        else f"{value:.2f}"
        if value < 10
        else f"{value:.1f}"
    )
    return f"{digits} {unit}".rstrip()


HEAD = ("What", "Measured", "Limit", "", "How it came about")


def markdown(rows: Iterable[Row]) -> str:
    """The table for docs/performance.md."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def plain(rows: Sequence[Row]) -> str:
    """The table for a terminal."""
    lines = [HEAD, *(row.cells for row in rows)]
    widths = [max(len(cells[at]) for cells in lines) for at in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip((*cells,), (*widths, 0), strict=True)).rstrip()
                     for cells in lines)  # fmt: skip


def machine() -> str:
    """Where it was measured."""
    tools = ", ".join(f"{name} {version(name)}" for name in TOOLS)
    return (
        f"{os.cpu_count()} cores ({_processor()}), Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {tools}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def write(rows: Sequence[Row], how: str) -> None:
    """Put the table into docs/performance.md between its markers."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    body = f"{machine()} {how}\n\n{markdown(rows)}"
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", "utf-8")
