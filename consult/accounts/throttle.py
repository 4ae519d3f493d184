"""Counting failed attempts, so that guessing is slow and nobody is locked out.

Two counters a try: one for an address as tried from one network, one for all that comes from that network. The right
password from elsewhere always works. Keys are HMACs that change daily; no address of a reader is kept (and after
its window a counter is removed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.models.people import Attempt
from consult.security.tokens import keyed_hash

WINDOW = timedelta(minutes=15)
MAILS = 5
"""Mails to one address in a window that somebody who is not signed in can cause."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often in a window: for one address from one network, and for one network."""

    address: int
    network: int


LIMITS = {
    "sign-in": Limits(10, 100),
    "register": Limits(5, 40),
    "reset": Limits(5, 40),
    "guest": Limits(10, 100),
    "resume": Limits(5, 40),
    "organisation": Limits(20, 100),
    "form": Limits(20, 200),
}


@dataclass(frozen=True, slots=True)
class Meter:
    """A counter and how far it may go."""

    key: str
    most: int


def network_of(client: tuple[str, int] | None) -> str:
    """The network of a connection's peer: /24 of IPv4, /56 of IPv6 (what one household or office is given)."""
    try:
        address = ip_address(client[0]) if client else None
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address is None:
        return ""
    return str(ip_network((address, 24 if isinstance(address, IPv4Address) else 56), strict=False))


def meters(secret: str, purpose: str, address: str, network: str, now: datetime) -> tuple[Meter, Meter]:
    """The counters of one try, the address's first."""
    limits, day = LIMITS[purpose], now.date().isoformat()
    who = address.strip().lower()
    return (
        Meter(keyed_hash(secret, "attempt", day, purpose, network, who), limits.address),
        Meter(keyed_hash(secret, "attempt", day, purpose, network), limits.network),
    )


def mail_meter(secret: str, address: str, now: datetime) -> Meter:
    """The counter of mails to an address."""
    return Meter(
        keyed_hash(secret, "attempt", now.date().isoformat(), "mail", address.strip().lower()), MAILS
    )


async def count_attempt(database: Database, counted: Sequence[Meter], now: datetime) -> timedelta | None:
    """Count one try before it is made; how long to wait where that is one too many, else None.

    Commits by itself: what a failed try rolls back must not take its count along. Counting first, so that many tries
    at the same instant can't pass together.
    """
    async with database.writing() as session:
        await session.execute(delete(Attempt).where(Attempt.window_ends_at <= now))
        waits = [await _count(session, meter, now) for meter in sorted(counted, key=lambda each: each.key)]
    return max((wait for wait in waits if wait is not None), default=None)


async def forgive(session: AsyncSession, counted: Sequence[Meter]) -> None:
    """The try was right: it doesn't count, and neither do the earlier ones for its address."""
    address, *others = counted
    await session.execute(delete(Attempt).where(Attempt.key == address.key))
    for meter in others:
        await session.execute(
            update(Attempt).where(Attempt.key == meter.key, Attempt.count > 0).values(count=Attempt.count - 1)
        )


async def _count(session: AsyncSession, meter: Meter, now: datetime) -> timedelta | None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Attempt).values(key=meter.key, count=1, window_ends_at=now + WINDOW)
    counting = statement.on_conflict_do_update(
        index_elements=["key"], set_={"count": Attempt.count + 1}
    ).returning(Attempt.count, Attempt.window_ends_at)
    count, ends_at = (await session.execute(counting)).one()
    return ends_at - now if count > meter.most else None
