"""An operator at the shell: every command does what its help says, and says in one line what it can't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from consult.cli.main import COMMANDS
from tests.cli.terminal import Terminal

SUBCOMMANDS = {
    "user": ["add"], "token": ["create"], "consultation": ["create", "publish"], "round": ["open", "extend"],
    "import": ["draft", "contributions", "translations"], "export": ["", "contributions", "translations"],
}  # fmt: skip


@pytest.mark.parametrize(
    "words", [[name, *([sub] if sub else [])] for name in COMMANDS for sub in SUBCOMMANDS.get(name, [""])]
)
def test_every_command_explains_itself_with_an_example(words: list[str], tmp_path: Path) -> None:
    said = Terminal(tmp_path).does(*words, "--help")
    assert f"Example: consult {' '.join(words)}" in " ".join(
        said.replace("CONSULT_DATA_DIR=new-place ", "").split()
    )


def test_help_comes_at_once_and_names_every_command(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "consult", "--help"], capture_output=True, text=True, check=True,
        cwd=tmp_path,
    )  # fmt: skip
    assert all(f"  {name} " in loaded.stdout for name in COMMANDS)
    assert "litestar" not in loaded.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "No such command"),
        (
            ["round", "open", "none", "--closes", "2031-01-31 23:59", "--zone", "Europe/Brussels"],
            "no consultation “none”",
        ),
        (["round", "open", "charter", "--closes", "2032-01-31 23:59", "--zone", "Brussels"], "zone:"),
        (["round", "open", "charter", "--closes", "soon", "--zone", "Europe/Brussels"], "closes:"),
        (
            ["round", "extend", "charter", "--closes", "2027-01-01 00:00", "--reason", "x"],
            "later than the present one",
        ),
        (["consultation", "create", "--slug", "charter", "--title", "T"], "has this address already"),
        (["consultation", "create", "--slug", "Bad Slug", "--title", "T"], "small letters"),
        (["import", "contributions", "none", "comments.jsonl"], "no consultation “none”"),
        (["import", "contributions", "charter", "none.jsonl"], "does not exist"),
        (["import", "draft", "charter", "en.md"], "LANG=FILE"),
        (["export", "none"], "no consultation “none”"),
        (["export", "charter", "--format", "pdf"], "is not one of"),
        (["user", "add", "ana@example.org", "--name", "Ana"], "has an account already"),
        (["user", "add", "no address", "--name", "Ana"], "no mail address"),
        (["token", "create", "nobody@example.org"], "nobody has an account"),
        (["restore", "comments.jsonl"], "no backup"),
        (["search", "x", "--sort", "size"], "is not one of"),
    ],
)
def test_wrong_use_is_said_in_one_line(words: list[str], said: str, place: Terminal) -> None:
    assert said in place.refuses(*words)


def test_before_migrating_it_says_what_to_run(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    for words in (["serve"], ["work"], ["export", "x"], ["verify"]):
        assert "run: consult migrate" in terminal.refuses(*words)


def test_a_setting_that_makes_no_sense_is_named(place: Terminal) -> None:
    assert "workers" in place.refuses("verify", CONSULT_WORKERS="many")


def test_a_process_answers_as_its_entry_point_does(place: Terminal) -> None:
    for words in (["export", "none"], ["export", "charter"]):
        apart, here = place.run_apart(*words), place.run(*words)
        assert (apart.returncode, apart.stdout, apart.stderr) == (here.returncode, here.stdout, here.stderr)


def test_a_backup_moves_to_an_empty_place(place: Terminal) -> None:
    place.does("backup", "all.zip")
    assert "whole:" in place.does("verify", "--backup", "all.zip")
    assert "empty place" in place.refuses("restore", "all.zip")
    place.does("restore", "all.zip", CONSULT_DATA_DIR="elsewhere")
    assert place.does("verify", CONSULT_DATA_DIR="elsewhere").count(": ok") == 17
    assert place.does("export", "charter", CONSULT_DATA_DIR="elsewhere") == place.does("export", "charter")


def test_check_says_what_is_wrong(place: Terminal) -> None:
    done = place.run("check", CONSULT_SECRET_KEY="secret", CONSULT_BASE_URL="http://consult.example")
    assert done.returncode == 1
    for problem in ("secret key: make it", "base_url: it is not https", "mail: smtp_url is not set"):
        assert f"problem  {problem}" in done.stdout
    assert "ok       database" in done.stdout
