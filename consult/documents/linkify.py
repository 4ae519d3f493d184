"""Web addresses written as plain text become links."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# Stops at white space, at quotes and brackets, and at the full-width punctuation and ideographs that follow
# an address without a space in Chinese and Japanese. 2,000 characters: no browser takes much longer ones.
_ADDRESS = re.compile(
    "https?://[^\\s<>\"'`\u00ab\u00bb\u2018-\u201f\u2066-\u2069\u202a-\u202e"
    "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]{1,2000}",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?*_~\u060c\u061b\u061f\u06d4\u2026"
_OPENING = {")": "(", "]": "[", "}": "{"}


def linkify_plugin(md: MarkdownIt) -> None:
    md.core.ruler.after("inline", "plain_addresses", _link_plain_addresses)


def _link_plain_addresses(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and token.children and "://" in token.content:
            token.children = _with_links(token.children)


def _with_links(children: list[Token]) -> list[Token]:
    linked: list[Token] = []
    inside = 0
    for child in children:
        inside += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type == "text" and not inside and "://" in child.content:
            linked.extend(_split_text(child))
        else:
            linked.append(child)
    return linked


def _split_text(token: Token) -> list[Token]:
    pieces: list[Token] = []
    at = 0
    for found in _ADDRESS.finditer(token.content):
        address = _without_trailing(found.group())
        if len(address) <= len("https://"):
            continue
        pieces.append(_text(token.content[at : found.start()], token.level))
        pieces.extend(_link(address, token.level))
        at = found.start() + len(address)
    pieces.append(_text(token.content[at:], token.level))
    return [piece for piece in pieces if piece.type != "text" or piece.content]


def _without_trailing(address: str) -> str:
    """The address without the punctuation of the sentence around it; a closing bracket stays if it was
    opened.
    """
    end = len(address)
    while end:
        last = address[end - 1]
        opening = _OPENING.get(last)
        unopened = opening is not None and address.count(last, 0, end) > address.count(opening, 0, end)
        if last not in _TRAILING and not unopened:
            break
        end -= 1
    return address[:end]


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _link(address: str, level: int) -> tuple[Token, Token, Token]:
    opened = Token("link_open", "a", 1, attrs={"href": address}, level=level, markup="linkify", info="auto")
    closed = Token("link_close", "a", -1, level=level, markup="linkify", info="auto")
    return opened, _text(address, level + 1), closed
