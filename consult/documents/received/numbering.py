"""Word's automatic numbers, worked out as Word shows them (ECMA-376, part 1, 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from consult.documents.received.counting import count
from consult.documents.received.styles import Styles, attribute, is_on, number, value

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list. restart_after: None: after any higher level; 0: never; else after that one (from 1)."""

    start: int
    style: str
    text: str
    restart_after: int | None
    only_digits: bool
    of_style: str


@dataclass(slots=True)
class _Scheme:
    """An abstract list: its levels and how far each has come. Several lists of one scheme count on together."""

    levels: dict[int, Level]
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _List:
    scheme: _Scheme
    overrides: dict[int, Level]
    starts: dict[int, int]


@dataclass(frozen=True, slots=True)
class Label:
    """A paragraph's number: level from 0; text as shown, "" for a bullet; known False where its style is not."""

    level: int
    text: str
    bullet: bool
    known: bool = True


class Numbering:
    """Counts through a document; `label` is to be asked once for each paragraph, in order."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._lists = {} if root is None else _read_lists(root)
        self._begun: set[tuple[int, int]] = set()

    def label(self, paragraph: etree._Element, style_id: str) -> Label | None:
        """The next number of the list that a paragraph is in, by itself or by its style; None for no list."""
        list_id, level = self._place(paragraph, style_id)
        found = self._lists.get(list_id or 0)
        if found is None or not 0 <= level < _LEVELS:
            return None
        shape = _level(found, level)
        if shape is None:
            return None
        self._count(list_id or 0, found, level)
        if shape.style == "bullet":
            return Label(level, "", True)
        return self._write(found, level, shape)

    def _place(self, paragraph: etree._Element, style_id: str) -> tuple[int | None, int]:
        list_id = number(value(paragraph, "pPr/numPr/numId"))
        level = number(value(paragraph, "pPr/numPr/ilvl"))
        for each, style in self._styles.chain(style_id):
            if list_id is None and style.list_id is not None:
                list_id = style.list_id
                level = level if level is not None else self._level_of_style(list_id, each, style.list_level)
            elif level is None and style.list_level is not None:
                level = style.list_level
        return list_id, level or 0

    def _level_of_style(self, list_id: int, style_id: str, level: int | None) -> int | None:
        found = self._lists.get(list_id)
        for at, shape in (found.scheme.levels if found else {}).items():
            if shape.of_style == style_id:
                return at
        return level

    def _count(self, list_id: int, found: _List, level: int) -> None:
        counts = found.scheme.counts
        for above in range(level):
            shape = _level(found, above)
            counts.setdefault(above, shape.start if shape else 1)
        shape = _level(found, level)
        start = shape.start if shape else 1
        if level in found.starts and (list_id, level) not in self._begun:
            counts[level] = found.starts[level]
        else:
            counts[level] = counts[level] + 1 if level in counts else start
        self._begun.add((list_id, level))
        for below in range(level + 1, _LEVELS):
            deeper = _level(found, below)
            after = deeper.restart_after if deeper else None
            if after is None or level < after:
                counts.pop(below, None)

    def _write(self, found: _List, level: int, shape: Level) -> Label:
        known = True

        def place(match: re.Match[str]) -> str:
            nonlocal known
            at = int(match[1]) - 1
            of = _level(found, at)
            style = "decimal" if shape.only_digits or of is None else of.style
            reached = found.scheme.counts.get(at, of.start if of else 1)
            written = count(reached, style)
            known = known and written is not None
            return str(reached) if written is None else written

        text = _PLACE.sub(place, shape.text).strip()
        return Label(level, text, False, known)


def _level(found: _List, level: int) -> Level | None:
    return found.overrides.get(level) or found.scheme.levels.get(level)


def _read_lists(root: etree._Element) -> dict[int, _List]:
    schemes: dict[str, _Scheme] = {}
    by_link: dict[str, _Scheme] = {}
    links: dict[str, str] = {}
    for each in root.iterfind("{*}abstractNum"):
        scheme_id = attribute(each, "abstractNumId")
        schemes[scheme_id] = scheme = _Scheme(dict(map(_read_level, each.iterfind("{*}lvl"))))
        if own := value(each, "styleLink"):
            by_link[own] = scheme
        if other := value(each, "numStyleLink"):
            links[scheme_id] = other
    for scheme_id, name in links.items():
        schemes[scheme_id] = by_link.get(name, schemes[scheme_id])
    found: dict[int, _List] = {}
    for each in root.iterfind("{*}num"):
        scheme_of = schemes.get(value(each, "abstractNumId") or "")
        list_id = number(attribute(each, "numId"))
        if scheme_of is not None and list_id:
            found[list_id] = _List(scheme_of, *_read_overrides(each))
    return found


def _read_overrides(each: etree._Element) -> tuple[dict[int, Level], dict[int, int]]:
    levels: dict[int, Level] = {}
    starts: dict[int, int] = {}
    for override in each.iterfind("{*}lvlOverride"):
        at = number(attribute(override, "ilvl")) or 0
        start = number(value(override, "startOverride"))
        if start is not None:
            starts[at] = start
        levels.update(_read_level(level) for level in override.iterfind("{*}lvl"))
    return levels, starts


def _read_level(level: etree._Element) -> tuple[int, Level]:
    start = number(value(level, "start"))
    return number(attribute(level, "ilvl")) or 0, Level(
        start=0 if start is None else start,
        style=value(level, "numFmt") or "decimal",
        text=value(level, "lvlText") or "",
        restart_after=number(value(level, "lvlRestart")),
        only_digits=is_on(level, "isLgl"),
        of_style=value(level, "pStyle") or "",
    )
