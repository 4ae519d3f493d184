"""`make check`: every quality gate that needs no running site, each by name; 1 when any fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

GATES: dict[str, list[str]] = {
    "types": ["mypy"],
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "imports": ["lint-imports"],
    "dependencies": ["deptry", "consult"],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
    "spelling": ["codespell", "consult", "docs", "README.md", "CHANGELOG.md", "tests"],
    "catalogues": ["python", "tests/messages.py", "--check"],
}


def main() -> int:
    """Run the gates named on the command line, or all."""
    wanted = sys.argv[1:] or list(GATES)
    # Two at a time: the types take longer than all the others together.
    with ThreadPoolExecutor(2) as threads:
        passed = dict(zip(wanted, threads.map(passes, wanted), strict=True))
    failed = [name for name in wanted if not passed[name]]
    print(
        f"checks: {len(wanted) - len(failed)} of {len(wanted)} pass"
        + (f"; not {', '.join(failed)}" if failed else "")
    )
    return int(bool(failed))


def passes(name: str) -> bool:
    """Run one gate; its output only when it fails."""
    began = time.monotonic()
    command = [str(BIN / GATES[name][0]), *GATES[name][1:]]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    seconds = time.monotonic() - began
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({seconds:.0f} s)", flush=True)
    if done.returncode:
        print(done.stdout[-6000:], done.stderr[-3000:], sep="\n", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
