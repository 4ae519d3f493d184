"""What README and docs claim is there."""

from __future__ import annotations

import re

import pytest

from consult.cli.main import COMMANDS
from consult.i18n.locales import LOCALES
from consult.models.people import Role
from consult.settings import ROOT
from tests.cli.terminal import Terminal

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = "\n".join(path.read_text() for path in DOCS)
OPTIONS = re.compile(r"^consult [^#\n]*", re.MULTILINE)


def test_every_command_named_in_the_docs_exists_with_its_options() -> None:
    lines = {line.strip() for line in OPTIONS.findall(TEXT)}
    assert lines
    unknown = [line for line in lines if line.split()[1] not in COMMANDS]
    assert unknown == []
    for line in sorted(lines):
        words = line.split()
        shown = _help(*_command(words))
        missing = [option for option in re.findall(r"--[a-z-]+", line) if option not in shown]
        assert missing == [], line


def _command(words: list[str]) -> list[str]:
    """The command's own words: of `consult export` the first may be left out."""
    if words[1] == "export":
        return ["export", words[2] if words[2] == "translations" else "contributions"]
    if words[1] == "verify":
        return words[1:3] if words[2:3] == ["receipt"] else ["verify"]
    return words[1:3] if words[1] in GROUPS else words[1:2]


GROUPS = {"user", "token", "consultation", "round", "import", "log"}


def _help(*words: str) -> str:
    shown = Terminal(ROOT).does(*words, "--help")
    assert "Example:" in shown
    return shown


def test_every_make_target_named_in_the_docs_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"^make ([a-z]+)", TEXT, re.MULTILINE))
    assert named == {"demo", "test", "bench", "check", "messages"}
    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


@pytest.mark.parametrize("name", [locale.name for locale in LOCALES])
def test_the_readme_names_every_interface_language(name: str) -> None:
    assert name in (ROOT / "README.md").read_text()


def test_the_staff_s_guide_names_every_role() -> None:
    text = (ROOT / "docs" / "opening-a-round.md").read_text()
    assert [role for role in Role if f"| {role} |" not in text] == []


def test_every_decision_is_listed_and_short() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    for path in folder.glob("0*.md"):
        assert path.name in index
        assert 8 <= len(path.read_text().splitlines()) <= 30, path.name


def test_the_architecture_names_the_rooms_that_there_are() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    rooms = [
        path.name
        for path in (ROOT / "consult").iterdir()
        if path.is_dir() and (path / "__init__.py").exists()
    ]
    assert [room for room in rooms if f"{room}/" not in text] == []
    named = set(re.findall(r"`([a-z_]+/[a-z_/]+\.(?:py|html))", text))
    missing = [
        name for name in named if not (ROOT / "consult" / name).exists() and not (ROOT / name).exists()
    ]
    assert missing == []
