"""The desk's page of an import: what came of the files, what has to be settled, and publishing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anyio import to_thread
from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation
from consult.documents.desk_views import view_import
from consult.documents.forms import keeping, parse_choices
from consult.documents.importing import Prepared, prepare, prepare_translations
from consult.documents.imports import discard_import, settle_import
from consult.documents.pending import get_import, next_number
from consult.documents.preparing import in_preparation
from consult.documents.service import find_draft
from consult.documents.storing import load_kept
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.errors import FormInvalid
from consult.models.consultation import Consultation
from consult.models.document import Import, Version
from consult.security.permissions import Permission
from consult.web.forms import Typed, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of

HOME = "/desk/consultations/{slug}"
IMPORT = "/desk/consultations/{slug:str}/imports/{number:int}"


async def show_import(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """What came of the files, side by side wherever an editor has to look; once published, the consultation."""
    consultation = await find_consultation(request, session)
    waiting = await get_import(session, consultation.id, request.path_params["number"])
    if waiting.settled_at is not None:
        return see_other(request, desk_address(consultation))
    prepared = await _prepared(session, waiting)
    number = await _number(session, waiting)
    locale = locale_of(request)
    form = form_state(failed, catalogue(locale))
    errors = {error.name: error.text for error in form.errors}
    view = view_import(waiting, prepared, number, locale, form.values, errors)
    context = {
        "c": {"slug": consultation.slug, "title": pick(consultation.title, locale)},
        "imported": view,
        "present": await _present(session, consultation, waiting),
        "form": form,
    }
    return respond(request, "documents/desk_import.html", context, has_errors=bool(form.errors))


@get(IMPORT, opt={"permission": Permission.EDIT})
async def import_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """What came of the files."""
    return await show_import(request, session)


@post(
    IMPORT,
    opt={"permission": Permission.EDIT, "redisplay": show_import, "form_at": HOME + "/imports/{number}"},
)
async def post_import(request: Ask, session: AsyncSession, number: int) -> Response[Any]:
    """Publish, with what was chosen. Sent twice it is published once."""
    typed = await read_form(request)
    async with site_of(request).database.reading() as reading:
        consultation = await find_consultation(request, reading)
        looked_at = await get_import(reading, consultation.id, number)
        prepared = await _prepared(reading, looked_at)
    if looked_at.settled_at is None:
        shown = int(typed["number"]) if typed["number"].isdecimal() else None
        with keeping(typed):
            choices = parse_choices(typed, prepared)
            waiting = await get_import(session, consultation.id, number)
            version = await settle_import(session, waiting, consultation, prepared, choices, actor_needed(request),
                                          site_of(request).clock.now(), number=shown, publish=_publishes(typed),
                                          replace=typed.checked("replace"))  # fmt: skip
        if version.published_at is None:
            return see_other(request, workbench_address(consultation, looked_at.draft_slug, version.number))
    return see_other(request, desk_address(consultation), notice="imported")


def _publishes(typed: Typed) -> bool:
    """Whether a first version is published at once; a later one is looked at first."""
    return typed["number"] == "1" and typed["then"] != "prepare"


@post(IMPORT + "/discard", opt={"permission": Permission.EDIT})
async def post_discard(request: Ask, session: AsyncSession, number: int) -> Response[Any]:
    """Throw an import away."""
    consultation = await find_consultation(request, session)
    waiting = await get_import(session, consultation.id, number)
    await discard_import(session, waiting, consultation, actor_needed(request), site_of(request).clock.now())
    return see_other(request, desk_address(consultation), notice="removed")


async def find_consultation(request: Ask, session: AsyncSession) -> Consultation:
    """The consultation that the address names. Raises NotFound."""
    return await get_consultation(session, request.path_params["slug"], actor_of(request))


def desk_address(consultation: Consultation) -> str:
    """Where the desk shows all of a consultation."""
    return HOME.format(slug=consultation.slug)


def workbench_address(consultation: Consultation, draft_slug: str, number: int) -> str:
    """Where a version is worked on."""
    return f"{desk_address(consultation)}/drafts/{draft_slug}/versions/{number}"


async def pair_with_kept(session: AsyncSession, version: Version, files: Mapping[str, str]) -> Prepared:
    """Translations paired with the blocks that a version has."""
    blocks = tuple(
        block.parsed(version.original, version.original) for block in await load_kept(session, version)
    )
    return await to_thread.run_sync(prepare_translations, version.original, blocks, files)


async def _prepared(session: AsyncSession, waiting: Import) -> Prepared:
    """The files of an import, read and paired again; the same files always give the same places to settle."""
    if waiting.version_id is not None:
        return await pair_with_kept(
            session, await session.get_one(Version, waiting.version_id), waiting.files
        )
    original = {waiting.original: waiting.files[waiting.original]}
    return await to_thread.run_sync(prepare, {**original, **waiting.files})


async def _present(session: AsyncSession, consultation: Consultation, waiting: Import) -> str:
    """The address of the version in preparation that this one would replace, "" for none."""
    draft = await find_draft(session, consultation.id, waiting.draft_slug)
    version = None if waiting.version_id else in_preparation(draft)
    return workbench_address(consultation, waiting.draft_slug, version.number) if version else ""


async def _number(session: AsyncSession, waiting: Import) -> int:
    if waiting.version_id is not None:
        return (await session.get_one(Version, waiting.version_id)).number
    return await next_number(session, waiting.consultation_id, waiting.draft_slug)


HANDLERS = (import_page, post_import, post_discard)
