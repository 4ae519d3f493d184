"""A place where an operator has worked already: made once, copied for each file of tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.exchange.files import write_lines

DRAFT_EN = "# Charter\n\nMembers share what they learn.\n\nThe board meets in public.\n"
DRAFT_FR = "# Charte\n\nLes membres partagent ce qu'ils apprennent.\n\nLe conseil se réunit en public.\n"


@pytest.fixture(scope="session")
def made_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One consultation, a draft and comments."""
    terminal = Terminal(tmp_path_factory.mktemp("made"))
    terminal.does("migrate")
    terminal.does(
        "consultation", "create", "--slug", "charter", "--title", "The charter", "--lang", "en", "--publish"
    )
    terminal.does("round", "open", "charter", "--closes", "2031-01-31 23:59", "--zone", "Europe/Brussels")
    (terminal.folder / "en.md").write_text(DRAFT_EN)
    (terminal.folder / "fr.md").write_text(DRAFT_FR)
    terminal.does("import", "draft", "charter", "en=en.md", "fr=fr.md")
    lines = [{"id": n, "text": f"We want independent audits, number {n}.", "lang": "en"} for n in range(30)]
    write_lines(terminal.folder / "comments.jsonl", lines)
    terminal.does("import", "contributions", "charter", "comments.jsonl")
    terminal.does("user", "add", "ana@example.org", "--name", "Ana Silva", "--role", "editor")
    return terminal.folder


@pytest.fixture(scope="module")
def place(made_place: Path, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A copy of it."""
    folder = tmp_path_factory.mktemp("place")
    shutil.copytree(made_place, folder, dirs_exist_ok=True)
    return Terminal(folder)
