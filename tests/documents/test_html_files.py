"""Staff bring in a draft as an HTML page: its text becomes Markdown, and nothing in it runs or is fetched."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.markdown import parse_document
from consult.documents.received.notes import NoteKind
from consult.documents.received.reading import read_file
from consult.documents.received.received import Received
from consult.documents.sanitising import collapse
from tests.documents.word_files import dot

K = NoteKind


def read(inside: str) -> Received:
    return read_file(
        "page.html",
        f"<!doctype html><html><head><title>T</title></head><body>{inside}</body></html>".encode(),
    )


def blocks_of(inside: str) -> tuple[ParsedBlock, ...]:
    return parse_document(read(inside).markdown)


def kinds(received: Received) -> set[NoteKind]:
    return {note.kind for note in received.notes}


def test_a_page_becomes_markdown() -> None:
    page = """<h1>Charter of<br>the <b>Forum</b></h1><p>Who <em>we</em> are:
    see <a href="https://example.org/a_(b)">the site</a>.</p>
    <blockquote><p>Said<p>twice</blockquote><pre>a  &lt;b&gt;</pre><hr>
    <dl><dt>Member<dd>Whoever joined</dl>Loose words <div>and others</div>"""
    assert read(page).markdown == (
        "# Charter of the Forum\n\nWho *we* are: see [the site](<https://example.org/a_(b)>).\n\n"
        "> Said\n>\n> twice\n\n```\na  <b>\n```\n\n**Member**\n\nWhoever joined\n\nLoose words\n\nand others\n"
    )


def test_lists_keep_their_numbers_depth_and_what_follows_a_nested_list() -> None:
    page = """<ol type="a"><li>one<ul><li>deep<p>still deep</p></li></ul>after</li><li value="4">four</li></ol>
    <ol start="3" type="I"><li><p>three</p></li></ol><ol reversed><li>two</li><li>one</li></ol>"""
    assert [(block.label, block.level, block.plain) for block in blocks_of(page)] == [
        ("a.", 1, "one"), ("•", 2, "deep still deep"), ("", 1, "after"), ("d.", 1, "four"),
        ("III.", 1, "three"), ("2.", 1, "two"), ("1.", 1, "one"),
    ]  # fmt: skip


def test_a_table_keeps_its_header_and_says_how_merged_cells_were_parted() -> None:
    page = """<table><caption>Seats</caption><thead><tr><th>Body<th>Seats<th>Term</thead>
    <tr><td rowspan=2>Board<td colspan=2>4 | 5<tr><td>9<td><p>1<p>2</table>"""
    received = read(page)
    caption, header, *rows = parse_document(received.markdown)
    assert (caption.plain, header.header) == ("Seats", True)
    assert [row.html for row in rows] == [
        "<td>Board</td>\n<td>4 | 5</td>\n<td></td>", "<td></td>\n<td>9</td>\n<td>1 2</td>"
    ]  # fmt: skip
    assert kinds(received) == {K.MERGED_CELLS, K.CELL_PARAGRAPHS}


def test_footnotes_are_known_by_leading_back() -> None:
    page = """<p>Who<sup id="r1"><a href="#n1">1</a></sup> joins, see <a href="#n1">note</a>.</p>
    <section><ol><li id="n1"><p>Anyone. <a href="#r1">↩</a></p></li></ol></section>"""
    text, note = blocks_of(page)
    assert '<a href="#fn-1"' in text.html
    assert (note.kind, note.label, note.plain) == (BlockKind.FOOTNOTE, "1", "Anyone.")


def test_pictures_in_the_page_and_beside_it_are_figures_and_those_elsewhere_are_left_out() -> None:
    inside = b64encode(dot()).decode()
    page = f"""<p><img src="data:image/png;base64,{inside}" alt="A dot"></p><p>See <img src="files/map.png" alt="A map"> here</p>
    <img src="https://elsewhere.example/x.png" alt="Tracker"><img src="file:///etc/passwd" alt="Own"><img src="line.png" alt="">
    <ul><li>In a list <img src="b.png" alt="a bee"></li></ul>"""
    received = read(page)
    figures = [
        (block.src, block.plain)
        for block in parse_document(received.markdown)
        if block.kind is BlockKind.FIGURE
    ]
    assert figures == [("picture-1.png", "A dot"), ("map.png", "A map")]
    assert received.figures == {"picture-1.png": dot()}
    assert kinds(received) == {K.REMOTE_PICTURES, K.DECORATIONS, K.INLINE_FIGURES}
    assert "elsewhere.example" not in received.markdown


def test_a_picture_without_an_alternative_is_refused_by_name() -> None:
    with pytest.raises(DocumentError, match="alt attribute") as refused:
        read('<img src="map.png">')
    assert refused.value.params == {"names": "“map.png”"}


def test_what_runs_or_asks_is_left_out_and_noted() -> None:
    page = """<p onclick="x()">Text<script>alert(1)</script><style>p{}</style></p><iframe src="https://e.example">inner</iframe>
    <form><label>Name <input name=a></label><textarea>typed</textarea></form><object data=x>obj</object><svg><text>s</text></svg>
    <p hidden>unseen</p><p style="display: none">unseen</p><p><a href="javascript:x()">click</a> <a href="data:text/html,x">data</a></p>
    <p><s>old</s> <math><mi>x</mi></math></p><!-- comment -->"""
    received = read(page)
    assert [block.plain for block in parse_document(received.markdown)] == [
        "Text",
        "Name",
        "click data",
        "old x",
    ]
    assert kinds(received) == {
        K.SCRIPTS, K.FRAMES, K.FORMS, K.OBJECTS, K.DRAWINGS, K.HIDDEN, K.LINKS, K.CROSSED_OUT, K.EQUATIONS
    }  # fmt: skip
    assert all(word not in received.markdown for word in ("alert", "javascript", "inner", "typed", "onclick"))


def test_raised_and_lowered_letters_stay_what_they_mean() -> None:
    received = read("<p>H<sub>2</sub>O, 10<sup>-3</sup>, the 1<sup>st</sup>, x<sup>Q</sup></p>")
    assert received.markdown == "H₂O, 10⁻³, the 1st, xQ\n"
    assert kinds(received) == {K.RAISED}


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "utf-16"])
def test_a_page_in_another_encoding_is_read_as_it_declares(charset: str) -> None:
    page = f'<html><head><meta charset="{charset}"></head><body><p>Café “à”</p></body></html>'
    assert read_file("x.htm", page.encode(charset)).markdown == "Café “à”\n"


WORDS = st.text(st.sampled_from("ab1 .)(-+*_`[]!<>&#=|\\~\"'：，。“”文أ（）"), min_size=1, max_size=24)
INLINE = st.tuples(st.sampled_from(["", "b", "i", "code", "u"]), WORDS)
PARAGRAPHS = st.lists(st.lists(INLINE, min_size=1, max_size=4), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(PARAGRAPHS)
def test_any_words_come_out_as_they_went_in(paragraphs: list[list[tuple[str, str]]]) -> None:
    page = "".join(f"<p>{''.join(_marked(*piece) for piece in pieces)}</p>" for pieces in paragraphs)
    wanted = [collapse("".join(words for _, words in pieces)) for pieces in paragraphs]
    blocks = blocks_of(page)
    assert [block.plain for block in blocks] == [words for words in wanted if words]
    assert {block.kind for block in blocks} <= {BlockKind.PARAGRAPH}


def _marked(tag: str, words: str) -> str:
    safe = words.replace("&", "&amp;").replace("<", "&lt;")
    return f"<{tag}>{safe}</{tag}>" if tag else safe
