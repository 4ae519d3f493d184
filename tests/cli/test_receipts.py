"""Receipts checked from the shell: against a copy of a log, another site, and the log here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from consult.receipts.files import write_file
from consult.receipts.signing import to_base64
from tests.cli.terminal import Terminal
from tests.receipts.scene import SIGNER
from tests.receipts.test_verifier import FILE, LINES

KEYS = json.dumps({"keys": [{"key": SIGNER.id, "public_key": to_base64(SIGNER.public)}]})
PROOF = json.dumps(FILE["proof"])
ANSWERS = {
    "/log/keys.json": KEYS,
    "/log/head.json": json.dumps(FILE["head"]),
    "/log/proof/5.json?size=9": PROOF,
    "/log/entries.jsonl?from=5": "\n".join(LINES[5:]),
}


class Elsewhere(BaseHTTPRequestHandler):
    """Another site's log."""

    def do_GET(self) -> None:
        body = ANSWERS.get(self.path, "").encode()
        self.send_response(200 if body else 404)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(place: Terminal) -> Terminal:
    """The place with what a respondent keeps in it."""
    (place.folder / "receipt.json").write_bytes(write_file(FILE))
    (place.folder / "bent.json").write_bytes(write_file(FILE).replace(b"S0005", b"S0006"))
    (place.folder / "keys.json").write_text(KEYS)
    (place.folder / "entries.jsonl").write_text("\n".join(LINES) + "\n", "utf-8")
    return place


def test_a_receipt_is_checked_against_a_copy_of_the_log(folder: Terminal) -> None:
    said = folder.does("verify", "receipt", "receipt.json", "--log", "entries.jsonl", "--key", "keys.json")
    assert "inclusion: right" in said
    assert "since then: removed at 2026-12-01T00:00:00Z" in said
    bent = folder.run("verify", "receipt", "bent.json", "--log", "entries.jsonl", "--key", "keys.json")
    assert bent.returncode == 1
    assert "signature: WRONG" in bent.stdout
    assert "name the keys" in folder.refuses("verify", "receipt", "receipt.json", "--log", "entries.jsonl")
    assert "not a receipt" in folder.refuses("verify", "receipt", "keys.json")


def test_a_receipt_is_checked_against_another_site(folder: Terminal, elsewhere: str) -> None:
    said = folder.does("verify", "receipt", "receipt.json", "--log", elsewhere)
    assert "inclusion: right" in said
    assert said.endswith("right\n")


def test_a_receipt_of_another_site_is_not_right_here(folder: Terminal) -> None:
    done = folder.run("verify", "receipt", "receipt.json")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "not right")
    assert "the log is empty" in folder.does("log", "head")
    assert folder.does("log", "keys").split()[1:] == ["signs", "now"]
