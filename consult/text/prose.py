"""Markdown that staff write around a consultation, as safe HTML: what is asked, how contributions are used, outcomes.

CommonMark without raw HTML and images. Headings begin at h3, because the page's own h1 and h2 stand above, and never
skip a level.
"""

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

MOST_CHARACTERS = 20_000
MOST_BRACKETS = 2_000
"""markdown-it's time grows with the square of unclosed brackets; this many take some milliseconds."""
FIRST_HEADING = 3
LAST_HEADING = 6

_TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "ul",
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}


def render_prose(markdown: str) -> str:
    """Safe HTML of a text by staff. Raises ValueError for more than MOST_CHARACTERS or MOST_BRACKETS."""
    if not is_renderable(markdown):
        raise ValueError("too long to render")
    return nh3.clean(
        _parser().render(markdown),
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    ).strip()


def is_renderable(markdown: str) -> bool:
    """Whether a text is within the limits of `render_prose`."""
    return len(markdown) <= MOST_CHARACTERS and markdown.count("[") <= MOST_BRACKETS


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    parser.disable(["html_block", "html_inline", "image"])
    parser.core.ruler.push("headings", _place_headings)
    return parser


def _place_headings(state: StateCore) -> None:
    """Move headings below the page's own: the outermost to h3, each deeper one at most one level further down."""
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    used = sorted({token.tag for token in headings})
    above = FIRST_HEADING - 1
    for token in headings:
        if token.type == "heading_open":
            above = min(FIRST_HEADING + used.index(token.tag), above + 1, LAST_HEADING)
        token.tag = f"h{above}"
