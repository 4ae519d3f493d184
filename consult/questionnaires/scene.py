"""A round's questions as the desk's handlers find them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.desk_queries import get_round
from consult.consultations.queries import get_consultation
from consult.i18n.content import LocalText, pick
from consult.kernel.errors import Conflict, NotFound
from consult.models.consultation import Consultation, Round
from consult.models.questionnaire import Content, Questionnaire
from consult.questionnaires.forms import Frame
from consult.questionnaires.queries import latest_edition
from consult.questionnaires.service import NOT_NOW
from consult.questionnaires.stages import Stage, stage_of
from consult.security.permissions import Permission
from consult.web.site import Ask, actor_of, locale_of, site_of

HERE = "/desk/consultations/{slug:str}/rounds/{number:int}/questions"
AT = "/desk/consultations/{slug}/rounds/{number}/questions"
SECTION = HERE + "/sections/{section:str}"
ASKED = HERE + "/asked/{question:str}"
EDIT = {"permission": Permission.EDIT}


@dataclass(frozen=True, slots=True)
class SceneView:
    """Where one is, for every page on a round's questions; `here` is the overview's address without locale."""

    title: LocalText
    reference: str
    slug: str
    number: int
    here: str
    stage: Stage
    edition: int
    is_published: bool

    @property
    def may_change(self) -> bool:
        """Whether anything can be changed."""
        return self.stage in (Stage.COMPOSING, Stage.REWORDING)

    @property
    def is_fixed(self) -> bool:
        """Whether only words can be changed."""
        return self.stage is Stage.REWORDING


@dataclass(frozen=True, slots=True)
class Scene:
    """A round, its newest questions (None where nobody has begun) and what can be done with them."""

    consultation: Consultation
    round_: Round
    latest: Questionnaire | None
    stage: Stage
    now: datetime

    @property
    def content(self) -> Content:
        """What is asked. Raises NotFound where nobody has begun."""
        if self.latest is None:
            raise NotFound
        return self.latest.read()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that words are wanted in, the original first."""
        wanted = (self.consultation.original, *self.consultation.languages)
        return tuple(dict.fromkeys(wanted))

    @property
    def here(self) -> str:
        """The overview's address, without locale."""
        return f"/desk/consultations/{self.consultation.slug}/rounds/{self.round_.number}/questions"

    @property
    def frame(self) -> Frame:
        """What the forms stand in. Raises Conflict where nothing can be changed now, NotFound."""
        content = self.content
        if self.stage not in (Stage.COMPOSING, Stage.REWORDING):
            raise Conflict(NOT_NOW)
        return Frame(content, self.languages, self.stage is Stage.REWORDING)

    def view(self, locale: str) -> SceneView:
        """Where one is, in a language."""
        return SceneView(
            title=pick(self.consultation.title, locale),
            reference=self.consultation.reference,
            slug=self.consultation.slug,
            number=self.round_.number,
            here=self.here,
            stage=self.stage,
            edition=self.latest.edition if self.latest else 0,
            is_published=self.consultation.published_at is not None,
        )


async def scene_of(request: Ask, session: AsyncSession) -> Scene:
    """The scene that a request's address names. Raises NotFound."""
    consultation = await get_consultation(session, request.path_params["slug"], actor_of(request))
    round_ = get_round(consultation, request.path_params["number"])
    latest, now = await latest_edition(session, round_.id), site_of(request).clock.now()
    return Scene(consultation, round_, latest, stage_of(latest, round_, now), now)


def scene_context(request: Ask, scene: Scene) -> dict[str, object]:
    """What every template on a round's questions sees."""
    return {"s": scene.view(locale_of(request))}
