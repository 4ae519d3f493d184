"""Bringing in many comments by the command that operators use."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from consult.settings import ROOT
from tests.bench.plan import Plan
from tests.bench.scene import SLUG, make_scene
from tests.bench.servers import peak
from tests.bench.table import Row, at_least, at_most
from tests.bench.texts import write


@dataclass(frozen=True, slots=True)
class Spent:
    """A finished process: seconds, and peak memory in MB."""

    seconds: float
    memory: float


def measure(plan: Plan) -> list[Row]:
    """The speed between a smaller and a larger file, which leaves out how long starting takes; and their memory."""
    small, large = plan.imported
    of_small, of_large = _import(plan, small), _import(plan, large)
    rate = (large - small) / (of_large.seconds - of_small.seconds)
    sizes = f"{small:,} and {large:,} comments"
    return [
        at_least("Import into SQLite", rate, 1000, f"{of_small.seconds:.1f} s and {of_large.seconds:.1f} s for {sizes}",
                 "comments/s"),
        at_most("Import: peak memory, the larger file beside the smaller", of_large.memory / of_small.memory, 1.2,
                f"{of_small.memory:.0f} MB and {of_large.memory:.0f} MB for {sizes}"),
    ]  # fmt: skip


def _import(plan: Plan, amount: int) -> Spent:
    room = plan.room(f"import-{amount}")
    scene = asyncio.run(make_scene(room, comments=0))
    path = write(room / "comments.jsonl", amount)
    return run(["import", "contributions", SLUG, str(path)], scene.environment, room / "import.log")


def run(arguments: list[str], environment: dict[str, str], log: Path, module: str = "consult") -> Spent:
    """A `consult` command, or another module, as a process of its own. Raises RuntimeError where it fails."""
    began = time.perf_counter()
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=ROOT, stdout=out,
                                   stderr=subprocess.STDOUT, env={**os.environ, **environment})  # fmt: skip
        memory = 0.0
        while process.poll() is None:
            memory = max(memory, peak(process.pid))
            time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"consult {' '.join(arguments)}: {log.read_text()[-2000:]}")
    return Spent(time.perf_counter() - began, memory)
