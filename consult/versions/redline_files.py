"""Redlines to take away: a Word file with tracked changes, and the page that a PDF is made of.

Both are made from content alone, in whatever process.
"""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path

from consult.settings import ROOT
from consult.versions.redline_content import RedlinePart, RedlineText
from consult.versions.redline_word import make_word
from consult.web.rendering import Renderer

STYLES = Path(__file__).parent / "redline.css"


def redline_docx(text: RedlineText) -> bytes:
    """A Word file with tracked changes: who accepts all of them has the new version, who rejects them the old one."""
    return make_word(text)


def redline_html(text: RedlineText) -> str:
    """A whole page for WeasyPrint, with its style in it; it fetches nothing."""
    tables = [list(run) for _, run in groupby(text.parts, key=_table)]
    html = _renderer().render(text.locale, "versions/redline.html", {"text": text, "runs": tables})
    return html.replace("</head>", f"<style>{STYLES.read_text('utf-8')}</style></head>", 1)


@cache
def _renderer() -> Renderer:
    return Renderer(ROOT / "templates")


def _table(part: RedlinePart) -> tuple[bool, int]:
    return part.is_row, part.block.group if part.is_row else 0
