"""What is stated, and the one way to write it down, so that equal statements have equal bytes.

Canonical JSON as in RFC 8785: members sorted, no space between tokens, UTF-8, only the escapes that JSON demands. Numbers
are integers, names of members are ASCII; with that Python's own writer does what the RFC says.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import msgspec

from consult.i18n.formats import iso

RECEIVED = "consult-received-1"
ENDED = "consult-ended-1"
"""Formats, named in each statement, so that one kind can never be taken for another."""


class ReceivedFile(msgspec.Struct, frozen=True):
    """A file as received: its name, its size in bytes, its SHA-256 in hexadecimal digits."""

    name: str
    size: int
    sha256: str


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What was received, when, under which rule. How it is published is not part of it.

    `site` is the site's address, `reference` the contribution's. `sha256` (hex) is that of the canonical text of the
    response, which holds a random number, so that nobody can guess a text and compare. `rule` is in-time, grace or late,
    measured against `closes_at`.
    """

    site: str
    consultation: str
    round: int
    reference: str
    sending: int
    sha256: str
    files: tuple[ReceivedFile, ...] = ()
    sent_at: datetime
    rule: str
    closes_at: datetime

    def state(self) -> dict[str, Any]:
        """As plain JSON values; instants to the second in UTC."""
        return {
            "format": RECEIVED,
            "site": self.site,
            "consultation": self.consultation,
            "round": self.round,
            "reference": self.reference,
            "sending": self.sending,
            "sha256": self.sha256,
            "files": [{"name": each.name, "size": each.size, "sha256": each.sha256} for each in self.files],
            "sent_at": iso(self.sent_at),
            "rule": self.rule,
            "closes_at": iso(self.closes_at),
        }

    def entry(self) -> str:
        """What the log holds of it: the SHA-256 (hex) of its canonical form."""
        return entry_of(self.state())


def ending_statement(kind: str, of: int, lang: str, note: str, at: str) -> dict[str, Any]:
    """What is logged when a response was withdrawn or removed: which entry it is about and the public reason.

    `at` is RFC 3339 in UTC, to the second.
    """
    return {
        "format": ENDED,
        "kind": kind,
        "of": of,
        "note": {"lang": lang, "text": note} if note else None,
        "at": at,
    }


def canonical(value: Any) -> bytes:
    """Canonical JSON (RFC 8785) of a value made of objects, arrays, strings, integers, booleans and null."""
    return _WRITER.encode(value).encode()


_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def entry_of(statement: Any) -> str:
    """The SHA-256 (hex) of a statement's canonical form."""
    return hashlib.sha256(canonical(statement)).hexdigest()
