"""What a document is made of once it is read: blocks, and the error that says why it can't be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypedDict

_NO_PARAMS: Mapping[str, object] = MappingProxyType({})


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    FIGURE = "figure"
    QUOTE = "quote"
    CODE = "code"
    FOOTNOTE = "footnote"


@dataclass(frozen=True, slots=True)
class ParsedBlock:
    """One block of a document.

    level: a heading's 1-6, a list item's depth from 1, otherwise 0.
    source: its Markdown without what only places it (`##`, list marker, `[^1]:`), with the link definitions
    it
        uses, so that it can be read again on its own.
    html: safe inner HTML, to be put inside `<p>`, `<li>`, `<tr>`, `<figure>`, `<blockquote>`, `<pre><code>` …
    plain: the text content of `html`, each run of ASCII white space one space, none at the ends. Quote
        selectors count in this string, in code points.
    label: a list item's marker ("1.", "2)", "(a)", "•"; "" where an item goes on after a nested list), a footnote's
        label.
    ordered: the item belongs to a numbered list.
    header: the row is a table's header.
    group: the same number for all blocks of one list or one table; 0 for blocks that stand alone.
    src: a figure's local file name, "" where there is none. Addresses of other hosts are not kept.
    """

    kind: BlockKind
    level: int
    source: str
    html: str
    plain: str
    label: str = ""
    ordered: bool = False
    header: bool = False
    group: int = 0
    src: str = ""


class Shape(TypedDict):
    """What a stored block keeps of `ParsedBlock` beside its texts."""

    level: int
    label: str
    ordered: bool
    header: bool
    group: int


def read_shape(stored: Mapping[str, Any]) -> Shape:
    """A block's shape from its column, where what says nothing was left out."""
    return Shape(
        level=int(stored.get("level", 0)),
        label=str(stored.get("label", "")),
        ordered=bool(stored.get("ordered")),
        header=bool(stored.get("header")),
        group=int(stored.get("group", 0)),
    )


class DocumentError(ValueError):
    """A text that can't be taken as it is.

    message is a msgid with `%(name)s` places for `params`; line counts from 1, None where no one line is at
    fault.
    """

    def __init__(
        self, message: str, *, line: int | None = None, params: Mapping[str, object] = _NO_PARAMS
    ) -> None:
        self.message = message
        self.line = line
        self.params = dict(params)
        super().__init__(message % self.params)
