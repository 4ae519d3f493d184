"""The demo's texts, read from the files beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"
Table = Mapping[str, Any]


def read_tables(name: str) -> Table:
    """One TOML file."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def read_draft(slug: str, version: int = 1) -> dict[str, str]:
    """The Markdown of a draft's version by language, English first. Later versions have a folder of their own."""
    folder = FOLDER / "drafts" / slug / (str(version) if version > 1 else "")
    files = sorted(folder.glob("*.md"), key=lambda path: (path.stem != "en", path.stem))
    return {path.stem: path.read_text("utf-8") for path in files}


def read_figures(slug: str) -> dict[str, bytes]:
    """A draft's figures by file name."""
    return {path.name: path.read_bytes() for path in sorted((FOLDER / "drafts" / slug).glob("*.svg"))}
