"""What was answered, in words: one way for the page, the files, the search index and the receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup, escape

from consult.i18n.formats import formats
from consult.kernel.translated import Translated
from consult.models.questionnaire import TEXTS, Option, Question, QuestionKind


def in_lang(text: Translated | None, lang: str) -> str:
    """A text of the questionnaire in a language, else in its original."""
    return (text.get(lang) or text.source) if text else ""


def lang_of(text: Translated | None, lang: str) -> str:
    """The language that `in_lang` gives a text in."""
    return lang if text is None or text.get(lang) else text.original


def say_answer(question: Question, value: object, lang: str) -> str:
    """An answer in words; "" for none. Lines are parted by line ends."""
    if value in (None, "", [], {}):
        return ""
    if question.kind in TEXTS:
        return str(value)
    if isinstance(value, Mapping):
        return "\n".join(_row(question, row, chosen, lang) for row, chosen in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        names = [_label(question.options, str(each), lang) for each in value]
        is_ranked = question.kind is QuestionKind.RANKING
        return "\n".join(f"{place}. {name}" if is_ranked else name for place, name in enumerate(names, 1))
    return _one(question, value, lang)


def _one(question: Question, value: object, lang: str) -> str:
    if question.kind is QuestionKind.ONE:
        return _label(question.options, str(value), lang)
    if question.kind is QuestionKind.SCALE:
        return f"{value} ({question.low}–{question.high})"
    if question.kind is QuestionKind.DATE:
        return formats(lang).date(date.fromisoformat(str(value)))
    return str(value)


def _row(question: Question, row: str, chosen: object, lang: str) -> str:
    colon = formats(lang).colon
    return f"{_label(question.rows, row, lang)}{colon}{_label(question.options, str(chosen), lang)}"


def _label(options: Sequence[Option], key: str, lang: str) -> str:
    return next((in_lang(each.label, lang) for each in options if each.key == key), key)


def plain_html(text: str) -> Markup:
    """Plain text as paragraphs, its line ends kept."""
    paragraphs = [part.strip("\n") for part in text.replace("\r\n", "\n").split("\n\n")]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in part.split("\n")))
        for part in paragraphs
        if part.strip()
    )
