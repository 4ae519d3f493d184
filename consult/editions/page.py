"""A file's text as HTML: what PDF and EPUB are made of."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

from consult.documents.blocks import BlockKind
from consult.documents.dialect import footnote_place
from consult.documents.render import regroup
from consult.editions.content import FileText
from consult.settings import ROOT
from consult.web.rendering import Renderer

STYLES = Path(__file__).parent


def render_page(text: FileText, template: str, images: str) -> str:
    """One of `templates/editions/`; figures' names stand behind `images`."""
    titled = has_own_title(text)
    context = {
        "text": text,
        "titled": titled,
        "groups": regroup(text.blocks, 1 if titled else 2),
        "images": images,
        "safe": Markup,
        "note_id": lambda label: f"fn-{footnote_place(label)}",
    }
    return _renderer().render(text.locale, f"editions/{template}", context)


def has_own_title(text: FileText) -> bool:
    """Whether the text begins with its title, which then stands in the file's front and need not stand twice."""
    first = text.blocks[0] if text.blocks else None
    return first is not None and first.kind is BlockKind.HEADING and first.plain == text.title


@cache
def _renderer() -> Renderer:
    return Renderer(ROOT / "templates")
