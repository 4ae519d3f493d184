"""Servers as processes of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from consult.settings import ROOT

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 40.0
"""Seconds within which a server must answer."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, and the process whose children serve."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Processor seconds that it and its worker have used."""
        return sum(_cpu(pid) for pid in (self.pid, *children(self.pid)))

    def memory(self) -> float:
        """Peak memory of its worker so far, in MB."""
        return max(peak(pid) for pid in children(self.pid))


def peak(pid: int) -> float:
    """A process's own peak so far, in MB. What `wait` reports begins with the memory of whoever started it."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def children(pid: int) -> tuple[int, ...]:
    """Processes that a process started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return tuple(int(each) for each in found)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    target: str, environment: Mapping[str, str], log: Path, port: int, workers: int = 1
) -> subprocess.Popen[bytes]:
    """Start `module:factory` on so many granian workers, and wait until it listens. Raises RuntimeError."""
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws", "--log-level", "error",
               "--workers", str(workers), "--port", str(port), target]  # fmt: skip
    with log.open("a") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return process
        time.sleep(0.05)
    raise RuntimeError(f"{target} does not answer: {log.read_text()[-2000:]}")


@contextmanager
def serving(target: str, environment: Mapping[str, str], log: Path, workers: int = 1) -> Iterator[Server]:
    """A server while the block lasts."""
    port = free_port()
    process = start(target, environment, log, port, workers)
    try:
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
