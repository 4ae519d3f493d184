"""A redline's HTML as pieces of text, each with what became of it: what other formats are written from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from consult.documents.sanitising import BLOCK_TAGS

_SPACES = re.compile(r"[ \t\n\r\f]+")
_CELLS = frozenset({"td", "th"})
_LINKS = ("http://", "https://", "mailto:")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one look. `op` is "ins", "del" or ""; `href` an address elsewhere or ""; `lang` "" for the block's own."""

    text: str
    op: str = ""
    bold: bool = False
    italic: bool = False
    code: bool = False
    raised: bool = False
    lowered: bool = False
    href: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a paragraph ends and another one begins; inserted, deleted or there in both."""

    op: str = ""


def read_pieces(html: str) -> list[Piece | Break]:
    """The pieces of a redline in order, white space collapsed; a break stands only between two pieces."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return list(_between(reader.found))


def read_cells(html: str) -> list[str]:
    """The inner HTML of each cell of a table row."""
    return re.findall(r"<t[hd](?:\s[^>]*)?>(.*?)</t[hd]>", html, re.DOTALL)


def _between(found: list[Piece | Break]) -> Iterator[Piece | Break]:
    waiting: Break | None = None
    begun = False
    for each in found:
        if isinstance(each, Break):
            waiting = each if waiting is None or not waiting.op else waiting
            continue
        if not begun and not each.text.strip():
            continue
        if begun and waiting is not None:
            if not each.text.strip():
                continue
            yield waiting
        waiting, begun = None, True
        yield each


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Piece | Break] = []
        self._open: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "wbr":
            self.found.append(Break(self._op()))
        elif tag == "br":
            self._add("\n")
        else:
            if tag in BLOCK_TAGS and tag not in _CELLS:
                self.found.append(Break())
            self._open.append((tag, given.get("href", ""), given.get("lang", "")))

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0] == tag:
                del self._open[at:]
                break
        if tag in BLOCK_TAGS and tag not in _CELLS:
            self.found.append(Break())

    def handle_data(self, data: str) -> None:
        in_code = any(tag == "pre" for tag, _, _ in self._open)
        text = data if in_code else _SPACES.sub(" ", data)
        if text:
            self._add(text)

    def _op(self) -> str:
        return next((tag for tag, _, _ in reversed(self._open) if tag in ("ins", "del")), "")

    def _add(self, text: str) -> None:
        tags = {tag for tag, _, _ in self._open}
        hrefs = [href for tag, href, _ in self._open if tag == "a" and href.startswith(_LINKS)]
        langs = [lang for _, _, lang in self._open if lang]
        self.found.append(
            Piece(
                text,
                self._op(),
                bold="strong" in tags,
                italic="em" in tags,
                code="code" in tags,
                raised="sup" in tags,
                lowered="sub" in tags,
                href=hrefs[-1] if hrefs else "",
                lang=langs[-1] if langs else "",
            )
        )
