"""Links from one place of a draft to a heading of it: written as `[see Scope](#scope)`, kept as the block's own place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from consult.documents.blocks import BlockKind

if TYPE_CHECKING:
    from consult.documents.storing import KeptBlock, KeptText

_LINK = re.compile(r'(<a href=")#([^"]+)(")')


def heading_names(titles: Iterable[str]) -> list[str]:
    """What links call each heading: small letters, digits and hyphens; of two alike the second has `-1` after it.

    As GitHub names the headings of Markdown files.
    """
    seen: Counter[str] = Counter()
    names: list[str] = []
    for title in titles:
        name = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
        names.append(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return names


def link_headings(blocks: Sequence[KeptBlock]) -> tuple[KeptBlock, ...]:
    """Blocks in which such links lead to the heading's block, by the headings of each text's own language."""
    langs = {lang for block in blocks for lang in block.texts}
    places = {lang: _places(blocks, lang) for lang in langs}
    return tuple(
        replace(block, texts={lang: _linked(text, places[lang]) for lang, text in block.texts.items()})
        for block in blocks
    )


def _places(blocks: Sequence[KeptBlock], lang: str) -> dict[str, str]:
    headings = [block for block in blocks if block.kind == BlockKind.HEADING and lang in block.texts]
    names = heading_names(block.texts[lang].plain for block in headings)
    return {name: f"#b-{block.key}" for name, block in zip(names, headings, strict=True)}


def _linked(text: KeptText, places: Mapping[str, str]) -> KeptText:
    if 'href="#' not in text.html:
        return text

    def lead(found: re.Match[str]) -> str:
        target = places.get(unquote(found[2]), f"#{found[2]}")
        return f"{found[1]}{target}{found[3]}"

    return replace(text, html=_LINK.sub(lead, text.html))
