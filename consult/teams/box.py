"""The team in brief, for a response's overview and the page on which it is checked before sending."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.submission import Submission
from consult.organisations.queries import members_of
from consult.submissions.targets import Target
from consult.teams.notes import count_open
from consult.teams.sign_offs import organisation_name
from consult.teams.standing import Standing, find_standing
from consult.web.respond import actor_needed
from consult.web.site import Ask, locale_of


@dataclass(frozen=True, slots=True)
class TeamBox:
    """What the overview and the check page say of the team; addresses without locale."""

    address: str
    organisation: str
    members: tuple[str, ...]
    standing: Standing
    open_notes: int

    @property
    def may_send(self) -> bool:
        """Whether the reader may send the response as it is now."""
        return self.standing.may_send


async def show_team_box(
    request: Ask, session: AsyncSession, submission: Submission, target: Target
) -> TeamBox | None:
    """The team in brief, None where nobody shares the response."""
    if submission.organisation_id is None:
        return None
    name = await organisation_name(session, submission.organisation_id)
    return TeamBox(
        address=f"/respond/{submission.key}/team",
        organisation=name,
        members=tuple(each.name for each in await members_of(session, submission.organisation_id)),
        standing=await find_standing(
            session, submission, target, actor_needed(request), name, locale_of(request)
        ),
        open_notes=await count_open(session, submission.id),
    )
