"""What a browser would make of a page: which of somebody's payload came alive as an element, an attribute, an address."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

from tests.people import BASE, Browser

MARK = "xss7"
PAYLOAD = (
    f"</textarea></title></script></style>--><{MARK} on{MARK}=1 hx-{MARK}=1>'\"><img src=x onerror={MARK}()>"
    f"<script>{MARK}()</script><a href=javascript:{MARK}()>x</a>{{{{7*7}}}}\r\nX-{MARK}: 1"
)
"""Breaks out of text, of both kinds of quotes, of raw-text elements and of comments; and a header of its own."""
MARKDOWN = (
    f"<script>{MARK}()</script>\n\n<img src=x onerror={MARK}()>\n\n[a](javascript:{MARK}())\n\n"
    f"[b](JaVaScRiPt:{MARK}())\n\n[c](&#106;avascript:{MARK}())\n\n[d](data:text/html,{MARK})\n\n![e](x){{onerror={MARK}}}\n\n"
    f'<https://a.example/"onmouseover={MARK}()>\n\nhttps://a.example/"onclick={MARK}()\n\n[f]: javascript:{MARK}()\n\n[f]\n\n'
    f'[g](https://a.example "\' on{MARK}=1 \'")\n\n`<{MARK}>`\n\n<{MARK}>\n\n<a href="vbscript:{MARK}">h</a>\n\n'
    f"<svg><script>{MARK}()</script></svg>\n\n<math><mtext><style><img src onerror={MARK}()></style></mtext></math>"
)
ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "data", "poster", "srcset", "hx-get", "hx-post", "xlink:href"}
)
LINK = re.compile(r'<a\s[^>]*?href="([^"]*)"')
"""As our templates write them."""
NEVER = frozenset({"iframe", "object", "embed", "base", "applet", "frame", "style", "math", "foreignobject"})


class Living(HTMLParser):
    """Collects what must never be in a page of ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if (
            tag in NEVER
            or MARK in tag
            or (tag == "script" and not (named.get("src") or "").startswith("/static/"))
        ):
            self.found.append(f"<{tag} {attrs}>")
        self.found += [
            f"<{tag} {name}={value}>" for name, value in attrs if not _is_dead(tag, name, value or "")
        ]

    handle_startendtag = handle_starttag


def _is_dead(tag: str, name: str, value: str) -> bool:
    if name.startswith("on") or MARK in name or name in ("style", "srcdoc"):
        return False
    if name not in ADDRESSES:
        return True
    scheme = re.sub(r"[\x00-\x20]", "", value).partition(":")[0].lower()
    return scheme not in ("javascript", "vbscript", "data")


def alive(html: str) -> list[str]:
    """What came alive in a page or a part of one."""
    page = Living()
    page.feed(html)
    page.close()
    return page.found


def links_in(address: str, html: str) -> Iterable[str]:
    """Addresses of this site that a page links, without fragments."""
    for link in LINK.findall(html):
        parts = urlsplit(urljoin(f"{BASE}{address}", unescape(link)))
        if f"{parts.scheme}://{parts.netloc}" == BASE:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


async def crawl(
    browser: Browser, starts: Iterable[str], *, alike: int = 2, most: int = 400
) -> AsyncIterator[tuple[str, httpx.Response]]:
    """Every page that can be reached from `starts`, of those whose addresses look alike only some."""
    waiting, seen, shapes = list(starts), set[str](), dict[str, int]()
    while waiting and most:
        address = waiting.pop(0)
        shape = shape_of(address)
        if address in seen or shapes.get(shape, 0) >= alike:
            continue
        seen.add(address)
        shapes[shape] = shapes.get(shape, 0) + 1
        most -= 1
        answer = await browser.get(address)
        yield address, answer
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += links_in(address, answer.text)


def shape_of(address: str) -> str:
    """The address without what differs from thing to thing."""
    parts = urlsplit(address)
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&")})
    path = re.sub(r"/(contributions|consultations|drafts|blocks|rounds)/[^/.]+", r"/\1/*", parts.path)
    return f"{re.sub(r'[0-9]+', '#', path)}?{'&'.join(names)}"
