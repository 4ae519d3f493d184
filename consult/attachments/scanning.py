"""Asking ClamAV, where an operator has one: `CONSULT_CLAMAV=host:port` (clamd's INSTREAM, man clamd)."""

from __future__ import annotations

from io import BufferedReader, FileIO
from pathlib import Path

from aioclamd import ClamdAsyncClient, ClamdError

SECONDS, SECONDS_TO_ANSWER = 60.0, 5.0
PORT = 3310
PIECE = 64 * 1024


class ScannerAwayError(OSError):
    """The scanner gave no answer; the file waits."""


class _LargePieces(BufferedReader):
    """The client asks for a kilobyte at a time, which is a thread's turn for each; it sends as much as it is given."""

    def read(self, size: int | None = None, /) -> bytes:
        """A piece."""
        return super().read(PIECE)


async def is_harmful(path: Path, address: str) -> bool:
    """Whether the scanner knows a file as harmful; without an address nobody is asked. Raises ScannerAwayError."""
    if not address:
        return False
    client = _client(address, SECONDS)
    try:
        with _LargePieces(FileIO(path)) as file:
            answer = await client.instream(file)
    except (ClamdError, OSError, TimeoutError) as error:
        raise ScannerAwayError(type(error).__name__) from error
    said = {status for status, _ in (answer or {}).values()}
    if said not in ({"OK"}, {"FOUND"}):
        raise ScannerAwayError("no verdict")
    return said == {"FOUND"}


async def answers(address: str) -> bool:
    """Whether a scanner is there."""
    try:
        return str(await _client(address, SECONDS_TO_ANSWER).ping()) == "PONG"
    except (ClamdError, OSError, TimeoutError):
        return False


def _client(address: str, seconds: float) -> ClamdAsyncClient:
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return ClamdAsyncClient(
        host or address, int(port) if host and port.isdecimal() else PORT, timeout=seconds
    )
