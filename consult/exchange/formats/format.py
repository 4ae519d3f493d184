"""What a file format is to the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consult.exchange.contributions_out import ContributionRecord


@dataclass(frozen=True, slots=True)
class Format:
    """`begin` makes the first bytes for columns of these names, `write` the bytes of some records."""

    media_type: str
    begin: Callable[[Sequence[str]], bytes]
    write: Callable[[Sequence[ContributionRecord]], bytes]
