"""Two servers measured in turns, so that a machine whose speed drifts slows both alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from tests.bench.client import Load
from tests.bench.servers import Server

Run = Callable[[], Load]


@dataclass(frozen=True, slots=True)
class Side:
    """A server and how it is loaded."""

    server: Server
    run: Run


@dataclass(frozen=True, slots=True)
class Taken:
    """A side's rounds: answers a second, processor milliseconds an answer, and every load."""

    rates: list[float]
    costs: list[float]
    loads: list[Load]

    @property
    def rate(self) -> float:
        """Answers a second, the median of the rounds."""
        return median(self.rates)

    @property
    def cost(self) -> float:
        """Processor milliseconds an answer, the median of the rounds."""
        return median(self.costs)

    def percentile(self, share: float) -> float:
        """Seconds within which that share of all answers came."""
        waits = sorted(wait for load in self.loads for wait in load.waits)
        return waits[min(int(len(waits) * share), len(waits) - 1)]


@dataclass(frozen=True, slots=True)
class Compared:
    """Ours against theirs, round by round."""

    ours: Taken
    theirs: Taken

    @property
    def ratio(self) -> float:
        """Our rate as a share of theirs: the median of the rounds' own ratios."""
        return median(a / b for a, b in zip(self.ours.rates, self.theirs.rates, strict=True))

    @property
    def detail(self) -> str:
        """Both sides' figures."""
        return (
            f"{self.ours.rate:,.0f}/s at {self.ours.cost:.2f} ms of processor against {self.theirs.rate:,.0f}/s at "
            f"{self.theirs.cost:.2f} ms: by processor time {self.theirs.cost / self.ours.cost:.2f}"
        )


def compare(ours: Side, theirs: Side, rounds: int) -> Compared:
    """Ours, theirs, ours, theirs … after one round of each that does not count."""
    sides = (ours, theirs)
    taken = tuple(Taken([], [], []) for _ in sides)
    for number in range(rounds + 1):
        for side, of in zip(sides, taken, strict=True):
            before = side.server.cpu()
            load = side.run()
            cost = (side.server.cpu() - before) / len(load.waits) * 1000
            if number:
                of.rates.append(load.rate)
                of.costs.append(cost)
                of.loads.append(load)
    return Compared(*taken)
