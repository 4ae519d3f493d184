"""Why a block changed, and which contributions that answers: while a version is prepared and also once it is public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.succession import load_succession
from consult.documents.views import beginning
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid, NotFound, invalid
from consult.kernel.messages import N_
from consult.models.version import Match, MatchKind
from consult.preparing.asking import ONE, ONE_AT, address_of, head_of, place_of
from consult.preparing.forms import PICKED, note_fields, parse_explained
from consult.preparing.keeping import load_arrangement
from consult.preparing.queries import answered_by, find_public, remarks_on
from consult.preparing.service import Place, explain_change, find_change
from consult.preparing.views import view_changes
from consult.security.permissions import Permission
from consult.web.forms import Typed, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

AT = ONE + "/changes/{key:str}"


async def show_reason(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """Both texts of a change, and the form that says why."""
    place, locale = await place_of(request, session), locale_of(request)
    key = str(request.path_params["key"])
    rows = await _rows(session, place, key)
    held = await load_arrangement(session, place.version, place.last)
    change = await find_change(session, place.version.id, key)
    said = (await answered_by(session, [change.id])).get(change.id, []) if change else []
    remarks = await remarks_on(session, place.last, {row.before for row in rows if row.before})
    suggested = {remark.reference for remark in remarks}
    reason = {f"reason.{lang}": change.reason.get(lang) for lang in change.reason} if change else {}
    other = " ".join(each for each in said if each not in suggested)
    form = form_state(failed, catalogue(locale), {} if failed else {**reason, "references": other})
    context = {
        **head_of(request, place),
        "key": key,
        "sides": view_changes(held, rows, {}, {}, locale),
        "suggested": [
            (remark.reference, f"{remark.reference}: {beginning(remark.text, 160)}") for remark in remarks
        ],
        "picked": _picked(request, said, failed),
        "name": PICKED,
        "languages": note_fields(place, locale),
        "form": form,
    }
    return respond(request, "preparing/reason.html", context, has_errors=bool(form.errors))


def _picked(request: Ask, said: Sequence[str], failed: FormInvalid | None) -> Sequence[str]:
    if failed is None:
        return said
    return tuple(str(failed.values.get("ticked", "")).split())


async def _rows(session: AsyncSession, place: Place, key: str) -> list[Match]:
    """How a block follows. Raises NotFound for one that did not change."""
    rows = await load_succession(session, place.version.id)
    found = [row for row in rows if (row.key or row.before) == key and row.kind != MatchKind.UNCHANGED]
    if not found:
        raise NotFound
    return found


@get(AT, opt={"permission": Permission.EDIT})
async def reason_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Both texts of a change, and why."""
    return await show_reason(request, session)


@post(AT, opt={"permission": Permission.EDIT, "redisplay": show_reason, "form_at": ONE_AT + "/changes/{key}"})
async def post_reason(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Keep why a block changed."""
    typed = await read_form(request)
    # A form shown again knows a box only by one value: the others go along under a name of their own.
    typed = Typed({**typed.values, "ticked": " ".join(typed.all(PICKED))}, {PICKED: typed.all(PICKED)})
    place = await place_of(request, session)
    await _rows(session, place, key)
    change = await find_change(session, place.version.id, key)
    explained = parse_explained(typed, place, change.reason if change else None)
    ids = await find_public(session, place.consultation.id, explained.references)
    if unknown := [each for each in explained.references if each not in ids]:
        text = N_("These are no public contributions to this consultation: %(references)s.")
        error = invalid("references", text, references=", ".join(each[:40] for each in unknown[:10]))
        raise FormInvalid(error.errors, typed.values)
    await explain_change(session, place, key, explained.reason, ids.values(), actor_needed(request),
                         site_of(request).clock.now())  # fmt: skip
    return see_other(request, address_of(place, "#changes"), notice="saved")


HANDLERS = (reason_page, post_reason)
