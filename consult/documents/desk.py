"""The desk's pages on drafts.

| address under /desk/consultations/{slug} | what |
| --- | --- |
| drafts/new | a new draft: a Markdown, Word or HTML file or pasted Markdown in each language |
| drafts/{draft}/versions/new | the next version of a draft |
| drafts/{draft}/translations/new | languages that the newest version lacks |
| imports/{number} | what came of the files: settle what did not pair, publish |
| imports/{number}/discard | POST |

Reading and pairing files takes up to some seconds, so it is done before a writing transaction begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anyio import to_thread
from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents import desk_imports
from consult.documents.desk_imports import HOME, desk_address, find_consultation, pair_with_kept
from consult.documents.desk_views import language_fields
from consult.documents.forms import (
    MOST_BYTES,
    DraftFields,
    keeping,
    parse_draft,
    parse_translations,
    read_files,
)
from consult.documents.importing import Prepared, prepare
from consult.documents.imports import start_import
from consult.documents.queries import get_draft, get_version, published_versions
from consult.documents.received.notes import Note
from consult.documents.service import find_draft, title_of
from consult.documents.translating import refuse_present
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.errors import FormInvalid, invalid
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation
from consult.models.document import Draft, Version
from consult.security.permissions import Permission
from consult.web.forms import form_state
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

ONE = "/desk/consultations/{slug:str}"
NEW = ONE + "/drafts/new"
NEXT = ONE + "/drafts/{draft:str}/versions/new"
LANGUAGES = ONE + "/drafts/{draft:str}/translations/new"


async def show_new(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form for a new draft."""
    consultation = await find_consultation(request, session)
    return _show_form(request, consultation, None, consultation.languages, consultation.original, failed)


@get(NEW, opt={"permission": Permission.EDIT})
async def new_draft(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a new draft."""
    return await show_new(request, session)


@post(
    NEW,
    opt={"permission": Permission.EDIT, "redisplay": show_new, "form_at": HOME + "/drafts/new"},
    request_max_body_size=MOST_BYTES,
)
async def post_new(request: Ask, session: AsyncSession) -> Response[Any]:
    """Read the files of a new draft; nothing is public until somebody has looked at what came of them."""
    sent = await read_files(request)
    with keeping(sent.typed, sent.chosen, sent.again):
        async with site_of(request).database.reading() as reading:
            consultation = await find_consultation(request, reading)
        fields = parse_draft(sent, consultation.languages)
        prepared = await to_thread.run_sync(prepare, fields.files)
        title = title_of(fields.title, prepared)
        if await find_draft(session, consultation.id, fields.slug):
            raise invalid("slug", N_("This consultation has a draft of this name already."))
        return await _start(request, session, consultation, fields, title, prepared, sent.notes)


async def show_next(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form for a draft's next version."""
    consultation = await find_consultation(request, session)
    draft = await get_draft(session, consultation.id, request.path_params["draft"])
    original = draft.versions[-1].original if draft.versions else consultation.original
    return _show_form(request, consultation, draft, _languages(consultation, draft), original, failed)


@get(NEXT, opt={"permission": Permission.EDIT})
async def new_version(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a draft's next version."""
    return await show_next(request, session)


@post(
    NEXT,
    opt={
        "permission": Permission.EDIT,
        "redisplay": show_next,
        "form_at": HOME + "/drafts/{draft}/versions/new",
    },
    request_max_body_size=MOST_BYTES,
)
async def post_next(request: Ask, session: AsyncSession, draft: str) -> Response[Any]:
    """Read the files of a draft's next version."""
    sent = await read_files(request)
    with keeping(sent.typed, sent.chosen, sent.again):
        async with site_of(request).database.reading() as reading:
            consultation = await find_consultation(request, reading)
            found = await get_draft(reading, consultation.id, draft)
        fields = parse_draft(sent, _languages(consultation, found), found.slug)
        prepared = await to_thread.run_sync(prepare, fields.files)
        return await _start(request, session, consultation, fields, found.title, prepared, sent.notes)


async def show_languages(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The form for translations that the newest version lacks."""
    consultation = await find_consultation(request, session)
    draft = await get_draft(session, consultation.id, request.path_params["draft"])
    version = get_version(draft, "")
    missing = _missing(consultation, version)
    return _show_form(request, consultation, draft, missing, version.original, failed, adds=True)


@get(LANGUAGES, opt={"permission": Permission.EDIT})
async def new_translations(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for translations that the newest version lacks."""
    return await show_languages(request, session)


@post(
    LANGUAGES,
    opt={
        "permission": Permission.EDIT,
        "redisplay": show_languages,
        "form_at": HOME + "/drafts/{draft}/translations/new",
    },
    request_max_body_size=MOST_BYTES,
)
async def post_translations(request: Ask, session: AsyncSession, draft: str) -> Response[Any]:
    """Read translations of the newest version."""
    sent = await read_files(request)
    with keeping(sent.typed, again=sent.again):
        async with site_of(request).database.reading() as reading:
            consultation = await find_consultation(request, reading)
            found = await get_draft(reading, consultation.id, draft)
            version = get_version(found, "")
            files = parse_translations(sent, _languages(consultation, found))
            refuse_present(version, files)
            prepared = await pair_with_kept(reading, version, files)
        waiting = await start_import(session, consultation, found.slug, found.title, prepared, files, {},
                                     actor_needed(request), site_of(request).clock.now(),
                                     notes=sent.notes, version=version)  # fmt: skip
    return see_other(request, f"{desk_address(consultation)}/imports/{waiting.id}")


def _show_form(
    request: Ask,
    consultation: Consultation,
    draft: Draft | None,
    languages: Sequence[str],
    original: str,
    failed: FormInvalid | None,
    *,
    adds: bool = False,
) -> Response[Any]:
    locale = locale_of(request)
    form = form_state(failed, catalogue(locale), {"original": original})
    context = {
        "c": {"slug": consultation.slug, "title": pick(consultation.title, locale)},
        "draft": {"slug": draft.slug, "title": pick(draft.title, locale)} if draft else None,
        "number": _next(draft),
        "adds": adds,
        "languages": language_fields(languages, form.value("original"), locale),
        "form": form,
    }
    return respond(request, "documents/desk_draft_form.html", context, has_errors=bool(form.errors))


def _languages(consultation: Consultation, draft: Draft) -> list[str]:
    """Those of the consultation, and any other that the draft has been in."""
    known = [lang for version in draft.versions for lang in version.languages]
    return list(dict.fromkeys([*consultation.languages, *known]))


def _missing(consultation: Consultation, version: Version) -> list[str]:
    return [lang for lang in consultation.languages if lang not in version.languages]


def _next(draft: Draft | None) -> int:
    """The number that the next version gets: that of the one in preparation, which it would replace."""
    return len(published_versions(draft)) + 1 if draft else 1


async def _start(
    request: Ask,
    session: AsyncSession,
    consultation: Consultation,
    fields: DraftFields,
    title: Translated,
    prepared: Prepared,
    notes: Mapping[str, Sequence[Note]],
) -> Response[Any]:
    waiting = await start_import(session, consultation, fields.slug, title, prepared, fields.files, fields.figures,
                                 actor_needed(request), site_of(request).clock.now(), notes=notes)  # fmt: skip
    return see_other(request, f"{desk_address(consultation)}/imports/{waiting.id}")


HANDLERS = (
    new_draft,
    post_new,
    new_version,
    post_next,
    new_translations,
    post_translations,
    *desk_imports.HANDLERS,
)
