"""The public's copy of a PDF: the same pages, and nothing of who made them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from consult.attachments.copies.pdf import clean_pdf

AUTHOR = "Ada Lovelace"


def test_a_copy_holds_the_pages_and_nobody_s_name(tmp_path: Path) -> None:
    copied = clean(tmp_path, noted_pdf())
    assert AUTHOR.encode() not in copied
    assert b"Thrown away" not in copied
    reader = PdfReader(BytesIO(copied), strict=True)
    assert reader.metadata is None
    page = reader.pages[0]
    assert page.get_contents().get_data() == b"BT (Hello) Tj ET"  # type: ignore[union-attr]
    note = page["/Annots"][0]  # type: ignore[index]
    assert note["/Contents"] == "A remark."
    assert page["/Resources"]["/Font"] == {}, "what is empty stays as it is"  # type: ignore[index]
    assert isinstance(page["/Gone"], NullObject), "what leads nowhere leads nowhere"


def test_a_copy_of_a_copy_is_the_same(tmp_path: Path) -> None:
    copied = clean(tmp_path, noted_pdf())
    assert clean(tmp_path, copied) == copied


def noted_pdf() -> bytes:
    """A page with a remark that is written into the page itself, an empty dictionary, a reference to nothing, and an
    object to which nothing leads."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    words = StreamObject()
    words.set_data(b"BT (Hello) Tj ET")
    page[NameObject("/Contents")] = writer._add_object(words)
    empty = writer._add_object(DictionaryObject())
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): empty})
    note = {"/Type": NameObject("/Annot"), "/Subtype": NameObject("/Text"), "/Contents": TextStringObject("A remark."),
            "/T": TextStringObject(AUTHOR), "/Rect": ArrayObject([NumberObject(at) for at in (0, 0, 9, 9)])}  # fmt: skip
    page[NameObject("/Annots")] = ArrayObject(
        [DictionaryObject({NameObject(name): value for name, value in note.items()})]
    )
    writer.add_metadata({"/Author": AUTHOR})
    thrown = StreamObject()
    thrown.set_data(b"Thrown away")
    writer._add_object(thrown)
    out = BytesIO()
    writer.write(out)
    whole = out.getvalue()
    return whole.replace(b"/Annots", b"/Gone 99 0 R\n/Annots")


def clean(folder: Path, body: bytes) -> bytes:
    """The copy."""
    path = folder / "file.pdf"
    path.write_bytes(body)
    with (folder / "copy.pdf").open("wb") as out:
        clean_pdf(path, out)
    return (folder / "copy.pdf").read_bytes()
