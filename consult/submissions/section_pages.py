"""One section's questions a page, saved as one types and when one goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.errors import FormInvalid, NotFound
from consult.models.questionnaire import UPLOADS, Section
from consult.questionnaires.conditions import shown
from consult.questionnaires.queries import find_passages
from consult.questionnaires.views import SectionView, view_section, was_unseen
from consult.security.permissions import Permission
from consult.submissions.aside import show_asides
from consult.submissions.own_page import KEY, Own, address_of, context_of, find_own
from consult.submissions.queries import answers_of, kept_files
from consult.submissions.saving import save_answer, settle_set_aside
from consult.submissions.section_form import TypedAnswer, read_section, seen_version
from consult.teams.here import show_here
from consult.teams.note_pages import show_notes
from consult.teams.presence import mark_present
from consult.web.forms import Typed, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

SECTION = f"{KEY}/sections/{{section:str}}"


async def show_section(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """A section with what was answered, or typed."""
    own, locale = await find_own(request, session), locale_of(request)
    content, submission = own.target.content, own.submission
    section = _section(own, request)
    answers = await answers_of(session, submission.id)
    values = {key: answer.value for key, answer in answers.items()}
    sections = _asked(own, values)
    if section not in sections:
        raise NotFound
    state = form_state(failed, catalogue(locale))
    consultation = own.target.consultation
    passages = await find_passages(session, consultation.id, consultation.slug, section.questions, locale)
    typed = {name: str(value) for name, value in failed.values.items()} if failed else None
    view = view_section(content, section, values, locale, typed=typed, errors=state.errors, passages=passages)
    place = sections.index(section)
    context = context_of(
        request,
        own,
        form=state,
        section=view,
        place=place + 1,
        places=len(sections),
        before=_address(own, sections[place - 1]) if place else address_of(submission),
        before_title=pick(sections[place - 1].title, locale) if place else None,
        versions=_versions(section, answers, Typed(typed) if typed else None),
        asides=await show_asides(session, submission.id, content, answers, locale),
        files=await _files(session, own, section),
        saved=_just_saved(request, own),
        here=await show_here(request, session, submission, content, section.key),
        team_notes=await show_notes(request, session, submission, content),
    )
    return respond(request, "submissions/section.html", context, has_errors=bool(state.errors))


def _section(own: Own, request: Ask) -> Section:
    key = request.path_params["section"]
    found = next((each for each in own.target.content.sections if each.key == key), None)
    if found is None:
        raise NotFound
    return found


def _asked(own: Own, values: dict[str, object]) -> list[Section]:
    asked = shown(own.target.content, values).sections
    return [each for each in own.target.content.sections if each.key in asked]


def _address(own: Own, section: Section) -> str:
    return f"{address_of(own.submission)}/sections/{section.key}"


def _versions(section: Section, answers: dict[str, Any], typed: Typed | None) -> dict[str, int]:
    """The version that each answer is typed over: the one that was seen first, whatever was saved since."""
    saved = {key: answer.version for key, answer in answers.items()}
    return {
        each.key: seen_version(typed, each.key) if typed else saved.get(each.key, 0)
        for each in section.questions
    }


async def _files(session: AsyncSession, own: Own, section: Section) -> dict[str, list[str]]:
    """Names of the files that answer questions of the section."""
    if not any(each.kind in UPLOADS for each in section.questions):
        return {}
    found: dict[str, list[str]] = {}
    for each in await kept_files(session, own.submission.id):
        found.setdefault(each.question, []).append(each.name)
    return found


def _just_saved(request: Ask, own: Own) -> str:
    """Keys of the questions of the section that was just saved: the browser may forget its own copies."""
    key = request.query_params.get("saved", "")
    section = next((each for each in own.target.content.sections if each.key == key), None)
    return " ".join(each.key for each in section.questions) if section else ""


@get(SECTION, opt={"permission": Permission.RESPOND})
async def section_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """A section's questions."""
    return await show_section(request, session)


@post(SECTION, opt={"permission": Permission.RESPOND, "redisplay": show_section, "form_at": SECTION})
async def save_section(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep the answers and go on. What was changed by somebody else meanwhile is shown beside one's own."""
    typed = await read_form(request)
    own = await find_own(request, session, hold=True)
    section = _section(own, request)
    values = {key: each.value for key, each in (await answers_of(session, own.submission.id)).items()}
    answers = read_section(own.target.content, section.questions, typed, values, locale_of(request))
    answers = [each for each in answers if each.value != values.get(each.question.key)]
    conflict = await _keep(request, session, own, answers)
    if own.submission.organisation_id is not None:
        actor_id, now = actor_needed(request).id, site_of(request).clock.now()
        await mark_present(session, own.submission.id, actor_id, section.key, now)
    values |= {each.question.key: each.value for each in answers}
    if typed["settle"]:
        settled = await _settle(request, session, own, typed["settle"])
        return see_other(
            request, f"{_address(own, section)}?saved={section.key}#q_{settled}", "response-settled"
        )
    if conflict:
        return see_other(
            request, f"{_address(own, section)}?saved={section.key}#q_{conflict}", "response-conflict"
        )
    return see_other(request, _onwards(own, section, values, typed, locale_of(request)))


async def _keep(request: Ask, session: AsyncSession, own: Own, answers: Sequence[TypedAnswer]) -> str:
    """Save them; the first question whose answer was set aside, "" for none."""
    user_id, now = actor_needed(request).id, site_of(request).clock.now()
    if own.submission.organisation_id is not None:
        await mark_present(session, own.submission.id, user_id, request.path_params["section"], now)
    aside = ""
    for each in answers:
        saved = await save_answer(
            session, own.submission, each.question.key, each.value, each.seen, user_id, now, each.last
        )
        aside = aside or (each.question.key if saved.set_aside else "")
    return aside


async def _settle(request: Ask, session: AsyncSession, own: Own, choice: str) -> str:
    """`choice` is the id of what was set aside and which one is chosen: the question. Raises NotFound."""
    number, _, which = choice.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 16) or which not in (
        "theirs",
        "mine",
        "both",
    ):
        raise NotFound
    user_id, now = actor_needed(request).id, site_of(request).clock.now()
    return await settle_set_aside(session, own.submission, int(number), which, user_id, now)


def _onwards(own: Own, section: Section, values: dict[str, object], typed: Typed, locale: str) -> str:
    """Where to go on: to the files of a question, the same section where questions appeared, the next one, the overview."""
    saved = f"saved={section.key}"
    if files := _to_files(own, section, typed):
        return files
    view: SectionView = view_section(own.target.content, section, values, locale)
    if was_unseen(view, typed):
        return f"{_address(own, section)}?{saved}"
    sections = _asked(own, values)
    later = sections[sections.index(section) + 1 :] if section in sections else []
    if typed["then"] == "overview" or not later:
        return f"{address_of(own.submission)}?{saved}"
    return f"{_address(own, later[0])}?{saved}"


def _to_files(own: Own, section: Section, typed: Typed) -> str:
    """The page of files of the question whose button was pressed; from there one comes back to the question."""
    do, _, key = typed["then"].partition(":")
    if do != "files" or not any(each.key == key and each.kind in UPLOADS for each in section.questions):
        return ""
    back = f"{_address(own, section)}?saved={section.key}#q_{key}"
    return f"{address_of(own.submission)}/files?{urlencode({'question': key, 'back': back})}"


HANDLERS = (section_page, save_section)
