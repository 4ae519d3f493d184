"""Numbers without gaps, and tallies, kept in the transaction that makes them true."""

from collections import Counter as Counts
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.ledger import Counter, Tally

COUNTERS: Any = Counter.__table__
TALLIES: Any = Tally.__table__


def _dialect_of(session: AsyncSession) -> str:
    return session.get_bind().dialect.name


def _insert(dialect: str, table: Any) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


@cache
def _take(dialect: str) -> Any:
    statement = _insert(dialect, COUNTERS)
    return statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": COUNTERS.c.value + statement.excluded.value}
    ).returning(COUNTERS.c.value)


@cache
def _add(dialect: str) -> Any:
    """Made once and sent row by row: a statement with many rows in it would be compiled anew each time."""
    statement = _insert(dialect, TALLIES)
    return statement.on_conflict_do_update(
        index_elements=["consultation_id", "dimension", "value"],
        set_={"count": TALLIES.c.count + statement.excluded.count},
    )


async def take_numbers(session: AsyncSession, name: str, amount: int = 1) -> int:
    """The first of `amount` consecutive numbers of a series, beginning with 1. Others wait for this commit."""
    taken = await session.execute(_take(_dialect_of(session)), {"name": name, "value": amount})
    last = taken.scalar_one()
    return int(last) - amount + 1


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
    rows = [
        {"consultation_id": consultation_id, "dimension": dimension, "value": value, "count": amount}
        for (dimension, value), amount in sorted(amounts.items())
        if amount
    ]
    if rows:
        await session.execute(_add(_dialect_of(session)), rows)
