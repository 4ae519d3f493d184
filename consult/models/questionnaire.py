"""A round's questionnaire: what is asked, as data. The same structure is stored, taken away as a file and brought in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.db.types import Json
from consult.kernel.translated import Translated
from consult.models.base import Base, code, pk


class QuestionKind(StrEnum):
    """How a question is answered, and so what its answer's value is.

    SHORT, LONG, LETTER, SECTION: text. ONE: an option's key. SEVERAL and RANKING: a list of options' keys. SCALE: an
    integer from `low` to `high`. MATRIX: {row's key: option's key}. NUMBER: a decimal number as text, "12.5". DATE:
    "2026-12-01". FILES and DOCUMENT: null, their attachments carry the question's key.
    """

    SHORT = "short"
    LONG = "long"
    ONE = "one"
    SEVERAL = "several"
    SCALE = "scale"
    RANKING = "ranking"
    MATRIX = "matrix"
    NUMBER = "number"
    DATE = "date"
    FILES = "files"
    DOCUMENT = "document"
    SECTION = "section"
    LETTER = "letter"


TEXTS = frozenset({QuestionKind.SHORT, QuestionKind.LONG, QuestionKind.SECTION, QuestionKind.LETTER})
"""Kinds that are answered in words."""
UPLOADS = frozenset({QuestionKind.FILES, QuestionKind.DOCUMENT})
"""Kinds that are answered with files."""


class Option(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One choice, or one row of a matrix. `key` stays when the words change."""

    key: str
    label: Translated


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question or section is shown only if an earlier `question` was answered with one of `values`.

    `values` are options' keys, or a scale's numbers as text; none of them means: answered at all.
    """

    question: str
    values: tuple[str, ...] = ()


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question. `key` (letters, digits, hyphens; unique in the questionnaire) stays when the words change.

    `most_words` limits texts; `least`, `most` are bounds of a number ("" for none), of a date, or how many may be chosen;
    `low`, `high` are a scale's ends, `low_label`, `high_label` their words. `draft` and `block` name the section of the
    draft that a SECTION question is about.
    """

    key: str
    kind: QuestionKind
    label: Translated
    help: Translated | None = None
    required: bool = False
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    most_words: int = 0
    least: str = ""
    most: str = ""
    low: int = 1
    high: int = 5
    low_label: Translated | None = None
    high_label: Translated | None = None
    draft: str = ""
    block: str = ""
    only_if: Condition | None = None


class Section(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Questions on one page."""

    key: str
    title: Translated
    help: Translated | None = None
    questions: tuple[Question, ...] = ()
    only_if: Condition | None = None


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a round asks, and how answers may be published.

    `publications` are the ways that respondents may choose from; `per_answer` lets them keep single answers confidential;
    `paired` lets them mark words that the public text leaves out; `readers` is the least staff role that may read what is
    confidential and who sent what bears no name ("editor" or "administrator").
    """

    sections: tuple[Section, ...] = ()
    intro: Translated | None = None
    publications: tuple[str, ...] = ("named", "unnamed", "confidential")
    per_answer: bool = True
    paired: bool = True
    readers: str = "editor"

    def questions(self) -> tuple[Question, ...]:
        """All questions in order."""
        return tuple(question for section in self.sections for question in section.questions)

    def pieces(self) -> tuple[Section | Question, ...]:
        """Sections and questions in order, each section before its questions."""
        pieces: list[Section | Question] = []
        for section in self.sections:
            pieces += [section, *section.questions]
        return tuple(pieces)

    def question(self, key: str) -> Question | None:
        """The question with a key."""
        return next((each for each in self.questions() if each.key == key), None)


class Questionnaire(Base):
    """One edition of a round's questions.

    Edition 1 is changed in place until it is `ready_at`; respondents see nothing before that. Once the round is open and
    the questions are ready, only words change: each change is a new edition of the same `shape` with a public `note`.
    `version` counts saves, so that two editors don't overwrite each other.
    """

    __tablename__ = "questionnaires"
    __table_args__ = (UniqueConstraint("round_id", "edition"),)

    id: Mapped[pk]
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    edition: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, object]] = mapped_column(Json)
    shape: Mapped[code] = mapped_column(default="")
    note: Mapped[Translated | None]
    version: Mapped[int] = mapped_column(default=1)
    ready_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]

    def read(self) -> Content:
        """The content as a value."""
        return msgspec.convert(self.content, Content)
