"""Word, OpenDocument and Excel files without the names of their authors, dates and thumbnails."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

_DATED = (1980, 1, 1, 0, 0, 0)
_PERSONAL = re.compile(
    r"(author|creator|lastModifiedBy|initials|userName|providerId|userId|displayName|rsid\w*)$"
)
_NOBODY = "Author"
COPIED = 256 * 1024


def clean_package(path: Path, out: IO[bytes]) -> None:
    """Each part as it was, with neither dates nor names of authors; parts that hold nothing else are emptied of them."""
    with ZipFile(path) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for part in source.infolist():
            if _tells(part.filename):
                continue
            if part.filename.lower().endswith((".xml", ".rels")):
                target.writestr(_plain_part(part), _without_people(part.filename, source.read(part)))
                continue
            with source.open(part) as opened, target.open(_plain_part(part), "w") as copied:
                shutil.copyfileobj(opened, copied, COPIED)


def _tells(name: str) -> bool:
    """Thumbnails show what was there before; they are no part of the document."""
    return name.lower().startswith(("thumbnails/", "docprops/thumbnail"))


def _plain_part(part: ZipInfo) -> ZipInfo:
    plain = ZipInfo(part.filename, _DATED)
    plain.compress_type = part.compress_type
    plain.external_attr = 0
    return plain


def _without_people(name: str, body: bytes) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    root = etree.fromstring(body, parser)
    low = name.lower()
    if low.startswith("docprops/") or low == "meta.xml":
        for each in list(root.iter()):
            if isinstance(each.tag, str) and not len(each) and each is not root:
                each.text = ""
        _empty_properties(root, low)
    elif low.endswith(".rels"):
        _drop_thumbnail(root)
    else:
        _forget_authors(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _empty_properties(root: etree._Element, low: str) -> None:
    holder = root.find("{*}meta") if low == "meta.xml" else root
    if holder is not None:
        for each in list(holder):
            holder.remove(each)


def _drop_thumbnail(root: etree._Element) -> None:
    for each in list(root):
        if str(each.get("Type", "")).endswith("/thumbnail"):
            root.remove(each)


def _forget_authors(root: etree._Element) -> None:
    """Authors of comments and tracked changes become "Author", numbers of editing sessions go."""
    for each in root.iter():
        if not isinstance(each.tag, str):
            continue
        if (
            etree.QName(each).localname in ("author", "creator", "creator-initials", "sender-initials")
            and each.text
        ):
            each.text = _NOBODY
        for attribute in list(each.attrib):
            local = etree.QName(attribute).localname
            if not _PERSONAL.search(local):
                continue
            if local.startswith("rsid"):
                del each.attrib[attribute]
            else:
                each.set(attribute, _NOBODY)
