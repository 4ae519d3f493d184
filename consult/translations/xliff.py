"""XLIFF 2.1 (OASIS Standard, 13 February 2018): a version in one language as one file, one unit a block.

The unit's id is the block's key. Metadata (module mda) keeps which original and which translation the unit was made
from. Markdown stands in source and target as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from consult.i18n.locales import direction
from consult.kernel.messages import N_
from consult.translations.states import BlockState
from consult.translations.units import (
    NOTE,
    Brought,
    FileRefusedError,
    Unit,
    UnitsFile,
    check_amount,
    check_language,
    decode_file,
)

CORE = "urn:oasis:names:tc:xliff:document:2.0"
METADATA = "urn:oasis:names:tc:xliff:metadata:2.0"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_STATES = {
    BlockState.MISSING: "initial",
    BlockState.STALE: "initial",
    BlockState.IN_WORK: "translated",
    BlockState.READY: "reviewed",
    BlockState.PUBLISHED: "final",
}
_CODES = ("ph", "pc", "sc", "ec", "cp")
"""Inline codes of the standard: our files have none, so what they would stand for is not known."""
_UNIT = re.compile(r"<(?:[\w.-]+:)?unit[\s>]")
_MOST_TAGS = 600_000
_KEPT = f"{{{METADATA}}}metadata/{{{METADATA}}}metaGroup[@category='consult']/{{{METADATA}}}meta"
"""What we wrote about a unit; a tool may have added metadata of its own."""


def write_xliff(file: UnitsFile) -> bytes:
    """The file, with its XML declaration, in UTF-8."""
    ET.register_namespace("", CORE)
    ET.register_namespace("mda", METADATA)
    root = ET.Element(
        _core("xliff"), {"version": "2.1", "srcLang": file.original, "trgLang": file.lang, _SPACE: "preserve"}
    )
    holder = ET.SubElement(root, _core("file"), {
        "id": "f1", "original": file.name, "canResegment": "no",
        "srcDir": direction(file.original), "trgDir": direction(file.lang),
    })  # fmt: skip
    for unit in file.units:
        holder.append(_unit(unit))
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def read_xliff(body: bytes, lang: str) -> list[Brought]:
    """The units of a file that have a target. Raises FileRefusedError.

    Document types are refused, and with them entities; nothing is ever fetched. Segments that a tool made within a
    unit are joined again.
    """
    root = _parse(decode_file(body))
    if root.tag != _core("xliff") or not root.get("version", "").startswith("2."):
        raise FileRefusedError(N_("This is not an XLIFF 2 file."))
    check_language(root.get("trgLang", ""), lang)
    return [brought for unit in root.iter(_core("unit")) if (brought := _read_unit(unit))]


def _core(name: str) -> str:
    return f"{{{CORE}}}{name}"


def _meta(name: str) -> str:
    return f"{{{METADATA}}}{name}"


def _unit(unit: Unit) -> ET.Element:
    element = ET.Element(_core("unit"), {"id": unit.key})
    group = ET.SubElement(
        ET.SubElement(element, _meta("metadata")), _meta("metaGroup"), {"category": "consult"}
    )
    for name, value in (("of", unit.of), ("seen", unit.seen)):
        ET.SubElement(group, _meta("meta"), {"type": name}).text = value
    notes = ET.SubElement(element, _core("notes"))
    ET.SubElement(notes, _core("note"), {"category": "kind"}).text = unit.kind
    ET.SubElement(notes, _core("note"), {"category": "format"}).text = NOTE
    if unit.previous:
        ET.SubElement(notes, _core("note"), {"category": "previous-source"}).text = unit.previous
    segment = ET.SubElement(element, _core("segment"), {"state": _STATES[unit.state]})
    if unit.state is BlockState.STALE:
        segment.set("subState", "consult:stale")
    ET.SubElement(segment, _core("source")).text = unit.source
    if unit.target:
        ET.SubElement(segment, _core("target")).text = unit.target
    return element


def _parse(text: str) -> ET.Element:
    if "<!DOCTYPE" in text:
        raise FileRefusedError(N_("The file has a document type in it, which is not read."))
    check_amount(text.count("<"), _MOST_TAGS)
    check_amount(len(_UNIT.findall(text)))
    try:
        return ET.fromstring(text)  # noqa: S314 - without a document type there are no entities
    except (ET.ParseError, RecursionError, ValueError) as error:
        line = error.position[0] if isinstance(error, ET.ParseError) else 1
        raise FileRefusedError(N_("The file is not well-formed XML, at line %(line)s."), line=line) from None


def _read_unit(unit: ET.Element) -> Brought | None:
    segments = unit.findall(_core("segment"))
    if any(segment.find(_core("target")) is None for segment in segments):
        return None
    target = "".join(_targets(unit))
    if not target.strip():
        return None
    kept = {meta.get("type", ""): meta.text or "" for meta in unit.iterfind(_KEPT)}
    unfinished = any(segment.get("state") == "initial" for segment in segments)
    return Brought(unit.get("id", ""), target, kept.get("of", ""), kept.get("seen", ""), unfinished)


def _targets(unit: ET.Element) -> Iterator[str]:
    """The texts of a unit's segments and of what stands between them, in the order of the translation.

    The standard counts both; a target that says no order stands where its source does.
    """
    parts = [part for part in unit if part.tag in (_core("segment"), _core("ignorable"))]
    for part in _in_order(parts):
        target = part.find(_core("target"))
        if target is None:
            target = part.find(_core("source"))
        if target is None:
            continue
        if any(target.find(f".//{_core(code)}") is not None for code in _CODES):
            raise FileRefusedError(
                N_("Block %(key)s has inline codes in it that are not from this site."),
                key=unit.get("id", "")[:40],
            )
        yield "".join(target.itertext())


def _in_order(parts: Sequence[ET.Element]) -> list[ET.Element]:
    placed = sorted(enumerate(parts, 1), key=lambda each: _order(each[1], each[0]))
    return [part for _, part in placed]


def _order(part: ET.Element, place: int) -> int:
    target = part.find(_core("target"))
    said = "" if target is None else target.get("order", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else place
