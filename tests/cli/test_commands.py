"""An operator at the shell: every command does what its help says, and says in one line what it can't."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from docx import Document

from consult.cli.main import COMMANDS
from tests.documents.word_files import saved, word_file
from tests.exchange.files import real, real_data, write_lines

DRAFT_EN = "# Charter\n\nMembers share what they learn.\n\nThe board meets in public.\n"
DRAFT_FR = "# Charte\n\nLes membres partagent ce qu'ils apprennent.\n\nLe conseil se réunit en public.\n"


class Terminal:
    """A shell in a folder of its own, where there is no terminal to draw on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")}
        self.environ = {**kept, "CONSULT_LOG_LEVEL": "error"}

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "consult", *words],
            cwd=self.folder, env={**self.environ, **environ}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def does(self, *words: str, **environ: str) -> str:
        done = self.run(*words, **environ)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refuses(self, *words: str, **environ: str) -> str:
        done = self.run(*words, **environ)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("consult: ")
        assert done.stderr.count("\n") == 1
        return done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A place with one consultation, a draft and comments."""
    terminal = Terminal(tmp_path_factory.mktemp("place"))
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
    return terminal


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


def test_contributions_go_out_and_come_in(place: Terminal) -> None:
    assert "0 added, 30 there already" in place.does("import", "contributions", "charter", "comments.jsonl")
    (place.folder / "bad.jsonl").write_text('{"id": "ok", "text": "words"}\n{"id": 2}\n')
    done = place.run("import", "contributions", "charter", "bad.jsonl", "--dry-run")
    assert (done.returncode, done.stderr) == (1, "line 2: it has no text\n")
    assert "1 would be added" in done.stdout
    lines = place.does("export", "charter").splitlines()
    assert len(lines) == 30
    assert json.loads(lines[0])["reference"].endswith("-C0001")
    place.does("export", "charter", "--format", "csv", "--out", "charter.csv")
    assert len((place.folder / "charter.csv").read_text().splitlines()) == 31
    assert json.loads(place.does("export", "charter", "--internal").splitlines()[0])["state"] == "published"


def test_a_round_is_extended_with_its_reason(place: Terminal) -> None:
    said = place.does("round", "extend", "charter", "--closes", "2031-02-15 23:59", "--reason", "Many asked.")
    assert "closes 2031-02-15T22:59Z" in said


def test_search_answers_as_the_api_does(place: Terminal) -> None:
    assert "entries in the index" in place.does("reindex")
    found = json.loads(place.does("search", "audit", "--json", "--type", "comment"))
    assert found["total"] == 30
    assert "<mark>audits</mark>" in found["items"][0]["excerpt"]
    assert "30 found" in place.does("search", "audit", "--type", "comment")


def test_a_backup_moves_to_an_empty_place(place: Terminal) -> None:
    place.does("backup", "all.zip")
    assert "whole:" in place.does("verify", "--backup", "all.zip")
    assert "empty place" in place.refuses("restore", "all.zip")
    place.does("restore", "all.zip", CONSULT_DATA_DIR="elsewhere")
    assert place.does("verify", CONSULT_DATA_DIR="elsewhere").count(": ok") == 11
    assert place.does("export", "charter", CONSULT_DATA_DIR="elsewhere") == place.does("export", "charter")


def test_check_says_what_is_wrong(place: Terminal) -> None:
    done = place.run("check", CONSULT_SECRET_KEY="secret", CONSULT_BASE_URL="http://consult.example")
    assert done.returncode == 1
    for problem in ("secret key: make it", "base_url: it is not https", "mail: smtp_url is not set"):
        assert f"problem  {problem}" in done.stdout
    assert "ok       database" in done.stdout


def test_what_a_word_file_loses_is_shown_before_it_is_kept(place: Terminal) -> None:
    document = Document()
    document.add_heading("Rules", 1)
    document.add_paragraph("Be kind.").add_run(" Always.").font.hidden = True
    (place.folder / "rules.docx").write_bytes(saved(document))
    words = ["import", "draft", "charter", "en=rules.docx", "--draft", "rules"]
    shown = place.run(*words)
    assert shown.returncode == 1
    assert shown.stdout == "English: Hidden text is left out. “Always.”\n"
    assert "nothing was kept" in shown.stderr
    assert "rules version 1" in place.does(*words, "--accept")


def test_a_word_file_that_cannot_be_taken_is_refused_in_one_line(place: Terminal) -> None:
    (place.folder / "tracked.docx").write_bytes(
        word_file('<w:p><w:del w:id="1"><w:r><w:t>x</w:t></w:r></w:del></w:p>')
    )
    assert "tracked.docx: This file holds tracked changes" in place.refuses(
        "import", "draft", "charter", "en=tracked.docx"
    )


@real_data
def test_a_draft_that_does_not_pair_is_shown_before_it_is_kept(place: Terminal) -> None:
    folder = real("x").parent / "covenant" / "1.4"
    place.does("consultation", "create", "--slug", "covenant", "--title", "The covenant", "--lang", "en")
    files = [
        f"{path.stem}={path}" for path in sorted(folder.glob("*.md"), key=lambda path: path.stem != "en")
    ]
    shown = place.run("import", "draft", "covenant", *files)
    assert shown.returncode == 1
    assert "to settle" in shown.stdout
    assert "version 1" in place.does("import", "draft", "covenant", *files, "--accept")


def test_a_new_version_takes_the_comments_along(place: Terminal) -> None:
    place.does("consultation", "create", "--slug", "rules", "--title", "Rules", "--lang", "en", "--publish")
    place.does("round", "open", "rules", "--closes", "2031-01-31 23:59", "--zone", "Europe/Brussels")
    (place.folder / "rules.md").write_text(
        "# Rules\n\nThe Forum meets twice a year.\n\nMinutes are public.\n"
    )
    place.does("import", "draft", "rules", "en=rules.md")
    with sqlite3.connect(place.folder / "data" / "consult.sqlite3") as database:
        ((key,),) = database.execute(
            "SELECT key FROM blocks JOIN block_texts ON block_id = id WHERE plain = 'Minutes are public.'"
        )
    line = {"id": "one", "text": "Good.", "lang": "en", "draft": "draft", "block": key, "quote": "are public"}
    write_lines(place.folder / "one.jsonl", [line])
    place.does("import", "contributions", "rules", "one.jsonl")
    (place.folder / "rules.md").write_text("# Rules\n\nMinutes are public.\n\nThe Forum meets each year.\n")
    assert "version 2" in place.does("import", "draft", "rules", "en=rules.md")
    with sqlite3.connect(place.folder / "data" / "consult.sqlite3") as database:
        found = database.execute("SELECT made_here, exact FROM anchors ORDER BY version_id").fetchall()
    assert found == [(1, "are public"), (0, "are public")]
    assert "places: ok" in place.does("verify")


def test_a_later_version_says_how_it_follows_and_can_stay_in_preparation(place: Terminal) -> None:
    place.does("consultation", "create", "--slug", "orders", "--title", "Rules", "--lang", "en")
    text = "# Rules\n\nThe Forum meets twice a year.\n\nMinutes are public.\n"
    (place.folder / "one.md").write_text(text)
    (place.folder / "two.md").write_text(text.replace("twice", "four times") + "\nAnd that is all.\n")
    place.does("import", "draft", "orders", "en=one.md")
    said = place.does("import", "draft", "orders", "en=two.md", "--prepare")
    assert "2 unchanged, 1 edited, 1 added" in said
    assert "/en/desk/consultations/orders/drafts/draft/versions/2" in said
    again = place.run("import", "draft", "orders", "en=one.md")
    assert again.returncode == 2
    assert "Version 2 is in preparation already." in again.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(place: Terminal) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = _free_port()
    command = [sys.executable, "-m", "consult", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=place.folder, env=place.environ)
    yield process, port
    if process.poll() is None:
        process.terminate()
        process.wait(30)


def _ready(port: int, seconds: float = 40) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    return False


def _is_free(port: int, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                time.sleep(0.2)
            else:
                return True
    return False


def _command_line(pid: int) -> bytes:
    """What a process was started with; empty for one that has ended, also while we look."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _worker_of(process: subprocess.Popen[bytes]) -> int:
    """The worker's process id. It may have been started by any thread."""
    wanted = f"work\0--parent\0{process.pid}\0".encode()
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return next((pid for pid in pids if wanted in _command_line(pid)), 0)


def _gone(pid: int, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not _command_line(pid):
            return True
        time.sleep(0.2)
    return False


def test_the_site_is_served_with_a_worker_that_comes_back(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = served
    assert _ready(port)
    first = _worker_of(process)
    assert first
    os.kill(first, signal.SIGKILL)
    until = time.monotonic() + 20
    while _worker_of(process) in (0, first) and time.monotonic() < until:
        time.sleep(0.2)
    second = _worker_of(process)
    assert second not in (0, first)
    process.terminate()
    assert process.wait(30) == 0
    assert _gone(second)


def test_a_server_that_is_killed_takes_everything_along(served: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = served
    assert _ready(port)
    worker = _worker_of(process)
    assert worker
    process.kill()
    process.wait()
    assert _gone(worker)
    assert _is_free(port)


def test_translations_go_to_an_agency_and_come_back(place: Terminal) -> None:
    take = ("export", "translations", "charter", "draft", "--lang", "fr")
    place.does(*take, "--out", "fr.xlf")
    file = place.folder / "fr.xlf"
    changed = file.read_text().replace("Le conseil se réunit en public.", "Le conseil siège en public.")
    file.write_text(changed.replace('id="', 'id="x', 3).replace('id="xf1"', 'id="f1"'))
    bring = ("import", "translations", "charter", "draft", "fr.xlf", "--lang", "fr")
    done = place.run(*bring)
    assert (done.returncode, done.stdout) == (1, "1 change, 2 refused\n")
    assert done.stderr.count("This version has no such block.") == 2
    assert "Le conseil siège en public." in place.does(*take, "--format", "po")
    assert "it is not one of its languages" in place.refuses(*take[:-1], "de")
    assert "there is no draft “none”" in place.refuses(
        "export", "translations", "charter", "none", "--lang", "fr"
    )
