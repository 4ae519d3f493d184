"""HTML as a tree: what the HTML standard makes of it, bounded in size and depth before anything is built."""

from __future__ import annotations

import re

import nh3

from consult.documents.blocks import DocumentError
from consult.documents.markup import VOID, Node, read_html
from consult.kernel.messages import N_

MOST_BYTES = 6_000_000
MOST_DEPTH = 200
MOST_TAGS = 300_000
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
# A start tag of these ends the one before it: they may stand open in a row without being in each other.
_SELF_ENDING = frozenset(
    {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "colgroup"}
)
_KEPT = {
    "a", "abbr", "address", "article", "aside", "audio", "b", "blockquote", "body", "br", "button", "canvas", "caption",
    "cite", "code", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure",
    "footer", "form", "frame", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe", "img",
    "input", "ins", "kbd", "label", "li", "main", "mark", "math", "menu", "nav", "noscript", "object", "ol", "option",
    "p", "picture", "pre", "q", "s", "samp", "section", "select", "small", "span", "strike", "strong", "sub", "summary",
    "sup", "svg", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time", "tr", "u", "ul",
    "var", "video",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"id", "hidden", "style", "role"},
    "a": {"href", "name"},
    "img": {"src", "alt"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}


def read_tree(html: str) -> Node:
    """Raises DocumentError for what is too large or nested too deep."""
    _refuse_depth(html)
    clean = nh3.clean(
        html, tags=_KEPT, clean_content_tags={"script", "style", "title"}, attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data", "file", "cid"}, link_rel=None, strip_comments=True,
    )  # fmt: skip
    return Node("body", children=read_html(clean).children)


def count_scripts(html: str) -> int:
    """How many scripts HTML has; none is in its tree."""
    return len(re.findall(r"<script[\s>]", html, re.IGNORECASE))


def _refuse_depth(html: str) -> None:
    depth = tags = 0
    for found in _TAG.finditer(html):
        tag = found[2].lower()
        tags += 1
        if tag in VOID or tag in _SELF_ENDING:
            continue
        depth = max(0, depth + (-1 if found[1] else 1))
        if depth > MOST_DEPTH:
            raise DocumentError(
                N_("Lists or quotes are nested too deep."), line=html.count("\n", 0, found.start()) + 1
            )
    if tags > MOST_TAGS:
        raise DocumentError(N_("The file has more tags than a document needs. Save it as plain HTML."))
