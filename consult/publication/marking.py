"""Words of an answer that its public text leaves out.

| address under /respond/{key} | what |
| --- | --- |
| words/{question} | the answer with marks around confidential words, and its public text |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.i18n.locales import direction
from consult.kernel.errors import FormInvalid, NotFound
from consult.kernel.translated import digest
from consult.models.questionnaire import TEXTS, Question
from consult.models.submission import Answer
from consult.publication.forms import read_words
from consult.security.permissions import Permission
from consult.submissions.own_page import KEY, Own, address_of, context_of, find_own
from consult.submissions.public import kept_back
from consult.submissions.queries import answers_of
from consult.submissions.redacting import (
    Signs,
    Span,
    left_elsewhere,
    settle,
    signs_for,
    with_marks,
    without,
)
from consult.submissions.saving import set_marks
from consult.submissions.wording import in_lang, lang_of
from consult.web.forms import Typed, form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, locale_of, site_of

WORDS = f"{KEY}/words/{{question:str}}"


@dataclass(frozen=True, slots=True)
class WordsView:
    """An answer on its marking page. `marked` is the text with `signs` around what is left out, `public` the text as everybody
    will read it; `instead` stands for words that are left out. `is_stale`: the text was changed since words were marked. `elsewhere`
    are passages that also stand in the text without a mark."""

    label: str
    label_lang: str
    label_dir: str
    lang: str
    dir: str
    marked: str
    public: str
    signs: Signs
    instead: str
    is_stale: bool
    elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A text answer of a response whose words may be marked."""

    own: Own
    question: Question
    answer: Answer

    @property
    def text(self) -> str:
        return str(self.answer.value or "")


async def _find(request: Ask, session: AsyncSession, *, hold: bool = False) -> _Found:
    """Raises NotFound where there is no such text answer, or words can't be marked."""
    own = await find_own(request, session, hold=hold)
    content = own.target.content
    question = content.question(request.path_params["question"])
    if question is None or question.kind not in TEXTS or not content.paired:
        raise NotFound
    answer = (await answers_of(session, own.submission.id)).get(question.key)
    if answer is None or not answer.value:
        raise NotFound
    return _Found(own, question, answer)


async def show_words(
    request: Ask,
    session: AsyncSession,
    failed: FormInvalid | None = None,
    spans: tuple[Span, ...] | None = None,
) -> Response[Any]:
    """The answer with its marks as they were saved, typed, or (`spans`) tried out."""
    found = await _find(request, session)
    view = _view(found, spans, locale_of(request))
    initial = {"text": view.marked}
    state = form_state(failed, catalogue(locale_of(request)), initial)
    context = context_of(request, found.own, form=state, words=view, is_tried=spans is not None)
    return respond(request, "publication/words.html", context, has_errors=bool(state.errors))


def _view(found: _Found, tried: tuple[Span, ...] | None, locale: str) -> WordsView:
    answer, text, lang = found.answer, found.text, found.own.submission.lang
    is_stale = tried is None and bool(answer.marked) and answer.marked != digest(text)
    marked = () if is_stale else settle(answer.marks, len(text)) if tried is None else tried
    left_out = ((0, len(text)),) if is_stale else marked
    signs, instead = signs_for(text), kept_back(lang)
    label_lang = lang_of(found.question.label, locale)
    return WordsView(
        label=in_lang(found.question.label, locale),
        label_lang=label_lang,
        label_dir=direction(label_lang),
        lang=lang,
        dir=direction(lang),
        marked=with_marks(text, marked, signs),
        public=without(text, left_out, instead),
        signs=signs,
        instead=instead,
        is_stale=is_stale,
        elsewhere=left_elsewhere(text, marked),
    )


@get(WORDS, opt={"permission": Permission.RESPOND})
async def read_words_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Mark words."""
    return await show_words(request, session)


@post(
    WORDS,
    opt={"permission": Permission.RESPOND, "redisplay": show_words, "form_at": WORDS},
    status_code=200,
)
async def post_words(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep the marks, or only show what would be left out."""
    typed: Typed = await read_form(request)
    found = await _find(request, session, hold=True)
    spans = read_words(typed, found.text, signs_for(found.text))
    if typed["then"] == "preview":
        return await show_words(request, session, spans=spans)
    own = found.own
    await set_marks(session, own.submission, found.question.key, found.text, spans)
    own.submission.saved_at = site_of(request).clock.now()
    return see_other(request, f"{address_of(own.submission)}/publication", "response-saved")


HANDLERS = (read_words_page, post_words)
