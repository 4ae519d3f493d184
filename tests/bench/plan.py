"""How much is measured: a full run, or a quick one that is shorter and smaller."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from consult.settings import ROOT

DATA = Path(os.environ.get("CONSULT_TEST_DATA", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True, slots=True)
class Plan:
    """Rounds and their seconds; how many are searched, imported, and stand in the largest consultation."""

    folder: Path
    rounds: int = 5
    seconds: float = 2.0
    searched: int = 20_000
    imported: tuple[int, int] = (10_000, 100_000)
    grown: tuple[int, int, int] = (10, 1_000, 100_000)
    renders: int = 15
    queries: int = 60
    sending: int = 2_000
    typing: int = 200

    def room(self, name: str) -> Path:
        """An empty folder for one measurement."""
        path = self.folder / name
        path.mkdir(parents=True)
        return path


def quick(folder: Path) -> Plan:
    """Under three minutes."""
    return Plan(folder, rounds=3, seconds=1.0, searched=3_000, imported=(2_000, 10_000), grown=(10, 1_000, 20_000),
                renders=7, queries=25, sending=400, typing=50)  # fmt: skip
