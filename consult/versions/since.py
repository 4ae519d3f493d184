"""What changed in a version since the one before it, as the text itself says it: a note at each block, a line for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.blocks import BlockKind
from consult.documents.views import BlockView, ChangeNote, beginning
from consult.i18n.content import pick
from consult.kernel.messages import N_
from consult.models.version import Change, Match, MatchKind

LABELS: dict[MatchKind, str] = {
    MatchKind.EDITED: N_("Changed since version %(before)s"),
    MatchKind.MOVED: N_("Moved since version %(before)s"),
    MatchKind.SPLIT: N_("Split since version %(before)s"),
    MatchKind.MERGED: N_("Merged since version %(before)s"),
    MatchKind.ADDED: N_("New in version %(now)s"),
}
"""What is said at a block that is not as it was."""
MOVED_AND_CHANGED = N_("Moved and changed since version %(before)s")
MOST_REASON = 200
"""Letters of a reason; a longer one is read in full on the page that compares."""


@dataclass(frozen=True, slots=True)
class Since:
    """What changed from version `before` to `now`: how much, the address (with locale) that compares, notes by key."""

    before: int = 0
    now: int = 0
    count: int = 0
    address: str = ""
    notes: Mapping[str, ChangeNote] = field(default_factory=dict)

    def noted(self, blocks: Iterable[BlockView]) -> list[BlockView]:
        """The blocks with their notes; a table that is new as a whole has one, at its first row."""
        noted = [replace(block, changed=self.notes.get(block.key)) for block in blocks]
        return [block for _, run in groupby(noted, _table) for block in _told_once(list(run))]


def _table(block: BlockView) -> int:
    return block.group if block.kind is BlockKind.TABLE_ROW else 0


def _told_once(run: list[BlockView]) -> list[BlockView]:
    notes = [block.changed for block in run if block.changed and block.changed.is_new]
    if not _table(run[0]) or len(notes) < len(run):
        return run
    return [
        replace(run[0], changed=replace(notes[0], of_table=True)),
        *(replace(row, changed=None) for row in run[1:]),
    ]


async def load_since(
    session: AsyncSession, version_id: int, since: Since, keys: Sequence[str], locale: str
) -> Since:
    """`since` with what was found when the version was made: no text is read, whatever its length.

    Notes are for the blocks `keys`. A first version, whose `before` is 0, asks nothing.
    """
    if not since.before:
        return since
    rows = (await session.execute(_changed(version_id, keys))).all()
    # Blocks that were merged are one change, as on the page that compares.
    counted = {(row.kind, row.key if row.kind == MatchKind.MERGED else row.id) for row in rows}
    shown = set(keys)
    notes = {row.key: _note(row, since, locale) for row in rows if row.key in shown}
    return replace(since, count=len(counted), notes=notes)


def _changed(version_id: int, keys: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """All blocks that are not as they were; why, of those that are shown."""
    told = and_(Change.version_id == Match.version_id, Change.key == Match.key, Match.key.in_(keys))
    return (
        select(Match.id, Match.key, Match.kind, Match.edited, Change.reason)
        .outerjoin(Change, told)
        .where(Match.version_id == version_id, or_(Match.kind != MatchKind.UNCHANGED, Match.edited))
        .order_by(Match.id)
    )


def _note(row: Row[Any], since: Since, locale: str) -> ChangeNote:
    kind = MatchKind(row.kind)
    reason = pick(row.reason, locale) if row.reason else None
    return ChangeNote(
        label=MOVED_AND_CHANGED if kind is MatchKind.MOVED and row.edited else LABELS[kind],
        before=since.before,
        now=since.now,
        address=f"{since.address}#change-{row.key}",
        is_new=kind is MatchKind.ADDED,
        reason=replace(reason, text=beginning(reason.text, MOST_REASON)) if reason else None,
    )
