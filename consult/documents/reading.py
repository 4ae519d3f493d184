"""From markdown-it's syntax tree to blocks."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import dedent
from typing import cast
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml, normalizeReference
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.dialect import image_alternative
from consult.documents.labels import LABEL_MARK
from consult.documents.sanitising import collapse, is_local_name, plain_text, sanitise
from consult.kernel.messages import N_

_LISTS = ("bullet_list", "ordered_list")
# More than one where a list begins on its parent item's own line.
_MARKER = re.compile(r"(?:[ \t]*(?:[-+*]|\d{1,9}[.)]|" + LABEL_MARK + r")(?:[ \t]+|$))+")
_HEADING_MARKS = re.compile(r"^[ \t]*#{1,6}[ \t]*|[ \t]+#+[ \t]*$|\n[ \t]*(?:=+|-+)[ \t]*$")
_FOOTNOTE_MARK = re.compile(r"^[ \t]*\[\^[^\]]+\]:[ \t]*")
_BRACKETED = re.compile(r"\[([^\[\]]+)\]")


class BlockReader:
    """Reads one parsed document; `env` is what markdown-it filled in while parsing it."""

    def __init__(self, parser: MarkdownIt, text: str, env: dict[str, object]) -> None:
        self._parser = parser
        self._lines = text.split("\n")
        self._env = env
        self._references = cast(Mapping[str, Mapping[str, str]], env.get("references", {}))
        self._group = 0
        self._depth = 0

    def read(self, root: SyntaxTreeNode) -> Iterator[ParsedBlock]:
        """Raises DocumentError for images without a text alternative and footnotes nothing refers to."""
        self._refuse_unused_footnotes()
        for node in root.children:
            yield from self._read_top(node)

    def _read_top(self, node: SyntaxTreeNode) -> Iterable[ParsedBlock]:
        if node.type in _LISTS:
            self._group += 1
            self._depth = 0
            return self._read_list(node, 1)
        if node.type == "table":
            self._group += 1
            return (self._read_row(row) for row in node.walk() if row.type == "tr")
        if node.type == "footnote_block":
            return (self._read_footnote(note) for note in node.children)
        return self._read_single(node)

    def _read_single(self, node: SyntaxTreeNode) -> Iterable[ParsedBlock]:
        if node.type == "heading":
            return self._read_heading(node)
        if node.type == "paragraph":
            return (self._read_paragraph(node),)
        if node.type == "blockquote":
            html = self._render(node.children)
            return (self._block(BlockKind.QUOTE, self._slice(node), html),) if plain_text(html) else ()
        if node.type in ("fence", "code_block"):
            return (self._block(BlockKind.CODE, self._slice(node), escapeHtml(node.content)),)
        return ()

    def _read_heading(self, node: SyntaxTreeNode) -> Iterable[ParsedBlock]:
        html = self._inline(node.children)
        if not plain_text(html):
            return ()
        source = _HEADING_MARKS.sub("", self._slice(node))
        return (self._block(BlockKind.HEADING, source, html, level=int(node.tag[1])),)

    def _read_paragraph(self, node: SyntaxTreeNode) -> ParsedBlock:
        images = _lone_image(node)
        if images is not None:
            return self._read_figure(node, images)
        return self._block(BlockKind.PARAGRAPH, dedent(self._slice(node)), self._inline(node.children))

    def _read_figure(self, node: SyntaxTreeNode, image: Token) -> ParsedBlock:
        alternative = image_alternative(image, _first_line(node) + 1)
        html = f'<span class="figure-alternative">{escapeHtml(alternative)}</span>'
        caption = str(image.attrGet("title") or "")
        if caption.strip():
            html += f"\n<figcaption>{escapeHtml(caption)}</figcaption>"
        name = unquote(str(image.attrGet("src") or ""))
        src = name if is_local_name(name) else ""
        return self._block(BlockKind.FIGURE, self._slice(node), html, src=src)

    def _read_list(self, node: SyntaxTreeNode, level: int) -> Iterator[ParsedBlock]:
        for item in node.children:
            yield from self._read_item(item, level, node.type == "ordered_list")

    def _read_item(self, item: SyntaxTreeNode, level: int, ordered: bool) -> Iterator[ParsedBlock]:
        label = f"{item.info}{item.markup}" if ordered else "•"
        for nested, run in _runs(item.children):
            if nested:
                # An item with nothing of its own before its list lends that list its place.
                yield from self._read_list(run[0], min(level + 1, self._depth + 1))
            elif block := self._item_block(run, level, ordered, label):
                self._depth = level
                label = ""
                yield block

    def _item_block(
        self, run: Sequence[SyntaxTreeNode], level: int, ordered: bool, label: str
    ) -> ParsedBlock | None:
        html = self._inline(run[0].children) if _is_one_paragraph(run) else self._render(run)
        if not plain_text(html):
            return None
        source = self._text(_first_line(run[0]), _last_line(run[-1]))
        return self._block(
            BlockKind.LIST_ITEM,
            _unindented(source, _MARKER),
            html,
            level=level,
            label=label,
            ordered=ordered,
            group=self._group,
        )

    def _read_row(self, row: SyntaxTreeNode) -> ParsedBlock:
        header = any(cell.type == "th" for cell in row.children)
        opened, closed = ('<th scope="col">', "</th>") if header else ("<td>", "</td>")
        # White space between cells, or their words would run into each other in the row's text.
        html = "\n".join(opened + sanitise(self._inline(cell.children)) + closed for cell in row.children)
        source = self._with_definitions(self._slice(row))
        return ParsedBlock(
            BlockKind.TABLE_ROW, 0, source, html, plain_text(html), header=header, group=self._group
        )

    def _read_footnote(self, note: SyntaxTreeNode) -> ParsedBlock:
        label = str(note.meta["label"])
        content = [child for child in note.children if child.type != "footnote_anchor"]
        html = self._inline(content[0].children) if _is_one_paragraph(content) else self._render(content)
        source = self._text(_first_line(content[0]), _last_line(content[-1])) if content else ""
        return self._block(BlockKind.FOOTNOTE, _unindented(source, _FOOTNOTE_MARK), html, label=label)

    def _refuse_unused_footnotes(self) -> None:
        notes = cast(Mapping[str, Mapping[str, int]], self._env.get("footnotes", {}))
        for name, number in notes.get("refs", {}).items():
            if number < 0:
                label = name.removeprefix(":")
                raise DocumentError(
                    N_("The footnote “%(label)s” is written but nothing in the text refers to it."),
                    line=self._find_line(f"[^{label}]:"),
                    params={"label": label},
                )

    def _find_line(self, start: str) -> int | None:
        return next((n for n, line in enumerate(self._lines, 1) if line.lstrip(" >").startswith(start)), None)

    def _block(
        self,
        kind: BlockKind,
        source: str,
        html: str,
        *,
        level: int = 0,
        label: str = "",
        ordered: bool = False,
        group: int = 0,
        src: str = "",
    ) -> ParsedBlock:
        safe = sanitise(html).strip("\n")
        source = self._with_definitions(source.strip("\n"))
        return ParsedBlock(
            kind, level, source, safe, plain_text(safe), label=label, ordered=ordered, group=group, src=src
        )

    def _inline(self, nodes: Sequence[SyntaxTreeNode]) -> str:
        return self._render([node for node in nodes if node.type == "inline"])

    def _render(self, nodes: Sequence[SyntaxTreeNode]) -> str:
        # The plugin's back-links go: the page writes its own, in the reader's language.
        tokens = [
            _shown_in_block(token)
            for node in nodes
            for token in node.to_tokens()
            if token.type != "footnote_anchor"
        ]
        self._require_alternatives(tokens)
        html: str = self._parser.renderer.render(tokens, self._parser.options, self._env)
        return html

    def _require_alternatives(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            for image in token.children or ():
                if image.type == "image":
                    image_alternative(image, token.map[0] + 1 if token.map else 0)

    def _slice(self, node: SyntaxTreeNode) -> str:
        return self._text(_first_line(node), _last_line(node))

    def _text(self, first: int, last: int) -> str:
        return "\n".join(self._lines[first:last]).rstrip()

    def _with_definitions(self, source: str) -> str:
        used: dict[str, str] = {}
        for label in _BRACKETED.findall(source):
            target = self._references.get(normalizeReference(label))
            if target is not None:
                used.setdefault(normalizeReference(label), _definition(label, target))
        return source + "\n\n" + "\n".join(used.values()) if used else source


def _definition(label: str, target: Mapping[str, str]) -> str:
    title = collapse(target.get("title", "")).replace("\\", "\\\\").replace('"', '\\"')
    return f"[{collapse(label)}]: <{target['href']}>" + (f' "{title}"' if title else "")


def _lone_image(paragraph: SyntaxTreeNode) -> Token | None:
    inline = paragraph.children[0] if paragraph.children else None
    tokens = (inline.token.children or []) if inline and inline.token else []
    said = [token for token in tokens if token.type != "text" or token.content.strip()]
    return said[0] if len(said) == 1 and said[0].type == "image" else None


def _runs(nodes: Sequence[SyntaxTreeNode]) -> Iterator[tuple[bool, list[SyntaxTreeNode]]]:
    """An item's children as (is a list, nodes): each nested list alone, what is between them together."""
    run: list[SyntaxTreeNode] = []
    for node in nodes:
        if node.type not in _LISTS:
            run.append(node)
            continue
        if run:
            yield False, run
            run = []
        yield True, [node]
    if run:
        yield False, run


def _is_one_paragraph(nodes: Sequence[SyntaxTreeNode]) -> bool:
    return len(nodes) == 1 and nodes[0].type == "paragraph"


def _shown_in_block(token: Token) -> Token:
    """Inside a quote or an item a heading is no part of the document's outline: shown as a paragraph."""
    if token.type in ("heading_open", "heading_close"):
        token.tag = "p"
    return token


def _first_line(node: SyntaxTreeNode) -> int:
    return node.map[0] if node.map else 0


def _last_line(node: SyntaxTreeNode) -> int:
    return node.map[1] if node.map else _first_line(node)


def _unindented(source: str, marker: re.Pattern[str]) -> str:
    """The source of an item without its marker and without the indentation that placed its other lines."""
    first, _, rest = source.partition("\n")
    if not marker.match(first):
        return dedent(source)
    return "\n".join([marker.sub("", first, count=1), *([dedent(rest)] if rest else [])])
