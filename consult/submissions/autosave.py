"""What a section's page sends while one types: answers that changed, kept at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Response, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FieldError
from consult.models.questionnaire import Content, Question
from consult.models.submission import Submission
from consult.questionnaires.checking import check_answer
from consult.security.permissions import Permission
from consult.submissions.contents import content_of
from consult.submissions.own_page import KEY, key_of
from consult.submissions.queries import get_own
from consult.submissions.saving import Saved, save_answer
from consult.submissions.section_form import TypedAnswer, read_changed
from consult.submissions.wording import say_answer
from consult.teams.presence import mark_present
from consult.web.forms import read_form
from consult.web.respond import actor_needed
from consult.web.site import Ask, locale_of, site_of


@post(f"{KEY}/save", opt={"permission": Permission.RESPOND}, status_code=200)
async def autosave(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep the answers named in `q`. The answer, in JSON, says of each question its `version`; `theirs` and `aside` where
    another one had been saved meanwhile; `problem` for what can't be sent like this, or could not be read."""
    typed, locale = await read_form(request), locale_of(request)
    submission = await get_own(session, key_of(request), actor_needed(request))
    database = site_of(request).database
    content = await content_of(database, session, submission.round_id, submission.edition)
    answers, unread = read_changed(content, typed, locale)
    said = await _keep(request, session, submission, answers)
    await _say_here(request, session, submission, content, answers)
    return Response(
        {"answers": said | _unread(unread, locale)}, headers={"cache-control": "private, no-store"}
    )


async def _say_here(
    request: Ask,
    session: AsyncSession,
    submission: Submission,
    content: Content,
    answers: Sequence[TypedAnswer],
) -> None:
    """To those who write with them: which section somebody is in."""
    keys = {each.question.key for each in answers}
    section = next((each for each in content.sections if keys & {one.key for one in each.questions}), None)
    if submission.organisation_id is not None and section is not None:
        now = site_of(request).clock.now()
        await mark_present(session, submission.id, actor_needed(request).id, section.key, now)


async def _keep(
    request: Ask, session: AsyncSession, submission: Submission, answers: Sequence[TypedAnswer]
) -> dict[str, Any]:
    user_id, now, locale = actor_needed(request).id, site_of(request).clock.now(), locale_of(request)
    said: dict[str, Any] = {}
    for each in answers:
        saved = await save_answer(
            session, submission, each.question.key, each.value, each.seen, user_id, now, each.last
        )
        said[each.question.key] = _say(each, saved, locale)
    return said


def _say(typed: TypedAnswer, saved: Saved, locale: str) -> dict[str, Any]:
    said: dict[str, Any] = {"version": saved.version}
    if saved.set_aside is not None:
        said |= {"aside": saved.set_aside, "theirs": say_answer(typed.question, saved.value, locale)}
    if problem := _problem(typed.question, typed.value, locale):
        said["problem"] = problem
    return said


def _problem(question: Question, value: object, locale: str) -> str:
    """What is wrong with what was saved; that it is missing is said later, when one checks."""
    found = check_answer(question, value, locale) if value is not None else None
    return catalogue(locale).say(found) if found else ""


def _unread(errors: Sequence[FieldError], locale: str) -> dict[str, Any]:
    say = catalogue(locale).say
    return {each.name.removeprefix("a_"): {"problem": say(each.message), "unread": True} for each in errors}


HANDLERS = (autosave,)
