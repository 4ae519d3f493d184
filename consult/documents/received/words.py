"""The words of HTML elements as spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from consult.documents.markup import Node
from consult.documents.received.notes import NoteKind, Notes
from consult.documents.received.pictures import Pictures
from consult.documents.received.raised import raised
from consult.documents.received.structure import BREAK, CODE, EMPHASIS, LOWERED, RAISED, STRONG, Span
from consult.documents.sanitising import is_safe_link

_MARKS = {
    "strong": STRONG, "b": STRONG, "em": EMPHASIS, "i": EMPHASIS, "cite": EMPHASIS, "dfn": EMPHASIS, "var": EMPHASIS,
    "code": CODE, "kbd": CODE, "samp": CODE, "sup": RAISED, "sub": LOWERED,
}  # fmt: skip
_LEFT_OUT = {
    "iframe": NoteKind.FRAMES, "frame": NoteKind.FRAMES, "object": NoteKind.OBJECTS, "embed": NoteKind.OBJECTS,
    "video": NoteKind.OBJECTS, "audio": NoteKind.OBJECTS, "canvas": NoteKind.DRAWINGS, "svg": NoteKind.DRAWINGS,
    "input": NoteKind.FORMS, "select": NoteKind.FORMS, "textarea": NoteKind.FORMS, "button": NoteKind.FORMS,
}  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")


class Words:
    """Reads what stands in a line.

    footnotes: the id that a reference leads to → the footnote's label. headings: the id → what links call the heading.
    """

    def __init__(
        self, notes: Notes, pictures: Pictures, footnotes: Mapping[str, str], headings: Mapping[str, str]
    ) -> None:
        self._notes = notes
        self._pictures = pictures
        self._footnotes = footnotes
        self._headings = headings

    def read(self, node: Node | str, marks: frozenset[str] = frozenset(), href: str = "") -> Iterator[Span]:
        """The spans of an element or a text."""
        if isinstance(node, str):
            yield self._span(_SPACE.sub(" ", node), marks, href)
        elif not self.leaves_out(node):
            yield from self._read_element(node, marks, href)

    def leaves_out(self, node: Node) -> bool:
        """Whether an element is not part of the text; what is left out is noted."""
        if node.tag in _LEFT_OUT:
            self._notes.add(_LEFT_OUT[node.tag], node.text())
            return True
        if "hidden" in node.attributes or _HIDDEN.search(node.attributes.get("style", "")):
            if node.text().strip():
                self._notes.add(NoteKind.HIDDEN, node.text())
            return True
        return False

    def _read_element(self, node: Node, marks: frozenset[str], href: str) -> Iterator[Span]:
        match node.tag:
            case "br":
                yield BREAK
                return
            case "img":
                yield Span(self._pictures.mark(node.attributes.get("src", ""), node.attributes.get("alt")))
                return
            case "a":
                label = self._footnotes.get(node.attributes.get("href", "")[1:])
                if label is not None:
                    yield Span("", note=label)
                    return
                href = self._target(node) or href
            case "math":
                self._notes.add(NoteKind.EQUATIONS, node.text())
            case "s" | "strike" | "del":
                self._notes.add(NoteKind.CROSSED_OUT, node.text())
        mark = _MARKS.get(node.tag)
        inner = marks | {mark} if mark else marks
        for child in node.children:
            yield from self.read(child, inner, href)

    def _target(self, node: Node) -> str:
        target = node.attributes.get("href", "").strip()
        if not target or not node.text().strip():
            return ""
        if heading := self._headings.get(unquote(target.removeprefix("#"))) if target[0] == "#" else None:
            return f"#{heading}"
        if target.startswith("#"):
            self._notes.add(NoteKind.CROSS_REFERENCES, node.text())
            return ""
        if not is_safe_link(target):
            self._notes.add(NoteKind.LINKS, node.text())
            return ""
        return target

    def _span(self, text: str, marks: frozenset[str], href: str) -> Span:
        for mark in marks & {RAISED, LOWERED}:
            text, same = raised(text, up=mark == RAISED)
            if not same:
                self._notes.add(NoteKind.RAISED, text)
        return Span(text, marks - {RAISED, LOWERED}, href)
