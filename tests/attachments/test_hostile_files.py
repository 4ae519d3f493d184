"""What is dangerous is refused with words that help, and what is a document is taken, whatever it is called."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from consult.attachments.problems import SENTENCES, Problem
from consult.attachments.work import Checked, check
from tests.attachments import files as f

RELS = "word/_rels/document.xml.rels"
EXTERNAL = b'<Relationship Id="rIdX" Type="http://x/relationships/%s" Target="https://evil.example/x" TargetMode="External"/></Relationships>'


def looked_into(body: bytes, folder: Path, name: str = "file") -> Checked:
    path = folder / "upload"
    path.write_bytes(body)
    return check(path, name, folder / "copy")


def linked(kind: bytes) -> bytes:
    return f.with_parts(f.docx(), {}, replace=(b"</Relationships>", EXTERNAL % kind))


GOOD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "pdf": ("pdf", lambda: f.pdf("One", "Two")),
    "docx": ("docx", f.docx),
    "docx with a link to follow": ("docx", lambda: linked(b"hyperlink")),
    "odt": ("odt", f.odt),
    "xlsx": ("xlsx", f.xlsx),
    "png": ("png", f.png_with_words),
    "jpg": ("jpg", f.jpeg),
    "text": ("txt", lambda: "Une réponse\n".encode()),
    "text in UTF-16": ("txt", lambda: "Ответ\n".encode("utf-16")),
    "text in GB 18030": ("txt", lambda: "我们同意这个草案。".encode("gb18030")),
}


@pytest.mark.parametrize("what", list(GOOD))
def test_documents_are_known_by_what_is_in_them(what: str, tmp_path: Path) -> None:
    ending, make = GOOD[what]
    checked = looked_into(make(), tmp_path, "misleading.exe")
    assert (checked.problem, checked.ending) == ("", ending)
    assert checked.cleaned == (ending != "txt")


def test_a_text_that_is_called_a_table_is_one(tmp_path: Path) -> None:
    assert looked_into(b"a,b\n1,2\n", tmp_path, "Numbers.CSV").ending == "csv"


HOSTILE: dict[str, tuple[Problem, Callable[[], bytes]]] = {
    "nothing": (Problem.EMPTY, lambda: b""),
    "EICAR": (Problem.VIRUS, lambda: f.EICAR),
    "EICAR in the middle of a text": (Problem.VIRUS, lambda: b"x" * (2**20 - 30) + f.EICAR + b"y"),
    "EICAR in a part of a document": (Problem.VIRUS, lambda: f.with_parts(f.docx(), {"word/media/a.txt": f.EICAR})),
    "a program": (Problem.UNKNOWN, lambda: b"MZ" + bytes(300)),
    "bytes that are no text": (Problem.CONTROLS, lambda: bytes(range(256)) * 10),
    "a zip that is no document": (Problem.UNKNOWN, lambda: _zip({"a.txt": b"x"})),
    "an old Word file": (Problem.OLD_OFFICE, lambda: f.OLE),
    "an encrypted package": (Problem.ENCRYPTED, lambda: f.said_encrypted(f.docx())),
    "a zip bomb": (Problem.UNPACKS, f.bomb),
    "a zip with thousands of parts": (Problem.UNPACKS, f.many_parts),
    "a part that climbs out of the package": (Problem.DAMAGED, f.climbing),
    "a document in a document": (Problem.EMBEDDED, lambda: f.with_parts(f.docx(), {"word/embeddings/a.docx": f.docx()})),
    "an archive called a picture": (Problem.EMBEDDED, lambda: f.with_parts(f.docx(), {"word/media/a.png": f.docx()})),
    "macros": (Problem.MACROS, lambda: f.with_parts(f.docx(), {"word/vbaProject.bin": b"x"})),
    "macros under another name": (Problem.MACROS, lambda: f.with_parts(f.docx(), {"word/media/a.bin": f.OLE})),
    "a document that says it has macros": (Problem.MACROS, lambda: f.with_parts(f.docx(), {}, replace=(
        b"</Types>", b'<Override PartName="/a" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'))),
    "a field that starts a program": (Problem.MACROS, lambda: f.with_parts(f.docx("HERE"), {}, replace=(
        b"<w:t>HERE</w:t>", b"<w:instrText>DDEAUTO c:\\\\cmd.exe</w:instrText>"))),
    "scripts in OpenDocument": (Problem.MACROS, lambda: f.odt(scripts="<office:scripts><office:script/></office:scripts>")),
    "a library of OpenDocument": (Problem.MACROS, lambda: f.odt(more={"Basic/Standard/Module1.xml": b"<x/>"})),
    "a template from elsewhere": (Problem.LINKED, lambda: linked(b"attachedTemplate")),
    "a picture from elsewhere": (Problem.LINKED, lambda: linked(b"image")),
    "a picture of OpenDocument from elsewhere": (Problem.LINKED, lambda: f.odt(
        '<draw:image xlink:href="https://evil.example/x.png"/>')),
    "entities": (Problem.ENTITIES, lambda: f.with_parts(f.docx(), {"word/custom.xml": (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')})),
    "entities in UTF-16": (Problem.ENTITIES, lambda: f.with_parts(f.docx(), {"word/custom.xml": (
        '<?xml version="1.0"?><!DOCTYPE a><a/>'.encode("utf-16"))})),
    "a document with something after it": (Problem.MIXED, lambda: f.docx() + b"<html>"),
    "a script in a PDF": (Problem.SCRIPTS, lambda: f.changed_pdf("javascript")),
    "a script in a stream of objects": (Problem.SCRIPTS, f.hidden_in_object_stream),
    "a script whose name is written in hexadecimal": (Problem.SCRIPTS, lambda: f.pdf("A").replace(
        b"startxref", b"9 0 obj\n<</S/J#61vaScript>>\nendobj\nstartxref", 1)),
    "a PDF that starts a program": (Problem.SCRIPTS, lambda: f.changed_pdf("launch")),
    "a PDF that acts by itself": (Problem.SCRIPTS, lambda: f.changed_pdf("additional")),
    "a PDF with a file in it": (Problem.SCRIPTS, lambda: f.changed_pdf("attached")),
    "a PDF with an XFA form": (Problem.SCRIPTS, lambda: f.changed_pdf("xfa")),
    "an encrypted PDF": (Problem.ENCRYPTED, lambda: f.changed_pdf("encrypted")),
    "half a PDF": (Problem.DAMAGED, lambda: f.pdf("A page")[:800]),
    "a PDF that is an archive, too": (Problem.MIXED, lambda: f.pdf("A") + _zip({"a": b"x"})),
    "a picture of too many pixels": (Problem.PIXELS, f.huge_png),
    "half a picture": (Problem.DAMAGED, lambda: f.png()[:-20]),
    "a picture with an archive after it": (Problem.MIXED, lambda: f.png() + _zip({"a": b"x"})),
    "a photograph with a page after it": (Problem.MIXED, lambda: f.jpeg() + b"<html><script>1</script>"),
    "half a photograph": (Problem.DAMAGED, lambda: f.jpeg()[:-400]),
}  # fmt: skip


def _zip(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize("what", list(HOSTILE))
def test_what_is_dangerous_is_refused_and_the_words_say_why(what: str, tmp_path: Path) -> None:
    problem, make = HOSTILE[what]
    checked = looked_into(make(), tmp_path)
    assert (checked.ending, checked.problem) == ("", problem)
    assert SENTENCES[problem].endswith(".")
