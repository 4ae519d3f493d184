"""All that the site holds of a person, to be read on paper; the file with every detail is attached to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get
from msgspec import json
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.following import list_followed
from consult.accounts.queries import find_profile
from consult.accounts.record import list_written, take_away
from consult.accounts.views import FollowedView, WrittenView, speaks_for, view_followed, view_written
from consult.models.submission import SubmissionSending
from consult.paper.printing import print_pdf
from consult.security.actor import Actor
from consult.security.permissions import Permission
from consult.submissions.gathering import compose, gather
from consult.submissions.mine_list import MineView, show_own
from consult.submissions.queries import list_own, sendings_of
from consult.submissions.targets import target_of
from consult.teams.whole import Whole, view_whole
from consult.web.respond import actor_needed
from consult.web.site import Ask, locale_of, site_of

MOST = 500
"""Comments that are put on paper; the attached file has all."""
NAME = "consult-my-data"


@dataclass(frozen=True, slots=True)
class ResponsePaper:
    """A formal response: how it stands, as it is now, and every sending of it."""

    view: MineView
    whole: Whole
    sendings: Sequence[SendingPaper]


@dataclass(frozen=True, slots=True)
class SendingPaper:
    """One sending: its number, when, its digest, its entry in the log (None where there is none)."""

    number: int
    at: datetime
    sha256: str
    leaf: int | None


async def data_file(request: Ask, session: AsyncSession) -> bytes:
    """Everything as JSON."""
    data = await take_away(session, actor_needed(request).id)
    return json.format(json.encode({"taken_at": site_of(request).clock.now(), **data}), indent=2)


@get("/mine/data.pdf", opt={"permission": Permission.OWN_ACCOUNT})
async def take_paper(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What the site holds of a person, as a PDF."""
    context = await _context(request, session)
    html = site_of(request).renderer.render(locale_of(request), "accounts/mine_paper.html", context)
    pdf = await print_pdf(html, {f"{NAME}.json": await data_file(request, session)})
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": f'attachment; filename="{NAME}.pdf"',
    }
    return Response(pdf, headers=headers, media_type="application/pdf")


async def _context(request: Ask, session: AsyncSession) -> dict[str, Any]:
    actor, locale, now = actor_needed(request), locale_of(request), site_of(request).clock.now()
    user, organisation = await find_profile(session, actor.id)
    written: list[WrittenView] = [
        view_written(each, locale) for each in await list_written(session, actor.id, 0, MOST)
    ]
    followed: list[FollowedView] = [
        view_followed(each, locale) for each in await list_followed(session, actor.id)
    ]
    return {
        "now": now,
        "zone": actor.zone,
        "name": user.name,
        "email": "" if user.guest else user.email,
        "site": site_of(request).settings.base_url,
        "organisation": speaks_for(organisation, locale),
        "responses": [each async for each in _responses(session, actor, locale, now)],
        "written": written,
        "followed": followed,
    }


async def _responses(
    session: AsyncSession, actor: Actor, locale: str, now: datetime
) -> AsyncIterator[ResponsePaper]:
    shown = await show_own(session, actor, locale, now)
    for view, own in zip(shown, await list_own(session, actor), strict=False):
        target = await target_of(session, own.submission)
        working = await gather(session, own.submission, target.content)
        whole = view_whole(
            compose(working, target.consultation, target.round), target.content, working.files, locale
        )
        sendings = await sendings_of(session, own.submission.id)
        yield ResponsePaper(view, whole, tuple(_sendings(sendings)))


def _sendings(sendings: Sequence[SubmissionSending]) -> Iterator[SendingPaper]:
    for each in sendings:
        yield SendingPaper(each.number, each.sent_at, each.sha256, each.leaf)


HANDLERS = (take_paper,)
