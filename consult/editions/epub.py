"""A version as EPUB 3.3: one text, its contents, language and direction, and what is known of its accessibility."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from lxml import etree, html

from consult.documents.render import page_levels
from consult.editions.content import FileText
from consult.editions.page import STYLES, has_own_title, render_page
from consult.i18n.catalogues import catalogue
from consult.kernel.messages import N_

XHTML, OPS = "http://www.w3.org/1999/xhtml", "http://www.idpf.org/2007/ops"
OPF, DC = "http://www.idpf.org/2007/opf", "http://purl.org/dc/elements/1.1/"
XML = "http://www.w3.org/XML/1998/namespace"
IMAGES = "images/"
CONTAINER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<container version="1.0" '
    b'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="EPUB/package.opf" '
    b'media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
ACCESS = (
    ("schema:accessMode", "textual"),
    ("schema:accessModeSufficient", "textual"),
    ("schema:accessibilityFeature", "structuralNavigation"),
    ("schema:accessibilityFeature", "tableOfContents"),
    ("schema:accessibilityFeature", "readingOrder"),
    ("schema:accessibilityFeature", "alternativeText"),
    ("schema:accessibilityHazard", "none"),
)
"""EPUB Accessibility 1.1, 2.2."""


def make_epub(text: FileText) -> bytes:
    """A zip whose bytes depend on nothing but the text."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, body in _members(text):
            method = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            archive.writestr(ZipInfo(name, text.published_at.timetuple()[:6]), body, method)
    return out.getvalue()


def _members(text: FileText) -> Iterator[tuple[str, bytes]]:
    yield "mimetype", b"application/epub+zip"
    yield "META-INF/container.xml", CONTAINER
    yield "EPUB/package.opf", _package(text)
    yield "EPUB/nav.xhtml", _contents(text)
    yield "EPUB/text.xhtml", _text(text)
    yield "EPUB/text.css", (STYLES / "reading.css").read_bytes()
    for name, picture in text.figures.items():
        yield f"EPUB/{IMAGES}{name}", picture.body


def _text(text: FileText) -> bytes:
    root = html.document_fromstring(render_page(text, "file.html", IMAGES))
    head = root.find("head")
    for meta in head.findall("meta"):
        head.remove(meta)
    etree.SubElement(head, "link", rel="stylesheet", type="text/css", href="text.css")
    seen: set[str] = set()
    for element in root.iter(etree.Element):
        _make_valid(element, seen)
    for link in root.iter("a"):
        target = link.get("href", "")
        if target.startswith("#") and target[1:] not in seen:
            del link.attrib["href"]
    html.html_to_xhtml(root)
    return _xml(root)


def _make_valid(element: Any, seen: set[str]) -> None:
    """What HTML overlooks and XHTML does not: an id that stands twice, `lang` without `xml:lang`."""
    if (name := element.get("id")) is not None:
        if name in seen:
            del element.attrib["id"]
        seen.add(name)
    if (lang := element.get("lang")) is not None:
        element.set(f"{{{XML}}}lang", lang)
    element.attrib.pop("rel", None) if element.tag == "a" else None


def _contents(text: FileText) -> bytes:
    say = catalogue(text.locale).gettext
    root = etree.Element(f"{{{XHTML}}}html", nsmap={None: XHTML, "epub": OPS})
    root.set("lang", text.lang)
    root.set(f"{{{XML}}}lang", text.lang)
    root.set("dir", text.dir)
    head, body = etree.SubElement(root, f"{{{XHTML}}}head"), etree.SubElement(root, f"{{{XHTML}}}body")
    etree.SubElement(head, f"{{{XHTML}}}title").text = text.title
    nav = etree.SubElement(body, f"{{{XHTML}}}nav")
    nav.set(f"{{{OPS}}}type", "toc")
    etree.SubElement(nav, f"{{{XHTML}}}h1").text = say(N_("Contents"))
    _add_entries(nav, text)
    return _xml(root)


def _add_entries(nav: Any, text: FileText) -> None:
    """The headings as nested lists; the title leads to the top."""
    top = etree.SubElement(nav, f"{{{XHTML}}}ol")
    lists: list[tuple[int, Any]] = [(0, top)]
    items: dict[int, Any] = {0: _add_entry(top, text.title, "text.xhtml")}
    headings = sorted(page_levels(text.blocks).items())
    for place, level in headings[1:] if has_own_title(text) else headings:
        block = text.blocks[place]
        while lists[-1][0] > level:
            lists.pop()
        if lists[-1][0] < level:
            under = items[lists[-1][0]]
            lists.append((level, etree.SubElement(under, f"{{{XHTML}}}ol")))
        items[level] = _add_entry(lists[-1][1], block.plain, f"text.xhtml#b-{block.key}")


def _add_entry(parent: Any, words: str, address: str) -> Any:
    item = etree.SubElement(parent, f"{{{XHTML}}}li")
    etree.SubElement(item, f"{{{XHTML}}}a", href=address).text = words
    return item


def _package(text: FileText) -> bytes:
    root = etree.Element(f"{{{OPF}}}package", nsmap={None: OPF, "dc": DC}, version="3.0")
    root.set("unique-identifier", "address")
    root.set(f"{{{XML}}}lang", text.lang)
    root.set("dir", text.dir)
    _add_metadata(etree.SubElement(root, f"{{{OPF}}}metadata"), text)
    manifest = etree.SubElement(root, f"{{{OPF}}}manifest")
    for name, type_, more in (
        ("nav.xhtml", "application/xhtml+xml", {"properties": "nav"}),
        ("text.xhtml", "application/xhtml+xml", {}),
        ("text.css", "text/css", {}),
        *((IMAGES + name, picture.type, {}) for name, picture in text.figures.items()),
    ):
        id_ = "i-" + name.replace("/", "-")
        etree.SubElement(manifest, f"{{{OPF}}}item", {"id": id_, "href": name, "media-type": type_, **more})
    spine = etree.SubElement(root, f"{{{OPF}}}spine")
    spine.set("page-progression-direction", text.dir)
    etree.SubElement(spine, f"{{{OPF}}}itemref", idref="i-text.xhtml")
    return _xml(root)


def _add_metadata(metadata: Any, text: FileText) -> None:
    def dc(name: str, value: str) -> Any:
        element = etree.SubElement(metadata, f"{{{DC}}}{name}")
        element.text = value
        return element

    dc("identifier", text.address).set("id", "address")
    dc("identifier", text.reference)
    dc("title", text.title)
    dc("language", text.lang)
    dc("creator", "Frontier Model Forum")
    dc("publisher", "Frontier Model Forum")
    dc("date", text.published_at.date().isoformat())
    dc("source", text.address)
    modified = text.published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for name, value in (("dcterms:modified", modified), *ACCESS):
        etree.SubElement(metadata, f"{{{OPF}}}meta", property=name).text = value


def _xml(root: Any) -> bytes:
    doctype = "<!DOCTYPE html>" if "html" in root.tag else None
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", doctype=doctype)
    return written
