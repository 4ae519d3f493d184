"""PNG and JPEG: their structure read without unpacking any pixel."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path
from zlib import crc32

from consult.attachments.checks.bytes_in import mapped, refuse_second_file
from consult.attachments.problems import FileRefusedError, Problem

MOST_PIXELS = 100_000_000
_SIGNATURE = 8
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
SCAN, END = 0xDA, 0xD9


def check_png(path: Path) -> str:
    """ "png". Raises FileRefusedError for what is damaged, too large, or followed by something."""
    at = _SIGNATURE
    with mapped(path) as body:
        for number, (kind, start, end) in enumerate(png_chunks(body)):
            if number == 0:
                if kind != b"IHDR" or end - start != 25:
                    raise FileRefusedError(Problem.DAMAGED)
                refuse_pixels(*struct.unpack(">II", body[start + 8 : start + 16]))
            at = end
        if body[at:].strip(b"\0"):
            raise FileRefusedError(Problem.MIXED)
    return "png"


def png_chunks(body: bytes | mmap) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of each chunk up to IEND (PNG, 5.3). Raises FileRefusedError where one is not whole."""
    at = _SIGNATURE
    while at + 12 <= len(body):
        length, kind = struct.unpack(">I4s", body[at : at + 8])
        end = at + 12 + length
        if end > len(body) or crc32(body[at + 4 : end - 4]) != struct.unpack(">I", body[end - 4 : end])[0]:
            break
        yield kind, at, end
        if kind == b"IEND":
            return
        at = end
    raise FileRefusedError(Problem.DAMAGED)


def check_jpeg(path: Path) -> str:
    """ "jpg". Raises FileRefusedError; what cameras put after the picture is let be unless a program would open it."""
    framed, at = False, 2
    with mapped(path) as body:
        for marker, start, end in jpeg_segments(body):
            if marker in _FRAMES and end - start >= 9:
                refuse_pixels(*struct.unpack(">HH", body[start + 5 : start + 9]))
                framed = True
            at = end
        if not framed:
            raise FileRefusedError(Problem.DAMAGED)
        refuse_second_file(body[at:])
    return "jpg"


def jpeg_segments(body: bytes | mmap) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment; a scan's holds its compressed data (ITU-T T.81, B.1).

    Raises FileRefusedError where the end is missing.
    """
    at = 2
    while at + 2 <= len(body) and body[at] == 0xFF:
        marker = body[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == END or marker in _ALONE:
            yield marker, at, at + 2
            if marker == END:
                return
            at += 2
            continue
        if at + 4 > len(body):
            break
        end = at + 2 + int(struct.unpack(">H", body[at + 2 : at + 4])[0])
        if marker == SCAN:
            end = _end_of_scan(body, end)
        if end > len(body):
            break
        yield marker, at, end
        at = end
    raise FileRefusedError(Problem.DAMAGED)


def _end_of_scan(body: bytes | mmap, at: int) -> int:
    """The next marker that is neither a stuffed byte nor a restart."""
    while (at := body.find(b"\xff", at)) >= 0 and at + 1 < len(body):
        if body[at + 1] != 0 and not 0xD0 <= body[at + 1] <= 0xD7:
            return at
        at += 2
    raise FileRefusedError(Problem.DAMAGED)


def refuse_pixels(width: int, height: int) -> None:
    """Raises FileRefusedError for a picture that nobody could open."""
    if not width or width * height > MOST_PIXELS:
        raise FileRefusedError(Problem.PIXELS)
