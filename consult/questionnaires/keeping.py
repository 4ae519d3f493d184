"""What the desk's forms on questions share: nobody overwrites what somebody else wrote meanwhile."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import FormInvalid, invalid
from consult.models.questionnaire import Content, Question, Section
from consult.questionnaires.composing import fingerprint
from consult.questionnaires.scene import Scene
from consult.questionnaires.service import CHANGED_MEANWHILE, save_questions
from consult.web.forms import Typed
from consult.web.respond import actor_needed
from consult.web.site import Ask


def seen_by(piece: Section | Question | Content, typed: str, failed: FormInvalid | None) -> str:
    """What a form will be compared by: renewed only when its sender was told of a change."""
    told = failed is not None and any(each.message.text == CHANGED_MEANWHILE for each in failed.errors)
    return typed if failed is not None and not told else fingerprint(piece)


def refuse_overtaken(piece: Section | Question | Content, typed: Typed) -> None:
    """Raises FormInvalid where what the form is about was changed since it was shown."""
    if typed["seen"] and typed["seen"] != fingerprint(piece):
        raise invalid("", CHANGED_MEANWHILE)


async def save(request: Ask, session: AsyncSession, scene: Scene, content: Content) -> None:
    """Keep a content for the request's editor."""
    actor: Any = actor_needed(request)
    await save_questions(session, scene.consultation, scene.round_, content, actor, scene.now)
