"""Filters and counts over all that a query matches, a segment at a time, on columns in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import reduce

import numpy as np

from consult.search.port import FACETS, TIMELINE, FacetValue
from consult.search.postings import Mask
from consult.search.segments import SegmentView

COUNTED = (*FACETS, TIMELINE)
Filters = Mapping[str, tuple[str, ...]]


class FacetCounts:
    """Counts that grow segment by segment."""

    def __init__(self, filters: Filters) -> None:
        self._filters = {name: values for name, values in filters.items() if values and name in COUNTED}
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}

    def take(self, view: SegmentView, matching: Mask) -> Mask:
        """Count a segment's matches of the query and return those that pass all filters."""
        masks = {name: view.column(name).mask(values, view.size) for name, values in self._filters.items()}
        passing = _all([matching, *masks.values()])
        for name in COUNTED:
            # A facet is counted without its own filter, so that a chosen value's siblings keep their counts.
            others = [mask for other, mask in masks.items() if other != name]
            counted = _all([matching, *others]) if name in masks else passing
            column = view.column(name)
            counts = column.counts(counted)
            for code in np.flatnonzero(counts):
                self._counts[name][column.values[code]] += int(counts[code])
        return passing

    def result(self) -> dict[str, tuple[FacetValue, ...]]:
        """All facets: values by count, years and months by time; a value that is filtered by stays even with none."""
        for name, values in self._filters.items():
            for value in values:
                self._counts[name].setdefault(value, 0)
        return {
            name: tuple(FacetValue(*pair) for pair in _ordered(name, self._counts[name])) for name in COUNTED
        }


def _all(masks: list[Mask]) -> Mask:
    return reduce(np.logical_and, masks)


def _ordered(name: str, counts: Counter[str]) -> Iterable[tuple[str, int]]:
    if name == TIMELINE:
        return sorted(counts.items())
    if name == "year":
        return sorted(counts.items(), reverse=True)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
