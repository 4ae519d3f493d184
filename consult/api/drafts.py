"""`GET /consultations/{slug}/drafts/{draft}`: versions, and the blocks of one of them in every language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import QueryParameter
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from consult.api.answers import answer, gives, problems, together
from consult.api.queries import every_text
from consult.api.shapes import BlockShape, BlockTextShape, DraftShape, FileShape, VersionShape
from consult.consultations.queries import get_consultation
from consult.documents.queries import get_draft, get_version, published_versions
from consult.editions.queries import newest_hashes
from consult.editions.views import file_links
from consult.i18n.content import pick
from consult.kernel.addresses import in_path
from consult.kernel.translated import digest
from consult.models.document import Draft, Version
from consult.security.permissions import Permission
from consult.web.site import Ask, actor_of, site_of


@get(
    "/consultations/{slug:str}/drafts/{draft:str}",
    opt={"permission": Permission.READ},
    summary="A draft in all its languages",
    operation_id="readDraft",
    responses={**gives(DraftShape, "The draft"), **problems(401, 404, 422)},
)
async def read_draft(
    request: Ask,
    session: AsyncSession,
    slug: str,
    draft: str,
    version: Annotated[
        int | None, QueryParameter(ge=1, le=2**31, description="The newest where absent")
    ] = None,
    html: Annotated[bool, QueryParameter(description="Send the blocks' HTML as well")] = False,
) -> Response[bytes]:
    """A draft: its published versions, and the blocks of one of them with their translations."""
    consultation = await get_consultation(session, slug, actor_of(request))
    found = await get_draft(session, consultation.id, draft)
    chosen = get_version(found, str(version) if version else "")
    address = f"{site_of(request).settings.base_url}/consultations/{slug}/drafts/{found.slug}"
    rows = await every_text(session, chosen)
    hashes = await newest_hashes(session, [each.id for each in published_versions(found)])
    return answer(request, _shape(found, chosen, rows, address, html, hashes))


def _shape(
    draft: Draft,
    chosen: Version,
    rows: Sequence[Row[*tuple[Any, ...]]],
    address: str,
    html: bool,
    hashes: Mapping[int, Mapping[str, str]],
) -> DraftShape:
    tail = f"?version={chosen.number}" if chosen is not published_versions(draft)[-1] else ""
    return DraftShape(
        slug=draft.slug,
        title=draft.title.source,
        titles={lang: draft.title.get(lang) for lang in draft.title.languages()},
        url=address,
        versions=[
            _shape_version(each, address, hashes.get(each.id, {})) for each in published_versions(draft)
        ],
        version=chosen.number,
        blocks=[
            _shape_block(list(of_block), chosen.original, address, tail, html)
            for _, of_block in groupby(rows, key=lambda row: row.position)
        ],
    )


def _shape_version(version: Version, address: str, hashes: Mapping[str, str]) -> VersionShape:
    assert version.published_at is not None
    base_url = address.partition("/consultations/")[0]
    return VersionShape(
        number=version.number,
        reference=version.reference,
        original=version.original,
        languages=list(version.languages),
        note=pick(version.note, version.original).text,
        correction=version.correction,
        published_at=version.published_at,
        url=f"{address}?version={version.number}",
        record=f"{base_url}/versions/{version.reference}",
        sha256=dict(hashes),
        files=[
            FileShape(lang, each.format, f"{base_url}{each.address}")
            for lang in version.languages
            for each in file_links(version.reference, lang)
        ],
    )


def _shape_block(
    rows: Sequence[Row[*tuple[Any, ...]]], original: str, address: str, tail: str, html: bool
) -> BlockShape:
    first = rows[0]
    of = next((digest(row.plain) for row in rows if row.lang == original), "")
    level = first.shape.get("level", 0)
    return BlockShape(
        key=first.key,
        kind=first.kind,
        level=level if isinstance(level, int) else 0,
        position=first.position,
        texts={row.lang: _shape_text(row, original, of, html) for row in rows},
        comment_count=first.comment_count,
        url=f"{address}/blocks/{in_path(first.key)}{tail}",
    )


def _shape_text(row: Row[*tuple[Any, ...]], original: str, of: str, html: bool) -> BlockTextShape:
    is_original = row.lang == original
    return BlockTextShape(
        text=row.plain,
        original=is_original,
        stale=not is_original and row.of != of,
        joined_into=row.joined_into or None,
        html=row.html if html else None,
    )


HANDLERS = (together(read_draft),)
