"""`make bench`: measure against the limits, print the table, keep it in docs/performance.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    carrying,
    comparing,
    growing,
    importing,
    long_draft,
    matching,
    posting,
    proving,
    reading,
    responding,
    searching,
    table,
    uploading,
)
from tests.bench.plan import Plan, quick
from tests.bench.table import Row

PARTS: dict[str, Callable[[Plan], list[Row]]] = {
    "reading": reading.measure,
    "posting": posting.measure,
    "growing": growing.measure,
    "long": long_draft.measure,
    "searching": searching.measure,
    "importing": importing.measure,
    "matching": matching.measure,
    "responding": responding.measure,
    "carrying": carrying.measure,
    "comparing": comparing.measure,
    "proving": proving.measure,
    "uploading": uploading.measure,
}


def main() -> int:
    """0 where every limit is kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="shorter and smaller, under three minutes; keeps no table"
    )
    parser.add_argument("--only", choices=tuple(PARTS), action="append", help="one part; keeps no table")
    options = parser.parse_args()
    began = time.monotonic()
    rows = []
    with tempfile.TemporaryDirectory(prefix="consult-bench-") as folder:
        plan = quick(Path(folder)) if options.quick else Plan(Path(folder))
        for name in options.only or PARTS:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            rows += PARTS[name](plan)
    print(table.plain(rows))
    minutes = (time.monotonic() - began) / 60
    if not (options.quick or options.only):
        table.write(rows, f"The run took {minutes:.0f} minutes.")
    return 1 if any(row.passed is False for row in rows) else 0


sys.exit(main())
