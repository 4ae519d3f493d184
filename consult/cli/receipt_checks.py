"""A receipt checked against another site's log, or against a copy of one that somebody saved."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import httpx

from consult.cli.problems import UsedWronglyError
from consult.receipts.checking import (
    Checked,
    Ended,
    Step,
    check_file,
    ending_entry,
    is_good,
    is_hash,
    is_proven,
)
from consult.receipts.files import ReceiptFile
from consult.receipts.signing import Keys, is_signed, key_id
from consult.receipts.tree import Growing

PATIENCE = 30.0
WORDS = {True: "right", False: "WRONG", None: "not checked"}


def say_checked(given: ReceiptFile, steps: Sequence[Checked]) -> None:
    """What the receipt says and how each step went, a line each."""
    said = given.received
    click.echo(
        f"{said.get('reference')}, sending {said.get('sending')}, at {said.get('sent_at')}, {said.get('rule')}"
    )
    for each in steps:
        click.echo(f"{each.step}: {WORDS[each.good]}")


def check_against_site(given: ReceiptFile, address: str, key: Path | None) -> bool:
    """Ask a site for its newest head, for the proof under it, and for what it said of the entry since."""
    base = address.rstrip("/")
    with httpx.Client(base_url=base, timeout=PATIENCE, follow_redirects=False) as site:
        keys = read_keys(_ask(site, "/log/keys.json")) if key is None else read_keys(_load(key))
        steps = check_file(given, keys)
        head = _ask(site, "/log/head.json")
        covered = is_signed(head, keys) and isinstance(head.get("size"), int) and head["size"] > given.number
        proof = _ask(site, f"/log/proof/{given.number}.json?size={head['size']}") if covered else {}
        under = is_proven(given, proof.get("path"), head["size"], head["root"]) if covered else None
        steps.append(Checked(Step.INCLUSION, under))
        say_checked(given, steps)
        later = [json.loads(line) for line in _lines(site, given.number)]
    return is_good(steps) and _say_endings(given, later)


def check_against_copy(given: ReceiptFile, log: Path | None, key: Path | None) -> bool:
    """Make the tree anew from a saved log; the head in the receipt's file must be its root."""
    if key is None:
        raise UsedWronglyError("name the keys to trust: --key keys.json")
    steps = check_file(given, read_keys(_load(key)))
    entries = [json.loads(line) for line in log.read_text("utf-8").split("\n") if line] if log else []
    if log:
        steps.append(Checked(Step.ENTRY, _holds(entries, given)))
        steps.append(Checked(Step.INCLUSION, _fits(entries, given.head)))
    say_checked(given, steps)
    return is_good(steps) and _say_endings(given, entries)


def _holds(entries: Sequence[Any], given: ReceiptFile) -> bool:
    return 0 <= given.number < len(entries) and entries[given.number].get("entry") == given.receipt.get(
        "entry"
    )


def _fits(entries: Sequence[Any], head: Any) -> bool | None:
    """Whether a copy of the log is the one that the head is of; None where it ends before."""
    if not head or len(entries) < head["size"]:
        return None
    tree = Growing()
    for at, each in enumerate(entries[: head["size"]]):
        if each.get("number") != at or not is_hash(each.get("entry")):
            return False
        tree.add(bytes.fromhex(each["entry"]))
    return bool(tree.root.hex() == head["root"])


def _say_endings(given: ReceiptFile, entries: Sequence[Any]) -> bool:
    """Say what the log says of the entry since; False where that is not what its own entry is the hash of."""
    good = True
    for each in entries:
        if each.get("of") != given.number:
            continue
        note = each.get("note") or {"lang": "", "text": ""}
        ended = Ended(each["kind"], each["number"], note["lang"], note["text"], each["at"])
        good = good and ending_entry(ended, given.number) == each["entry"]
        click.echo(f"since then: {ended.kind} at {ended.at}, entry {ended.number}: {ended.note}")
    return good


def read_keys(content: Any) -> Keys:
    """Keys of a keys.json. Raises UsedWronglyError."""
    try:
        found = [base64.b64decode(each["public_key"], validate=True) for each in content["keys"]]
    except (KeyError, TypeError, ValueError):
        raise UsedWronglyError("this is no list of keys") from None
    return {key_id(each): each for each in found}


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError:
        raise UsedWronglyError(f"{path} is no JSON") from None


def _ask(site: httpx.Client, path: str) -> Any:
    try:
        answer = site.get(path)
        answer.raise_for_status()
        return answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise UsedWronglyError(f"{site.base_url}{path}: {type(error).__name__}") from None


def _lines(site: httpx.Client, first: int) -> list[str]:
    try:
        answer = site.get(f"/log/entries.jsonl?from={first}")
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise UsedWronglyError(f"{site.base_url}: {type(error).__name__}") from None
    return [line for line in answer.text.split("\n") if line]
