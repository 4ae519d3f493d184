"""`GET /consultations/{slug}/drafts/{draft}/compare/{first}/{second}`: what changed from a version to a later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from litestar import Response, get
from litestar.params import QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from consult.api.answers import answer, gives, problems, together
from consult.api.shapes import ChangeShape, ComparisonShape, ReasonShape
from consult.consultations.queries import get_consultation
from consult.documents.queries import get_draft
from consult.documents.views import BlockView
from consult.i18n.content import pick
from consult.kernel.addresses import with_query
from consult.kernel.errors import invalid
from consult.kernel.messages import N_
from consult.models.version import MatchKind
from consult.security.permissions import Permission
from consult.versions.comparing import Sides, load_sides
from consult.versions.queries import Reason, common_languages, get_versions, load_reasons
from consult.versions.relations import Relation
from consult.web.site import Ask, actor_of, site_of


@get(
    "/consultations/{slug:str}/drafts/{draft:str}/compare/{first:int}/{second:int}",
    opt={"permission": Permission.READ},
    summary="What changed between two versions of a draft",
    operation_id="compareVersions",
    responses={**gives(ComparisonShape, "The changes"), **problems(401, 404, 422)},
)
async def read_changes(
    request: Ask,
    session: AsyncSession,
    slug: str,
    draft: str,
    first: int,
    second: int,
    lang: Annotated[
        str | None, QueryParameter(max_length=35, description="The original's language where absent")
    ] = None,
) -> Response[bytes]:
    """Every block that is not as it was, why, and the contributions that this answers."""
    consultation = await get_consultation(session, slug, actor_of(request))
    found = await get_draft(session, consultation.id, draft)
    old, new = get_versions(found, first, second)
    if first >= second:
        raise invalid("second", N_("Name the earlier version first."))
    languages = common_languages(old, new)
    if lang is not None and lang not in languages:
        raise invalid("lang", N_("The two versions can't be compared in this language."))
    shown = lang or new.original
    base = f"{site_of(request).settings.base_url}/consultations/{slug}/drafts/{found.slug}"
    sides = await load_sides(session, found, old, new, base, shown, "en")
    reasons = await load_reasons(session, found.id, first, second)
    return answer(
        request,
        ComparisonShape(
            draft=found.slug,
            first=first,
            second=second,
            lang=shown,
            languages=languages,
            url=with_query(f"{base}/compare/{first}/{second}", text=shown),
            changes=_changes(sides, reasons, shown),
        ),
    )


def _changes(sides: Sides, reasons: Sequence[Reason], lang: str) -> list[ChangeShape]:
    told: dict[str, list[Reason]] = {}
    for reason in reasons:
        told.setdefault(reason.key, []).append(reason)
    return [
        _shape(each, sides, told, lang)
        for each in sides.relations
        if not each.left and (each.kind is not MatchKind.UNCHANGED or _edited(each, sides))
    ]


def _edited(relation: Relation, sides: Sides) -> bool:
    before, after = sides.before.get(relation.before), sides.after.get(relation.after)
    return before is not None and after is not None and before.html != after.html


def _shape(relation: Relation, sides: Sides, told: Mapping[str, Sequence[Reason]], lang: str) -> ChangeShape:
    key = relation.after or relation.before
    kind = MatchKind.EDITED if relation.kind is MatchKind.UNCHANGED else relation.kind
    return ChangeShape(
        kind=str(kind),
        key=key,
        key_before=relation.before or None,
        key_after=relation.after or None,
        before=_words(sides.before, relation.before),
        after=_words(sides.after, relation.after),
        edited=_edited(relation, sides),
        reasons=[_reason(each, lang) for each in told.get(key, ())],
    )


def _words(blocks: Mapping[str, BlockView], key: str) -> str | None:
    return blocks[key].plain if key else None


def _reason(reason: Reason, lang: str) -> ReasonShape:
    text = pick(reason.reason, lang)
    return ReasonShape(
        version=reason.number,
        reason=text.text,
        lang=text.lang,
        contributions=[one.reference for one in reason.answers],
    )


HANDLERS = (together(read_changes),)
