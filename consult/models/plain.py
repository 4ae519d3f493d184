"""Plain INSERTs of mapped objects, for what happens often: the unit of work around one costs as much again."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached

from consult.models.base import Base

Defaults = tuple[tuple[str, Any], ...]
"""Columns beside `id`, and the value of each that is not set; None for those that have none."""


async def insert_one(session: AsyncSession, new: Base) -> None:
    """Insert an object whose key is `id`, which it has afterwards; then it is the session's like any other."""
    statement, defaults = _of(type(new))
    for name, default in defaults:
        if name not in new.__dict__:
            setattr(new, name, default)
    values = {name: new.__dict__[name] for name, _ in defaults}
    new.id = (await session.execute(statement, values)).scalar_one()  # type: ignore[attr-defined]
    make_transient_to_detached(new)
    session.add(new)


@cache
def _of(model: type[Base]) -> tuple[Any, Defaults]:
    """Made once: building a statement takes longer than running it."""
    table: Any = model.__table__
    others = [column for column in table.columns if column.key != "id"]
    return insert(table).returning(table.c.id), tuple((each.key, _default(each)) for each in others)


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    if not column.default.is_scalar:
        raise TypeError(f"{column}: its default is made anew for each row")
    return column.default.arg
