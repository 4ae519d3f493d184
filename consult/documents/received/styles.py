"""What Word's styles say of a paragraph: heading, title, quotation, code, caption, and its numbering."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

HEADING_NAMES = ("heading", "überschrift", "titre", "título", "titolo", "kop", "rubrik", "overskrift", "заголовок",
                 "标题", "標題", "見出し", "عنوان", "nagłówek", "encabezado", "título de seção", "başlık")  # fmt: skip
"""Word itself keeps “heading 1” in every language; other programs write their own, or a copy of the shown name."""

_HEADING = re.compile(rf"(?:{'|'.join(HEADING_NAMES)}) ?([1-9])")
_TITLES = frozenset({"title", "titel", "titre du document", "заголовок документа"})
_QUOTES = frozenset(
    {"quote", "intense quote", "block text", "quotations", "zitat", "citation", "cita", "цитата"}
)
_CODES = frozenset(
    {"html preformatted", "preformatted text", "code", "source code", "plain text", "macro text"}
)
_MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style. outline: 1-9, 0 for text. numbering: (list id, level), None for either where not said."""

    name: str
    based_on: str
    outline: int | None
    list_id: int | None
    list_level: int | None
    hidden: bool


class Styles:
    """The styles of a document, by id."""

    def __init__(self, root: etree._Element | None) -> None:
        found = [] if root is None else root.iterfind("{*}style")
        self._styles = {attribute(each, "styleId"): _read(each) for each in found}
        self._default = next(
            (attribute(each, "styleId") for each in ([] if root is None else root.iterfind("{*}style"))
             if attribute(each, "type") == "paragraph" and attribute(each, "default") in ("1", "true")), "",
        )  # fmt: skip

    def chain(self, style_id: str) -> tuple[tuple[str, Style], ...]:
        """A style and those that it is based on, with their ids, the nearest first."""
        found: list[tuple[str, Style]] = []
        style_id = style_id or self._default
        while style_id in self._styles and len(found) < _MOST_STEPS:
            found.append((style_id, self._styles[style_id]))
            style_id = self._styles[style_id].based_on
        return tuple(found)

    def role(self, style_id: str, outline: int | None) -> str:
        """`h1`-`h6`, `title`, `quote`, `code` or `p`. `outline` is the paragraph's own level, where it has one."""
        if outline is not None:
            return f"h{min(outline, 6)}" if outline else "p"
        for _, style in self.chain(style_id):
            if style.name in _TITLES:
                return "title"
            if found := _HEADING.fullmatch(style.name):
                return f"h{min(int(found[1]), 6)}"
            if style.outline:
                return f"h{min(style.outline, 6)}"
            if style.name in _QUOTES:
                return "quote"
            if style.name in _CODES:
                return "code"
        return "p"

    def is_hidden(self, style_id: str) -> bool:
        """Whether words in this style are not shown."""
        return any(style.hidden for _, style in self.chain(style_id)[:1])


def attribute(element: etree._Element, name: str) -> str:
    """An attribute by its local name, whichever of the two namespaces (transitional, strict) it is in."""
    return next((str(value) for key, value in element.items() if etree.QName(key).localname == name), "")


def value(element: etree._Element, path: str) -> str | None:
    """`w:val` of a descendant by its local names, None where it is not there."""
    found = element.find("/".join(f"{{*}}{part}" for part in path.split("/")))
    return None if found is None else attribute(found, "val")


def number(text: str | None) -> int | None:
    """A whole number, None for anything else."""
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else None


def outline_level(element: etree._Element) -> int | None:
    """`w:outlineLvl` as 1-9, 0 for body text, None where it says nothing."""
    level = number(value(element, "pPr/outlineLvl"))
    return None if level is None else (level + 1 if level < 9 else 0)


def is_on(element: etree._Element, path: str) -> bool:
    """Whether a switch such as `rPr/vanish` is there and not off."""
    said = value(element, path)
    return said is not None and said not in ("0", "false", "off", "none")


def _read(style: etree._Element) -> Style:
    return Style(
        name=(value(style, "name") or "").lower().strip(),
        based_on=value(style, "basedOn") or "",
        outline=outline_level(style),
        list_id=number(value(style, "pPr/numPr/numId")),
        list_level=number(value(style, "pPr/numPr/ilvl")),
        hidden=is_on(style, "rPr/vanish"),
    )
