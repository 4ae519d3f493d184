"""Phrases of a Word file: runs, links, references to notes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from docx.text.run import Run

from consult.documents.dialect import footnote_place
from consult.documents.markup import Node, footnote_label
from consult.editions.word_parts import bookmark, element, link, slants, speak
from consult.i18n.locales import direction

_SPACES = re.compile(r"[ \t\n\r\f]+")


@dataclass(frozen=True, slots=True)
class Style:
    """How a run looks. `stressed` is emphasis, `italic` what is said beside the text."""

    bold: bool = False
    italic: bool = False
    stressed: bool = False
    code: bool = False
    raised: bool = False
    lowered: bool = False
    linked: bool = False


PLAIN = Style()
_TAGS: dict[str, dict[str, bool]] = {
    "strong": {"bold": True},
    "em": {"stressed": True},
    "code": {"code": True},
    "sup": {"raised": True},
    "sub": {"lowered": True},
}


class Inline:
    """Writes into paragraphs; remembers which bookmarks there are."""

    def __init__(self) -> None:
        self._bookmarks: dict[str, int] = {}

    def write(self, paragraph: Any, root: Node, lang: str, style: Style = PLAIN) -> None:
        """An element's content at the end of a paragraph."""
        self._children(paragraph, paragraph._p, root, lang, style)

    def say(self, paragraph: Any, words: str, lang: str, style: Style = PLAIN) -> None:
        """Words as they stand."""
        self._run(paragraph, paragraph._p, words, lang, style)

    def link(self, paragraph: Any, address: str, words: str, lang: str) -> None:
        """Words that lead somewhere."""
        self._run(paragraph, link(paragraph, address), words, lang, Style(linked=True))

    def bookmark(self, paragraph: Any, name: str) -> None:
        """A place that links lead to, once."""
        if name not in self._bookmarks:
            self._bookmarks[name] = len(self._bookmarks) + 1
            bookmark(paragraph, name, self._bookmarks[name])

    def note(self, paragraph: Any, label: str, lang: str) -> None:
        """The beginning of a note: its label, which leads back."""
        place = footnote_place(label)
        self.bookmark(paragraph, f"fn-{place}")
        self.link(paragraph, f"#fnref-{place}", label, lang)
        self.say(paragraph, " ", lang)

    def _children(self, paragraph: Any, parent: Any, node: Node, lang: str, style: Style) -> None:
        for child in node.children:
            if isinstance(child, str):
                self._run(paragraph, parent, _SPACES.sub(" ", child), lang, style)
            elif child.tag == "br":
                Run(_new_run(parent), paragraph).add_break()
            elif label := footnote_label(child):
                self._reference(paragraph, label, lang, style)
            elif child.tag == "a" and child.attributes.get("href"):
                made = link(paragraph, child.attributes["href"])
                self._children(paragraph, made, child, lang, replace(style, linked=True))
            else:
                self._children(
                    paragraph,
                    parent,
                    child,
                    child.attributes.get("lang", lang),
                    replace(style, **_TAGS.get(child.tag, {})),
                )

    def _reference(self, paragraph: Any, label: str, lang: str, style: Style) -> None:
        place = footnote_place(label)
        self.bookmark(paragraph, f"fnref-{place}")
        made = link(paragraph, f"#fn-{place}")
        self._run(paragraph, made, label, lang, replace(style, raised=True, linked=True))

    def _run(self, paragraph: Any, parent: Any, words: str, lang: str, style: Style) -> None:
        if not words:
            return
        run = Run(_new_run(parent), paragraph)
        run.text = words
        heavy = style.bold or (style.stressed and direction(lang) == "rtl")
        slanted = (style.italic or style.stressed) and slants(lang)
        run.bold = run.font.cs_bold = heavy or None
        run.italic = slanted or None
        if style.raised:
            run.font.superscript = True
        elif style.lowered:
            run.font.subscript = True
        if style.code:
            run.font.name = "Courier New"
        if style.linked:
            run.font.underline = True
        speak(run, lang, stressed=style.stressed)


def _new_run(parent: Any) -> Any:
    made = element("r")
    parent.append(made)
    return made
