"""Markdown in, safe HTML out: documents as blocks, comments as one piece."""

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from consult.documents.blocks import ParsedBlock
from consult.documents.dialect import comment_dialect, document_dialect
from consult.documents.intake import admit_comment, admit_document
from consult.documents.reading import BlockReader
from consult.documents.sanitising import sanitise


@cache
def _documents() -> MarkdownIt:
    return document_dialect()


@cache
def _comments() -> MarkdownIt:
    return comment_dialect()


def parse_document(text: str) -> tuple[ParsedBlock, ...]:
    """The blocks of a Markdown document, in reading order, its footnotes last.

    Thematic breaks and front matter are no blocks. Raises DocumentError, with the line where there is one,
    for what can't be stored, is too large or nested too deep, an image without a text alternative, and a
    footnote that nothing refers to.
    """
    admitted = admit_document(text)
    env: dict[str, object] = {}
    root = SyntaxTreeNode(_documents().parse(admitted, env))
    return tuple(BlockReader(_documents(), admitted, env).read(root))


def render_comment(text: str) -> str:
    """A comment's safe HTML. Raises DocumentError if it is too long, nested too deep or can't be stored."""
    return sanitise(_comments().render(admit_comment(text))).strip()
