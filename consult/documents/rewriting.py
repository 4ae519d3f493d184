"""A block's stored HTML written as Markdown: for blocks whose own source can't be put back as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from consult.documents.markup import BLOCKS, Node, footnote_label, read_html
from consult.documents.sanitising import collapse

_SPECIAL = re.compile(r"([\\`*_\[\]<>&#|~!])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d{1,9}(?=[.)]))", re.MULTILINE)
_NUMBER = re.compile(r"^(\s*\d{1,9})(?=[.)])", re.MULTILINE)
_RUN_OF_TICKS = re.compile(r"`+")


def rewrite(html: str) -> str:
    """Markdown that reads back with the same words, links and emphasis; several blocks parted by blank lines."""
    return "\n\n".join(_blocks(read_html(html).children))


def rewrite_phrase(html: str) -> str:
    """As `rewrite`, on one line: for headings and cells."""
    return _SPACES.sub(" ", _phrase(read_html(html).children).replace("\\\n", " ")).strip()


_SPACES = re.compile(r"\s+")


def rewrite_row(html: str) -> str:
    """A table's row from its cells."""
    cells = list(read_html(html).elements("td", "th"))
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(cell: Node) -> str:
    return _SPACES.sub(" ", _phrase(cell.children).replace("\\\n", " ")).strip()


def rewrite_figure(src: str, alternative: str, caption: str) -> str:
    """A figure: its file's name, its text alternative, its caption ("" for none)."""
    title = f' "{_quoted(caption)}"' if caption else ""
    return f"![{_escaped(collapse(alternative))}](<{src}>{title})"


def _quoted(text: str) -> str:
    return _escaped(collapse(text)).replace('"', '\\"')


def fence(content: str, info: str = "") -> str:
    """A fenced code block, its fence longer than any run of backticks in it."""
    ticks = "`" * max(3, 1 + max((len(run) for run in _RUN_OF_TICKS.findall(content)), default=0))
    return f"{ticks}{info}\n{content.rstrip(chr(10))}\n{ticks}"


def _blocks(children: Sequence[Node | str]) -> Iterator[str]:
    phrase: list[Node | str] = []
    for child in children:
        if isinstance(child, Node) and child.tag in BLOCKS:
            yield from _paragraph(phrase)
            phrase = []
            yield from _block(child)
        else:
            phrase.append(child)
    yield from _paragraph(phrase)


def _paragraph(phrase: Sequence[Node | str]) -> Iterator[str]:
    if text := _phrase(phrase).strip():
        yield text


def _block(node: Node) -> Iterator[str]:
    inner = list(_blocks(node.children)) if node.tag != "pre" else []
    if node.tag == "pre":
        yield fence(node.text())
    elif node.tag in ("ul", "ol"):
        yield "\n".join(_items(node))
    elif node.tag == "blockquote":
        yield "\n".join(f"> {line}".rstrip() for line in "\n\n".join(inner).split("\n"))
    elif node.tag == "table":
        rows = [[_cell(cell) for cell in row.elements("td", "th")] for row in node.elements("tr")]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        yield "\n".join([*lines[:1], "|" + " --- |" * len(rows[0] if rows else ()), *lines[1:]])
    else:
        yield from inner


def _items(node: Node) -> Iterator[str]:
    start = node.attributes.get("start", "")
    number = int(start) if start.isdigit() else 1
    for item in (child for child in node.children if isinstance(child, Node)):
        marker = f"{number}." if node.tag == "ol" else "-"
        number += 1
        yield indented(marker, "\n\n".join(_blocks(item.children)))


def indented(marker: str, content: str) -> str:
    """A list item: its first line behind the marker, the others under it."""
    pad = " " * (len(marker) + 1)
    first, *rest = content.split("\n")
    return "\n".join([f"{marker} {first}".rstrip(), *((pad + line).rstrip() for line in rest)])


def _phrase(children: Sequence[Node | str]) -> str:
    written = "".join(
        _escaped(child) if isinstance(child, str) else _inline(child) for child in children
    ).replace("\n\n", "\n")
    lines = [line.strip(" \t") for line in written.split("\n")]
    return _escape_starts("\n".join(line for line in lines if line))


def _escape_starts(text: str) -> str:
    return _LINE_START.sub(r"\1\\\2", _NUMBER.sub(r"\1\\", text))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _inline(node: Node) -> str:
    if label := footnote_label(node):
        return f"[^{label}]"
    inner = "".join(_escaped(child) if isinstance(child, str) else _inline(child) for child in node.children)
    match node.tag:
        case "br":
            return "\\\n"
        case "em":
            return _around("*", inner)
        case "strong":
            return _around("**", inner)
        case "code":
            return _code(collapse(node.text()))
        case "a":
            return f"[{inner}](<{node.attributes.get('href', '')}>)"
        case _:
            return inner


def _around(mark: str, inner: str) -> str:
    """Emphasis begins and ends at a word (CommonMark 0.31, 6.2)."""
    words = inner.strip()
    if not words:
        return inner
    before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    return f"{before}{mark}{words}{mark}{after}"


def _code(content: str) -> str:
    ticks = "`" * (1 + max((len(run) for run in _RUN_OF_TICKS.findall(content)), default=0))
    space = " " if content.startswith("`") or content.endswith("`") else ""
    return f"{ticks}{space}{content}{space}{ticks}"
