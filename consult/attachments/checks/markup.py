"""The XML parts of a package: no document types, nothing fetched from elsewhere, no fields that start programs."""

from __future__ import annotations

import re
from typing import IO
from urllib.parse import urlsplit

from lxml import etree

from consult.attachments.problems import FileRefusedError, Problem

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_HREF = "{http://www.w3.org/1999/xlink}href"
_LINKS = frozenset({"a", "bookmark-ref", "reference-ref", "form", "button", "link", "image-map", "template"})
"""Elements of OpenDocument whose address is followed when it is clicked, and not before."""
_FETCHED_BY_HTTP = frozenset({"http", "https", "ftp", "file", "smb", "vnd.sun.star.script", "macro"})
_FIELD = re.compile(r"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|MACROBUTTON)\b")
_FORMULA = re.compile(r"\|'?.*'?!|\b(WEBSERVICE|CALL|REGISTER\.ID)\s*\(", re.IGNORECASE)


def check_markup(name: str, part: IO[bytes]) -> None:
    """Read one part as a stream. Raises FileRefusedError."""
    relations = name.lower().endswith(".rels")
    try:
        for _, element in _events(part):
            if isinstance(element.tag, str):
                _check_element(element, relations)
            element.clear(keep_tail=False)
            while element.getprevious() is not None and element.getparent() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError:
        raise FileRefusedError(Problem.DAMAGED) from None


def _events(part: IO[bytes]) -> etree.iterparse:
    _refuse_document_type(part)
    part.seek(0)
    return etree.iterparse(
        part, events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )


def _refuse_document_type(part: IO[bytes]) -> None:
    """A document type stands before the first element; it is looked for in the bytes, before any parser sees them."""
    start = part.read(1 << 16)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "replace").encode()
    elif b"\0" in start[:64]:
        raise FileRefusedError(Problem.DAMAGED)
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise FileRefusedError(Problem.ENTITIES)


def _check_element(element: etree._Element, relations: bool) -> None:
    local = etree.QName(element).localname
    if relations:
        _check_relation(element)
        return
    if local == "instrText" and _FIELD.search(element.text or ""):
        raise FileRefusedError(Problem.MACROS)
    if local == "fldSimple" and any(_FIELD.search(str(value)) for value in element.attrib.values()):
        raise FileRefusedError(Problem.MACROS)
    if local == "f" and _FORMULA.search(element.text or ""):
        raise FileRefusedError(Problem.LINKED)
    if local in ("ddeLink", "oleLink", "control", "OLEObject", "object-ole", "plugin", "applet"):
        raise FileRefusedError(Problem.EMBEDDED)
    _check_open_document(element, local)


def _check_relation(element: etree._Element) -> None:
    kind = str(element.get("Type", "")).rpartition("/")[2]
    if element.get("TargetMode") == "External" and kind != "hyperlink":
        raise FileRefusedError(Problem.LINKED)
    if kind in ("vbaProject", "xlMacrosheet", "wordVbaData"):
        raise FileRefusedError(Problem.MACROS)
    if kind in ("oleObject", "package", "control", "aFChunk"):
        raise FileRefusedError(Problem.EMBEDDED)


def _check_open_document(element: etree._Element, local: str) -> None:
    space = etree.QName(element).namespace or ""
    if "opendocument" not in space and "xlink" not in "".join(map(str, element.attrib)):
        return
    if local in ("event-listener", "script") or local.startswith("dde"):
        raise FileRefusedError(Problem.MACROS)
    address = str(element.get(_HREF, ""))
    if address and local not in _LINKS and urlsplit(address).scheme.lower() in _FETCHED_BY_HTTP:
        raise FileRefusedError(Problem.LINKED)
    if address.startswith(("../", "//", "\\\\")) and local not in _LINKS:
        raise FileRefusedError(Problem.LINKED)
