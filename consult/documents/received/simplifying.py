"""A Word document's body made simple before mammoth reads it.

mammoth knows nothing of automatic numbers, accepts tracked changes without a word, follows links to pictures, and reads
only styles by their name. So here numbers become text, pictures become marks, roles become one of a few style names,
and what can't come along is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import groupby

from lxml import etree

from consult.documents.blocks import DocumentError
from consult.documents.dialect import MAX_RUNS, TOO_MANY_RUNS
from consult.documents.received.hypertext import LABEL_CLOSE, LABEL_OPEN
from consult.documents.received.notes import NoteKind, Notes
from consult.documents.received.numbering import Label, Numbering
from consult.documents.received.package import Relationship
from consult.documents.received.pictures import CLOSE, OPEN
from consult.documents.received.styles import Styles, attribute, is_on, outline_level, value
from consult.documents.received.word_pictures import WordPictures
from consult.kernel.messages import N_

_TRACKED = frozenset({"ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"})
_DROPPED = frozenset({
    "proofErr", "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef", "bookmarkEnd",
    "lastRenderedPageBreak", "permStart", "permEnd", "sectPr", "sdtPr", "sdtEndPr",
})  # fmt: skip
_LOOKS = frozenset({"b", "i", "vertAlign", "strike", "dstrike"})
_STRONG = frozenset({"strong", "intense emphasis", "intense reference"})
_EMPHASISED = frozenset({"emphasis", "subtle emphasis", "book title"})
_CODES = frozenset({"html code", "html keyboard", "html sample", "verbatim char", "source text", "code char"})
_CONTENTS = re.compile(r"(?:toc|contents) ?(?:\d|heading)|table of figures")
_LIST_STYLE = re.compile(r"list (?:bullet|number) ([2-5])")
_PRIVATE = re.compile(f"[{LABEL_OPEN}{LABEL_CLOSE}{OPEN}{CLOSE}]")
_POINTS = re.compile(r"\s*REF\s+([^\s\\\"]+)", re.IGNORECASE)
_TABLE_PARTS = ("tc", "footnote", "endnote")


class Simplifier:
    """Simplifies the document and its notes, one after the other; counts lists through all of it."""

    def __init__(self, styles: Styles, numbering: Numbering, notes: Notes, titled: bool) -> None:
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._titled = titled

    def simplify(self, root: etree._Element, pictures: WordPictures, links: dict[str, Relationship]) -> None:
        """In place. Raises DocumentError for tracked changes."""
        refuse_tracked(root)
        for text in _all(root, "t"):
            text.text = _PRIVATE.sub("", text.text or "")
        choose_alternatives(root)
        pictures.take_out(root)
        self._write_equations(root)
        self._move_boxes(root)
        self._drop(root)
        _link_references(root)
        for run in list(_all(root, "r")):
            self._simplify_run(run)
        paragraphs = list(_all(root, "p"))
        if len(paragraphs) > MAX_RUNS:
            raise DocumentError(TOO_MANY_RUNS, params={"limit": MAX_RUNS})
        for paragraph in paragraphs:
            self._simplify_paragraph(paragraph)
            _join_runs(paragraph)
        _drop_unknown_links(root, links)

    def _write_equations(self, root: etree._Element) -> None:
        for each in [e for e in root.iter() if local(e) == "oMath"]:
            words = "".join(text.text or "" for text in each.iter("{*}t"))
            self._notes.add(NoteKind.EQUATIONS, words)
            replace(each, make_run(root, words))

    def _move_boxes(self, root: etree._Element) -> None:
        for box in list(_all(root, "txbxContent")):
            host = next((each for each in box.iterancestors() if local(each) == "p"), None)
            inside = [each for each in box if local(each) in ("p", "tbl")]
            words = " ".join(text.text or "" for each in inside for text in _all(each, "t"))
            remove(box)
            if host is None or not words.strip():
                continue
            self._notes.add(NoteKind.TEXT_BOXES, words)
            for each in reversed(inside):
                host.addnext(each)

    def _drop(self, root: etree._Element) -> None:
        for each in [e for e in root.iter() if local(e) in _DROPPED]:
            remove(each)
        for each in [e for e in root.iter() if local(e) in ("object", "control")]:
            self._notes.add(NoteKind.OBJECTS)
            remove(each)
        for each in [e for e in root.iter() if local(e) in ("bdo", "dir")]:
            for child in list(each):
                each.addprevious(child)
            remove(each)
        for each in [e for e in root.iter() if local(e) in ("drawing", "pict")]:
            remove(each)

    def _simplify_run(self, run: etree._Element) -> None:
        look = run.find("{*}rPr")
        style = value(run, "rPr/rStyle") or ""
        if is_on(run, "rPr/vanish") or self._styles.is_hidden(style):
            if _words(run).strip():
                self._notes.add(NoteKind.HIDDEN, _words(run))
            remove(run)
            return
        if look is None:
            return
        names = {each.name for _, each in self._styles.chain(style)[:1]} if style else set()
        for each in [e for e in look if local(e) not in _LOOKS]:
            look.remove(each)
        for wanted, switch in ((_STRONG, "b"), (_EMPHASISED, "i")):
            if names & wanted:
                look.insert(0, make(run, switch))
        if names & _CODES:
            look.insert(0, make(run, "rStyle", val="code"))

    def _simplify_paragraph(self, paragraph: etree._Element) -> None:
        style_id = value(paragraph, "pPr/pStyle") or ""
        name = next((style.name for _, style in self._styles.chain(style_id)), "")
        role = self._styles.role(style_id, outline_level(paragraph))
        label = self._numbering.label(paragraph, style_id)
        if _CONTENTS.match(name):
            self._notes.add(NoteKind.CONTENTS)
            remove(paragraph)
            return
        settings = paragraph.find("{*}pPr")
        if settings is not None:
            paragraph.remove(settings)
        settings = make(paragraph, "pPr")
        settings.append(make(paragraph, "pStyle", val=self._depth(role)))
        paragraph.insert(0, settings)
        if label is not None and _words(paragraph).strip():
            self._write_label(paragraph, role, label, _depth_of(name))

    def _depth(self, role: str) -> str:
        """Under a title all headings are one deeper."""
        if role == "title":
            return "h1"
        if self._titled and re.fullmatch(r"h[1-5]", role):
            return f"h{int(role[1]) + 1}"
        return role

    def _write_label(self, paragraph: etree._Element, role: str, label: Label, depth: int) -> None:
        if not label.known:
            self._notes.add(NoteKind.NUMBERS, f"{label.text} {_words(paragraph)}")
        inside = any(local(each) in _TABLE_PARTS for each in paragraph.iterancestors())
        if role == "p" and not inside:
            text = f"{LABEL_OPEN}{max(label.level + 1, depth)} {label.text}{LABEL_CLOSE}"
        else:
            text = f"{label.text} " if label.text else ""
        if text:
            paragraph.insert(1, make_run(paragraph, text))


def _join_runs(paragraph: etree._Element) -> None:
    """Make runs that look alike one: Word parts them wherever somebody once stopped typing."""
    for look, alike in groupby(list(paragraph), _look):
        first, *others = alike
        if others and look is not None:
            first[-1].text = "".join(run[-1].text or "" for run in (first, *others))
            for run in others:
                paragraph.remove(run)


def _look(run: etree._Element) -> bytes | None:
    """The same for runs that can be joined; None for what is no run of words alone."""
    if local(run) != "r" or [local(each) for each in run] not in (["t"], ["rPr", "t"]):
        return None
    settings = run.find("{*}rPr")
    return b"" if settings is None else etree.tostring(settings, with_tail=False)


def _depth_of(name: str) -> int:
    """Word's styles “List Bullet 2” and such say a depth of their own; 1 for others."""
    found = _LIST_STYLE.fullmatch(name)
    return int(found[1]) if found else 1


def refuse_tracked(root: etree._Element) -> None:
    """Raises DocumentError for changes that nobody has accepted or rejected yet."""
    for each in root.iter():
        if local(each) in _TRACKED and etree.QName(each).namespace == etree.QName(root).namespace:
            raise DocumentError(
                N_("This file holds tracked changes, so it says two things at once. In Word, choose Review → Accept → Accept All Changes, save, and choose the file again.")
            )  # fmt: skip


def has_title(root: etree._Element, styles: Styles) -> bool:
    """Whether a paragraph has the style of a document's title."""
    return any(
        styles.role(value(each, "pPr/pStyle") or "", outline_level(each)) == "title" and _words(each).strip()
        for each in _all(root, "p")
    )


def choose_alternatives(root: etree._Element) -> None:
    """Of what newer and older programs are to show, what the newer ones do."""
    for each in [e for e in root.iter() if local(e) == "AlternateContent"]:
        chosen = next((child for child in each if local(child) == "Choice"), None)
        for child in [] if chosen is None else list(chosen):
            each.addprevious(child)
        remove(each)


def local(element: etree._Element) -> str:
    """The name without its namespace; "" for what is no element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def make(near: etree._Element, name: str, **attributes: str) -> etree._Element:
    """A new element in the namespace of another one."""
    space = etree.QName(near).namespace
    return etree.Element(
        f"{{{space}}}{name}", {f"{{{space}}}{key}": said for key, said in attributes.items()}
    )


def make_run(near: etree._Element, words: str) -> etree._Element:
    """A run with words of ours in it."""
    space = etree.QName(near.getroottree().getroot()).namespace
    run = etree.Element(f"{{{space}}}r")
    text = etree.SubElement(run, f"{{{space}}}t")
    text.text = words
    return run


def replace(element: etree._Element, other: etree._Element) -> None:
    """Put another element in the place of one."""
    element.addprevious(other)
    remove(element)


def remove(element: etree._Element) -> None:
    """Take an element away; the text after it is layout."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    found: Iterator[etree._Element] = root.iter(f"{{{etree.QName(root).namespace}}}{name}")
    return found


def _words(element: etree._Element) -> str:
    return "".join(text.text or "" for text in _all(element, "t"))


def _link_references(root: etree._Element) -> None:
    """Make Word's cross-references links to the bookmarks that they name, and put each bookmark into its paragraph."""
    for instruction in _all(root, "instrText"):
        if found := _POINTS.match(instruction.text or ""):
            instruction.text = f' HYPERLINK \\l "{found[1]}" '
    for field in list(_all(root, "fldSimple")):
        if found := _POINTS.match(attribute(field, "instr")):
            link = make(root, "hyperlink", anchor=found[1])
            link.extend(list(field))
            replace(field, link)
    # From the last one on: of several in a row each finds the paragraph that the next one has gone into.
    for mark in reversed(list(_all(root, "bookmarkStart"))):
        after = mark.getnext()
        parent = mark.getparent()
        if after is not None and local(after) == "p" and parent is not None and local(parent) != "p":
            settings = after.find("{*}pPr")
            after.insert(0 if settings is None else 1, mark)


def _drop_unknown_links(root: etree._Element, links: dict[str, Relationship]) -> None:
    """A link whose target the file does not say is only its words."""
    for each in list(_all(root, "hyperlink")):
        found = next((str(said) for key, said in each.items() if etree.QName(key).localname == "id"), "")
        if found and (found not in links or not links[found].external):
            for child in list(each):
                each.addprevious(deepcopy(child))
            remove(each)
