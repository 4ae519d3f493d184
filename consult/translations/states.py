"""Where the translation of a block stands, and how far that of a version is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from consult.kernel.messages import N_


class BlockState(StrEnum):
    """`ready`: done and not public yet; `published`: what readers see, made from the present original."""

    MISSING = "missing"
    STALE = "stale"
    IN_WORK = "in-work"
    READY = "ready"
    PUBLISHED = "published"


STATES: dict[BlockState, str] = {
    BlockState.MISSING: N_("Not translated yet"),
    BlockState.STALE: N_("Translation out of date"),
    BlockState.IN_WORK: N_("In work"),
    BlockState.READY: N_("Ready to publish"),
    BlockState.PUBLISHED: N_("Published"),
}
DONE = frozenset({BlockState.READY, BlockState.PUBLISHED})


def state_of(now: str, text_of: str | None, work_of: str | None, ready: bool) -> BlockState:
    """The state from digests of originals: `now` the present one; that which the public text and the work in progress
    were made from, None where there is none."""
    if work_of is not None:
        return BlockState.READY if ready and work_of == now else BlockState.IN_WORK
    if text_of is None:
        return BlockState.MISSING
    return BlockState.PUBLISHED if text_of == now else BlockState.STALE


@dataclass(frozen=True, slots=True)
class Progress:
    """How many blocks of a version are in each state in one language."""

    missing: int = 0
    stale: int = 0
    in_work: int = 0
    ready: int = 0
    published: int = 0

    @property
    def total(self) -> int:
        """All blocks."""
        return self.missing + self.stale + self.in_work + self.ready + self.published

    @property
    def done(self) -> int:
        """Blocks that wait for no translator."""
        return self.ready + self.published

    @property
    def to_do(self) -> int:
        """Blocks that wait for a translator."""
        return self.total - self.done


def count_progress(states: Iterable[BlockState]) -> Progress:
    """How many of each."""
    found = list(states)
    return Progress(*(found.count(state) for state in BlockState))
