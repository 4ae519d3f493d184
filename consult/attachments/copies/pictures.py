"""Pictures without what cameras and programs write beside the pixels: people, places, times, thumbnails."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO
from zlib import crc32

from consult.attachments.checks.bytes_in import mapped
from consult.attachments.checks.pictures import jpeg_segments, png_chunks

SEEN_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs", b"sBIT",
                         b"bKGD", b"cICP", b"acTL", b"fcTL", b"fdAT"})  # fmt: skip
"""Chunks of a PNG that change how it looks (PNG, 4.7)."""
APP0, APP1, APP2, APP14, APP15, COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE


def clean_png(path: Path, out: IO[bytes]) -> None:
    """Only the chunks that the picture is drawn by."""
    with mapped(path) as body:
        out.write(body[:8])
        for kind, start, end in png_chunks(body):
            if kind in SEEN_CHUNKS:
                out.write(_without_name(body[start:end]))


def _without_name(chunk: bytes) -> bytes:
    """The name of a colour profile goes, the profile stays."""
    if chunk[4:8] != b"iCCP":
        return chunk
    _, _, rest = chunk[8:-4].partition(b"\0")
    data = b"iCCP" + b"profile\0" + rest
    return struct.pack(">I", len(data) - 4) + data + struct.pack(">I", crc32(data))


def clean_jpeg(path: Path, out: IO[bytes]) -> None:
    """Only what the picture is drawn by: JFIF, colour profile, Adobe's marker; of Exif which side is up."""
    with mapped(path) as body:
        out.write(b"\xff\xd8")
        for marker, start, end in jpeg_segments(body):
            segment = body[start:end]
            if marker == APP1 and (up := _orientation(segment)):
                out.write(_exif_of(up))
            elif _is_drawn(marker, segment):
                out.write(segment)


def _is_drawn(marker: int, segment: bytes) -> bool:
    if marker == APP2:
        return segment[4:16] == b"ICC_PROFILE\0"
    return marker in (APP0, APP14) or not (APP0 <= marker <= APP15 or marker == COMMENT)


def _orientation(segment: bytes) -> int:
    """1 to 8 as the camera was held, 0 for unknown (Exif 3.0, 4.6.5.1.6)."""
    if segment[4:10] != b"Exif\0\0":
        return 0
    tiff = segment[10:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 10:
        return 0
    (at,) = struct.unpack(f"{order}I", tiff[4:8])
    if at + 2 > len(tiff):
        return 0
    (entries,) = struct.unpack(f"{order}H", tiff[at : at + 2])
    for number in range(min(entries, 500)):
        entry = tiff[at + 2 + number * 12 : at + 14 + number * 12]
        if len(entry) == 12 and struct.unpack(f"{order}H", entry[:2])[0] == 0x0112:
            (value,) = struct.unpack(f"{order}H", entry[8:10])
            return int(value) if 1 < value <= 8 else 0
    return 0


def _exif_of(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    body = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
