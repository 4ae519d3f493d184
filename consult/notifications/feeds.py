"""Atom feeds (RFC 4287) with entries in their own languages and ids that never change (RFC 4151)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from feedgenerator.django.utils.feedgenerator import Atom1Feed, rfc3339_date

from consult.kernel.characters import fit_for_xml


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry. `title` is in `title_lang`, `html` and `author` as a reader sees them, `html` in `lang`."""

    id: str
    address: str
    title: str
    title_lang: str
    html: str
    lang: str
    author: str
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed is: `address` its own, `page` the page it belongs to; `since` dates a feed without entries."""

    id: str
    title: str
    locale: str
    address: str
    page: str
    author: str
    since: datetime


def tag_id(base_url: str, year: int, what: str) -> str:
    """`tag:consult.example,2026:contribution/FMF-2026-01-C0042`: the site's name in the year of the thing."""
    return f"tag:{urlsplit(base_url).hostname},{year}:{what}"


def atom(head: FeedHead, entries: Sequence[FeedEntry], most: int = 100) -> bytes:
    """The feed's bytes, the newest entries first; the same entries make the same bytes."""
    newest = sorted(entries, key=lambda entry: (entry.updated, entry.id), reverse=True)[:most]
    feed = _Feed(
        title=fit_for_xml(head.title),
        link=head.page,
        description="",
        language=head.locale,
        author_name=fit_for_xml(head.author),
        feed_url=head.address,
        feed_guid=head.id,
        updated=max((entry.updated for entry in newest), default=head.since),
    )
    for entry in newest:
        feed.add_item(title=entry.title, link=entry.address, description=None, entry=entry)
    return str(feed.writeString("utf-8")).encode()


class _Feed(Atom1Feed):  # type: ignore[misc]
    """Says the language of each title and text, and takes the time from the entries alone."""

    def latest_post_date(self) -> datetime:
        latest: datetime = self.feed["updated"]
        return latest

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        entry: FeedEntry = item["entry"]
        handler.addQuickElement("id", entry.id)
        handler.addQuickElement(
            "title", fit_for_xml(entry.title), {"type": "text", "xml:lang": entry.title_lang}
        )
        handler.addQuickElement("link", "", {"rel": "alternate", "type": "text/html", "href": item["link"]})
        handler.addQuickElement("published", rfc3339_date(entry.published))
        handler.addQuickElement("updated", rfc3339_date(entry.updated))
        handler.startElement("author", {})
        handler.addQuickElement("name", fit_for_xml(entry.author))
        handler.endElement("author")
        handler.addQuickElement("content", fit_for_xml(entry.html), {"type": "html", "xml:lang": entry.lang})
