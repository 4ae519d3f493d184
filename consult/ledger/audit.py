"""The audit log: who did what at the desk."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.response import Audit
from consult.security.actor import Actor


def record(session: AsyncSession, actor: Actor | None, what: str, about: str, now: datetime) -> None:
    """Write one line; `what` such as "round.extended", `about` a reference or an address."""
    session.add(
        Audit(
            actor_id=actor.id if actor else None,
            actor_name=actor.name if actor else "consult",
            what=what,
            about=about[:300],
            at=now,
        )
    )
