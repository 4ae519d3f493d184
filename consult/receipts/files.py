"""The receipt as a file that needs nothing else: the receipt, the proof that it is in the log, and a signed head.

It is read back from what people have: the file, a mail or a page with the text in it between its two lines.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from consult.kernel.messages import N_
from consult.receipts.queries import Proof
from consult.receipts.service import RECEIPT
from consult.receipts.statement import canonical

FILE = "consult-receipt-file-1"
BEGIN, END = "-----BEGIN CONSULT RECEIPT-----", "-----END CONSULT RECEIPT-----"
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
LINE = 64
LONGEST = 400_000
"""Characters of what somebody gives as a receipt; one with 20 files has some 6,000."""


class NotAReceiptError(ValueError):
    """What was given is no receipt; the message is an English msgid."""


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """What a receipt file says, unchecked. `proof` and `head` are empty where only the receipt itself was given."""

    receipt: Mapping[str, Any]
    proof: Mapping[str, Any]
    head: Mapping[str, Any]

    @property
    def received(self) -> Mapping[str, Any]:
        """The statement."""
        found = self.receipt.get("received")
        return found if isinstance(found, dict) else {}

    @property
    def number(self) -> int:
        """The entry's number, -1 where none is named."""
        found = self.receipt.get("number")
        return found if isinstance(found, int) and not isinstance(found, bool) else -1


def make_file(receipt: str, proof: Proof, head: Mapping[str, Any]) -> dict[str, Any]:
    """The file's content as plain JSON values; `receipt` is what is stored with a sending."""
    path = [each.hex() for each in proof.path]
    return {
        "format": FILE,
        "receipt": json.loads(receipt),
        "proof": {"size": proof.size, "path": path},
        "head": dict(head),
    }


def write_file(content: Mapping[str, Any]) -> bytes:
    """The file: JSON to be read by people as well."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def armour(content: Mapping[str, Any]) -> str:
    """The file as lines of plain letters, which survive mail programs and copying."""
    text = base64.b64encode(canonical(content)).decode()
    return "\n".join((BEGIN, *wrap(text, LINE), END))


def attached_file(text: str) -> bytes | None:
    """The file that a text of ours holds between its two lines, None where there is none."""
    found = _between_lines(text)
    return write_file(json.loads(_unarmour(found))) if found is not None else None


def read_file(text: str) -> ReceiptFile:
    """What a file or a pasted text says. Raises NotAReceiptError."""
    if len(text) > LONGEST:
        raise NotAReceiptError(N_("This is too long to be a receipt."))
    found = _between_lines(text)
    content = _read_json(text if found is None else _unarmour(found))
    if not isinstance(content, dict):
        raise NotAReceiptError(N_("This is not a receipt of this site."))
    if content.get("format") == RECEIPT:
        return ReceiptFile(content, {}, {})
    parts = [content.get(name) for name in ("receipt", "proof", "head")]
    if content.get("format") != FILE or not all(isinstance(part, dict) for part in parts):
        raise NotAReceiptError(N_("This is not a receipt of this site."))
    return ReceiptFile(*(dict(part) for part in parts if isinstance(part, dict)))


def _between_lines(text: str) -> str | None:
    """What stands between the two lines, None where they are not there. Each character is looked at once."""
    _, _, rest = text.partition(BEGIN)
    inside, ended, _ = rest.partition(END)
    return inside if ended else None


def _unarmour(text: str) -> str:
    """Mail programs put `> ` before lines of what is answered."""
    try:
        return base64.b64decode(_NOT_BASE64.sub("", text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise NotAReceiptError(N_("The receipt is damaged: characters are missing or changed.")) from None


def _read_json(text: str) -> Any:
    """Strict: a name that occurs twice in an object could be shown as one thing and checked as another."""
    start, end = text.find("{"), text.rfind("}")
    try:
        return json.loads(text[start : end + 1], object_pairs_hook=_once, parse_float=_no_number)
    except (ValueError, RecursionError):
        raise NotAReceiptError(N_("This is not a receipt of this site, or it is damaged.")) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"not an integer: {text[:20]}")
