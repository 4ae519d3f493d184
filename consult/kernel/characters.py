"""Characters that are no text: what pastes and files bring along, and no XML can hold (XML 1.0, 2.2)."""

from __future__ import annotations

import re

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def fit_for_xml(text: str) -> str:
    """Without characters that XML can't hold."""
    return _NOT_XML.sub("", text)


def plain_text(text: str) -> str:
    """Text as it is kept: line ends of one kind, those of word processors too, and nothing that a file can't hold."""
    return fit_for_xml(_LINE_ENDS.sub("\n", text))
