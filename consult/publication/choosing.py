"""How a response is published, as its people choose it, with the exact public view.

| address under /respond/{key} | what |
| --- | --- |
| publication | the choice, answers that stay confidential, and below it what everybody will read |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.i18n.locales import direction
from consult.kernel.addresses import in_path
from consult.kernel.errors import FormInvalid
from consult.kernel.translated import digest
from consult.models.questionnaire import TEXTS, UPLOADS, Question
from consult.models.submission import Answer, Publication
from consult.publication.forms import PRIVATE, read_chosen
from consult.publication.service import save_publication
from consult.publication.views import ResponseView, view_response
from consult.publication.words import PUBLICATIONS, readers_text
from consult.questionnaires.conditions import is_answered
from consult.security.permissions import Permission
from consult.submissions.checking import MOST_SUMMARY
from consult.submissions.gathering import Working, compose, gather
from consult.submissions.own_page import KEY, Own, address_of, context_of, find_own
from consult.submissions.public import view_public
from consult.submissions.wording import in_lang, lang_of
from consult.web.forms import form_state, read_form
from consult.web.respond import is_partial, respond, see_other
from consult.web.site import Ask, locale_of, site_of

PUBLICATION = f"{KEY}/publication"


@dataclass(frozen=True, slots=True)
class PartView:
    """An answer that may stay confidential. `marked` counts passages that are left out; `is_stale`: the text was changed
    since, and counts as wholly confidential; `words` is where they are marked, "" where they can't be."""

    key: str
    label: str
    lang: str
    dir: str
    private: bool
    marked: int
    is_stale: bool
    words: str


async def show_publication(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The choice as it was saved or typed, and what everybody will read."""
    own = await find_own(request, session)
    working = await gather(session, own.submission, own.target.content)
    return _show(request, own, working, failed)


def _show(request: Ask, own: Own, working: Working, failed: FormInvalid | None = None) -> Response[Any]:
    locale, submission = locale_of(request), own.submission
    saved = {"publication": submission.publication, "summary": submission.summary}
    state = form_state(failed, catalogue(locale), saved)
    context = context_of(
        request,
        own,
        form=state,
        choices=list(_choices(working, locale)),
        parts=list(_parts(working, address_of(submission), locale, failed)),
        PRIVATE=PRIVATE,
        per_answer=working.content.per_answer,
        paired=working.content.paired,
        limit=MOST_SUMMARY,
        preview=preview_of(working, own, locale),
        has_files=bool(working.files),
        saved_now=is_partial(request),
    )
    return respond(
        request, "publication/choose.html", context, block="preview", has_errors=bool(state.errors)
    )


def preview_of(working: Working, own: Own, locale: str) -> ResponseView | None:
    """What everybody would read if it were sent now; None as long as nothing is chosen."""
    if not own.submission.publication:
        return None
    document = compose(working, own.target.consultation, own.target.round)
    return view_response(
        view_public(document, own.target.content, locale), locale, own.submission.organisation_id
    )


def _choices(working: Working, locale: str) -> Iterator[tuple[str, str, str]]:
    """The ways that the questionnaire offers, each with what it means and who reads what is not public."""
    say = catalogue(locale).gettext
    for value in working.content.publications:
        word = PUBLICATIONS[value]
        meaning = [say(word.explanation)]
        if value != Publication.NAMED:
            meaning.append(readers_text(working.content.readers, locale))
        yield value, say(word.label), " ".join(meaning)


def _parts(working: Working, home: str, locale: str, failed: FormInvalid | None) -> Iterator[PartView]:
    asked = working.asked.questions
    for question in working.content.questions():
        answer = working.answers.get(question.key)
        if (
            answer is None
            or question.key not in asked
            or question.kind in UPLOADS
            or not is_answered(answer.value)
        ):
            continue
        words = f"{home}/words/{in_path(question.key)}" if working.content.paired else ""
        private = answer.private if failed is None else PRIVATE + question.key in failed.values
        yield _part(question, answer, words, private, locale)


def _part(question: Question, answer: Answer, words: str, private: bool, locale: str) -> PartView:
    is_text = question.kind in TEXTS
    lang = lang_of(question.label, locale)
    return PartView(
        key=question.key,
        label=in_lang(question.label, locale),
        lang=lang,
        dir=direction(lang),
        private=private,
        marked=len(answer.marks) if is_text else 0,
        is_stale=is_text and bool(answer.marked) and answer.marked != digest(str(answer.value)),
        words=words if is_text else "",
    )


@get(PUBLICATION, opt={"permission": Permission.RESPOND})
async def read_publication(request: Ask, session: AsyncSession) -> Response[Any]:
    """How it is published."""
    return await show_publication(request, session)


@post(
    PUBLICATION,
    opt={"permission": Permission.RESPOND, "redisplay": show_publication, "form_at": PUBLICATION},
    status_code=200,
)
async def post_publication(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep the choice; for htmx, and for whoever only wants to look, it need not be complete."""
    typed = await read_form(request)
    own = await find_own(request, session, hold=True)
    looks_only = is_partial(request) or typed["then"] == "preview"
    chosen = read_chosen(typed, own.target.content, complete=not looks_only)
    now = site_of(request).clock.now()
    await save_publication(
        session, own.submission, own.target.content, chosen.publication, chosen.summary, chosen.private, now
    )
    if is_partial(request):
        return _show(request, own, await gather(session, own.submission, own.target.content))
    home = address_of(own.submission)
    return see_other(request, f"{home}/publication#preview" if looks_only else home, "response-saved")


HANDLERS = (read_publication, post_publication)
