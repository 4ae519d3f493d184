"""The site's key for receipts and heads of the log: Ed25519 (RFC 8032), and the public keys it ever had.

A key's id is the SHA-256 of its 32 public bytes. The public key is kept under its id in `receipt_keys/` beside the data and
stays there when the key changes, so that old receipts go on being checked.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consult.receipts.statement import canonical
from consult.settings import Settings, SettingsError

KEY_LENGTH = 32
KEY_FILE = "receipt_key"
FORMER = "receipt_keys"

Keys = Mapping[str, bytes]
"""Public keys (32 bytes) by their ids."""


class Signer:
    """Signs with the present key; knows all public keys, `keys`, among them those of before."""

    def __init__(self, private: bytes, former: Iterable[bytes] = ()) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public = self._key.public_key().public_bytes_raw()
        self.id = key_id(self.public)
        self.keys: Keys = {key_id(each): each for each in (*former, self.public)}

    def sign(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """The statement with `key`, `public_key` and `signature`, which covers all the rest in its canonical form."""
        whole = {**statement, "key": self.id, "public_key": to_base64(self.public)}
        return {**whole, "signature": to_base64(self._key.sign(canonical(whole)))}

    def has_signed(self, statement: Mapping[str, Any]) -> bool:
        """Whether a statement bears a signature of this site's. Ed25519 signs the same in the same way, and signing takes
        a third of the time that checking does."""
        if statement.get("key") != self.id:
            return is_signed(statement, self.keys)
        own = ("key", "public_key", "signature")
        rest = {name: value for name, value in statement.items() if name not in own}
        return self.sign(rest) == statement


def key_id(public: bytes) -> str:
    """A public key's id: the SHA-256 (hex) of its bytes."""
    return hashlib.sha256(public).hexdigest()


def is_signed(statement: Mapping[str, Any], keys: Keys) -> bool:
    """Whether a signed statement bears the signature of one of `keys`, the one that it names."""
    public = keys.get(str(statement.get("key", "")))
    if public is None or statement.get("public_key") != to_base64(public):
        return False
    unsigned = {name: value for name, value in statement.items() if name != "signature"}
    try:
        signature = base64.b64decode(str(statement.get("signature", "")), validate=True)
        if to_base64(signature) != statement.get("signature"):
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(signature, canonical(unsigned))
    except (InvalidSignature, ValueError):
        return False
    return True


def to_base64(data: bytes) -> str:
    """Base64 (RFC 4648, 4)."""
    return base64.b64encode(data).decode()


@lru_cache(maxsize=64)
def load_signer(settings: Settings) -> Signer:
    """The signer of a site: its key from `receipt_key`, else from a file beside the data that is made once.

    Raises SettingsError where a key is not 32 bytes in Base64 or hexadecimal digits.
    """
    private = _read_key(settings.receipt_key or _own_key(settings.data_dir), "receipt_key")
    folder = settings.data_dir / FORMER
    former = [_read_key(text, "former_receipt_keys") for text in settings.former_receipt_keys]
    kept = [_read_key(path.read_text("ascii"), str(path)) for path in sorted(folder.glob("*.pub"))]
    signer = Signer(private, (*former, *kept))
    _keep_public(folder, signer)
    return signer


def _own_key(data_dir: Path) -> str:
    path = data_dir / KEY_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        _write_once(path, os.urandom(KEY_LENGTH).hex(), 0o600)
    return path.read_text("ascii")


def _keep_public(folder: Path, signer: Signer) -> None:
    path = folder / f"{signer.id}.pub"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    _write_once(path, to_base64(signer.public), 0o644)


def _write_once(path: Path, text: str, mode: int) -> None:
    """Appears whole or not at all; of two processes at once the first one's stays."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w") as out:
            out.write(f"{text}\n")
            out.flush()
            os.fsync(out.fileno())
        if not path.exists():
            os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _read_key(text: str, name: str) -> bytes:
    text = text.strip()
    try:
        found = bytes.fromhex(text) if len(text) == 2 * KEY_LENGTH else base64.b64decode(text, validate=True)
    except ValueError:
        found = b""
    if len(found) != KEY_LENGTH:
        raise SettingsError(f"{name}: expected a key of 32 bytes in Base64 or hexadecimal digits")
    return found
