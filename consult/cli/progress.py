"""Progress of long work, shown only to somebody who is watching a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Steps:
    """A bar for each stage; says nothing where standard error is no terminal."""

    def __init__(self, **stages: str) -> None:
        self._stages = stages
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def step(self, stage: str, done: int, of: int) -> None:
        """`done` of `of` are done in a stage."""
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(self._stages.get(stage, stage), total=of)
        self._progress.update(self._bars[stage], completed=done, total=of)
