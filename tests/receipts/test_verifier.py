"""The program of one file knows a receipt from a forged one, whatever was changed in it, and needs nothing of ours."""

from __future__ import annotations

import copy
import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.receipts.checking import check_file, is_good
from consult.receipts.files import (
    BEGIN,
    LONGEST,
    NotAReceiptError,
    armour,
    attached_file,
    make_file,
    read_file,
    write_file,
)
from consult.receipts.heads import head_statement
from consult.receipts.queries import Proof
from consult.receipts.service import RECEIPT
from consult.receipts.signing import Signer, load_signer
from consult.receipts.statement import Received, canonical, ending_statement, entry_of
from consult.receipts.tree import Growing, hash_of, inclusion_spans
from consult.settings import ROOT, Settings
from tests.conftest import NOW
from tests.receipts.scene import FILES, SIGNER

PROGRAM = ROOT / "docs" / "verify_receipt.py"
_SPEC = importlib.util.spec_from_file_location("verify_receipt", PROGRAM)
assert _SPEC is not None
assert _SPEC.loader is not None
verifier = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(verifier)


def received(number: int) -> Received:
    return Received(
        site="https://consult.test", consultation="FMF-2026-01", round=1, reference=f"FMF-2026-01-S{number:04d}",
        sending=1, sha256="cd" * 32, files=FILES, sent_at=NOW, rule="grace", closes_at=NOW,
    )  # fmt: skip


def made(
    number: int = 5, size: int = 9, signer: Signer = SIGNER
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A receipt's file, and the log that it is from; the last entry says that it was removed."""
    log: list[dict[str, Any]] = [
        {"number": n, "kind": "received", "entry": received(n).entry()} for n in range(size - 1)
    ]
    ended = ending_statement("removed", number, "fr", "Décision\u2028du tribunal.", "2026-12-01T00:00:00Z")
    own = {name: ended[name] for name in ("kind", "of", "note", "at")}
    log.append({"number": size - 1, "entry": entry_of(ended), **own})
    tree = Growing()
    hashes = {node: found for each in log for node, found in tree.add(bytes.fromhex(each["entry"]))}
    path = tuple(hash_of(span, hashes) for span in inclusion_spans(number, size))
    receipt = signer.sign(
        {
            "format": RECEIPT,
            "received": received(number).state(),
            "entry": log[number]["entry"],
            "number": number,
        }
    )
    head = signer.sign(head_statement(size, tree.root.hex(), NOW))
    return make_file(canonical(receipt).decode(), Proof(size, path, tree.root), head), log


FILE, LOG = made()
LINES = [json.dumps(each, ensure_ascii=False) for each in LOG]
KEYS = {SIGNER.id}


def theirs(text: str, lines: list[str] | None = None) -> bool:
    try:
        verifier.check(text, KEYS, None, lines)
    except verifier.Wrong:
        return False
    return True


def ours(text: str) -> bool:
    try:
        return is_good(check_file(read_file(text), SIGNER.keys))
    except NotAReceiptError:
        return False


def test_a_receipt_is_right_as_a_file_as_text_in_a_mail_and_with_the_log() -> None:
    mail = "Hello\n\n" + "\n".join(f"> {line}" for line in armour(FILE).split("\n")) + "\n-- \nBye"
    for text in (write_file(FILE).decode(), canonical(FILE).decode(), armour(FILE), mail):
        assert ours(text)
        assert theirs(text, LINES)
    said, _ = verifier.check(armour(FILE), KEYS, None, LINES)
    assert "removed" in said[-1]
    assert "Décision\u2028du tribunal." in said[-1]


def leaves(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value stands."""
    if isinstance(value, dict):
        return [place for name, each in value.items() for place in leaves(each, (*at, name))]
    if isinstance(value, list):
        return [place for n, each in enumerate(value) for place in leaves(each, (*at, n))]
    return [at]


def changed(content: Any, at: tuple[Any, ...], change: Any) -> Any:
    found = copy.deepcopy(content)
    inner = found
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = change(inner[at[-1]])
    return found


@pytest.mark.parametrize("at", leaves(FILE), ids=lambda at: ".".join(map(str, at)))
def test_a_change_of_any_value_is_noticed(at: tuple[Any, ...]) -> None:
    def one_off(value: Any) -> Any:
        return value + 1 if isinstance(value, int) else ("A" if value[:1] != "A" else "B") + value[1:]

    for change in (
        one_off,
        lambda _: "",
        lambda _: None,
        lambda _: {},
        lambda _: 0 if at[-1] != "number" else 7,
    ):
        text = json.dumps(changed(FILE, at, change))
        assert not ours(text)
        assert not theirs(text)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_change_of_any_byte_is_noticed_or_means_the_same(data: st.DataObject) -> None:
    text = canonical(FILE)
    at = data.draw(st.integers(0, len(text) - 1))
    bent = bytes([*text[:at], data.draw(st.integers(0, 255)), *text[at + 1 :]]).decode("utf-8", "replace")
    good = theirs(bent)
    assert ours(bent) == good
    if good:
        assert json.loads(bent[bent.find("{") :]) == FILE


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(LOG) - 1), st.sampled_from(["entry", "number", "gone"]))
def test_a_copy_of_the_log_that_was_rewritten_is_noticed(at: int, what: str) -> None:
    lines = [dict(each) for each in LOG]
    if what == "gone":
        del lines[at]
    else:
        lines[at][what] = "00" * 32 if what == "entry" else 77
    assert not theirs(armour(FILE), [json.dumps(each) for each in lines])


def test_the_reason_in_a_copy_of_the_log_can_not_be_changed() -> None:
    lines = [*LOG[:-1], {**LOG[-1], "note": {"lang": "fr", "text": "Rien."}}]
    assert not theirs(armour(FILE), [json.dumps(each) for each in lines])


def test_many_beginnings_without_an_end_take_no_time() -> None:
    text = BEGIN * (LONGEST // len(BEGIN))
    start = time.process_time()
    assert not ours(text)
    assert not theirs(text)
    assert attached_file(text) is None
    assert time.process_time() - start < 1


def test_a_receipt_by_another_key_is_refused() -> None:
    forged, _ = made(signer=Signer(bytes(32)))
    assert not ours(armour(forged))
    assert not theirs(armour(forged))


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_signatures_are_checked_as_the_library_checks_them(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verifier.is_signature(public, message, signature)
    assert not verifier.is_signature(public, message + b".", signature)
    assert not verifier.is_signature(public, message, signature[::-1])


def test_it_runs_by_itself_and_says_by_its_end_whether_it_is_right(tmp_path: Path) -> None:
    (tmp_path / "receipt.json").write_bytes(write_file(FILE))
    (tmp_path / "entries.jsonl").write_text("\n".join(LINES) + "\n", "utf-8")
    (tmp_path / "bad.json").write_bytes(write_file(FILE).replace(b"grace", b"late"))

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(PROGRAM), *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    good = run("receipt.json", "--key", SIGNER.id, "--log", "entries.jsonl")
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "RIGHT")
    bad = run("bad.json", "--key", SIGNER.id)
    assert bad.returncode == 1
    assert "changed after it was signed" in bad.stdout
    assert run("receipt.json", "--key", "00" * 32).returncode == 1
    assert run("nothing.json").returncode == 2


def test_old_receipts_stay_good_when_the_key_changes(tmp_path: Path) -> None:

    first = load_signer(Settings(data_dir=tmp_path))
    second = load_signer(Settings(data_dir=tmp_path, receipt_key="11" * 32))
    assert first.id != second.id
    old, _ = made(signer=first)
    assert is_good(check_file(read_file(armour(old)), second.keys))
    assert (tmp_path / "receipt_key").stat().st_mode & 0o077 == 0
