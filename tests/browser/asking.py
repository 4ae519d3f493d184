"""A round that asks a question of every kind, in English and Arabic."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation
from consult.i18n.content import write
from consult.kernel.translated import Translated
from consult.models.document import Block, Draft, Version
from consult.models.questionnaire import Condition, Content, Option, Question, QuestionKind, Section
from consult.questionnaires.composing import find_question, put_question
from consult.questionnaires.service import (
    begin_questions,
    begin_rewording,
    make_ready,
    publish_rewording,
    save_questions,
)
from consult.security.actor import Actor

COMPOSED = "responsible-disclosure"
REWORDED = "frontier-model-definition"


def said(english: str, arabic: str = "") -> Translated:
    """Words in both languages."""
    return write({"en": english, "ar": arabic}, "en")


def options(**words: str) -> tuple[Option, ...]:
    """Options by key, "English|Arabic"."""
    return tuple(Option(key=key, label=said(*text.split("|"))) for key, text in words.items())


ANSWERS = options(yes="Yes|نعم", partly="Partly|جزئيًا", no="No|لا")
WORDS: dict[QuestionKind, Translated] = {
    QuestionKind.SHORT: said(
        "In what role do you work with frontier models?", "بأي صفة تعملون مع النماذج الحدودية؟"
    ),
    QuestionKind.ONE: said("Should open weights be covered?", "هل ينبغي شمول الأوزان المفتوحة؟"),
    QuestionKind.LONG: said("Why not?", "لمَ لا؟"),
    QuestionKind.SEVERAL: said("What concerns you most?", "ما الذي يقلقكم أكثر؟"),
    QuestionKind.SCALE: said("How urgent is a common threshold?", "ما مدى إلحاح وضع عتبة مشتركة؟"),
    QuestionKind.RANKING: said("Put these safeguards in order", "رتّبوا هذه الضمانات"),
    QuestionKind.MATRIX: said(
        "How well does the draft cover these risks?", "ما مدى تغطية المسودة لهذه المخاطر؟"
    ),
    QuestionKind.NUMBER: said(
        "How many people work on safety where you are?", "كم شخصًا يعمل على السلامة لديكم؟"
    ),
    QuestionKind.DATE: said("Since when do you evaluate models?"),
    QuestionKind.SECTION: said("What should change in this section?", "ما الذي ينبغي تغييره في هذا القسم؟"),
    QuestionKind.FILES: said("Add what supports your answers", "أضيفوا ما يدعم إجاباتكم"),
    QuestionKind.DOCUMENT: said("Add a response that you wrote elsewhere", "أضيفوا ردًا كتبتموه في مكان آخر"),
    QuestionKind.LETTER: said("What else do you want to tell us?", "ماذا تودون إخبارنا به أيضًا؟"),
}


def every_kind(draft: str = "", block: str = "") -> Content:
    """All kinds in two sections; why not is asked only of who said no."""
    kinds = [kind for kind in WORDS if kind is not QuestionKind.LETTER]
    about = Section(
        key="about",
        title=said("Open weights", "الأوزان المفتوحة"),
        help=said("These questions are about models that anybody can download."),
        questions=tuple(_ask(kind, draft, block) for kind in kinds),
    )
    last = Section(key="last", title=said("Anything else"), questions=(_ask(QuestionKind.LETTER, "", ""),))
    intro = said("Thank you for taking the time.", "شكرًا لوقتكم.")
    return Content(sections=(about, last), intro=intro)


def _ask(kind: QuestionKind, draft: str, block: str) -> Question:
    question = Question(
        key=kind.value, kind=kind, label=WORDS[kind], help=said("As well as you can.", "قدر الإمكان.")
    )
    more: dict[QuestionKind, dict[str, object]] = {
        QuestionKind.ONE: {"options": ANSWERS, "required": True},
        QuestionKind.LONG: {
            "only_if": Condition(question="one", values=("no",)),
            "most_words": 100,
            "required": True,
        },
        QuestionKind.SEVERAL: {"options": ANSWERS, "most": "2"},
        QuestionKind.SCALE: {"low": 0, "high": 10, "low_label": said("Not at all", "إطلاقًا"),
                             "high_label": said("Needed today", "مطلوب اليوم")},
        QuestionKind.RANKING: {"options": ANSWERS},
        QuestionKind.MATRIX: {"options": ANSWERS, "rows": options(cost="Cost|التكلفة", abuse="Abuse|إساءة الاستخدام")},
        QuestionKind.NUMBER: {"least": "0"},
        QuestionKind.SECTION: {"draft": draft, "block": block},
    }  # fmt: skip
    return msgspec.structs.replace(question, **more.get(kind, {}))


async def ask_everything(session: AsyncSession, editor: Actor, now: datetime) -> None:
    """One round whose questions are being composed; one whose wording changed and is to change again."""
    consultation = await get_consultation(session, COMPOSED, editor)
    round_ = consultation.rounds[0]
    content = every_kind("disclosure", await _heading(session, "disclosure"))
    await begin_questions(session, consultation, round_, content, editor, now)
    consultation = await get_consultation(session, REWORDED, editor)
    round_ = consultation.rounds[0]
    await begin_questions(session, consultation, round_, every_kind(), editor, now)
    await make_ready(session, consultation, round_, editor, now)
    await begin_rewording(session, consultation, round_, editor, now)
    words = find_question(every_kind(), "long").question
    changed = msgspec.structs.replace(words, label=said("Why should they stay outside?", "لماذا تبقى خارجًا؟"))
    await save_questions(
        session, consultation, round_, put_question(every_kind(), "about", changed), editor, now
    )
    note = said("Some readers had misunderstood a question.")
    await publish_rewording(session, consultation, round_, note, editor, now)
    await begin_rewording(session, consultation, round_, editor, now)


async def _heading(session: AsyncSession, draft: str) -> str:
    statement = select(Block.key).join(Version, Version.id == Block.version_id).join(Draft)
    statement = statement.where(
        Draft.slug == draft, Block.kind == "heading", Version.published_at.is_not(None)
    )
    newest = statement.order_by(Version.number.desc(), Block.position).offset(1).limit(1)
    return str((await session.execute(newest)).scalar_one())
