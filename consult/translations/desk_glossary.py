"""The desk's pages on the glossary: how the Forum's words are said in each language."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.choices import language_options
from consult.consultations.desk_views import language_sections
from consult.consultations.forms import texts_by_language
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.i18n.locales import CODES
from consult.kernel.errors import FormInvalid, invalid
from consult.kernel.messages import N_
from consult.models.translation import Term
from consult.security.permissions import Permission
from consult.translations.glossary import remove_term, save_term
from consult.translations.queries import get_term, list_terms
from consult.translations.views import view_term
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

GLOSSARY = "/desk/glossary"
TERM = GLOSSARY + "/{term:int}"
EDIT = {"permission": Permission.EDIT}


@get(GLOSSARY, opt=EDIT)
async def show_glossary(request: Ask, session: AsyncSession) -> Response[Any]:
    """All terms by their word in the reader's language."""
    locale = locale_of(request)
    terms = [view_term(term, locale) for term in await list_terms(session)]
    terms.sort(key=lambda term: term.word.text.casefold())
    return respond(request, "translations/glossary.html", {"terms": terms})


async def show_new(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form for a new term."""
    return _show_form(request, None, failed)


@get(GLOSSARY + "/new", opt=EDIT)
async def new_term(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a new term."""
    return await show_new(request, session)


@post(GLOSSARY + "/new", opt={**EDIT, "redisplay": show_new, "form_at": GLOSSARY + "/new"})
async def post_new(request: Ask, session: AsyncSession) -> Response[Any]:
    """Add a term."""
    await _save(request, session, None)
    return see_other(request, GLOSSARY, notice="saved")


async def show_edit(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form with a term's words."""
    return _show_form(request, await get_term(session, request.path_params["term"]), failed)


@get(TERM + "/edit", opt=EDIT)
async def edit_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form with a term's words."""
    return await show_edit(request, session)


@post(TERM + "/edit", opt={**EDIT, "redisplay": show_edit, "form_at": GLOSSARY + "/{term}/edit"})
async def post_edit(request: Ask, session: AsyncSession, term: int) -> Response[Any]:
    """Keep a term's words."""
    await _save(request, session, await get_term(session, term))
    return see_other(request, GLOSSARY, notice="saved")


@post(TERM + "/remove", opt=EDIT)
async def post_remove(request: Ask, session: AsyncSession, term: int) -> Response[Any]:
    """Take a term out."""
    found = await get_term(session, term)
    await remove_term(session, found, actor_needed(request), site_of(request).clock.now())
    return see_other(request, GLOSSARY, notice="removed")


async def _save(request: Ask, session: AsyncSession, term: Term | None) -> None:
    typed = await read_form(request)
    if typed["original"] not in CODES:
        raise invalid("original", N_("Choose a language from the list."))
    words, meanings = texts_by_language(typed, "word"), texts_by_language(typed, "meaning")
    now = site_of(request).clock.now()
    await save_term(session, term, words, meanings, typed["original"], actor_needed(request), now)


def _show_form(request: Ask, term: Term | None, failed: FormInvalid | None) -> Response[Any]:
    locale = locale_of(request)
    form = form_state(failed, catalogue(locale), {} if failed else _values(term, locale))
    original = form.value("original") if form.value("original") in CODES else locale
    context = {
        "form": form,
        "term": pick(term.words, locale) if term else None,
        "number": term.id if term else 0,
        "languages": language_options(locale),
        "sections": language_sections(None, original, locale),
    }
    return respond(request, "translations/term.html", context, has_errors=failed is not None)


def _values(term: Term | None, locale: str) -> dict[str, str]:
    if term is None:
        return {"original": locale}
    return {
        "original": term.words.original,
        **{f"word-{lang}": piece.text for lang, piece in term.words.texts.items()},
        **{f"meaning-{lang}": piece.text for lang, piece in term.meaning.texts.items()},
    }


HANDLERS = (show_glossary, new_term, post_new, edit_page, post_edit, post_remove)
