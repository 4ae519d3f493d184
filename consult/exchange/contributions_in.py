"""Bringing in contributions from a file of JSON Lines.

The file is read twice over: first every line is checked and put aside in a temporary file, then those that were taken
are put in order (parents may come after their replies) and written in batches. Killed at any point, the same command
goes on where it stopped, because a line is known by (source, id).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consult.db.database import Database
from consult.exchange.batches import Blocks, Target, write_batch
from consult.exchange.lines import LineRefusedError, Prepared, Reader
from consult.exchange.queries import Placed, find_blocks, find_consultation, find_placed
from consult.exchange.reading import JsonLines
from consult.exchange.spill import Spill
from consult.kernel.clock import Clock
from consult.models.consultation import Consultation

SOURCE = "import"


def _no_line(_line: int, _reason: str) -> None:
    """Nobody listens."""


def _no_step(_stage: str, _done: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to do: `type` "" takes each line's own (comment where it has none); `strict` keeps all or nothing."""

    source: str = SOURCE
    type: str = ""
    dry_run: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who is told: of refused lines and of remarks (line, reason), and of progress (stage, done, of)."""

    refused: Callable[[int, str], None] = _no_line
    remark: Callable[[int, str], None] = _no_line
    step: Callable[[str, int, int], None] = _no_step


@dataclass(slots=True)
class Report:
    """What came of it. `extra`: fields that were passed over, by name. `kept`: whether anything was to be written."""

    read: int = 0
    added: int = 0
    there: int = 0
    refused: int = 0
    kept: bool = True
    extra: dict[str, int] = field(default_factory=dict)


async def import_contributions(
    database: Database, slug: str, path: Path, wanted: Wanted, clock: Clock, hearing: Hearing | None = None
) -> Report:
    """Bring the file's contributions into a consultation (slug or reference). Raises NotFound and OSError."""
    spill = Spill()
    try:
        run = _Run(database, spill, wanted, clock, hearing or Hearing())
        return await run.run(slug, path)
    finally:
        spill.close()


class _Run:
    """One import on its way."""

    def __init__(
        self, database: Database, spill: Spill, wanted: Wanted, clock: Clock, hearing: Hearing
    ) -> None:
        self._database = database
        self._spill = spill
        self._wanted = wanted
        self._clock = clock
        self._hearing = hearing
        self._report = Report()

    async def run(self, slug: str, path: Path) -> Report:
        async with self._database.reading() as session:
            consultation = await find_consultation(session, slug)
            blocks = await find_blocks(session, consultation.id)
        self._read(path, consultation.original, blocks)
        await self._find_parents(consultation)
        self._put_in_order()
        self._report.kept = not (self._wanted.dry_run or (self._wanted.strict and self._report.refused))
        if self._report.kept:
            await self._write(Target(consultation, blocks, self._wanted.source))
        elif self._wanted.dry_run:
            await self._compare(consultation)
        return self._report

    def _refuse(self, line: int, reason: str, id: str = "") -> None:
        self._report.refused += 1
        self._hearing.refused(line, reason)
        if id:
            self._spill.note_refused(id, line)

    def _read(self, path: Path, fallback_lang: str, blocks: Blocks) -> None:
        """Check every line for itself."""
        reader = Reader(fallback_lang, self._wanted.type, self._clock.now())
        lines = JsonLines(path)
        for raw in lines:
            self._report.read += 1
            try:
                if raw.reason:
                    raise LineRefusedError(raw.reason)
                self._take(reader.read(raw.number, raw.body), blocks)
            except LineRefusedError as refused:
                self._refuse(raw.number, str(refused), refused.id)
            if self._report.read % 500 == 0:
                self._hearing.step("read", lines.at, lines.size)
        self._hearing.step("read", lines.size, lines.size)
        self._report.extra = reader.extra

    def _take(self, one: Prepared, blocks: Blocks) -> None:
        if one.block and not one.parent and (one.draft, one.block) not in blocks:
            raise LineRefusedError(
                f"there is no block “{one.block}” in a public version of a draft “{one.draft}”", one.id
            )
        if earlier := self._spill.add(one):
            raise LineRefusedError(f"its id “{one.id}” is on line {earlier} already")

    async def _find_parents(self, consultation: Consultation) -> None:
        async with self._database.reading() as session:
            for ids in self._spill.foreign_parents():
                found = await find_placed(session, consultation.id, self._wanted.source, ids)
                self._spill.place(found.items())

    def _put_in_order(self) -> None:
        self._spill.put_in_order()
        for line, _, reason in self._spill.strays():
            self._refuse(line, reason)

    async def _write(self, target: Target) -> None:
        of, done = self._spill.count(), 0
        for batch in self._spill.batches():
            parents = self._parents(batch)
            async with self._database.writing() as session:
                written = await write_batch(session, target, batch, parents, self._clock.now())
            self._spill.place(written.placed.items())
            self._report.added += written.added
            self._report.there += len(batch) - written.added
            for line in written.without_quote:
                self._hearing.remark(
                    line, "its quote is not in the block, so it stands on the block as a whole"
                )
            done += len(batch)
            self._hearing.step("write", done, of)

    def _parents(self, batch: Sequence[Prepared]) -> Mapping[str, Placed]:
        inside = {one.id for one in batch}
        wanted = {one.parent for one in batch if one.parent and one.parent not in inside}
        return {id: placed for id in wanted if (placed := self._spill.placed(id))}

    async def _compare(self, consultation: Consultation) -> None:
        """A dry run: how many are there already."""
        async with self._database.reading() as session:
            for batch in self._spill.batches():
                ids = [one.id for one in batch]
                there = await find_placed(session, consultation.id, self._wanted.source, ids)
                self._report.there += len(there)
                self._report.added += len(batch) - len(there)
