"""Questions as respondents will see them, in any language of the site, whatever language the desk is in."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.locales import CODES, direction, language_name
from consult.models.questionnaire import Content, Question, Section
from consult.questionnaires.queries import find_passages
from consult.questionnaires.scene import Scene
from consult.questionnaires.views import view_sections
from consult.web.site import Ask, locale_of, site_of

MACROS = "macros/questions.html"


@dataclass(frozen=True, slots=True)
class Preview:
    """Safe HTML in one of the site's languages; `languages` to choose from: (code, name)."""

    html: Markup
    lang: str
    dir: str
    languages: tuple[tuple[str, str], ...]


def preview_language(request: Ask, scene: Scene, wanted: str) -> str:
    """The language of a preview: the one asked for, else the desk's own where it is offered, else the original."""
    offered = [code for code in scene.languages if code in CODES]
    here = locale_of(request)
    return next((each for each in (wanted, here, *offered) if each in offered), here)


async def preview_questionnaire(request: Ask, session: AsyncSession, scene: Scene, lang: str) -> Preview:
    """All sections, one after the other."""
    return await _preview(request, session, scene, scene.content, "sections", lang)


async def preview_question(
    request: Ask, session: AsyncSession, scene: Scene, question: Question, lang: str
) -> Preview:
    """One question, as if its condition were met."""
    free = msgspec.structs.replace(question, only_if=None)
    alone = Content(sections=(Section(key="preview", title=question.label, questions=(free,)),))
    return await _preview(request, session, scene, alone, "alone", lang)


async def _preview(
    request: Ask, session: AsyncSession, scene: Scene, content: Content, macro: str, lang: str
) -> Preview:
    about = scene.consultation
    passages = await find_passages(session, about.id, about.slug, content.questions(), lang)
    draw = site_of(request).renderer.macro(lang, MACROS, macro)
    names = tuple(
        (code, language_name(code, locale_of(request))) for code in scene.languages if code in CODES
    )
    html = Markup(draw(view_sections(content, {}, lang, passages)))  # noqa: S704 - our own template's
    return Preview(html, lang, direction(lang), names)
