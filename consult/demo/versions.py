"""The second versions of the demo's drafts: what changed, why, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation
from consult.demo.content import read_draft, read_figures, read_tables
from consult.demo.schedule import Schedule
from consult.documents.importing import prepare
from consult.documents.service import store_version
from consult.i18n.content import write
from consult.models.contribution import Contribution
from consult.models.document import Block, BlockText, Version
from consult.preparing.service import explain_change, find_version
from consult.security.actor import Actor

Schedules = Mapping[str, tuple[Schedule, Any]]


async def load_versions(
    session: AsyncSession, schedules: Schedules, posted: Mapping[str, Contribution], editor: Actor
) -> None:
    """The versions that came after the comments, shortly before the outcome."""
    for each in read_tables("changes")["version"]:
        schedule = schedules[each["consultation"]][0]
        at = (schedule.answered_at or schedule.promised_at) - timedelta(days=1)
        consultation = await get_consultation(session, each["consultation"], editor)
        slug = each["draft"]
        prepared = prepare(read_draft(slug, each["number"]))
        version = await store_version(
            session, consultation, slug, None, prepared, {}, editor, at, figures=read_figures(slug)
        )
        version.note = write(each["note"], "en")
        place = await find_version(session, consultation, slug, version.number)
        for change in each["change"]:
            answers = [posted[id].id for id in change["answers"]]
            key = await _key(session, version, change["starts"])
            await explain_change(session, place, key, write(change["reason"], "en"), answers, editor, at)


async def _key(session: AsyncSession, version: Version, starts: str) -> str:
    statement = (
        select(Block.key)
        .join(BlockText, BlockText.block_id == Block.id)
        .where(Block.version_id == version.id, BlockText.lang == "en", BlockText.plain.startswith(starts))
    )
    return (await session.execute(statement)).scalar_one()
