"""Numbers without gaps, and tallies, kept in the transaction that makes them true."""

from collections import Counter as Counts
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.ledger import Counter

COUNTERS: Any = Counter.__table__
ROWS = 16
"""Tallies that are added to by one statement."""


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
def _add(rows: int) -> TextClause:
    """As text: what SQLAlchemy makes of several rows in one statement is compiled anew each time, and rows that are sent
    one by one take a way to PostgreSQL and back each."""
    values = ", ".join(f"(:consultation_id, :dimension{at}, :value{at}, :count{at})" for at in range(rows))
    return text(
        f"INSERT INTO tallies (consultation_id, dimension, value, count) VALUES {values} "  # noqa: S608
        "ON CONFLICT (consultation_id, dimension, value) DO UPDATE SET count = tallies.count + excluded.count"
    )


async def take_numbers(session: AsyncSession, name: str, amount: int = 1) -> int:
    """The first of `amount` consecutive numbers of a series, beginning with 1. Others wait for this commit."""
    taken = await session.execute(_take(_dialect_of(session)), {"name": name, "value": amount})
    last = taken.scalar_one()
    return int(last) - amount + 1


async def take_one_of_each(session: AsyncSession, *names: str) -> dict[str, int]:
    """The next number of each series, in one statement. Others wait for this commit; who takes numbers and adds to
    tallies takes the numbers first, or two writers could wait for each other."""
    values = {f"name{at}": name for at, name in enumerate(names)}
    return {row.name: int(row.value) for row in await session.execute(_take_each(len(names)), values)}


@cache
def _take_each(amount: int) -> TextClause:
    values = ", ".join(f"(:name{at}, 1)" for at in range(amount))
    return text(
        f"INSERT INTO counters (name, value) VALUES {values} "  # noqa: S608
        "ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING name, value"
    )


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
