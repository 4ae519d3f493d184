"""The form as a Word file: content controls, each with a tag that stays, wherever its paragraph is moved.

Office Open XML, ISO/IEC 29500-1, 17.5.2 (structured document tags); tick boxes as in [MS-DOCX] 2.6.1.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree
from markupsafe import escape

from consult.kernel.characters import plain_text
from consult.offline.cells import Cell, CellKind
from consult.offline.form import Form, FormQuestion

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
SPACES = f'xmlns:w="{W}" xmlns:w14="{W14}"'
MOST_XML = 20_000_000
TICKED, OPEN = "☒", "☐"


def write_word(form: Form) -> bytes:
    """The file."""
    document = Document()
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "", plain_text(form.title), ""
    properties.keywords = form.mark.text()
    writer = _Writer(document, form)
    writer.paragraph(form.title, "Title")
    writer.paragraph(form.how, "Intense Quote")
    for section in form.sections:
        writer.paragraph(section.title, "Heading 1")
        if section.help:
            writer.paragraph(section.help, "Normal")
        for question in section.questions:
            writer.question(question)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


class _Writer:
    """Adds paragraphs and controls to the end of the document."""

    def __init__(self, document: Any, form: Form) -> None:
        self._document, self._form = document, form
        self._body = document.element.body
        self._id = 1000

    def paragraph(self, text: str, style: str) -> None:
        """A paragraph of the form's own words."""
        made = self._document.add_paragraph(plain_text(text), style=style)
        self._turn(made._p)

    def question(self, question: FormQuestion) -> None:
        """A question with its hints and controls."""
        self.paragraph(question.label, "Heading 2")
        for hint in question.hints:
            self.paragraph(hint, "Normal")
        for cell in question.cells:
            self._control(cell, question.filled)

    def _control(self, cell: Cell, filled: Mapping[str, str]) -> None:
        text = filled.get(cell.name, "")
        if cell.kind is CellKind.TEXT:
            self._add(self._text_block(cell, text))
        elif cell.kind is CellKind.TICK:
            self._add(
                f"<w:p {SPACES}>{self._pr()}{self._tick(cell, bool(text))}{self._run(' ' + cell.label)}</w:p>"
            )
        else:
            label = self._run(cell.label + ": ") if cell.label else ""
            self._add(f"<w:p {SPACES}>{self._pr()}{label}{self._inline(cell, text)}</w:p>")

    def _text_block(self, cell: Cell, text: str) -> str:
        parts = text.split("\n\n") if text else [self._form.answer]
        style = "" if text else '<w:rStyle w:val="PlaceholderText"/>'
        paragraphs = "".join(f"<w:p>{self._pr()}{self._run(each, style)}</w:p>" for each in parts)
        return (
            f"<w:sdt {SPACES}>{self._sdt_pr(cell, '' if text else '<w:showingPlcHdr/>')}"
            f"<w:sdtContent>{paragraphs}</w:sdtContent></w:sdt>"
        )

    def _inline(self, cell: Cell, text: str) -> str:
        if cell.choices:
            items = "".join(
                f'<w:listItem w:displayText="{_xml(each.label)}" w:value="{_xml(each.key)}"/>'
                for each in cell.choices
            )
            kind = f"<w:dropDownList>{items}</w:dropDownList>"
        elif cell.kind is CellKind.DATE:
            kind = (
                '<w:date><w:dateFormat w:val="yyyy-MM-dd"/><w:storeMappedDataAs w:val="dateTime"/></w:date>'
            )
        else:
            kind = "<w:text/>"
        shown = text or (self._form.choose if cell.choices else self._form.answer)
        place = "" if text else "<w:showingPlcHdr/>"
        style = "" if text else '<w:rStyle w:val="PlaceholderText"/>'
        return f"<w:sdt>{self._sdt_pr(cell, place + kind)}<w:sdtContent>{self._run(shown, style)}</w:sdtContent></w:sdt>"

    def _tick(self, cell: Cell, ticked: bool) -> str:
        box = f'<w14:checkbox><w14:checked w14:val="{int(ticked)}"/></w14:checkbox>'
        return f"<w:sdt>{self._sdt_pr(cell, box)}<w:sdtContent>{self._run(TICKED if ticked else OPEN)}</w:sdtContent></w:sdt>"

    def _sdt_pr(self, cell: Cell, more: str) -> str:
        self._id += 1
        alias = _xml((cell.label or self._form.answer)[:60])
        return (
            f'<w:sdtPr><w:alias w:val="{alias}"/><w:tag w:val="{_xml(cell.name)}"/><w:id w:val="{self._id}"/>'
            f'<w:lock w:val="sdtLocked"/>{more}</w:sdtPr>'
        )

    def _run(self, text: str, style: str = "") -> str:
        rtl = "<w:rtl/>" if self._form.dir == "rtl" else ""
        lines = plain_text(text).split("\n")
        pieces = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
        return f"<w:r><w:rPr>{style}{rtl}</w:rPr>{pieces}</w:r>"

    def _pr(self) -> str:
        return "<w:pPr><w:bidi/></w:pPr>" if self._form.dir == "rtl" else ""

    def _add(self, xml: str) -> None:
        self._body.insert(len(self._body) - 1, parse_xml(xml))

    def _turn(self, paragraph: Any) -> None:
        if self._form.dir != "rtl":
            return
        properties = paragraph.get_or_add_pPr()
        properties.append(properties.makeelement(qn("w:bidi"), {}))
        for run in paragraph.iter(qn("w:r")):
            found = run.get_or_add_rPr()
            found.append(found.makeelement(qn("w:rtl"), {}))


def _xml(text: str) -> str:
    """Text as an attribute of the file holds it."""
    return escape(plain_text(text))


def read_word(path: Path) -> tuple[str, dict[str, str]]:
    """The mark and what every tagged control holds, as text."""
    with zipfile.ZipFile(path) as archive:
        body = _parse(archive, "word/document.xml")
        core = _parse(archive, "docProps/core.xml") if "docProps/core.xml" in archive.namelist() else None
    mark = "" if core is None else "".join(each.text or "" for each in core.iter("{*}keywords"))
    found: dict[str, str] = {}
    for control in body.iter(f"{{{W}}}sdt"):
        tag = control.find(f"{{{W}}}sdtPr/{{{W}}}tag")
        if tag is not None and (text := _held(control)):
            found[tag.get(f"{{{W}}}val", "")] = text
    return mark, found


def _parse(archive: zipfile.ZipFile, name: str) -> Any:
    if archive.getinfo(name).file_size > MOST_XML:
        raise ValueError(name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(archive.read(name), parser)


def _held(control: Any) -> str:
    properties = control.find(f"{{{W}}}sdtPr")
    checked = properties.find(f"{{{W14}}}checkbox/{{{W14}}}checked")
    if checked is not None:
        return "yes" if checked.get(f"{{{W14}}}val") in ("1", "true") else ""
    if properties.find(f"{{{W}}}showingPlcHdr") is not None:
        return ""
    date = properties.find(f"{{{W}}}date")
    if date is not None and date.get(f"{{{W}}}fullDate"):
        return str(date.get(f"{{{W}}}fullDate")).partition("T")[0]
    content = control.find(f"{{{W}}}sdtContent")
    paragraphs = list(content.iter(f"{{{W}}}p"))
    texts = [_text_of(each) for each in paragraphs] if paragraphs else [_text_of(content)]
    return "\n\n".join(each for each in texts if each.strip()).strip()


def _text_of(element: Any) -> str:
    pieces = []
    for each in element.iter(f"{{{W}}}t", f"{{{W}}}br", f"{{{W}}}tab", f"{{{W}}}delText"):
        name = etree.QName(each).localname
        pieces.append({"br": "\n", "tab": "\t", "delText": ""}.get(name, each.text or ""))
    return "".join(pieces)
