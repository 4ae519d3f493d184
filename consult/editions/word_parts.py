"""What a Word file needs and python-docx has no call for: numbering, links, bookmarks, directions (ECMA-376, part 1)."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any, Protocol

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from consult.i18n.locales import direction

AUTHOR = "Frontier Model Forum"
LEVELS = 9
STEP = 360
"""Twentieths of a point that each level of a list stands further in."""
MARKERS = {".": ("decimal", "%{level}."), ")": ("decimal", "%{level})"), "•": ("bullet", "•")}
"""What a list's labels end in → number format and label text."""


EAST_ASIAN = {"zh": "SimSun", "ja": "MS Mincho", "ko": "Batang"}
"""Languages without italics or spaces, and a font that has their letters."""
SLANTED = ("Title", "Subtitle", "Quote")
"""Styles of the template with italics or with letters set apart."""


class Described(Protocol):
    """What a file says of itself: `about` the consultation, `address` where the text is read."""

    @property
    def title(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def lang(self) -> str: ...
    @property
    def address(self) -> str: ...


def element(tag: str, **attributes: object) -> Any:
    """A WordprocessingML element, its attributes in the same namespace."""
    made: Any = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def describe(document: WordDocument, text: Described, at: datetime) -> None:
    """What the file says of itself, and letters and direction of its language."""
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = text.title, AUTHOR, AUTHOR
    properties.subject, properties.identifier = text.about, text.reference
    properties.language, properties.comments = text.lang, text.address
    properties.created = properties.modified = at.replace(tzinfo=None)
    styles: Any = document.styles
    styles["Normal"].font.size = Pt(11)
    suit(document, text.lang)
    if direction(text.lang) == "rtl":
        section: Any = document.sections[0]
        section._sectPr.append(element("bidi"))


def file_of(document: WordDocument) -> bytes:
    """The whole file."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def slants(lang: str) -> bool:
    """Whether the script of a language has italics."""
    return direction(lang) != "rtl" and lang[:2] not in EAST_ASIAN


def suit(document: WordDocument, lang: str) -> None:
    """Styles without slanted letters, and without space between them, where the script has neither."""
    if slants(lang):
        return
    styles: Any = document.styles
    for name in SLANTED:
        properties = styles[name].element.get_or_add_rPr()
        for tag in ("i", "iCs", "spacing"):
            for each in properties.findall(qn(f"w:{tag}")):
                properties.remove(each)


class Numbering:
    """Lists whose labels are those that people cite: real lists of Word's, counting from where the text says."""

    def __init__(self, document: WordDocument) -> None:
        self._root: Any = document.part.numbering_part.element
        used = [int(each.get(qn("w:abstractNumId"))) for each in self._root.findall(qn("w:abstractNum"))]
        self._abstract = {end: max(used, default=0) + n for n, end in enumerate(MARKERS, 1)}
        first = self._root.find(qn("w:num"))
        for end, id_ in self._abstract.items():
            made = _abstract(id_, *MARKERS[end])
            first.addprevious(made) if first is not None else self._root.append(made)
        self._running: dict[tuple[int, int, str], tuple[int, int]] = {}

    def apply(self, paragraph: Any, group: int, level: int, label: str, ordered: bool) -> None:
        """Number a paragraph as `label` says ("3.", "2)", "•")."""
        end = label[-1] if ordered and label[-1:] in MARKERS else "•"
        value = int(label[:-1]) if ordered and label[:-1].isdigit() else 0
        key = (group, level, end)
        num, last = self._running.get(key, (0, -1))
        if not num or (ordered and value != last + 1):
            num = self._new(end, level - 1, value)
        self._running[key] = (num, value)
        for deeper in [each for each in self._running if each[0] == group and each[1] > level]:
            del self._running[deeper]
        properties = element("numPr")
        properties.append(element("ilvl", val=level - 1))
        properties.append(element("numId", val=num))
        paragraph._p.get_or_add_pPr().insert_element_before(
            properties, "w:suppressLineNumbers", "w:pBdr", "w:shd", "w:tabs", "w:bidi", "w:spacing", "w:ind", "w:jc"
        )  # fmt: skip

    def _new(self, end: str, at: int, value: int) -> int:
        used = [int(each.get(qn("w:numId"))) for each in self._root.findall(qn("w:num"))]
        num = element("num", numId=max(used, default=0) + 1)
        num.append(element("abstractNumId", val=self._abstract[end]))
        override = element("lvlOverride", ilvl=at)
        override.append(element("startOverride", val=value or 1))
        num.append(override)
        self._root.append(num)
        return int(num.get(qn("w:numId")))


def _abstract(id_: int, format_: str, text: str) -> Any:
    made = element("abstractNum", abstractNumId=id_)
    made.append(element("multiLevelType", val="hybridMultilevel"))
    for at in range(LEVELS):
        level = element("lvl", ilvl=at)
        level.append(element("start", val=1))
        level.append(element("numFmt", val=format_))
        level.append(element("lvlText", val=text.replace("{level}", str(at + 1))))
        level.append(element("lvlJc", val="start"))
        properties = element("pPr")
        properties.append(element("ind", start=STEP * (at + 1), hanging=STEP))
        level.append(properties)
        made.append(level)
    return made


def direct(paragraph: Any, lang: str) -> None:
    """A paragraph of a language that is written from right to left."""
    if direction(lang) == "rtl":
        paragraph._p.get_or_add_pPr().insert_element_before(
            element("bidi"), "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing",
            "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:rPr",
        )  # fmt: skip


def speak(run: Any, lang: str, *, stressed: bool = False) -> None:
    """A run's language, its direction, and emphasis as its script has it."""
    properties = run._r.get_or_add_rPr()
    if direction(lang) == "rtl":
        properties.append(element("rtl"))
    if stressed and lang[:2] in EAST_ASIAN:
        properties.append(element("em", val="underDot"))
    properties.append(language(lang))


def language(lang: str) -> Any:
    """`w:lang`, in the slot of the script that the language is written in."""
    slot = "bidi" if direction(lang) == "rtl" else "eastAsia" if lang[:2] in EAST_ASIAN else "val"
    return element("lang", **{slot: lang, **({"val": lang} if slot != "val" else {})})


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """A place that links within the document lead to."""
    paragraph._p.append(element("bookmarkStart", id=number, name=name[:40]))
    paragraph._p.append(element("bookmarkEnd", id=number))


def link(paragraph: Any, address: str) -> Any:
    """An empty link at the end of a paragraph, to be filled with runs: `#name` is a bookmark."""
    if address.startswith("#"):
        made = element("hyperlink", anchor=address[1:41])
    else:
        made = element("hyperlink")
        id_ = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        made.set(qn("r:id"), id_)
    paragraph._p.append(made)
    return made
