"""One paragraph's words as Markdown, proven to say what they said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby

from markdown_it import MarkdownIt

from consult.documents.dialect import document_dialect
from consult.documents.labels import LABEL_MARK
from consult.documents.received.structure import BREAK, CODE, EMPHASIS, STRONG, Span, Spans, text_of
from consult.documents.sanitising import collapse, plain_text, sanitise

_SPECIAL = re.compile(r"\\(?=[!-/:-@\[-`{-~])|[*`\[\]]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_BLOCK_START = re.compile(r"#{1,6}(?=\s|$)|[-+](?=\s|$)|>|=+\s*$|~{3}|-{2,}")
_NUMBER_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_LABEL_START = re.compile(LABEL_MARK)
_REFERENCE = re.compile(r"\[\^[^\]]+\]")
_EDGES = re.compile(r"([ \n]*)(.*?)([ \n]*)", re.DOTALL)
Escape = Callable[[str], str]


@cache
def _parser() -> MarkdownIt:
    return document_dialect()


def spell_line(spans: Spans, *, within: bool = False) -> tuple[str, bool]:
    """A paragraph's Markdown, and whether it looks as it did.

    CommonMark's emphasis depends on the letters around it, most of all in Chinese: where it would not come out, it is
    left off. `within`: in a heading or a cell, where no line begins.
    """
    spans = tidy(spans)
    if all(span.text.isalnum() and not span.marks and not span.href for span in spans):
        return text_of(spans), True
    wanted = collapse(text_of(spans))
    for number, (kept, escape) in enumerate(_attempts(spans)):
        written = _write(kept, escape).strip(" \n")
        if not within:
            written = "\n".join(_escape_start(line.lstrip(" ")) for line in written.split("\n"))
        if _says(written, wanted):
            return written, number == 0
    return written, False


def escape(text: str) -> str:
    """Text in which nothing is read as Markdown."""
    return _SPECIAL.sub(lambda found: "\\" + found.group(), text)


def tidy(spans: Spans) -> Spans:
    """Spans of one look joined, white space single and none at the ends or around a line break."""
    joined: list[Span] = []
    for look, run in groupby(spans, lambda span: (span.marks, span.href, span.note, span == BREAK)):
        text = "\n" if look[3] else re.sub(r"[ \t\n\r\f]+", " ", text_of(tuple(run)))
        joined.append(Span(text, *look[:3]))
    while joined and not joined[0].text.strip(" \n") and not joined[0].note:
        joined.pop(0)
    while joined and not joined[-1].text.strip(" \n") and not joined[-1].note:
        joined.pop()
    return tuple(joined)


def _attempts(spans: Spans) -> Iterator[tuple[Spans, Escape]]:
    yield spans, escape
    yield _without(spans, {EMPHASIS}), escape
    yield _without(spans, {EMPHASIS, STRONG}), escape
    yield tuple(Span(span.text, note=span.note) for span in spans), _escape_all


def _without(spans: Spans, marks: set[str]) -> Spans:
    return tuple(Span(span.text, span.marks - marks, span.href, span.note) for span in spans)


def _escape_all(text: str) -> str:
    return _PUNCTUATION.sub(lambda found: "\\" + found.group(), text)


def _says(written: str, wanted: str) -> bool:
    html = _parser().renderInline(_REFERENCE.sub("", written), {})
    return plain_text(sanitise(html)) == wanted


def _write(spans: Spans, escape: Escape) -> str:
    return "".join(
        _write_link(tuple(run), href, escape) for href, run in groupby(spans, lambda span: span.href)
    )


def _write_link(spans: Spans, href: str, escape: Escape) -> str:
    if not href:
        return _write_marked(spans, escape)
    if text_of(spans) == href and href.startswith("http"):
        return f"<{href}>"
    before, _, after = _edges(text_of(spans))
    inner = _write_marked(spans, escape).strip(" \n")
    target = re.sub(r"[<>\s\\]", lambda found: f"%{ord(found.group()):02X}", href)
    return f"{before}[{inner}](<{target}>){after}" if inner else ""


def _write_marked(spans: Sequence[Span], escape: Escape, marks: tuple[tuple[str, str], ...] = ((STRONG, "**"), (EMPHASIS, "*"))) -> str:  # fmt: skip
    if not marks:
        return "".join(_write_span(span, escape) for span in spans)
    (mark, sign), *others = marks
    written = ""
    for marked, run in groupby(spans, lambda span: mark in span.marks):
        inner = _write_marked(tuple(run), escape, tuple(others))
        before, words, after = _edges(inner)
        written += f"{before}{sign}{words}{sign}{after}" if marked and words else inner
    return written


def _write_span(span: Span, escape: Escape) -> str:
    if span.note:
        return f"[^{span.note}]"
    if span == BREAK:
        return "\\\n"
    if CODE in span.marks and span.text.strip():
        fence = "`" * (1 + max((len(run) for run in re.findall("`+", span.text)), default=0))
        edge = " " if "`" in (span.text[0], span.text[-1]) else ""
        return f"{fence}{edge}{span.text}{edge}{fence}"
    return escape(span.text)


def _edges(text: str) -> tuple[str, str, str]:
    found = _EDGES.fullmatch(text)
    return (found[1], found[2], found[3]) if found else ("", text, "")


def _escape_start(line: str) -> str:
    """A line that would begin a heading, a list, a quotation or a rule, made to be text."""
    if _BLOCK_START.match(line):
        return "\\" + line
    if _NUMBER_START.match(line):
        return _NUMBER_START.sub(r"\1\\\2", line, count=1)
    if found := _LABEL_START.match(line):
        at = next(at for at, letter in enumerate(found.group()) if letter in "()（）.")
        sign = "\\" + line[at] if line[at].isascii() else f"&#{ord(line[at])};"
        return line[:at] + sign + line[at + 1 :]
    return line
