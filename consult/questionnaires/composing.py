"""Changing a questionnaire, as plain functions from one content to the next."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from consult.kernel.errors import NotFound, invalid
from consult.kernel.messages import N_
from consult.kernel.translated import Piece, Translated, digest
from consult.models.questionnaire import Content, Question, QuestionKind, Section
from consult.questionnaires.validating import MOST_KEY

RESERVED = "new"
"""No key: it is an address of its own."""
Part = TypeVar("Part", Section, Question)


@dataclass(frozen=True, slots=True)
class Around:
    """A question and the section that it is in."""

    section: Section
    question: Question


def find_section(content: Content, key: str) -> Section:
    """The section with a key. Raises NotFound."""
    found = next((each for each in content.sections if each.key == key), None)
    if found is None:
        raise NotFound
    return found


def find_question(content: Content, key: str) -> Around:
    """The question with a key. Raises NotFound."""
    for section in content.sections:
        for question in section.questions:
            if question.key == key:
                return Around(section, question)
    raise NotFound


def fresh_key(words: str, taken: Collection[str], letter: str) -> str:
    """A key from the words, where they have letters a to z, such as "open-weights"; else "q3" of letter "q"."""
    taken = {*taken, RESERVED}
    named = "-".join(re.findall(r"[a-z0-9]+", words.lower()))[: MOST_KEY - 4].strip("-")
    if named and named not in taken:
        return named
    numbered = (f"{letter}{number}" for number in range(1, len(taken) + 2))
    return next(each for each in numbered if each not in taken)


def keys_of(content: Content) -> set[str]:
    """All keys of sections and questions."""
    return {each.key for each in content.pieces()}


def put_section(content: Content, section: Section) -> Content:
    """With a section changed, or added at the end. The questions stay as they are."""
    known = next((each for each in content.sections if each.key == section.key), None)
    if known is None:
        return msgspec.structs.replace(content, sections=(*content.sections, section))
    kept = msgspec.structs.replace(section, questions=known.questions)
    return _with_sections(content, _replaced(content.sections, kept))


def put_question(content: Content, section_key: str, question: Question) -> Content:
    """With a question changed where it stands, or added at the end of a section. Raises NotFound."""
    section = find_section(content, section_key)
    known = any(each.key == question.key for each in section.questions)
    questions = _replaced(section.questions, question) if known else (*section.questions, question)
    return _with_questions(content, section, questions)


def remove_section(content: Content, key: str) -> Content:
    """Without a section and its questions. Raises FormInvalid where later ones depend on them, NotFound."""
    section = find_section(content, key)
    kept = tuple(each for each in content.sections if each is not section)
    made = _with_sections(content, kept)
    _refuse_dependants(made, {each.key for each in section.questions})
    return made


def remove_question(content: Content, key: str) -> Content:
    """Without a question. Raises FormInvalid where others depend on it, NotFound."""
    around = find_question(content, key)
    kept = tuple(each for each in around.section.questions if each is not around.question)
    made = _with_questions(content, around.section, kept)
    _refuse_dependants(made, {key})
    return made


def move_section(content: Content, key: str, by: int) -> Content:
    """With a section one place up (-1) or down (1); the same at the ends. Raises FormInvalid, NotFound."""
    made = _with_sections(content, _moved(content.sections, find_section(content, key), by))
    return _in_order(made)


def move_question(content: Content, key: str, by: int) -> Content:
    """With a question one place up or down, into the neighbouring section at an end. Raises FormInvalid, NotFound."""
    around = find_question(content, key)
    own = around.section.questions
    place, at = own.index(around.question), content.sections.index(around.section)
    if 0 <= place + by < len(own):
        return _in_order(_with_questions(content, around.section, _moved(own, around.question, by)))
    if not 0 <= at + by < len(content.sections):
        return content
    neighbour = content.sections[at + by]
    theirs = (*neighbour.questions, around.question) if by < 0 else (around.question, *neighbour.questions)
    left = tuple(each for each in own if each is not around.question)
    return _in_order(_with_questions(_with_questions(content, around.section, left), neighbour, theirs))


def letter_only(title: Translated, label: Translated, help: Translated) -> Content:
    """A questionnaire that asks just for a letter, with what supports it."""
    question = Question(key="letter", kind=QuestionKind.LETTER, label=label, help=help, required=True)
    return Content(sections=(Section(key="letter-section", title=title, questions=(question,)),))


def with_original(content: Content, original: str, *, keeps_places: bool) -> Content:
    """A content of elsewhere as one whose words were first written in `original`.

    Words that are not there in that language stay as they are. Without `keeps_places` the sections of the draft that
    questions are about are let go: those of another consultation's drafts.
    """
    made = msgspec.json.decode(msgspec.json.encode(_rebased(content, original)), type=Content)
    if keeps_places:
        return made
    for around in [find_question(made, each.key) for each in made.questions() if each.block]:
        bare = msgspec.structs.replace(around.question, draft="", block="")
        made = put_question(made, around.section.key, bare)
    return made


def _rebased(value: Any, original: str) -> Any:
    if isinstance(value, Translated):
        return _in_first(value, original)
    if isinstance(value, tuple):
        return tuple(_rebased(each, original) for each in value)
    if isinstance(value, msgspec.Struct):
        return type(value)(
            **{name: _rebased(getattr(value, name), original) for name in value.__struct_fields__}
        )
    return value


def _in_first(text: Translated, original: str) -> Translated:
    if text.original == original or not text.get(original):
        return text
    of = digest(text.get(original))
    pieces = {
        lang: Piece(piece.text, piece.html, "" if lang == original else of)
        for lang, piece in text.texts.items()
    }
    return Translated(original, pieces)


def fingerprint(piece: Section | Question | Content) -> str:
    """Changes with whatever a form about this can change; a section's questions have forms of their own."""
    if isinstance(piece, Section):
        piece = msgspec.structs.replace(piece, questions=())
    elif isinstance(piece, Content):
        piece = msgspec.structs.replace(piece, sections=())
    return digest(msgspec.json.encode(piece, order="sorted").decode())


def _moved(pieces: Sequence[Part], piece: Part, by: int) -> tuple[Part, ...]:
    rest = [each for each in pieces if each is not piece]
    rest.insert(max(pieces.index(piece) + by, 0), piece)
    return tuple(rest)


def _replaced(pieces: Sequence[Part], piece: Part) -> tuple[Part, ...]:
    return tuple(piece if each.key == piece.key else each for each in pieces)


def _with_sections(content: Content, sections: tuple[Section, ...]) -> Content:
    return msgspec.structs.replace(content, sections=sections)


def _with_questions(content: Content, section: Section, questions: tuple[Question, ...]) -> Content:
    own = find_section(content, section.key)
    changed = msgspec.structs.replace(own, questions=questions)
    return _with_sections(content, _replaced(content.sections, changed))


def _refuse_dependants(content: Content, gone: Collection[str]) -> None:
    for piece in content.pieces():
        if piece.only_if and piece.only_if.question in gone:
            words = piece.title if isinstance(piece, Section) else piece.label
            text = N_(
                "“%(name)s” is shown only because of an answer to this. Change when that is shown first."
            )
            raise invalid("", text, name=words.source)


def _in_order(content: Content) -> Content:
    """The content, where nothing depends on what comes later. Raises FormInvalid."""
    known: set[str] = set()
    for section in content.sections:
        _refuse_forward(section, known)
        for question in section.questions:
            _refuse_forward(question, known)
            known.add(question.key)
    return content


def _refuse_forward(piece: Section | Question, known: Collection[str]) -> None:
    if piece.only_if and piece.only_if.question not in known:
        words = piece.title if isinstance(piece, Section) else piece.label
        text = N_("“%(name)s” depends on an earlier answer, so it has to stay after that question.")
        raise invalid("", text, name=words.source)
