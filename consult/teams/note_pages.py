"""Remarks inside the team: beside each question, and on a page of their own.

| address under /respond/{key}/team | what |
| --- | --- |
| notes | all notes by question; POST adds one on the whole response |
| questions/{question}/notes | the notes on one question (a page, or for scripts the thread alone); POST adds one |
| note/{id} | POST `do`: settle, reopen, delete (one's own) |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.kernel.errors import FormInvalid, NotFound
from consult.kernel.messages import N_
from consult.models.questionnaire import Content, Question
from consult.models.submission import Submission
from consult.models.team import TeamNote
from consult.security.permissions import Permission
from consult.submissions.targets import target_of
from consult.teams.here import TEAM
from consult.teams.notes import (
    MOST_CHARACTERS,
    WHOLE,
    add_note,
    delete_note,
    get_note,
    list_notes,
    reopen_note,
    settle_note,
)
from consult.teams.queries import get_shared
from consult.teams.sign_offs import organisation_name
from consult.teams.views import About, about_response
from consult.web.forms import Problems, Typed, form_state, read_form
from consult.web.respond import actor_needed, is_partial, respond, see_other
from consult.web.site import Ask, locale_of, site_of

QUESTION = TEAM + "/questions/{question:str}/notes"


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A remark; `is_mine`: the reader may delete it."""

    id: int
    name: str
    text: str
    at: datetime
    is_settled: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class NotesView:
    """The notes on a question, or on the whole (`question` "", `label` None). `address` is where one is added, `action`
    where the others are settled (both without locale)."""

    question: str
    label: LocalText | None
    address: str
    action: str
    notes: tuple[NoteLine, ...]

    @property
    def open_count(self) -> int:
        """How many nobody has settled."""
        return sum(not each.is_settled for each in self.notes)


async def show_notes(
    request: Ask, session: AsyncSession, submission: Submission, content: Content
) -> Mapping[str, NotesView]:
    """Notes by question's key, for every question; none where nobody shares the response."""
    if submission.organisation_id is None:
        return {}
    notes = await list_notes(session, submission.id)
    return {each.key: _view(request, submission, each, notes) for each in content.questions()}


def _view(
    request: Ask, submission: Submission, question: Question | None, notes: Sequence[TeamNote]
) -> NotesView:
    key, team, you = (
        question.key if question else WHOLE,
        f"/respond/{submission.key}/team",
        actor_needed(request),
    )
    return NotesView(
        question=key,
        label=pick(question.label, locale_of(request)) if question else None,
        address=f"{team}/questions/{key}/notes" if key else f"{team}/notes",
        action=f"{team}/note",
        notes=tuple(
            NoteLine(
                id=each.id,
                name=each.name,
                text=each.text,
                at=each.created_at,
                is_settled=each.settled_at is not None,
                is_mine=each.user_id == you.id,
            )
            for each in notes
            if each.question == key
        ),
    )


async def _notes_page(
    request: Ask, session: AsyncSession, key: str, question: str, failed: FormInvalid | None
) -> Response[Any]:
    """All notes; those on one question where it is named."""
    submission = await get_shared(session, key, actor_needed(request))
    target, notes = await target_of(session, submission), await list_notes(session, submission.id)
    asked = [_asked(target.content, question)] if question else [None, *target.content.questions()]
    views = [_view(request, submission, each, notes) for each in asked]
    context = {
        "about": await _about(request, session, submission),
        "first": views[0],
        "others": [each for each in views[1:] if each.notes],
        "form": form_state(failed, catalogue(locale_of(request))),
        "most": MOST_CHARACTERS,
    }
    if question and is_partial(request):
        return respond(request, "teams/notes_thread.html", context)
    return respond(request, "teams/note_page.html", context, has_errors=failed is not None)


def _asked(content: Content, key: str) -> Question:
    found = content.question(key)
    if found is None:
        raise NotFound
    return found


async def _about(request: Ask, session: AsyncSession, submission: Submission) -> About:
    target = await target_of(session, submission)
    name = await organisation_name(session, submission.organisation_id or 0)
    return about_response(submission.key, name, target.consultation, locale_of(request))


async def show_all(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """All notes, with the form for one on the whole."""
    return await _notes_page(request, session, request.path_params["key"], "", failed)


async def show_question(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The notes on one question."""
    given = request.path_params
    return await _notes_page(request, session, given["key"], given["question"], failed)


@get(f"{TEAM}/notes", opt={"permission": Permission.RESPOND})
async def notes_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """All notes."""
    return await show_all(request, session)


@get(QUESTION, opt={"permission": Permission.RESPOND})
async def question_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The notes on one question."""
    return await show_question(request, session)


@post(
    f"{TEAM}/notes",
    opt={"permission": Permission.RESPOND, "redisplay": show_all, "form_at": TEAM + "/notes"},
)
async def post_note(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """A note on the whole response."""
    return await _add(request, session, key, WHOLE, f"/respond/{key}/team/notes")


@post(
    QUESTION,
    opt={"permission": Permission.RESPOND, "redisplay": show_question, "form_at": QUESTION},
)
async def post_question(request: Ask, session: AsyncSession, key: str, question: str) -> Response[Any]:
    """A note on one question."""
    submission = await get_shared(session, key, actor_needed(request))
    _asked((await target_of(session, submission)).content, question)
    return await _add(request, session, key, question, f"/respond/{key}/team/questions/{question}/notes")


async def _add(request: Ask, session: AsyncSession, key: str, question: str, back: str) -> Response[Any]:
    typed, actor = await read_form(request), actor_needed(request)
    submission = await get_shared(session, key, actor)
    text = _words(typed)
    note = await add_note(session, submission, question, text, actor, site_of(request).clock.now())
    if question and is_partial(request):
        return await show_question(request, session)
    return see_other(request, f"{back}#note-{note.id}", notice="saved")


def _words(typed: Typed) -> str:
    problems = Problems()
    text = problems.require(typed["note"], "note", N_("Write what you want to tell the team."))
    problems.limit(text, "note", MOST_CHARACTERS)
    problems.raise_if_any(typed)
    return text


@post(TEAM + "/note/{note_id:int}", opt={"permission": Permission.RESPOND})
async def post_settle(request: Ask, session: AsyncSession, key: str, note_id: int) -> Response[Any]:
    """Settle a note, take it up again, or delete one's own."""
    typed, actor = await read_form(request), actor_needed(request)
    submission = await get_shared(session, key, actor)
    note = await get_note(session, submission, note_id)
    question = note.question
    if typed["do"] == "delete":
        await delete_note(session, note, actor)
    elif typed["do"] == "reopen":
        await reopen_note(session, note)
    else:
        await settle_note(session, note, site_of(request).clock.now())
    if question and is_partial(request):
        return await _notes_page(request, session, key, question, None)
    on_question = bool(question) and typed["on"] == "question"
    back = f"/respond/{key}/team/questions/{question}/notes" if on_question else f"/respond/{key}/team/notes"
    return see_other(request, back, notice="saved")


HANDLERS = (notes_page, question_page, post_note, post_question, post_settle)
