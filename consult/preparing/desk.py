"""The desk's pages on a version in preparation: what changed, publishing it, throwing it away.

| address under /desk/consultations/{slug}/drafts/{draft}/versions | what |
| --- | --- |
| begin | POST: a new version from the present text |
| {number} | the workbench: how each block follows from the version before, why it changed |
| {number}/text | the text part by part, each block with its actions |
| {number}/publish | the version's note; publish it |
| {number}/discard | what would be lost; POST throws it away |

Blocks, figures, places, the matching and reasons have files of their own: `editing.py`, `picturing.py`, `placing.py`,
`ruling.py`, `reasons.py`.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import current_round, get_consultation
from consult.documents.preparing import refuse_published
from consult.documents.succession import load_succession
from consult.i18n.catalogues import catalogue
from consult.i18n.locales import language_name
from consult.kernel.errors import FormInvalid
from consult.models.consultation import RoundState
from consult.models.version import MatchKind
from consult.preparing import contents, editing, picturing, placing, reasons, ruling
from consult.preparing.asking import DRAFT, ONE, ONE_AT, address_of, head_of, place_of
from consult.preparing.forms import note_fields, parse_note
from consult.preparing.keeping import load_arrangement
from consult.preparing.queries import answered_by, count_carried, count_stale, list_changes
from consult.preparing.service import Place, begin_version, discard_version, publish_prepared
from consult.preparing.views import Count, view_changes, view_counts
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of


@post(DRAFT + "/versions/begin", opt={"permission": Permission.EDIT})
async def post_begin(request: Ask, session: AsyncSession, slug: str, draft: str) -> Response[Any]:
    """A new version from the present text."""
    consultation = await get_consultation(session, slug, actor_of(request))
    version = await begin_version(
        session, consultation, draft, actor_needed(request), site_of(request).clock.now()
    )
    address = f"/desk/consultations/{consultation.slug}/drafts/{draft}/versions/{version.number}"
    return see_other(request, address + "/text")


@get(ONE, opt={"permission": Permission.EDIT})
async def show_workbench(request: Ask, session: AsyncSession) -> Response[Any]:
    """How each block follows from the version before, and why it changed."""
    place, locale = await place_of(request, session), locale_of(request)
    held = await load_arrangement(session, place.version, place.last)
    rows = await load_succession(session, place.version.id) if held.before else []
    changes = await list_changes(session, place.version.id)
    answered = await answered_by(session, [change.id for change in changes.values()])
    lines = view_changes(held, rows, changes, answered, locale)
    context = {
        **head_of(request, place),
        "counts": view_counts(rows, locale),
        "changes": lines,
        "doubtful": [each for each in lines if each.doubtful],
        "unexplained": sum(not each.is_explained for each in lines),
        "blocks": len(held.pieces),
        "follows": bool(held.before),
    }
    return respond(request, "preparing/workbench.html", context)


async def show_publish(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The version's note, and what publishing will do."""
    place, locale = await place_of(request, session), locale_of(request)
    refuse_published(place.version)
    form = form_state(failed, catalogue(locale))
    now = site_of(request).clock.now()
    round_ = current_round(place.consultation, now)
    context = {
        **head_of(request, place),
        **await _consequences(session, place, locale),
        "is_open": round_ is not None and round_.period.state(now) is RoundState.OPEN,
        "languages": note_fields(place, locale),
        "form": form,
    }
    return respond(request, "preparing/publish.html", context, has_errors=bool(form.errors))


async def _consequences(session: AsyncSession, place: Place, locale: str) -> dict[str, Any]:
    held = await load_arrangement(session, place.version, place.last)
    rows = await load_succession(session, place.version.id) if held.before else []
    explained = await list_changes(session, place.version.id)
    changed = {row.key or row.before for row in rows if row.kind != MatchKind.UNCHANGED}
    return {
        "unexplained": len(changed - explained.keys()),
        "changed": len(changed),
        "stale": [
            Count(language_name(lang, locale), count) for lang, count in sorted(count_stale(held).items())
        ],
        "carried": await count_carried(session, place.last),
    }


@get(ONE + "/publish", opt={"permission": Permission.EDIT})
async def publish_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The version's note, and what publishing will do."""
    return await show_publish(request, session)


@post(
    ONE + "/publish",
    opt={"permission": Permission.EDIT, "redisplay": show_publish, "form_at": ONE_AT + "/publish"},
)
async def post_publish(request: Ask, session: AsyncSession) -> Response[Any]:
    """Make a version public, for ever."""
    typed = await read_form(request)
    place = await place_of(request, session, hold=True)
    note = parse_note(typed, place)
    await publish_prepared(
        session, place, note, typed.checked("correction"), actor_needed(request), site_of(request).clock.now()
    )
    return see_other(request, address_of(place), notice="published")


@get(ONE + "/discard", opt={"permission": Permission.EDIT})
async def discard_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """What would be lost with a version in preparation."""
    place = await place_of(request, session)
    refuse_published(place.version)
    rows = await load_succession(session, place.version.id)
    context = {
        **head_of(request, place),
        "changed": len({row.key or row.before for row in rows if row.kind != MatchKind.UNCHANGED}),
        "explained": len(await list_changes(session, place.version.id)),
    }
    return respond(request, "preparing/discard.html", context)


@post(ONE + "/discard", opt={"permission": Permission.EDIT})
async def post_discard(request: Ask, session: AsyncSession) -> Response[Any]:
    """Throw a version in preparation away."""
    place = await place_of(request, session, hold=True)
    await discard_version(session, place, actor_needed(request), site_of(request).clock.now())
    return see_other(request, f"/desk/consultations/{place.consultation.slug}", notice="removed")


HANDLERS = (
    post_begin,
    show_workbench,
    publish_page,
    post_publish,
    discard_page,
    post_discard,
    contents.show_text,
    *editing.HANDLERS,
    *picturing.HANDLERS,
    *placing.HANDLERS,
    *ruling.HANDLERS,
    *reasons.HANDLERS,
)
