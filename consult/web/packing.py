"""Compressing answers: brotli where the browser takes it (RFC 7932), else gzip."""

from __future__ import annotations

import gzip
from functools import lru_cache

import brotli
from litestar.types import Scope

CODINGS = ("br", "gzip")
"""The smaller first."""


def coding_for(scope: Scope) -> str:
    """The content coding that a client takes, "" for none."""
    accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
    return _coding_of(accepted)


@lru_cache(256)
def _coding_of(accepted: str) -> str:
    names = {name for name, quality in map(_weighed, accepted.lower().split(",")) if quality != 0}
    return next((coding for coding in CODINGS if coding in names), "")


def _weighed(part: str) -> tuple[str, float]:
    """`gzip; q=0.5` as a name and its weight (RFC 9110, 12.4.2); a weight that is none counts as 1."""
    name, _, weight = part.partition(";")
    try:
        return name.strip(), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return name.strip(), 1.0


def pack_to_keep(body: bytes, coding: str) -> bytes:
    """Compressed once and sent many times."""
    if coding == "br":
        return bytes(brotli.compress(body, quality=6, mode=brotli.MODE_TEXT))
    return gzip.compress(body, 6, mtime=0) if coding else body


def pack_for_ever(body: bytes, coding: str) -> bytes:
    """As small as it gets, for files that never change."""
    if coding == "br":
        return bytes(brotli.compress(body, quality=11, mode=brotli.MODE_TEXT))
    return gzip.compress(body, 9, mtime=0) if coding else body


def pack_once(body: bytes, coding: str) -> bytes:
    """Compressed for one reader: quickly. Brotli's lowest level is faster than gzip's and still smaller."""
    if coding == "br":
        return bytes(brotli.compress(body, quality=0, mode=brotli.MODE_TEXT))
    return gzip.compress(body, 1, mtime=0) if coding else body
