"""File formats for contributions: one module each, named in the table by the end of the file's name."""

from __future__ import annotations

from consult.exchange.formats import csv, jsonl
from consult.exchange.formats.format import Format

FORMATS: dict[str, Format] = {"jsonl": jsonl.FORMAT, "csv": csv.FORMAT}
