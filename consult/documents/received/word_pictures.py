"""The pictures in a Word document's body."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import basename

from lxml import etree

from consult.documents.blocks import DocumentError
from consult.documents.received.notes import NoteKind, Notes
from consult.documents.received.package import Package, Relationship
from consult.documents.received.pictures import Pictures
from consult.documents.received.styles import attribute
from consult.kernel.messages import N_

_MOST_WORDS = 40
_KNOWN = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"))


class WordPictures:
    """Takes the pictures out of one part, whose relationships say where they are."""

    def __init__(
        self, package: Package, relationships: Mapping[str, Relationship], pictures: Pictures, notes: Notes
    ) -> None:
        self._package = package
        self._relationships = relationships
        self._pictures = pictures
        self._notes = notes

    def take_out(self, root: etree._Element) -> None:
        """Replace each picture by its mark; what is no picture but a drawing is noted. Raises DocumentError."""
        space = etree.QName(root).namespace
        for each in list(root.iter(f"{{{space}}}drawing", f"{{{space}}}pict")):
            for mark in self._marks(each):
                text = etree.Element(f"{{{space}}}t")
                text.text = mark
                each.addprevious(text)

    def _marks(self, drawing: etree._Element) -> list[str]:
        if any(attribute(each, "val") in ("1", "true") for each in drawing.iter("{*}decorative")):
            self._notes.add(NoteKind.DECORATIONS)
            return []
        ids = [_picture_id(each) for each in drawing.iter("{*}blip", "{*}imagedata")]
        if not ids and next(drawing.iter("{*}txbxContent"), None) is None:
            self._notes.add(NoteKind.DRAWINGS, _alternative(drawing))
        return [mark for each in ids if (mark := self._mark(each, _alternative(drawing), _near(drawing)))]

    def _mark(self, picture_id: str, alternative: str, near: str) -> str:
        found = self._relationships.get(picture_id)
        if found is None or found.external or found.target not in self._package:
            self._notes.add(NoteKind.REMOTE_PICTURES, alternative)
            return ""
        body = self._package.read(found.target)
        name = basename(found.target)
        suffix = next((suffix for start, suffix in _KNOWN if body.startswith(start)), "")
        if not suffix:
            raise DocumentError(
                N_("The picture “%(name)s” is neither PNG nor JPEG. In Word, cut it and paste it again as a PNG picture."),
                params={"name": name},
            )  # fmt: skip
        return self._pictures.add(f"{name.rpartition('.')[0] or 'picture'}.{suffix}", alternative, body, near)


def _picture_id(each: etree._Element) -> str:
    """The relationship that holds a picture; a picture that is only linked names one that leads outside."""
    said = {etree.QName(key).localname: str(value) for key, value in each.items()}
    return said.get("embed") or said.get("link") or said.get("id") or ""


def _near(drawing: etree._Element) -> str:
    """The first words of the paragraph that a picture is in, or of the nearest one before it that has any."""
    paragraph = next((each for each in drawing.iterancestors() if etree.QName(each).localname == "p"), None)
    while paragraph is not None:
        words = " ".join("".join(text.text or "" for text in paragraph.iter("{*}t")).split())
        if words:
            return words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS].rstrip()}…"
        paragraph = paragraph.getprevious()
    return ""


def _alternative(drawing: etree._Element) -> str:
    """What its author says that a picture shows: of the picture itself, or of the shape that it is in."""
    for each in drawing.iter("{*}docPr", "{*}cNvPr", "{*}shape"):
        said = attribute(each, "descr") or attribute(each, "alt")
        if said.strip():
            return said
    return ""
