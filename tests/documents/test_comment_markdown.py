"""A person writes a comment; it is shown with its paragraphs, links and emphasis and nothing dangerous."""

import pytest
from hypothesis import given, settings

from consult.documents.blocks import DocumentError
from consult.documents.intake import MAX_COMMENT_CHARACTERS
from consult.documents.markdown import render_comment
from tests.documents.test_document_blocks import ALLOWED_ATTRIBUTES, TEXTS, Page


def test_paragraphs_and_line_breaks_are_kept() -> None:
    assert render_comment("one\ntwo\n\nthree") == "<p>one<br>\ntwo</p>\n<p>three</p>"


def test_emphasis_lists_quotes_and_code_are_shown() -> None:
    html = render_comment("*a* **b** `c`\n\n- d\n\n> e\n\n2. f")
    for shown in (
        "<em>a</em>",
        "<strong>b</strong>",
        "<code>c</code>",
        "<li>d</li>",
        "<p>e</p>",
        '<ol start="2">',
    ):
        assert shown in html


def test_a_plain_address_is_a_link() -> None:
    link = '<a href="https://example.org/x" rel="nofollow noopener">https://example.org/x</a>'
    assert render_comment("see https://example.org/x.") == f"<p>see {link}.</p>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# not a heading", "# not a heading"),
        ("not a heading\n===", "==="),
        ("| a | b |\n|---|---|", "| a | b |"),
        ("<b>raw</b>", "&lt;b&gt;raw&lt;/b&gt;"),
        ("[home]: https://example.org", "[home]: "),
        ("***", "***"),
    ],
)
def test_what_comments_do_not_have_is_shown_as_typed(text: str, shown: str) -> None:
    html = render_comment(text)
    assert shown in html
    assert Page(html).elements <= {"p", "br", "a"}


def test_an_image_is_at_most_a_link() -> None:
    assert Page(render_comment("![map](https://evil.example/i.png)")).elements == {"p", "a"}


def test_a_comment_can_not_turn_the_page_around() -> None:
    assert render_comment("a\u202eb\nc \u2067d\u2069") == "<p>ab<br>\nc \u2067d\u2069</p>"


@pytest.mark.parametrize(
    "text", ["a" * (MAX_COMMENT_CHARACTERS + 1), "[" * 20_000, "> " * 9_000 + "a", "a\x00"]
)
def test_a_comment_that_can_not_be_taken_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        render_comment(text)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_comment_is_safe(text: str) -> None:
    try:
        page = Page(render_comment(text))
    except DocumentError:
        return
    assert page.elements <= {"p", "br", "a", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote"}
    assert {name for name, _ in page.attributes} <= ALLOWED_ATTRIBUTES
