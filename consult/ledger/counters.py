"""Numbers without gaps, and tallies, kept in the transaction that makes them true.

Statements are text: what SQLAlchemy makes of several rows in one statement is compiled anew each time, and rows that are
sent one by one take a way to PostgreSQL and back each.
"""

from collections import Counter as Counts
from collections.abc import Iterable, Mapping
from functools import cache

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

ROWS = 16
"""Tallies that are added to by one statement."""


@cache
def _take(rows: int) -> TextClause:
    values = ", ".join(f"(:name{at}, :amount{at})" for at in range(rows))
    return text(
        f"INSERT INTO counters (name, value) VALUES {values} "  # noqa: S608
        "ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING name, value"
    )


@cache
def _add(rows: int) -> TextClause:
    values = ", ".join(f"(:consultation_id, :dimension{at}, :value{at}, :count{at})" for at in range(rows))
    return text(
        f"INSERT INTO tallies (consultation_id, dimension, value, count) VALUES {values} "  # noqa: S608
        "ON CONFLICT (consultation_id, dimension, value) DO UPDATE SET count = tallies.count + excluded.count"
    )


async def take_number(session: AsyncSession, name: str) -> int:
    """The next number of a series, beginning with 1. Others wait for this commit."""
    return (await take_numbers(session, {name: 1}))[name]


async def take_numbers(session: AsyncSession, amounts: Mapping[str, int]) -> dict[str, int]:
    """The first of so many consecutive numbers of each series, in one statement.

    Others wait for this commit; who takes numbers and adds to tallies takes the numbers first, or two writers could wait
    for each other.
    """
    values: dict[str, object] = {}
    for at, (name, amount) in enumerate(sorted(amounts.items())):
        values |= {f"name{at}": name, f"amount{at}": amount}
    taken = await session.execute(_take(len(amounts)), values)
    return {row.name: int(row.value) - amounts[row.name] + 1 for row in taken}


def traits(kind: str, country: str, lang: str, type_: str) -> tuple[tuple[str, str], ...]:
    """The (dimension, value) pairs that one published contribution adds to."""
    pairs = (("type", type_), ("kind", kind), ("country", country), ("lang", lang))
    return tuple((dimension, value) for dimension, value in pairs if value)


async def tally(
    session: AsyncSession, consultation_id: int, pairs: Iterable[tuple[str, str]], by: int = 1
) -> None:
    """Add `by` to each (dimension, value) of a consultation."""
    await tally_many(session, consultation_id, dict.fromkeys(pairs, by))


async def tally_many(
    session: AsyncSession,
    consultation_id: int,
    amounts: Mapping[tuple[str, str], int] | Counts[tuple[str, str]],
) -> None:
    """Add several amounts at once; ordered, so that two writers never wait for each other in a circle."""
    rows = [(*pair, amount) for pair, amount in sorted(amounts.items()) if amount]
    for first in range(0, len(rows), ROWS):
        values: dict[str, object] = {"consultation_id": consultation_id}
        part = rows[first : first + ROWS]
        for at, (dimension, value, amount) in enumerate(part):
            values |= {f"dimension{at}": dimension, f"value{at}": value, f"count{at}": amount}
        await session.execute(_add(len(part)), values)
