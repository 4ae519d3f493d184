"""Secrets that travel: random tokens, their digests, and signed values (HMAC-SHA-256, RFC 2104)."""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime


def new_token() -> str:
    """256 random bits, safe in addresses."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token: its SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(key: str, *parts: object) -> str:
    """HMAC of the parts under a key, 64 hexadecimal digits."""
    message = "\x1f".join(str(part) for part in parts).encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def sign(key: str, purpose: str, value: str) -> str:
    """`value.signature`, to be read back by `unsign` with the same purpose."""
    return f"{value}.{keyed_hash(key, purpose, value)[:40]}"


def unsign(key: str, purpose: str, signed: str) -> str | None:
    """The value, or None where the signature is not ours."""
    value, _, signature = signed.rpartition(".")
    right = keyed_hash(key, purpose, value)[:40]
    return value if value and hmac.compare_digest(signature.encode(), right.encode()) else None


def sign_instant(key: str, purpose: str, at: datetime) -> str:
    """A signed instant, to the second."""
    return sign(key, purpose, str(int(at.timestamp())))


def read_instant(key: str, purpose: str, signed: str) -> datetime | None:
    """The instant that was signed, or None."""
    value = unsign(key, purpose, signed)
    return datetime.fromtimestamp(int(value), UTC) if value and value.isdigit() else None


def masked(secret_hex: str) -> str:
    """A secret as put in a page: different each time, so that compression gives nothing away (BREACH)."""
    secret = bytes.fromhex(secret_hex)
    mask = secrets.token_bytes(len(secret))
    mixed = bytes(a ^ b for a, b in zip(secret, mask, strict=True))
    return base64.urlsafe_b64encode(mask + mixed).decode()


def unmasked_equals(token: str, secret_hex: str) -> bool:
    """Whether a masked token holds the secret."""
    secret = bytes.fromhex(secret_hex)
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except ValueError:
        return False
    if len(raw) != 2 * len(secret):
        return False
    half = len(secret)
    return hmac.compare_digest(bytes(a ^ b for a, b in zip(raw[:half], raw[half:], strict=True)), secret)
