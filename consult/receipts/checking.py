"""Checking a receipt, step by step: what its signature, its entry and its proof say, and what was said about it since.

Every step is a value, so that a page and a command say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from consult.receipts.files import ReceiptFile
from consult.receipts.heads import HEAD
from consult.receipts.service import RECEIPT
from consult.receipts.signing import Keys, is_signed
from consult.receipts.statement import RECEIVED, canonical, ending_statement, entry_of
from consult.receipts.tree import is_included

DIGITS = 64


class Step(StrEnum):
    """What is checked, in this order."""

    SIGNATURE = "signature"
    STATEMENT = "statement"
    HEAD = "head"
    PROOF = "proof"
    ENTRY = "entry"
    INCLUSION = "inclusion"


@dataclass(frozen=True, slots=True)
class Checked:
    """A step and how it went; None where it could not be done (nothing to check it against)."""

    step: Step
    good: bool | None


@dataclass(frozen=True, slots=True)
class Ended:
    """What was said about an entry later: `note` is the public reason in `lang`; `at` is RFC 3339."""

    kind: str
    number: int
    lang: str
    note: str
    at: str


def check_file(file: ReceiptFile, keys: Keys) -> list[Checked]:
    """What a receipt file alone says: its signature, the statement's hash, its head and its proof."""
    head, proof = file.head, file.proof
    good_head = _is_head(head) and is_signed(head, keys) if head else None
    return [
        Checked(Step.SIGNATURE, file.receipt.get("format") == RECEIPT and is_signed(file.receipt, keys)),
        Checked(Step.STATEMENT, is_statement(file)),
        Checked(Step.HEAD, good_head),
        Checked(Step.PROOF, _is_proven(file, proof, head) if head or proof else None),
    ]


def is_statement(file: ReceiptFile) -> bool:
    """The entry is the hash of the statement."""
    if file.received.get("format") != RECEIVED:
        return False
    try:
        return entry_of(file.received) == file.receipt.get("entry")
    except (UnicodeEncodeError, ValueError):
        return False


def _is_head(head: Mapping[str, Any]) -> bool:
    return head.get("format") == HEAD and _is_count(head.get("size")) and is_hash(head.get("root"))


def _is_proven(file: ReceiptFile, proof: Mapping[str, Any], head: Mapping[str, Any]) -> bool:
    return _is_head(head) and proof.get("size") == head["size"] and is_proven(
        file, proof.get("path"), head["size"], head["root"]
    )  # fmt: skip


def is_proven(file: ReceiptFile, path: Any, size: int, root: str) -> bool:
    """Whether a path (hex) proves the receipt's entry under a root (hex)."""
    entry = file.receipt.get("entry")
    if not is_hash(entry) or not isinstance(path, list) or not all(is_hash(each) for each in path):
        return False
    hashes = [bytes.fromhex(each) for each in path]
    return is_included(bytes.fromhex(str(entry)), file.number, size, hashes, bytes.fromhex(root))


def is_hash(value: Any) -> bool:
    """Whether a value is a SHA-256 in lower-case hexadecimal digits."""
    return isinstance(value, str) and len(value) == DIGITS and set(value) <= set("0123456789abcdef")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def ending_entry(ended: Ended, of: int) -> str:
    """The entry (hex) that an ending must have."""
    return entry_of(ending_statement(ended.kind, of, ended.lang, ended.note, ended.at))


def is_good(steps: Sequence[Checked]) -> bool:
    """Whether nothing that could be checked was wrong."""
    return all(each.good is not False for each in steps)


def same_receipt(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two receipts are the same to the last character."""
    return canonical(one) == canonical(other)
