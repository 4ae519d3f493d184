"""A version's record, its citation, and the pages about its files.

| address | what | who |
| --- | --- | --- |
| /versions/{reference} | the record of a version: its hashes, files, citation, neighbours | everybody |
| /versions/{reference}/cite.bib, cite.json | the citation as BibTeX, as CSL-JSON | everybody |
| /versions/{reference}/files/{name} | a file that is being made, could not be made, or can be asked for | everybody |
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import answered_at
from consult.consultations.views import ConsultationView, view_consultation
from consult.editions.citing import VersionCitation, cite_version
from consult.editions.formats import FORMATS, TEXT
from consult.editions.freshness import is_fresh
from consult.editions.names import FileName, read_name
from consult.editions.queries import Recorded, base_of, find_rendition, find_version, list_editions
from consult.editions.service import UNAVAILABLE, ask_for
from consult.editions.views import RecordView, note_of, view_languages, view_neighbour
from consult.i18n.content import pick
from consult.i18n.locales import language_name
from consult.kernel.errors import NotFound
from consult.kernel.events import consultation_scope
from consult.models.version import Rendition, RenditionState
from consult.security.permissions import Permission
from consult.web.respond import Shared, respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of

RECORD = "/versions/{reference:str}"
FILE = RECORD + "/files/{name:str}"
LOOK_AGAIN = 5
"""Seconds after which the page of a file that is being made asks again."""


@get(RECORD, opt={"permission": Permission.READ})
async def read_record(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What a version is, for ever."""
    recorded = await _recorded(request, session)
    locale, consultation = locale_of(request), await _consultation(request, session, recorded)
    editions = await list_editions(session, [recorded.version.id])
    record = _view(recorded, consultation, locale)
    context = {
        "record": record,
        "languages": view_languages(recorded.version, editions, locale),
        "consultation": consultation,
        "citation": _citation(request, recorded),
    }
    shared = Shared(frozenset({consultation_scope(consultation.id)}), consultation.until, consultation.id)
    public = recorded.consultation.published_at is not None
    return respond(
        request, "editions/record.html", context, shared=shared if public else None, section="consultations"
    )


@get(f"{RECORD}/cite.bib", opt={"permission": Permission.READ})
async def read_version_bibtex(request: Ask, session: AsyncSession) -> Response[str]:
    """The citation as a BibTeX file."""
    recorded = await _recorded(request, session)
    return _file(_citation(request, recorded).bibtex, "application/x-bibtex; charset=utf-8", recorded, "bib")


@get(f"{RECORD}/cite.json", opt={"permission": Permission.READ})
async def read_version_csl(request: Ask, session: AsyncSession) -> Response[str]:
    """The citation as CSL-JSON."""
    recorded = await _recorded(request, session)
    body = msgspec.json.format(msgspec.json.encode([_citation(request, recorded).csl]).decode())
    return _file(body, "application/vnd.citationstyles.csl+json", recorded, "json")


@get(FILE, opt={"permission": Permission.READ})
async def read_file_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """A file that is not there yet; one that is is sent."""
    recorded = await _recorded(request, session)
    name = _named(request)
    rendition = await find_rendition(session, recorded, name)
    if rendition is not None and rendition.made_at is not None and name.what == TEXT:
        return Redirect(name.address, status_code=303)
    if rendition is not None and rendition.made_at is not None and not await is_fresh(session, rendition):
        # What is in it is not public any more: as if it had never been made.
        state, made_at = "" if rendition.state == RenditionState.READY else _state(rendition), None
    else:
        state, made_at = _state(rendition), rendition.made_at if rendition else None
    context = {
        "name": name,
        "state": state,
        "made_at": made_at,
        "format": FORMATS[name.format].name,
        "language": language_name(name.lang, locale_of(request)),
        "record": _view(recorded, await _consultation(request, session, recorded), locale_of(request)),
    }
    waits = state == RenditionState.WAITING
    headers = {"refresh": str(LOOK_AGAIN)} if waits else {}
    return respond(request, "editions/file_page.html", context, status=202 if waits else 200, headers=headers,
                   section="consultations")  # fmt: skip


@post(FILE, opt={"permission": Permission.READ, "form_at": FILE})
async def ask_for_file(request: Ask, session: AsyncSession) -> Response[Any]:
    """Have a file made. One that is there is made anew only where what it is made from has changed."""
    recorded = await _recorded(request, session)
    name = _named(request)
    rendition = await find_rendition(session, recorded, name)
    if rendition is None or rendition.state == RenditionState.READY:
        now = site_of(request).clock.now()
        base = base_of(recorded, name)
        await ask_for(session, recorded.version.id, name.what, name.lang, [name.format], now, base)
    return see_other(request, name.page)


async def _recorded(request: Ask, session: AsyncSession) -> Recorded:
    return await find_version(session, request.path_params["reference"], actor_of(request))


def _named(request: Ask) -> FileName:
    """Raises NotFound where the address names no file of this version."""
    name = read_name(request.path_params["name"])
    if name is None or name.edition or name.reference != request.path_params["reference"].upper():
        raise NotFound
    return name


def _state(rendition: Rendition | None) -> str:
    """waiting, failed, unavailable, ready; "" where nobody asked for it."""
    if rendition is None:
        return ""
    lacks = rendition.state == RenditionState.FAILED and rendition.error.startswith(UNAVAILABLE)
    return UNAVAILABLE if lacks else str(rendition.state)


async def _consultation(request: Ask, session: AsyncSession, recorded: Recorded) -> ConsultationView:
    consultation = recorded.consultation
    answered = await answered_at(session, consultation.id)
    return view_consultation(consultation, {}, answered, locale_of(request), site_of(request).clock.now())


def _view(recorded: Recorded, consultation: ConsultationView, locale: str) -> RecordView:
    version, draft = recorded.version, recorded.draft
    assert version.published_at is not None
    return RecordView(
        reference=version.reference,
        title=pick(draft.title, locale),
        number=version.number,
        published_at=version.published_at,
        original=version.original,
        note=note_of(version, locale),
        correction=version.correction,
        address=f"/versions/{version.reference}",
        text=f"{consultation.address}/drafts/{draft.slug}?version={version.number}",
        before=view_neighbour(recorded.before),
        after=view_neighbour(recorded.after),
    )


def _citation(request: Ask, recorded: Recorded) -> VersionCitation:
    title = pick(recorded.draft.title, locale_of(request))
    base_url = site_of(request).settings.base_url
    return cite_version(recorded.version, title.text, title.lang, base_url, locale_of(request))


def _file(body: str, type_: str, recorded: Recorded, suffix: str) -> Response[str]:
    name = f'attachment; filename="{recorded.version.reference}.{suffix}"'
    return Response(body, media_type=type_, headers={"content-disposition": name})


HANDLERS = (read_record, read_version_bibtex, read_version_csl, read_file_page, ask_for_file)
