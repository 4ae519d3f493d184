"""Feeds and calendars beside the pages they belong to, and leaving a mailing list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.addresses import in_path
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution
from consult.notifications.calendars import deadline_calendar
from consult.notifications.entries import Wording, comment_entry, event_entry, hit_entry
from consult.notifications.feeds import FeedEntry, FeedHead, atom, tag_id
from consult.notifications.queries import comments_of_thread, newest_comments, newest_events
from consult.notifications.unsubscribing import (
    EVERYTHING,
    FOLLOW,
    REPLIES,
    ROUNDS,
    MailList,
    followed_title,
    is_subscribed,
    read_token,
    unsubscribe,
)
from consult.search.port import Results
from consult.security.permissions import Permission
from consult.web.respond import etag_of, respond
from consult.web.site import Ask, locale_of, site_of

ATOM = "application/atom+xml; charset=utf-8"
CALENDAR = "text/calendar"
"""The framework adds the charset to types of text."""

FOUNDED = 2026
"""The year of the ids of feeds that belong to the whole site."""

LISTS = {
    REPLIES: N_("Mails about replies and answers to what you wrote"),
    ROUNDS: N_("All mails about consultations that you follow"),
    EVERYTHING: N_("Mails about all consultations"),
    FOLLOW: N_("Mails about one consultation"),
}
"""What each mailing list is called."""


@get("/feed.atom", opt={"permission": Permission.READ})
async def show_site_feed(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What the Forum did, and the newest comments, in all consultations."""
    words = _wording(request)
    now = site_of(request).clock.now()
    entries = [event_entry(each, words) for each in await newest_events(session, now)]
    entries += [comment_entry(each, words) for each in await newest_comments(session)]
    title = catalogue(words.locale).gettext(N_("News and comments"))
    return _feed(request, f"{words.site_name}: {title}", "/", "/feed.atom", entries)


@get("/consultations/{slug:str}/feed.atom", opt={"permission": Permission.READ})
async def show_consultation_feed(request: Ask, session: AsyncSession, slug: str) -> Response[bytes]:
    """What happened in one consultation, and its newest comments."""
    consultation = await get_consultation(session, slug, None)
    words = _wording(request)
    events = await newest_events(session, site_of(request).clock.now(), Consultation.id == consultation.id)
    entries = [event_entry(each, words) for each in events]
    comments = await newest_comments(session, Contribution.consultation_id == consultation.id)
    entries += [comment_entry(each, words) for each in comments]
    page = f"/consultations/{in_path(slug)}"
    title = pick(consultation.title, words.locale).text
    return _feed(request, title, page, f"{page}/feed.atom", entries, consultation.created_at)


@get("/contributions/{reference:str}/feed.atom", opt={"permission": Permission.READ})
async def show_thread_feed(request: Ask, session: AsyncSession, reference: str) -> Response[bytes]:
    """The public comments of the thread that a comment is in."""
    comment, thread = await comments_of_thread(session, reference)
    words = _wording(request)
    title = words.say(N_("The thread of %(reference)s"), reference=reference)
    page = f"/contributions/{in_path(reference)}"
    entries = [comment_entry(each, words) for each in thread]
    return _feed(request, title, page, f"{page}/feed.atom", entries, comment.created_at)


def search_feed(request: Ask, results: Results, query: str) -> Response[bytes]:
    """The results of a search as a feed, for `/search/feed.atom`; `query` is the address's query string."""
    words = _wording(request)
    entries = [hit_entry(hit, words) for hit in results.items]
    title = words.say(N_("Search: %(words)s"), words=results.query.text)
    tail = f"?{query}" if query else ""
    return _feed(request, title, f"/search{tail}", f"/search/feed.atom{tail}", entries)


@get("/consultations/{slug:str}/deadline.ics", opt={"permission": Permission.READ})
async def show_calendar(request: Ask, session: AsyncSession, slug: str) -> Response[bytes]:
    """When the rounds of a consultation open and end."""
    consultation = await get_consultation(session, slug, None)
    body = deadline_calendar(consultation, locale_of(request), site_of(request).settings.base_url)
    name = {"content-disposition": f'attachment; filename="{consultation.reference}.ics"'}
    return _file(request, body, CALENDAR, name)


@get("/unsubscribe/{token:str}", opt={"permission": Permission.READ})
async def show_unsubscribe(request: Ask, session: AsyncSession, token: str) -> Response[bytes]:
    """Which mails a link stops, and the button that does it: a GET changes nothing, as programs follow links."""
    mail_list = read_token(token, site_of(request).settings.secret_key)
    return await _unsubscribe_page(request, session, mail_list, token)


@post("/unsubscribe/{token:str}", opt={"permission": Permission.READ, "machine": True})
async def post_unsubscribe(request: Ask, session: AsyncSession, token: str) -> Response[bytes]:
    """Stop these mails. Mail programs post here themselves, with neither cookie nor Origin, and follow no redirect
    (RFC 8058, 3.1): the signed token is the proof, and the answer is a page."""
    site = site_of(request)
    mail_list = read_token(token, site.settings.secret_key)
    await unsubscribe(session, mail_list, site.clock.now())
    return await _unsubscribe_page(request, session, mail_list, token)


async def _unsubscribe_page(
    request: Ask, session: AsyncSession, mail_list: MailList, token: str
) -> Response[bytes]:
    title = await followed_title(session, mail_list)
    name = FOLLOW if mail_list.consultation_id else mail_list.name
    locale = locale_of(request)
    context: dict[str, Any] = {
        "list_name": catalogue(locale).gettext(LISTS[name]),
        "title": pick(title, locale) if title else None,
        "subscribed": await is_subscribed(session, mail_list),
        "action": f"/{locale}/unsubscribe/{token}",
    }
    return respond(request, "notifications/unsubscribe.html", context)


def _wording(request: Ask) -> Wording:
    settings = site_of(request).settings
    return Wording(settings.base_url, locale_of(request), settings.site_name)


def _feed(
    request: Ask,
    title: str,
    page: str,
    address: str,
    entries: Iterable[FeedEntry],
    since: datetime | None = None,
) -> Response[bytes]:
    words = _wording(request)
    head = FeedHead(
        id=tag_id(words.base_url, since.year if since else FOUNDED, f"feed/{words.locale}{address}"),
        title=title,
        locale=words.locale,
        address=words.address(address),
        page=words.address(page),
        author=words.site_name,
        since=since or datetime(FOUNDED, 1, 1, tzinfo=site_of(request).clock.now().tzinfo),
    )
    return _file(request, atom(head, list(entries)), ATOM)


def _file(request: Ask, body: bytes, media_type: str, more: dict[str, str] | None = None) -> Response[bytes]:
    """An answer that every reader gets alike: asked for again each time, and not sent again while it is the same."""
    etag = etag_of(body)
    headers = {
        "etag": etag,
        "cache-control": "no-cache",
        "content-language": locale_of(request),
        **(more or {}),
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(body, headers=headers, media_type=media_type)


HANDLERS = (
    show_site_feed,
    show_consultation_feed,
    show_thread_feed,
    show_calendar,
    show_unsubscribe,
    post_unsubscribe,
)
