"""What every private page of a response begins with: the response, its round, what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.deadline import Deadline, make_deadline
from consult.i18n.content import LocalText, pick
from consult.models.submission import Submission, SubmissionState
from consult.submissions.queries import get_own
from consult.submissions.ruling import Ruling, view_ruling
from consult.submissions.targets import Target, target_of
from consult.web.respond import actor_needed
from consult.web.site import Ask, locale_of, site_of

KEY = "/respond/{key:str}"


@dataclass(frozen=True, slots=True)
class Own:
    """A response with the round that it answers."""

    submission: Submission
    target: Target


@dataclass(frozen=True, slots=True)
class OwnView:
    """What templates/submissions/parts.html shows at the top of each private page. `address` is without locale."""

    key: str
    address: str
    title: LocalText
    reference: str
    consultation_address: str
    deadline: Deadline
    ruling: Ruling
    state: str
    is_guest: bool
    is_shared: bool

    @property
    def is_sent(self) -> bool:
        """Whether something of it counts."""
        return self.state == SubmissionState.SENT

    @property
    def is_fixed(self) -> bool:
        """Whether nothing can be written any more: it was taken down."""
        return self.state == SubmissionState.REMOVED


async def find_own(request: Ask, session: AsyncSession, *, hold: bool = False) -> Own:
    """The response that the address names. Raises NotFound, also for other people's."""
    submission = await get_own(session, key_of(request), actor_needed(request), hold=hold)
    return Own(submission, await target_of(session, submission))


def key_of(request: Ask) -> str:
    """The key in the address."""
    return str(request.path_params["key"])


def address_of(submission: Submission) -> str:
    """Where a response's private pages hang from, without locale."""
    return f"/respond/{submission.key}"


def view_own(request: Ask, own: Own) -> OwnView:
    """The top of a private page."""
    submission, target, actor = own.submission, own.target, actor_needed(request)
    locale, now = locale_of(request), site_of(request).clock.now()
    period, slug = target.round.period, target.consultation.slug
    ics = f"/{locale}/consultations/{slug}/deadline.ics"
    return OwnView(
        key=submission.key,
        address=address_of(submission),
        title=pick(target.consultation.title, locale),
        reference=target.consultation.reference,
        consultation_address=f"/consultations/{slug}",
        deadline=make_deadline(
            period, target.round.extensions, locale, now, ics=ics, zone="" if actor.guest else actor.zone
        ),
        ruling=view_ruling(period, submission.begun_at, locale, now),
        state=submission.state,
        is_guest=actor.guest,
        is_shared=submission.organisation_id is not None,
    )


def context_of(request: Ask, own: Own, **more: Any) -> dict[str, Any]:
    """The context that templates of private pages share."""
    return {"response": view_own(request, own), **more}
