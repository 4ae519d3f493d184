"""Pictures of drafts: what is taken, and that a drawing can do nothing but be seen."""

from __future__ import annotations

import pytest

from consult.documents.blocks import DocumentError
from consult.documents.figures import MOST_BYTES, check_figure, check_figures
from consult.kernel.errors import FormInvalid

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20 + b"IEND\xaeB`\x82"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"{on}>{inner}</svg>'


def drawing(inner: str = "", on: str = "") -> bytes:
    return SVG.format(inner=inner, on=on).encode()


def test_pictures_of_three_kinds_are_taken() -> None:
    assert check_figure("a.png", PNG).type == "image/png"
    assert check_figure("a.JPEG", b"\xff\xd8\xff\xe0rest").name.endswith(".jpg")
    assert (
        check_figure("a.svg", drawing('<defs><path id="p"/></defs><use href="#p" fill="url(#g)"/>')).type
        == "image/svg+xml"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        drawing("<script>alert(1)</script>"),
        drawing(on=' onload="alert(1)"'),
        drawing('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>'),
        drawing('<image href="https://elsewhere.example/a.png"/>'),
        drawing('<use xlink:href="https://elsewhere.example/a.svg#a"/>'),
        drawing('<a href="javascript:alert(1)"><text>x</text></a>'),
        drawing('<style>@import "https://elsewhere.example/a.css";</style>'),
        drawing("<style>rect{fill:u\\72l(//elsewhere.example)}</style>"),
        drawing('<rect style="fill:url( https://elsewhere.example/a )"/>'),
        drawing('<animate attributeName="href" to="javascript:alert(1)"/>'),
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + drawing("<text>&a;</text>"),
        b'<?xml-stylesheet href="https://elsewhere.example/a.css"?>' + drawing(),
        b"<html><script>alert(1)</script></html>",
        b"not a drawing",
    ],
)
def test_a_drawing_that_does_more_than_be_seen_is_refused(hostile: bytes) -> None:
    with pytest.raises(DocumentError, match=r"a\.svg"):
        check_figure("a.svg", hostile)


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("a.exe", PNG, "is not a PNG, JPEG or SVG"),
        ("a.png", b"<svg/>", "is not what its name says"),
        ("a.png", PNG + b"\x00" * MOST_BYTES, "is larger than 1 MB"),
        ("a.jpg", PNG, "is not what its name says"),
    ],
)
def test_other_files_are_refused_with_the_reason(name: str, body: bytes, says: str) -> None:
    with pytest.raises(DocumentError, match=says):
        check_figure(name, body)


def test_what_the_text_wants_is_found_by_its_file_name_alone() -> None:
    assert set(check_figures({"a.png": PNG, "unused.exe": b""}, ["img/a.png", "old.png"], ["old.png"])) == {
        "a.png"
    }
    with pytest.raises(FormInvalid):
        check_figures({}, ["a.png"])
