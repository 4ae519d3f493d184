"""What the web server runs in each of its processes: the site, and a watch over the server itself.

A server that is killed outright can't tell its processes to end; they would go on and keep the port.
"""

from __future__ import annotations

import os
import signal
import threading
import time

from litestar.types import ASGIApp

from consult.app import create_app

LOOK_EVERY = 0.5
END_WITHIN = 5.0


def create_watched_app() -> ASGIApp:
    """The site, in a process that ends when the one that started it has ended."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    return create_app()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_WITHIN)
    os._exit(1)
