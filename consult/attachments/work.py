"""Looks into a hostile file in a process of its own: `python -m consult.attachments.work check FILE NAME COPY`, or
`… work read FILE ENDING`. What it found goes to standard output as JSON; a file that takes the process with it takes
nothing else along.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from consult.attachments.checks.deciding import decide
from consult.attachments.cleaning import clean
from consult.attachments.loading import load
from consult.attachments.problems import FileRefusedError, Problem
from consult.kernel.apart import limit_this_process

CHECK_SECONDS, READ_SECONDS = 40, 120
"""Of processor time."""
MOST_MEMORY = 1_200 * 2**20
"""Bytes of address space; the largest object of a file is read whole in here, and nowhere else."""
MOST_WRITTEN = 120_000_000
NICENESS = 10
READING = "consult.attachments.reading:read_pages"


class Checked(msgspec.Struct, frozen=True):
    """What a file is, "" where it is refused with `problem`; `cleaned`: a copy without metadata was written."""

    ending: str = ""
    problem: str = ""
    cleaned: bool = False


class Read(msgspec.Struct, frozen=True):
    """The text of a file by page; `problem` where there was none to get."""

    pages: list[str] = []
    problem: str = ""


def check(path: Path, name: str, copy: Path) -> Checked:
    """Decide, and make the public's copy. A file that can't be written anew is damaged: nobody could publish it."""
    try:
        ending = decide(path, name)
    except FileRefusedError as refused:
        return Checked(problem=refused.problem)
    except MemoryError:
        return Checked(problem=Problem.TOO_HARD)
    try:
        return Checked(ending, "", clean(path, ending, copy))
    except MemoryError:
        return Checked(problem=Problem.TOO_HARD)
    except Exception:  # whatever a hostile file does to a library is an answer and no end
        return Checked(problem=Problem.DAMAGED)


def read(path: Path, ending: str) -> Read:
    """The text. What goes wrong in a library is an answer and no end."""
    try:
        return Read(load(READING)(path, ending))
    except MemoryError:
        return Read(problem=Problem.TOO_HARD)
    except Exception:
        return Read(problem=Problem.DAMAGED)


def main() -> None:
    """Limit, look, say."""
    what, path, word = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    seconds = CHECK_SECONDS if what == "check" else READ_SECONDS
    limit_this_process(seconds, MOST_MEMORY, written=MOST_WRITTEN, niceness=NICENESS)
    found = check(path, word, Path(sys.argv[4])) if what == "check" else read(path, word)
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
