"""The last gate before HTML is stored: explicit lists for nh3, and the text that a reader sees of it."""

import re
from html.parser import HTMLParser

import nh3

_PHRASES = {"a", "bdi", "br", "code", "em", "span", "strong", "sub", "sup"}
_BLOCKS = {"blockquote", "figcaption", "li", "ol", "p", "pre", "ul"}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
# Elements around and between which white space is the source's own layout, not text.
BLOCK_TAGS = frozenset(_BLOCKS | _TABLES)
_EVERYWHERE = frozenset({"lang", "dir"})
_ATTRIBUTES = {
    "*": set(_EVERYWHERE),
    "a": {"href", "title"},
    "ol": {"start"},
    "sup": {"id"},
    "th": {"scope"},
}
_CLASSES = {"span": {"figure-alternative"}}
_SCHEMES = {"http", "https", "mailto"}
_LINK = re.compile(r"(?:https?://[^/?#\s]|mailto:[^\s]|#[^\s])", re.IGNORECASE)
_LOCAL_NAME = re.compile(r"\w[\w. -]*(?:/\w[\w. -]*)*")

# HTML's ASCII white space and nothing else: a browser collapses exactly these, and the script that makes
# quote selectors must count as we do.
_SPACE = re.compile(r"[ \t\n\r\f]+")


def is_safe_link(href: str) -> bool:
    """Whether a link may be kept: an absolute web address, a mail address, or a place in the same page."""
    return _LINK.match(href) is not None


def is_local_name(name: str) -> bool:
    """Whether a name is that of a file beside the document: relative, and never leading out of its folder."""
    return _LOCAL_NAME.fullmatch(name) is not None


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "a" and name == "href" and not is_safe_link(value):
        return None
    return value


def sanitise(html: str) -> str:
    """HTML with nothing in it but the tags, attributes and link schemes listed above."""
    return nh3.clean(
        html,
        tags=_PHRASES | _BLOCKS | _TABLES,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=_keep_attribute,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    )


class _TextCollector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def collapse(text: str) -> str:
    """Each run of ASCII white space as one space, none at the ends."""
    return _SPACE.sub(" ", text).strip(" ")


def plain_text(html: str) -> str:
    """The text content of sanitised HTML, collapsed: what `ParsedBlock.plain` holds."""
    collector = _TextCollector()
    collector.feed(html)
    collector.close()
    return collapse("".join(collector.pieces))
