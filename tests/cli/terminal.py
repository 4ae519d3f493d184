"""A shell in which `consult` is run: most commands in this process, which takes a tenth of the time of another one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog
from click.testing import CliRunner

from consult.cli.main import main

KEPT = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")}
QUIET = {"CONSULT_LOG_LEVEL": "error"}
Done = subprocess.CompletedProcess[str]


class Terminal:
    """A shell in a folder of its own, where there is no terminal to draw on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {**KEPT, **QUIET}

    def run(self, *words: str, **environ: str) -> Done:
        """What a command says, run by its entry point as it was installed."""
        with chdir(self.folder), _only(environ), CliRunner().isolation() as (out, err, _):
            with patch.object(sys, "argv", ["consult", *words]):
                code = _code_of(main)
            said = [stream.getvalue().decode() for stream in (out, err)]
        return Done(words, code, *said)

    def run_apart(self, *words: str, **environ: str) -> Done:
        """The same as a process of its own."""
        command = [sys.executable, "-m", "consult", *words]
        env = {**self.environ, **environ}
        return subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=120, check=False
        )

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


def _code_of(entry: Any) -> int:
    try:
        entry()
    except SystemExit as end:
        return int(end.code or 0)
    raise AssertionError("a command ends with its exit code")


@contextmanager
def _only(environ: dict[str, str]) -> Iterator[None]:
    """The site's settings from these names alone; logs go on where they went before."""
    logs = structlog.get_config()
    with patch.dict(os.environ, {**KEPT, **QUIET, **environ}, clear=True):
        try:
            yield
        finally:
            structlog.configure(**logs)
