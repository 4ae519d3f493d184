"""Files to take away.

| address | what |
| --- | --- |
| consultations/{slug}/export.{format} | all contributions as the public may see them |
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from litestar import get
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation
from consult.db.database import Database
from consult.exchange.contributions_out import NAMES, PUBLIC, stream_records
from consult.exchange.formats import FORMATS
from consult.exchange.formats.format import Format
from consult.exchange.queries import Which
from consult.security.permissions import Permission
from consult.web.site import Ask, actor_of, site_of

PATH = "/consultations/{slug:str}/export."


@get([PATH + ending for ending in FORMATS], opt={"permission": Permission.READ})
async def download(request: Ask, session: AsyncSession, slug: str) -> Stream:
    """All contributions in one file, however many: sent as they are read."""
    ending = request.scope["path"].rpartition(".")[2]
    consultation = await get_consultation(session, slug, actor_of(request))
    site = site_of(request)
    which = Which(consultation.id, PUBLIC)
    return Stream(
        file_bytes(site.database, which, site.settings.base_url, FORMATS[ending]),
        media_type=FORMATS[ending].media_type,
        headers={
            "content-disposition": f'attachment; filename="{consultation.reference}.{ending}"',
            "cache-control": "no-cache",
        },
    )


async def file_bytes(database: Database, which: Which, base_url: str, format: Format) -> AsyncIterator[bytes]:
    """The file in pieces. It opens its own sessions: the request's is closed before the last piece is sent."""
    yield format.begin(NAMES)
    async for records in stream_records(database, which, base_url):
        yield format.write(records)


HANDLERS = (download,)
