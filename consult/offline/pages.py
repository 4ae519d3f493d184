"""The form without a line: taken as a Word file or a workbook, brought back filled, looked at, then kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from anyio import to_thread
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.tries import ask_to_wait, meters_of, too_many
from consult.i18n.catalogues import catalogue
from consult.i18n.locales import CODES
from consult.kernel.characters import plain_text
from consult.kernel.errors import FormInvalid
from consult.models.questionnaire import UPLOADS, Question
from consult.models.submission import Answer
from consult.offline.form import Form, Mark, lay_out
from consult.offline.reading import find_answers, unknown_cells, view_found
from consult.offline.uploading import FIELD, check_mark, read_upload
from consult.offline.word import write_word
from consult.offline.workbook import write_workbook
from consult.questionnaires.reading import answer_fields, read_answer
from consult.security.permissions import Permission
from consult.submissions.own_page import KEY, Own, address_of, context_of, find_own
from consult.submissions.queries import answers_of
from consult.submissions.saving import MOST_CHARACTERS, save_answer
from consult.submissions.section_form import seen_version
from consult.submissions.wording import in_lang
from consult.web.forms import Problems, Typed, form_of, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

OFFLINE = f"{KEY}/offline"
KINDS = {
    "docx": (write_word, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (write_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


async def show_offline(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[bytes]:
    """Take the form, bring it back."""
    own = await find_own(request, session)
    state = form_state(failed, catalogue(locale_of(request)))
    return respond(
        request, "offline/offline.html", context_of(request, own, form=state), has_errors=bool(state.errors)
    )


@get(OFFLINE, opt={"permission": Permission.RESPOND})
async def offline_page(request: Ask, session: AsyncSession) -> Response[bytes]:
    """How the form is filled in without a line."""
    return await show_offline(request, session)


@get(f"{OFFLINE}/{{name:str}}", opt={"permission": Permission.RESPOND})
async def take_form(request: Ask, session: AsyncSession, name: str) -> Response[bytes]:
    """The form as a file, filled with what is answered already, in the response's language."""
    own = await find_own(request, session)
    ending = name.rpartition(".")[2]
    if ending not in KINDS or name != f"form.{ending}":
        return see_other(request, f"{address_of(own.submission)}/offline")
    answers = await answers_of(session, own.submission.id)
    write, media_type = KINDS[ending]
    body = await to_thread.run_sync(write, _form(own, answers, locale_of(request)))
    reference = f"{own.target.consultation.reference}-{own.target.round.number}"
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": f'attachment; filename="{reference}.{ending}"',
    }
    return Response(body, media_type=media_type, headers=headers)


def _form(own: Own, answers: Mapping[str, Answer], locale: str) -> Form:
    consultation, lang = own.target.consultation, own.submission.lang
    mark = Mark(consultation.reference, own.target.round.number, own.target.edition)
    values = {key: answer.value for key, answer in answers.items()}
    lang = lang if lang in CODES else locale
    return lay_out(in_lang(consultation.title, lang), own.target.content, values, lang, mark)


@post(OFFLINE, opt={"permission": Permission.RESPOND, "redisplay": show_offline, "form_at": OFFLINE})
async def bring_form(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What was read of a filled form and what was not. Nothing is kept yet. Reading takes a process: it is counted."""
    if wait := await too_many(request, meters_of(request, "form", actor_needed(request).email)):
        return await ask_to_wait(request, session, show_offline, await read_form(request), wait, FIELD)
    form = await form_of(request)
    upload = form.get(FIELD)
    data = await upload.read() if isinstance(upload, UploadFile) else b""
    mark, cells = await read_upload(data, upload.filename if isinstance(upload, UploadFile) else "")
    own = await find_own(request, session)
    check_mark(mark, own.target.consultation.reference, own.target.round.number)
    locale = locale_of(request)
    answers = await answers_of(session, own.submission.id)
    values = {key: answer.value for key, answer in answers.items()}
    found = find_answers(own.target.content, cells, values, locale, catalogue(locale))
    views = [
        (view_found(each, values.get(each.question.key), msgspec.json.encode(each.value).decode(), locale),
         answers[each.question.key].version if each.question.key in answers else 0)
        for each in found
    ]  # fmt: skip
    context = context_of(
        request,
        own,
        read=[(view, version) for view, version in views if view.changes and not view.problem],
        same=sum(1 for view, _ in views if not view.changes and not view.problem),
        unread=[view for view, _ in views if view.problem],
        unknown=unknown_cells(own.target.content, cells),
    )
    return respond(request, "offline/read.html", context)


@post(f"{OFFLINE}/keep", opt={"permission": Permission.RESPOND, "form_at": OFFLINE})
async def keep_form(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep the answers that were ticked. One that was changed meanwhile is set aside, so that both are kept."""
    typed, locale = await read_form(request), locale_of(request)
    own = await find_own(request, session, hold=True)
    user_id, now = actor_needed(request).id, site_of(request).clock.now()
    for question in own.target.content.questions():
        if question.kind in UPLOADS or not typed.checked(f"take_{question.key}"):
            continue
        value = _value(question, typed.raw(f"value_{question.key}"), locale)
        if value is not None:
            seen = seen_version(typed, question.key)
            await save_answer(session, own.submission, question.key, value, seen, user_id, now)
    return see_other(request, address_of(own.submission), "form-kept")


def _value(question: Question, raw: str, locale: str) -> object:
    """A value that came back with the page, read again as if it had been typed: a page may say anything."""
    try:
        value = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
    if isinstance(value, str):
        value = plain_text(value)
        if len(value) > MOST_CHARACTERS:
            return None
    return read_answer(question, Typed(answer_fields(question, value, locale)), locale, Problems())


HANDLERS = (offline_page, take_form, bring_form, keep_form)
