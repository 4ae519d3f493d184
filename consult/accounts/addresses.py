"""Addresses of this site that arrive in requests: where to go next. Others are refused (OWASP ASVS 5.0, 3.7.2)."""

from __future__ import annotations

from urllib.parse import urlsplit

from consult.i18n.locales import CODES

LONGEST = 2000


def own_address(text: str) -> str:
    """An address within this site without its locale, "" for anything else.

    `//host` and `/\\host` name other hosts to browsers; control characters and blanks are dropped by some.
    """
    if not _is_own(text):
        return ""
    first, slash, rest = text[1:].partition("/")
    address = f"/{rest}" if slash and first in CODES else "/" if text[1:] in CODES else text
    return address if _is_own(address) else ""


def _is_own(text: str) -> bool:
    if not text.startswith("/") or text.startswith("//") or "\\" in text or len(text) > LONGEST:
        return False
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in text):
        return False
    parts = urlsplit(text)
    return not parts.scheme and not parts.netloc
