"""Names of files: made safe when they come in, and said in headers as RFC 6266 asks."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from consult.attachments.kinds import FileKind

LONGEST = 120
"""Characters; with its UTF-8 percent-encoded, a name still fits every server's headers."""
OTHER_ENDINGS = {"jpg": ("jpg", "jpeg", "jpe"), "txt": ("txt", "text", "md")}
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, and formats such as overrides of direction, by which `cod.exe` can look like `exe.doc` (Unicode UTS #39)."""
_JOINERS = frozenset("\u200c\u200d")
"""Formats that Persian and the scripts of India are spelt with."""
_NOT_IN_NAMES = frozenset('<>:"/\\|?*')
"""What one system or another can't have in a file's name."""
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)


def clean_name(given: str) -> str:
    """A name without path, controls, overrides of direction and what file systems refuse; never empty.

    At most LONGEST characters, the ending kept.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    kept = "".join(_clean(char) for char in unicodedata.normalize("NFC", last))
    name = " ".join(kept.split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    if stem.lower() in _RESERVED:
        stem = f"_{stem}"
    ending = ending[:10]
    stem = stem[: LONGEST - len(ending) - 1].rstrip(". ") or "file"
    return f"{stem}.{ending}" if ending else stem


def _clean(char: str) -> str:
    if char in _NOT_IN_NAMES:
        return "_"
    if unicodedata.category(char) in _DROPPED and char not in _JOINERS:
        return " " if char in "\t\n\r\u2028\u2029" else ""
    return char


def with_ending(name: str, kind: FileKind) -> str:
    """The name with the ending of what the file is: another known or executable-looking ending is not believed."""
    stem, dot, ending = name.rpartition(".")
    if dot and ending.lower() in OTHER_ENDINGS.get(kind.ending, (kind.ending,)):
        return name
    if dot and ending.lower() in _REPLACED:
        return clean_name(f"{stem}.{kind.ending}")
    return clean_name(f"{name[: LONGEST - 12]}.{kind.ending}")


_REPLACED = frozenset({"pdf", "docx", "odt", "xlsx", "csv", "txt", "png", "jpg", "jpeg", "jpe", "doc", "xls"})
"""Endings in whose place the right one is put; any other stays before it, so that nothing of a name is lost."""


def disposition(name: str) -> str:
    """`Content-Disposition` for a download (RFC 6266, 4.3; RFC 8187): plain letters for old browsers, then all of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(char if char.isalnum() or char in " ._-()" else "_" for char in plain).strip()
    if plain.startswith(".") or not plain:
        plain = f"file{plain}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
