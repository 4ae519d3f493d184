"""Giving an answer that was typed: from a form to the service."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import Conflict
from consult.responses.forms import Answer, overtaken
from consult.responses.queries import lock_contribution
from consult.responses.service import check_unchanged, give_disposition
from consult.security.actor import Actor
from consult.web.forms import Typed


async def give(
    session: AsyncSession,
    reference: str,
    answer: Answer,
    actor: Actor,
    now: datetime,
    typed: Typed,
    seen: str,
) -> None:
    """Raises FormOvertaken where the contribution or its answer changed meanwhile."""
    contribution = await lock_contribution(session, reference)
    try:
        await check_unchanged(session, contribution, seen)
        await give_disposition(session, contribution, answer.kind, answer.reason, answer.change, actor, now)
    except Conflict as error:
        raise overtaken(error, typed) from None
