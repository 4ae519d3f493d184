"""`make test`: checks first, then all tests on both databases, then the audits in a browser.

Browser tests run apart from asynchronous ones: Playwright's own event loop and anyio's don't go together. The last
line says in one sum what pytest said in parts.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
MEMORY = "/dev/shm"
MEMINFO = re.compile(r"MemAvailable: +(\d+) kB")
ROOM = 6 * 2**30
COUNT = re.compile(r"(\d+) (passed|failed|skipped|error|errors|xfailed)")


def main() -> int:
    """Run all parts, even when an early one fails; 0 only when all are well."""
    parts = [
        ["tests", "--ignore=tests/browser", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"],
        ["tests/browser", "-n", "3", "--dist", "loadscope", "--no-loadscope-reorder"],
    ]
    totals: dict[str, int] = {}
    with TemporaryDirectory(prefix="consult-shared-", ignore_cleanup_errors=True) as shared:
        environment = environment_of_tests(shared)
        # Made meanwhile: most of the checks' time is one process's. Tests that need it before wait for it.
        demo = subprocess.Popen([sys.executable, "-m", "tests.demo_site"], cwd=ROOT, env=environment)
        checked = subprocess.run([sys.executable, "tests/checks.py"], cwd=ROOT, check=False).returncode
        codes = [checked, prepare_browser_tools(), demo.wait()]
        for part in parts:
            code, counts = run_pytest(part, environment)
            codes.append(code)
            for word, count in counts.items():
                totals[word] = totals.get(word, 0) + count
    failed = totals.get("failed", 0) + totals.get("error", 0) + totals.get("errors", 0)
    print(
        f"{totals.get('passed', 0)} passed, {failed} failed, {totals.get('skipped', 0)} skipped", flush=True
    )
    return int(any(codes))


def environment_of_tests(shared: str) -> dict[str, str]:
    """This one's, with the folder that all processes of a run share. Python keeps what it compiled, whatever is set:
    hundreds of files would be compiled anew by every process that a test starts."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "CONSULT_TEST_SHARED": shared}


def prepare_browser_tools() -> int:
    """The page checker from its lock file, once."""
    folder = ROOT / "tests" / "browser"
    if (folder / "node_modules" / ".package-lock.json").exists():
        return 0
    return subprocess.run(
        ["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=False
    ).returncode


def run_pytest(arguments: list[str], environment: dict[str, str]) -> tuple[int, dict[str, int]]:
    """One run of pytest, shown as it goes; its code and what its closing line counts."""
    # A folder of its own: pytest's shared one is pruned by other runs, with the databases in it.
    place = MEMORY if _has_room_in_memory() else None
    with TemporaryDirectory(prefix="consult-tests-", dir=place, ignore_cleanup_errors=True) as folder:
        base = f"--basetemp={folder}/run"
        command = [sys.executable, "-m", "pytest", base, *arguments, *sys.argv[1:]]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        closing = ""
        for line in process.stdout:
            print(line, end="", flush=True)
            if COUNT.search(line) and (" in " in line or line.startswith("=")):
                closing = line
        return process.wait(), {word: int(count) for count, word in COUNT.findall(closing)}


def _has_room_in_memory() -> bool:
    """Whether what tests write can lie in memory: thousands of databases are made there in less time than on a disk."""
    available = MEMINFO.search(Path("/proc/meminfo").read_text()) if Path("/proc/meminfo").exists() else None
    if available is None or not Path(MEMORY).is_dir():
        return False
    return min(int(available[1]) * 1024, shutil.disk_usage(MEMORY).free) > ROOM


if __name__ == "__main__":
    sys.exit(main())
