"""The site and its worker, as an operator starts, stops and loses them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.terminal import Terminal


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
