"""A consultation with a draft in three scripts, and the worker that makes its files."""

from __future__ import annotations

import zipfile
from io import BytesIO

from sqlalchemy import select

from consult.documents.imports import import_draft
from consult.editions.worker import FileMaker
from consult.models.document import Version
from consult.models.version import Edition, Rendition
from consult.settings import ROOT
from tests.people import Site

CHARTER = ROOT / "consult" / "demo" / "content" / "drafts" / "charter"
FIGURES = {"bodies.svg": (CHARTER / "bodies.svg").read_bytes()}


def in_languages(*languages: str) -> dict[str, str]:
    """The demo's charter."""
    return {lang: (CHARTER / f"{lang}.md").read_text("utf-8") for lang in languages}


async def publish(site: Site, files: dict[str, str], slug: str = "charter") -> Version:
    """Bring in a version; it is public at once."""
    async with site.database.writing() as session:
        report = await import_draft(session, slug, "text", "", files, True, site.clock.now(), figures=FIGURES)
    assert report.version is not None
    return report.version


async def work(site: Site) -> None:
    """The worker makes what is to be made."""
    maker = FileMaker(site.database, site.settings.base_url, site.clock)
    for _ in range(40):
        if not await maker.make_one():
            return
    raise AssertionError("the worker finds no end")


async def ask(site: Site) -> None:
    """The worker has seen what is to be made, and made nothing of it yet."""
    assert await FileMaker(site.database, site.settings.base_url, site.clock).make_one()


async def only(site: Site, *formats: str) -> None:
    """Have only these formats waiting, for the sake of the test's time."""
    async with site.database.writing() as session:
        for row in (await session.execute(select(Rendition))).scalars():
            if row.format not in formats and row.state == "waiting":
                row.state = "failed"


async def editions(site: Site, version: Version) -> list[Edition]:
    """All editions of a version."""
    async with site.database.reading() as session:
        statement = select(Edition).where(Edition.version_id == version.id)
        return list((await session.execute(statement.order_by(Edition.lang, Edition.number))).scalars())


async def renditions(site: Site) -> dict[str, Rendition]:
    """Files by `what.lang.format`."""
    async with site.database.reading() as session:
        rows = (await session.execute(select(Rendition))).scalars()
        return {f"{row.what}.{row.lang}.{row.format}": row for row in rows}


def unzipped_bytes(body: bytes) -> dict[str, bytes]:
    """The members of a zip, in its order."""
    with zipfile.ZipFile(BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
