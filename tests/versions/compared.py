"""A charter in two versions, and why the second one is as it is."""

from __future__ import annotations

from sqlalchemy import select

from consult.consultations.queries import get_consultation
from consult.documents.imports import import_draft
from consult.i18n.content import write
from consult.models.contribution import Contribution
from consult.models.document import Block, BlockText, Version
from consult.models.people import Role
from consult.preparing.service import explain_change, find_version
from consult.security.actor import Actor
from tests.people import Browser, Site

FIRST = {
    "en": "# Charter\n\nMembers share what they learn.\n\nThe board meets twice a year in public.\n\nMinutes are kept.\n",
    "fr": "# Charte\n\nLes membres partagent.\n\nLe conseil se réunit deux fois par an en public.\n\nIl y a un procès-verbal.\n",
}
SECOND = {
    "en": "# Charter\n\nMembers share what they learn.\n\nThe board meets three times a year in public.\n\nAnybody may ask.\n",
}
HERE = "/en/consultations/charter/drafts/text/compare"


async def two_versions(site: Site) -> None:
    await site.consultation()
    for texts in (FIRST, SECOND):
        async with site.database.writing() as session:
            await import_draft(session, "charter", "text", "", texts, True, site.clock.now())


async def changed_key(site: Site) -> str:
    statement = (
        select(Block.key)
        .join(BlockText, BlockText.block_id == Block.id)
        .join(Version, Version.id == Block.version_id)
        .where(Version.number == 2, BlockText.plain.startswith("The board meets"))
    )
    async with site.database.reading() as session:
        return str((await session.execute(statement)).scalar_one())


async def explain(site: Site, references: list[str]) -> None:
    key, user = await changed_key(site), await site.person(Role.EDITOR)
    async with site.database.writing() as session:
        consultation = await get_consultation(session, "charter", None)
        place = await find_version(session, consultation, "text", 2)
        ids = select(Contribution.id).where(Contribution.reference.in_(references))
        actor = Actor(user.id, user.name, user.email, Role.EDITOR)
        await explain_change(session, place, key, write({"en": "Twice was too rare."}, "en"),
                             list((await session.execute(ids)).scalars()), actor, site.clock.now())  # fmt: skip


async def commented(
    site: Site, writer: Browser, text: str, at: str = "/en/consultations/charter/comments"
) -> str:
    """A comment's reference."""
    await writer.post_form(at, {"text": text})
    async with site.database.reading() as session:
        newest = select(Contribution.reference).order_by(Contribution.id.desc()).limit(1)
        return str((await session.execute(newest)).scalar_one())
