"""PDF without authors, programs, dates and earlier revisions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject, PdfObject, StreamObject

Place = tuple[int, int]
"""An object's number and generation."""


def clean_pdf(path: Path, out: IO[bytes]) -> None:
    """Written anew from what its catalogue leads to: no information dictionary, no XMP, no earlier revisions, no authors of
    notes. One object after the other (ISO 32000-2, 7.5), so that a large file takes no more memory than its largest one."""
    with path.open("rb") as file:
        reader = PdfReader(file, strict=False)
        root: IndirectObject = reader.trailer.raw_get("/Root")
        out.write(reader.pdf_header.encode("latin-1", "replace") + b"\n%\xe2\xe3\xcf\xd3\n")
        places = dict(_write_objects(reader, root, out))
        _write_table(places, root, out)


def _write_objects(reader: PdfReader, root: IndirectObject, out: IO[bytes]) -> Iterator[tuple[Place, int]]:
    """Every object that can be reached, and where it stands in the file."""
    waiting, known = [root], {_place_of(root)}
    while waiting:
        reference = waiting.pop()
        number, generation = _place_of(reference)
        found = reader.get_object(reference)
        found = NullObject() if found is None else found
        _forget(found)
        for each in _references_in(found):
            if _place_of(each) not in known:
                known.add(_place_of(each))
                waiting.append(each)
        yield (number, generation), out.tell()
        out.write(b"%d %d obj\n" % (number, generation))
        found.write_to_stream(out)
        out.write(b"\nendobj\n")
        if isinstance(found, StreamObject):
            reader.resolved_objects.pop((generation, number), None)


def _write_table(places: dict[Place, int], root: IndirectObject, out: IO[bytes]) -> None:
    begins = out.tell()
    out.write(b"xref\n0 1\n0000000000 65535 f \n")
    for (number, generation), place in sorted(places.items()):
        out.write(b"%d 1\n%010d %05d n \n" % (number, place, generation))
    size = max(number for number, _ in places) + 1
    out.write(b"trailer\n<< /Size %d /Root %d %d R >>\n" % (size, *_place_of(root)))
    out.write(b"startxref\n%d\n%%%%EOF\n" % begins)


def _place_of(reference: IndirectObject) -> Place:
    return int(reference.idnum), int(reference.generation)


def _direct_parts(found: PdfObject) -> Iterator[PdfObject]:
    """What is written inside of an object, references as they stand."""
    if isinstance(found, DictionaryObject):
        yield from (found.raw_get(name) for name in found)
    elif isinstance(found, ArrayObject):
        yield from list.__iter__(found)


def _references_in(found: PdfObject) -> Iterator[IndirectObject]:
    for part in _direct_parts(found):
        if isinstance(part, IndirectObject):
            yield part
        else:
            yield from _references_in(part)


def _forget(found: PdfObject) -> None:
    if isinstance(found, DictionaryObject):
        _forget_in(found)
    for part in _direct_parts(found):
        if not isinstance(part, IndirectObject):
            _forget(part)


def _forget_in(found: DictionaryObject) -> None:
    for key in ("/Metadata", "/PieceInfo", "/LastModified"):
        found.pop(key, None)
    if "/Rect" in found:
        for key in ("/T", "/M", "/CreationDate", "/NM") if found.get("/Subtype") != "/Widget" else ("/M",):
            if not isinstance(found.get(key), IndirectObject):
                found.pop(key, None)
