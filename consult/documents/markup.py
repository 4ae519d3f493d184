"""Sanitised HTML as a tree, for whoever reads it (imports) or writes it out in another form (Markdown, Word)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from consult.documents.sanitising import collapse

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
BLOCKS = frozenset({"p", "ul", "ol", "li", "blockquote", "pre", "table", "thead", "tbody", "tr", "th", "td"})


@dataclass(slots=True)
class Node:
    """An element of sanitised HTML with elements and texts in order; the root has no tag."""

    tag: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def text(self) -> str:
        """Its text content as it stands."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def walk(self) -> Iterator[Node]:
        """The element and all below it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def elements(self, *tags: str) -> Iterator[Node]:
        """The elements of these tags within it, in order."""
        return (node for node in self.walk() if node.tag in tags and node is not self)


def read_html(html: str) -> Node:
    """The tree of HTML in which every element is closed, as sanitising leaves it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def footnote_label(node: Node) -> str:
    """The label that a `<sup>` refers to, "" where it is no reference to a footnote."""
    is_reference = node.tag == "sup" and node.attributes.get("id", "").startswith("fnref-")
    return collapse(node.text()) if is_reference else ""


@dataclass(frozen=True, slots=True)
class FigureWords:
    """What a figure says beside its picture: the text alternative, and the caption ("" for none)."""

    alternative: str
    caption: str


def figure_words(html: str) -> FigureWords:
    """The words of a figure's stored HTML."""
    root = read_html(html)
    return FigureWords(
        *(collapse("".join(n.text() for n in root.elements(t))) for t in ("span", "figcaption"))
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node()
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)
