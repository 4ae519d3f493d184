"""The demo's comments and what became of them, each at its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.changing import edit_comment, report_comment, set_support, withdraw_comment
from consult.comments.service import post_comment
from consult.comments.written import Report, Sending, Written
from consult.consultations.queries import get_consultation
from consult.demo.content import read_tables
from consult.demo.schedule import Schedule
from consult.documents.markdown import render_comment
from consult.documents.queries import BlockPlace
from consult.i18n.content import write
from consult.models.contribution import Contribution
from consult.models.document import Block, BlockText, Draft, Version
from consult.models.people import Role
from consult.models.response import Action, DispositionKind
from consult.moderation.service import Verdict, decide
from consult.responses.service import give_disposition
from consult.security.actor import Actor
from consult.text.prose import render_prose

Schedules = Mapping[str, tuple[Schedule, Any]]


async def load_threads(
    session: AsyncSession, people: Mapping[str, Actor], schedules: Schedules, now: datetime
) -> Mapping[str, Contribution]:
    """Comments in the order of their time, so that references tell who spoke first; then what became of them.

    By their ids in the file.
    """
    tables = read_tables("threads")["comment"]
    loader = _Loader(session, people, schedules, now)
    for each in sorted(tables, key=lambda each: loader.time_of(each)):
        await loader.post(each)
    for each in tables:
        await loader.finish(each)
    return loader.posted


class _Loader:
    """Remembers what was posted under the ids of the files."""

    def __init__(
        self, session: AsyncSession, people: Mapping[str, Actor], schedules: Schedules, now: datetime
    ) -> None:
        self._session = session
        self._people = people
        self._schedules = schedules
        self._now = now
        self.posted: dict[str, Contribution] = {}
        self._editor = next(actor for actor in people.values() if actor.role is Role.EDITOR)
        self._moderator = next(actor for actor in people.values() if actor.role is Role.MODERATOR)

    def time_of(self, each: Any) -> datetime:
        """When a comment was sent."""
        schedule = self._schedules[each["consultation"]][0]
        if each.get("grace"):
            return schedule.closes_at + timedelta(minutes=25)
        return schedule.at(each["when"], self._now)

    async def post(self, each: Any) -> None:
        """One comment."""
        at = self.time_of(each)
        consultation = await get_consultation(self._session, each["consultation"], None)
        text = each.get("edited") or each["text"]
        written = _written(each, text)
        sending = Sending(
            send_key=each["id"], begun_at=at - timedelta(hours=2), as_forum=each.get("forum", False)
        )
        parent = self.posted.get(each.get("parent", ""))
        target = parent or (await self._block(each) if "block" in each else None)
        author = self._people[each["person"]]
        self.posted[each["id"]] = await post_comment(
            self._session, consultation, target, author, written, sending, at
        )

    async def _block(self, each: Any) -> BlockPlace:
        lang = each.get("quote_lang") or each["lang"]
        statement = (
            select(Block.id, Block.version_id, BlockText.lang, BlockText.plain)
            .join(BlockText, BlockText.block_id == Block.id)
            .join(Version, Version.id == Block.version_id)
            .join(Draft, Draft.id == Version.draft_id)
            .where(Draft.slug == each["draft"], Block.position == each["block"] - 1)
        )
        texts = {row.lang: row for row in await self._session.execute(statement)}
        row = texts.get(lang) or texts["en"]
        return BlockPlace(row.id, row.version_id, row.lang, row.plain)

    async def finish(self, each: Any) -> None:
        """Support, edits, reports, withdrawal, moderation and the Forum's answer."""
        comment = self.posted[each["id"]]
        at = self.time_of(each) + timedelta(hours=3)
        consultation = await get_consultation(self._session, each["consultation"], None)
        in_time = min(at, self._schedules[each["consultation"]][0].closes_at - timedelta(minutes=1))
        for person in each.get("support", ()):
            await set_support(self._session, comment, consultation, self._people[person], True, in_time)
        if each.get("edited"):
            await edit_comment(self._session, comment, consultation, _written(each, each["text"]), in_time)
        if each.get("reported"):
            reporter = next(actor for actor in self._people.values() if actor.id != comment.author_id)
            await report_comment(self._session, comment, reporter, Report("other", each["reported"]), at)
        if each.get("withdrawn"):
            await withdraw_comment(self._session, comment, at)
        if each.get("hidden"):
            verdict = Verdict(Action.HIDE, write(each["hidden"], "en"), "abuse")
            await decide(self._session, comment, verdict, self._moderator, at)
        if each.get("disposition"):
            await self._answer(each, comment)

    async def _answer(self, each: Any, comment: Contribution) -> None:
        schedule = self._schedules[each["consultation"]][0]
        at = (schedule.answered_at or self._now - timedelta(days=1)) - timedelta(days=2)
        reason = write(each["reason"], "en", render=render_prose)
        change = write(each.get("change", {}), "en", render=render_prose)
        kind = DispositionKind(each["disposition"])
        await give_disposition(self._session, comment, kind, reason, change, self._editor, at)


def _written(each: Any, text: str) -> Written:
    return Written(
        text=text.strip(),
        html=render_comment(text.strip()),
        lang=each["lang"],
        anonymous=each.get("anonymous", False),
        quote=each.get("quote", ""),
    )
