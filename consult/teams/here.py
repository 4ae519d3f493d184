"""Who has which section open, beside the section pages and the overview.

| address under /respond/{key}/team | what |
| --- | --- |
| here | who else is here (a fragment): `section` is the one that is open, `since` when the page was made |
| here (POST) | the same, and "I have this section open" |
| left (POST) | "I have left this section" |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.content import LocalText, pick
from consult.kernel.errors import NotFound
from consult.models.questionnaire import Content
from consult.models.submission import Submission
from consult.questionnaires.queries import current_questionnaire
from consult.security.permissions import Permission
from consult.teams.presence import (
    BEAT,
    Changed,
    Here,
    changed_since,
    mark_absent,
    mark_present,
    who_is_here,
)
from consult.teams.queries import get_shared
from consult.teams.views import section_titles
from consult.web.forms import read_form
from consult.web.respond import actor_needed, respond
from consult.web.site import Ask, locale_of, site_of

TEAM = "/respond/{key:str}/team"
LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class HereLine:
    """A member and the section that they have open; `is_same`: the one that this page shows."""

    name: str
    section: LocalText
    is_same: bool


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """An answer on this page that somebody else has saved since the page was made."""

    question: LocalText
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HereView:
    """Who else is here. `section` is the one that the page shows, "" for none; `since` when the page was made (ISO);
    `every` how many seconds lie between two looks."""

    address: str
    section: str
    since: str
    every: int
    lines: tuple[HereLine, ...]
    changed: tuple[ChangedLine, ...]

    @property
    def page(self) -> str:
        """The section's own page (without locale): loaded anew it shows what is there now."""
        return f"{self.address.removesuffix('/team')}/sections/{self.section}"


async def show_here(
    request: Ask, session: AsyncSession, submission: Submission, content: Content, section: str = ""
) -> HereView | None:
    """What a page of the response says of the others, None where nobody shares it."""
    if submission.organisation_id is None:
        return None
    now = site_of(request).clock.now()
    return await _view(request, session, submission, content, section, now)


async def _view(
    request: Ask,
    session: AsyncSession,
    submission: Submission,
    content: Content,
    section: str,
    since: datetime,
) -> HereView:
    you, now, locale = actor_needed(request).id, site_of(request).clock.now(), locale_of(request)
    here = await who_is_here(session, submission.id, now, you)
    questions = [
        question.key for each in content.sections if each.key == section for question in each.questions
    ]
    changed = (
        await changed_since(session, submission.id, questions, since, you)
        if questions and since < now
        else []
    )
    return HereView(
        address=f"/respond/{submission.key}/team",
        section=section,
        since=since.isoformat(),
        every=int(BEAT.total_seconds()),
        lines=_lines(here, section_titles(content, locale), section),
        changed=_changed(changed, content, locale),
    )


def _lines(here: list[Here], titles: Mapping[str, LocalText], section: str) -> tuple[HereLine, ...]:
    """Who has the same section open comes first."""
    lines = [
        HereLine(each.name, titles[each.section], each.section == section)
        for each in here
        if each.section in titles
    ]
    return tuple(sorted(lines, key=lambda line: not line.is_same))


def _changed(changed: list[Changed], content: Content, locale: str) -> tuple[ChangedLine, ...]:
    labels = {question.key: question.label for question in content.questions()}
    return tuple(
        ChangedLine(pick(labels[each.question], locale), each.name, each.at)
        for each in changed
        if each.question in labels
    )


async def _answer(
    request: Ask, session: AsyncSession, submission: Submission, given: Mapping[str, str]
) -> Response[Any]:
    asked = await current_questionnaire(session, submission.round_id)
    if asked is None:
        raise NotFound
    since = _instant(given.get("since", ""), site_of(request).clock.now())
    section = given.get("section", "")[:LONGEST_KEY]
    view = await _view(request, session, submission, asked.read(), section, since)
    return respond(request, "teams/here_lines.html", {"here": view})


def _instant(text: str, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@get(f"{TEAM}/here", opt={"permission": Permission.RESPOND})
async def read_here(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Who else is here."""
    submission = await get_shared(session, key, actor_needed(request))
    return await _answer(request, session, submission, request.query_params)


@post(f"{TEAM}/here", opt={"permission": Permission.RESPOND}, status_code=200)
async def post_here(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """I have a section open; who else is here."""
    typed, actor = await read_form(request), actor_needed(request)
    submission = await get_shared(session, key, actor)
    if section := typed["section"][:LONGEST_KEY]:
        await mark_present(session, submission.id, actor.id, section, site_of(request).clock.now())
    return await _answer(request, session, submission, typed.values)


@post(f"{TEAM}/left", opt={"permission": Permission.RESPOND}, status_code=204)
async def post_left(request: Ask, session: AsyncSession, key: str) -> None:
    """I have left a section."""
    typed, actor = await read_form(request), actor_needed(request)
    submission = await get_shared(session, key, actor)
    await mark_absent(session, submission.id, actor.id, typed["section"][:LONGEST_KEY])


HANDLERS = (read_here, post_here, post_left)
