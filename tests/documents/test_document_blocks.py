"""An editor puts in a Markdown document; it becomes blocks that are safe to show."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.intake import MAX_DOCUMENT_BYTES
from consult.documents.markdown import parse_document
from consult.documents.sanitising import collapse

CHARTER = """\
---
title: Charter
lang: en
---
# Charter *of* the Forum

Who we are[^who], see [the site][home] or https://example.org/a_(b).

[home]: https://example.org "Home > here"

3) Third

   still third
   - nested
     1. deeper

   after the nested list
4) Fourth

| Body | Seats |
|:-----|------:|
| Board | 4 `seats` |

![Two boxes & an arrow](figures/flow.png "How a decision is made")

> # Said
> by a member
>
> - twice

```text
<code> & more
```

[^who]: The **members**.

    And the board.
"""


def kinds(blocks: tuple[ParsedBlock, ...]) -> list[BlockKind]:
    return [block.kind for block in blocks]


def only(text: str) -> ParsedBlock:
    (block,) = parse_document(text)
    return block


def test_a_document_becomes_blocks_in_reading_order() -> None:
    k = BlockKind
    expected = [
        k.HEADING,
        k.PARAGRAPH,
        *[k.LIST_ITEM] * 5,
        *[k.TABLE_ROW] * 2,
        k.FIGURE,
        k.QUOTE,
        k.CODE,
        k.FOOTNOTE,
    ]
    assert kinds(parse_document(CHARTER)) == expected


def test_front_matter_is_not_text() -> None:
    assert parse_document(CHARTER)[0].plain == "Charter of the Forum"
    assert only("+++\nversion = 1\n+++\n\nText").plain == "Text"
    assert [block.plain for block in parse_document("---\n\nText\n\n---\n")] == ["Text"]


def test_a_list_keeps_its_numbers_depth_and_what_follows_a_nested_list() -> None:
    items = [block for block in parse_document(CHARTER) if block.kind is BlockKind.LIST_ITEM]
    assert [(item.label, item.level, item.ordered, item.plain) for item in items] == [
        ("3)", 1, True, "Third still third"),
        ("•", 2, False, "nested"),
        ("1.", 3, True, "deeper"),
        ("", 1, True, "after the nested list"),
        ("4)", 1, True, "Fourth"),
    ]
    assert len({item.group for item in items}) == 1


def test_a_table_row_is_a_block_and_its_header_is_known() -> None:
    header, row = (block for block in parse_document(CHARTER) if block.kind is BlockKind.TABLE_ROW)
    assert header.header
    assert not row.header
    assert header.group == row.group
    assert header.html == '<th scope="col">Body</th>\n<th scope="col">Seats</th>'
    assert row.html == "<td>Board</td>\n<td>4 <code>seats</code></td>"
    assert row.plain == "Board 4 seats"


def test_a_figure_is_its_text_alternative_and_keeps_only_a_local_name() -> None:
    figure = next(block for block in parse_document(CHARTER) if block.kind is BlockKind.FIGURE)
    assert figure.plain == "Two boxes & an arrow How a decision is made"
    assert figure.src == "figures/flow.png"
    assert only("![A map](https://elsewhere.example/map.png)").src == ""
    assert only("![A map](data:image/png;base64,AAAA)").src == ""
    assert only("![A map](<../../etc/passwd>)").kind is BlockKind.PARAGRAPH


def test_an_image_within_a_sentence_is_read_as_its_text() -> None:
    assert only("See ![the map](https://elsewhere.example/map.png) here").html == "See the map here"


@pytest.mark.parametrize("text", ["![](map.png)", "one\n\ntwo ![ ](map.png)", "- item ![](map.png)"])
def test_an_image_without_a_text_alternative_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(DocumentError, match="no text alternative") as refused:
        parse_document(text)
    assert refused.value.line == text.count("\n") + 1
    assert refused.value.params == {"name": "map.png"}


def test_a_footnote_comes_last_and_its_reference_leads_to_it() -> None:
    blocks = parse_document(CHARTER)
    assert '<sup id="fnref-who"><a href="#fn-who"' in blocks[1].html
    assert blocks[-1].label == "who"
    assert blocks[-1].plain == "The members. And the board."
    assert "fnref" not in blocks[-1].html


def test_a_footnote_that_nothing_refers_to_is_not_lost_silently() -> None:
    with pytest.raises(DocumentError, match="“lost”") as refused:
        parse_document("Text\n\n[^lost]: Unseen")
    assert refused.value.line == 3


def test_a_block_can_be_read_again_from_its_own_source() -> None:
    paragraph = parse_document(CHARTER)[1]
    assert paragraph.source.endswith('[home]: <https://example.org> "Home > here"')
    again = parse_document(paragraph.source)[0]
    assert again.plain.replace("[^who]", "who") == paragraph.plain
    heading, item = parse_document("## Two words\n\n* first\n  second\n")
    assert (heading.source, item.source) == ("Two words", "first\nsecond")


def test_web_addresses_become_links_without_the_punctuation_around_them() -> None:
    assert 'href="https://example.org/a_(b)"' in parse_document(CHARTER)[1].html
    block = only("见https://example.org/版。再看（https://example.org/x）")
    assert 'href="https://example.org/"' in block.html
    assert 'href="https://example.org/x"' in block.html


def test_a_line_folded_between_ideographs_is_not_a_space() -> None:
    assert only("参与者\n公约").plain == "参与者公约"
    assert only("two\nwords").plain == "two words"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", "a.md"]
)
def test_a_link_elsewhere_than_the_web_mail_or_this_page_is_no_link(address: str) -> None:
    assert "href" not in only(f"[x]({address})").html


def test_raw_html_is_shown_as_written() -> None:
    assert only('<b onclick="x">hi</b>').html == '&lt;b onclick="x"&gt;hi&lt;/b&gt;'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("fine\n\n" + "[" * 20_000, 3),
        ("> " * 10_000 + "x", 1),
        ("- " * 10_000 + "x", 1),
        ("\n".join("  " * depth + "- a" for depth in range(300)), None),
        ("*a " * 20_000, 1),
        ("ok\nnot \x00 ok", 2),
        ("ok \ud800", 1),
        ("a" * (MAX_DOCUMENT_BYTES + 1), None),
        ("字" * (MAX_DOCUMENT_BYTES // 2), None),
        ("a\n" * 70_000, 60_000),
        ("a\n\n" * 16_000, None),
    ],
    ids=[
        "brackets",
        "quotes",
        "lists",
        "nested",
        "stars",
        "nul",
        "surrogate",
        "long",
        "bytes",
        "lines",
        "blocks",
    ],
)
def test_hostile_input_is_refused_before_it_costs_time(text: str, line: int | None) -> None:
    with pytest.raises(DocumentError) as refused:
        parse_document(text)
    assert line is None or refused.value.line == line


def test_direction_controls_that_do_not_pair_are_taken_out() -> None:
    assert only("safe \u202eevil").plain == "safe evil"
    assert only("a\u2069b").plain == "ab"
    assert only("an \u2067اسم\u2069 inside").plain == "an \u2067اسم\u2069 inside"


class Page(HTMLParser):
    """What a browser would find in a block: its text, elements and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


PIECES = st.sampled_from(
    [
        *"#-*>|`[]()!_<>&\"':\\",
        "## ",
        "- ",
        "1. ",
        "> ",
        "```",
        "~~~",
        "![",
        "**",
        "\n",
        "\n\n",
        "    ",
        "\n| a | b |\n|---|---|\n| c | d |\n",
        "[x](javascript:alert(1))",
        "![x](http://evil.example/i.png)",
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "https://example.org/",
        "[^1]",
        "\n[^1]: note\n",
        "\n[x]: https://example.org 't'\n",
        "&lt;script&gt;",
        "\u202e",
        "\u00a0",
        "参与",
        "ميثاق",
        "word ",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))
ALLOWED_ATTRIBUTES = {"href", "rel", "title", "id", "class", "scope", "start"}


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("- - a\n  - b\n\n  c")
@example("[^1]: x\n\n[^1] [^1]")
def test_whatever_is_put_in_comes_out_safe_or_is_refused(text: str) -> None:
    try:
        blocks = parse_document(text)
    except DocumentError:
        return
    for block in blocks:
        page = Page(block.html)
        assert page.elements.isdisjoint(
            {"script", "img", "iframe", "style", "svg", "object", "form", "input"}
        )
        assert {name for name, _ in page.attributes} <= ALLOWED_ATTRIBUTES
        links = [value for name, value in page.attributes if name == "href"]
        assert all(link.lower().startswith(("https://", "http://", "mailto:", "#")) for link in links)
        assert block.plain == collapse(page.text)
