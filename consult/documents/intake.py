"""What happens to every text at the door, before anything reads it as Markdown."""

import re

from consult.documents.blocks import DocumentError
from consult.kernel.messages import N_

MAX_DOCUMENT_BYTES = 2_000_000
MAX_COMMENT_CHARACTERS = 20_000
MAX_LINES = 60_000

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROLS = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OVERRIDES = str.maketrans({"\u202d": "\u202a", "\u202e": "\u202b"})
"""Overrides show letters and digits in another order than they have; as embeddings they show them in their own."""
_EMBEDDINGS = frozenset("\u202a\u202b")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_POP_EMBEDDING, _POP_ISOLATE = "\u202c", "\u2069"
_FENCES = ("---", "+++")
_MATTER_LINE = re.compile(r"[ \t]*$|#|[ \t-]|[\w.\"'-]+[ \t]*[:=]")


def admit_document(text: str) -> str:
    """A document's text with uniform line ends, its front matter blanked so that line numbers stay.

    Raises DocumentError for more than 2 MB or 60,000 lines and for characters that can't be stored.
    """
    if len(text) > MAX_DOCUMENT_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_DOCUMENT_BYTES:
        raise DocumentError(N_("The document is larger than 2 MB. Part it into several documents."))
    admitted = _admit(text.removeprefix("\ufeff"))
    if admitted.count("\n") > MAX_LINES:
        raise DocumentError(
            N_("The document has more than %(limit)s lines."), line=MAX_LINES, params={"limit": MAX_LINES}
        )
    return _blank_front_matter(admitted)


def admit_comment(text: str) -> str:
    """A comment's text with uniform line ends.

    Raises DocumentError for more than 20,000 characters and for characters that can't be stored.
    """
    if len(text) > MAX_COMMENT_CHARACTERS:
        raise DocumentError(
            N_("The text is longer than %(limit)s characters."), params={"limit": MAX_COMMENT_CHARACTERS}
        )
    return _admit(text)


def _admit(text: str) -> str:
    unstorable = _UNSTORABLE.search(text)
    if unstorable:
        line = text.count("\n", 0, unstorable.start()) + 1
        raise DocumentError(N_("The text has a character in it that can't be stored."), line=line)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", text)
    if _BIDI.search(text):
        text = "\n".join(_settle_direction(line) for line in text.translate(_OVERRIDES).split("\n"))
    return text


def _settle_direction(line: str) -> str:
    """A line whose direction controls can't reach past it: unchanged if they pair, without them if not.

    Unicode Standard Annex 9: an embedding or isolate left open runs on to the end of its paragraph, which on
    a page can be more than what its author wrote.
    """
    return line if _controls_pair(line) else _BIDI.sub("", line)


def _controls_pair(line: str) -> bool:
    expected: list[str] = []
    for control in _BIDI.findall(line):
        if control in _EMBEDDINGS:
            expected.append(_POP_EMBEDDING)
        elif control in _ISOLATES:
            expected.append(_POP_ISOLATE)
        elif not expected or expected.pop() != control:
            return False
    return not expected


def _blank_front_matter(text: str) -> str:
    """YAML between `---` or TOML between `+++` at the very top is for other programs: not part of the
    document.
    """
    lines = text.split("\n")
    fence = lines[0].rstrip()
    if fence not in _FENCES:
        return text
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == fence:
            return "\n".join([""] * (number + 1) + lines[number + 1 :]) if number > 1 else text
        if not _MATTER_LINE.match(line):
            return text
    return text
