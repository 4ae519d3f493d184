"""A contribution that a request is about, with its consultation; what pages of one have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.queries import (
    find_viewer,
    get_contribution,
)
from consult.consultations.queries import get_consultation
from consult.consultations.views import ConsultationView, view_consultation
from consult.kernel.errors import NotFound
from consult.kernel.events import scopes_with_responses
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, ContributionType, State
from consult.web.respond import Shared
from consult.web.site import Ask, Viewer, actor_of, locale_of, site_of

ONE = "/contributions/{reference:str}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A contribution of the address with its consultation."""

    row: Contribution
    consultation: Consultation
    view: ConsultationView

    @property
    def address(self) -> str:
        """Its own address, without locale."""
        return f"/contributions/{self.row.reference}"


async def find_subject(
    request: Ask, session: AsyncSession, *, own: bool = False, hold: bool = False
) -> Subject:
    """Raises NotFound, also for somebody else's where only one's own will do. `hold` it to change it."""
    actor = actor_of(request)
    row, short = await get_contribution(session, request.path_params["reference"], actor, hold=hold)
    is_own = actor is not None and row.author_id == actor.id and row.type == ContributionType.COMMENT
    if own and not is_own:
        raise NotFound
    consultation = await get_consultation(session, short.slug, actor)
    view = view_consultation(consultation, {}, None, locale_of(request), site_of(request).clock.now())
    return Subject(row, consultation, view)


def sharing_of(request: Ask, subject: Subject, viewer: Viewer) -> dict[str, Any]:
    """Shared by all readers unless it waits for a moderator."""
    if subject.row.state == State.PENDING or subject.consultation.published_at is None:
        return {"viewer": viewer}
    scopes = scopes_with_responses(subject.consultation.id)
    return {"shared": Shared(scopes, subject.view.until, subject.consultation.id)}


async def viewer_of(request: Ask, session: AsyncSession, subject: Subject) -> Viewer:
    actor = actor_of(request)
    return Viewer(*await find_viewer(session, actor.id, subject.consultation.id)) if actor else Viewer()
