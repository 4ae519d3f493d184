"""`consult serve`: the web server, and beside it the worker as a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from consult.cli.problems import UsedWronglyError
from consult.cli.shell import need_current
from consult.settings import load_settings

RESTART_AFTER = 1.0
STOP_WITHIN = 15.0

# Popen waits for its child on a pipe. A web process forked at that moment would inherit the pipe's other end and
# keep Popen waiting for as long as it lives: forks wait until a start is done.
_starting = threading.Lock()
os.register_at_fork(
    before=_starting.acquire, after_in_parent=_starting.release, after_in_child=_starting.release
)


@click.command("serve", epilog="Example: consult serve --host 0.0.0.0 --port 8000 --workers 2")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Web processes; by default the setting `workers`."
)
@click.option(
    "--worker/--no-worker", default=True, show_default=True, help="Run the worker beside the web server."
)
def command(host: str, port: int, workers: int | None, worker: bool) -> None:
    """Serve the site. The database must be up to date: run `consult migrate` first."""
    settings = load_settings()
    need_current(settings)
    run_server(host, port, workers or settings.workers, worker=worker)


def run_server(host: str, port: int, workers: int, *, worker: bool) -> None:
    """Serve until told to stop. Raises UsedWronglyError where the address is taken."""
    _need_free(host, port)
    server = Granian(
        "consult.cli.served:create_watched_app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=workers,
        log_level=LogLevels.warning,
        log_access=False,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    with _worker_beside() if worker else _alone():
        server.serve()


@contextmanager
def _alone() -> Iterator[None]:
    yield


@contextmanager
def _worker_beside() -> Iterator[None]:
    """Keep a worker running. It ends by itself when this process has ended, however that came."""
    keeper = _Keeper()
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class _Keeper:
    """Starts the worker again whenever it has died."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_WITHIN + RESTART_AFTER)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            arguments = [sys.executable, "-m", "consult", "work", "--parent", str(os.getpid())]
            with _starting:
                process = subprocess.Popen(arguments)  # noqa: S603 - our own program
            while process.poll() is None and not self._stopping.wait(0.2):
                pass
            _end(process)
            self._stopping.wait(RESTART_AFTER)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _need_free(host: str, port: int) -> None:
    """The server's own message about a taken port is a traceback."""
    deadline = time.monotonic() + 2
    while True:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
            return
        except OSError as error:
            if time.monotonic() > deadline or isinstance(error, socket.gaierror):
                raise UsedWronglyError(f"can't listen on {host}:{port}: {error.strerror or error}") from None
            time.sleep(0.2)
