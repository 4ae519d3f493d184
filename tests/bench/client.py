"""A small HTTP client that costs little beside the server it measures: keep-alive sockets, one answer at a time each."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import repeat

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
BUFFER = 1 << 20


@dataclass(slots=True)
class Load:
    """What came of a load: seconds it took, each answer's seconds, statuses, and bytes of the last answer's body."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    size: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def percentile(self, share: float) -> float:
        """Seconds within which that share of the answers came."""
        return sorted(self.waits)[min(int(len(self.waits) * share), len(self.waits) - 1)]


class _Line:
    """One connection. Its answers are read whole before it sends again."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = memoryview(bytearray(BUFFER))
        self._head = b""
        self._left = -1
        self.status = 0
        self.size = 0
        self.sent_at = 0.0
        self.keeps = False

    def send(self, request: bytes) -> None:
        self._head, self._left = b"", -1
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bool:
        """Take what has come; whether the answer is complete."""
        got = self.socket.recv_into(self._buffer)
        if not got:
            raise ConnectionError("the server hung up")
        if self._left >= 0:
            self._left -= got
            if self.keeps:
                self._head += bytes(self._buffer[:got])
            return self._left <= 0
        self._head += bytes(self._buffer[:got])
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return False
        self.status = int(self._head[9:12])
        found = LENGTH.search(self._head, 0, end)
        self.size = int(found[1]) if found else 0
        self._left = self.size - (len(self._head) - end - 4)
        return self._left <= 0

    @property
    def answer(self) -> bytes:
        """The answer's head, and its whole body where the line `keeps` it."""
        return self._head


def get(address: str, **headers: str) -> bytes:
    """A GET request's bytes."""
    return _head("GET", address, headers) + b"\r\n"


def post(address: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a form that is sent."""
    more = {"content_type": "application/x-www-form-urlencoded", "content_length": str(len(body)), **headers}
    return _head("POST", address, more) + b"\r\n" + body


def _head(method: str, address: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {address} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n").encode()


def once(port: int, request: bytes) -> tuple[int, bytes]:
    """One request's status and the answer, head included."""
    line = _Line(port)
    line.keeps = True
    try:
        line.send(request)
        while not line.read():
            pass
        return line.status, line.answer
    finally:
        line.socket.close()


def load(port: int, requests: Iterator[bytes] | bytes, *, seconds: float, connections: int = 8) -> Load:
    """Send for some seconds on several connections, each its next request when its answer has come."""
    source = repeat(requests) if isinstance(requests, bytes) else requests
    return _run(port, lambda _: next(source), seconds, connections)


def load_each(port: int, of: Callable[[int], bytes], *, seconds: float, connections: int = 8) -> Load:
    """As `load`, each connection with requests of its own: `of` is given the connection's number."""
    return _run(port, of, seconds, connections)


def _run(port: int, of: Callable[[int], bytes], seconds: float, connections: int) -> Load:
    found = Load()
    lines = [_Line(port) for _ in range(connections)]
    selector = selectors.DefaultSelector()
    began = time.perf_counter()
    for number, line in enumerate(lines):
        selector.register(line.socket, selectors.EVENT_READ, (number, line))
        line.send(of(number))
    waiting = connections
    while waiting:
        for key, _ in selector.select(30):
            number, line = key.data
            if not line.read():
                continue
            now = time.perf_counter()
            found.waits.append(now - line.sent_at)
            found.statuses[line.status] = found.statuses.get(line.status, 0) + 1
            found.size = line.size
            if now - began < seconds:
                line.send(of(number))
            else:
                waiting -= 1
    found.seconds = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    return found
