"""What people have typed and not sent: saved as they type, kept when a session or a round ends, shown on `mine`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import TooLarge
from consult.models.ledger import Unfinished

MOST_FIELDS = 40
MOST_CHARACTERS = 60_000
MOST_TEXTS = 500
SECRETS = frozenset({"csrf", "send_key", "password", "current_password"})
"""Fields that are never kept."""


async def save_unfinished(
    session: AsyncSession, user_id: int, target: str, address: str, fields: Mapping[str, str], now: datetime
) -> None:
    """Keep the fields typed for `target` (the form's action without locale). Blank text removes what was kept.

    Raises TooLarge where somebody has more unsent texts than anybody writes.
    """
    if not any(value.strip() for name, value in fields.items() if name.partition(".")[0] in WORTH_KEEPING):
        await forget_unfinished(session, user_id, target)
        return
    if await _count(session, user_id) >= MOST_TEXTS and not await find_unfinished(session, user_id, target):
        raise TooLarge
    await _upsert(session, user_id, target[:300], address, _within_limits(fields), now)


WORTH_KEEPING = frozenset({"text", "title", "reason", "change", "asked", "said", "did"})
"""A form is unfinished when one of these has words in it, in whatever language (`reason.fr`)."""


async def find_unfinished(session: AsyncSession, user_id: int, target: str) -> Unfinished | None:
    """What a person typed for a target."""
    statement = select(Unfinished).where(Unfinished.user_id == user_id, Unfinished.target == target[:300])
    return (await session.execute(statement)).scalar_one_or_none()


async def list_unfinished(session: AsyncSession, user_id: int) -> list[Unfinished]:
    """All unsent text of a person, the latest first."""
    statement = select(Unfinished).where(Unfinished.user_id == user_id).order_by(Unfinished.saved_at.desc())
    return list((await session.execute(statement)).scalars())


_TABLE: Any = Unfinished.__table__
_FORGET = (
    delete(_TABLE)
    .where(_TABLE.c.user_id == bindparam("user"), _TABLE.c.target == bindparam("of"))
    .returning(_TABLE.c.begun_at)
)
"""Made once, over the table: every form that is sent asks it."""


async def forget_unfinished(session: AsyncSession, user_id: int, target: str) -> datetime | None:
    """It was sent, or thrown away. When it had been begun, None where nothing was kept."""
    found: datetime | None = (await session.execute(_FORGET, {"user": user_id, "of": target[:300]})).scalar()
    return found


def _within_limits(fields: Mapping[str, str]) -> dict[str, str]:
    kept = [(name, value) for name, value in fields.items() if name not in SECRETS]
    return {name[:100]: value[:MOST_CHARACTERS] for name, value in kept[:MOST_FIELDS]}


async def _count(session: AsyncSession, user_id: int) -> int:
    statement = select(func.count()).select_from(Unfinished).where(Unfinished.user_id == user_id)
    return (await session.execute(statement)).scalar_one()


async def _upsert(
    session: AsyncSession, user_id: int, target: str, address: str, fields: dict[str, str], now: datetime
) -> None:
    """One statement, because a page saves as one types and again as it is left, perhaps at the same instant."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Unfinished).values(
        user_id=user_id, target=target, address=address, fields=fields, begun_at=now, saved_at=now
    )
    new = statement.excluded
    kept_address = case((new.address == "", Unfinished.address), else_=new.address)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "target"],
            set_={"fields": new.fields, "saved_at": new.saved_at, "address": kept_address},
        ),
        execution_options={"populate_existing": True},
    )
