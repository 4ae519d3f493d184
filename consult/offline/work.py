"""Reads a filled form in a process of its own: `python -m consult.offline.work FILE ENDING`; says JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from consult.kernel.apart import limit_this_process
from consult.offline.word import read_word
from consult.offline.workbook import read_workbook

SECONDS = 20
"""Of processor time."""
MOST_MEMORY = 700 * 2**20


class Filled(msgspec.Struct, frozen=True):
    """The mark of a file and what its cells hold; `damaged` where it can't be read."""

    mark: str = ""
    cells: dict[str, str] = {}
    damaged: bool = False


READERS = {"docx": read_word, "xlsx": read_workbook}


def read(path: Path, ending: str) -> Filled:
    """What goes wrong in a library is an answer and no end."""
    try:
        return Filled(*READERS[ending](path))
    except Exception:  # whatever a hostile file does to a library
        return Filled(damaged=True)


def main() -> None:
    """Limit, read, say."""
    limit_this_process(SECONDS, MOST_MEMORY, written=0, niceness=5)
    sys.stdout.buffer.write(msgspec.json.encode(read(Path(sys.argv[1]), sys.argv[2])))


if __name__ == "__main__":
    main()
