"""A questionnaire as a file: taken away, changed elsewhere if need be, and brought in."""

from __future__ import annotations

from typing import Any

import msgspec

from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.kernel.messages import N_
from consult.models.questionnaire import Content, QuestionKind
from consult.questionnaires.composing import with_original
from consult.questionnaires.validating import Flaw, find_flaws
from consult.questionnaires.wording import KINDS

FORMAT = "consult-questionnaire-1"
MOST_BYTES = 1024 * 1024
MOST_TOLD = 20
"""Flaws that are told at once."""


class QuestionnaireFile(msgspec.Struct, frozen=True):
    """What is in a file: its format, the language that words were written in first, the content."""

    format: str
    original: str
    content: Content


def write_file(content: Content, original: str) -> bytes:
    """The file, readable for people as well."""
    made = msgspec.json.encode(QuestionnaireFile(FORMAT, original, content))
    return msgspec.json.format(made, indent=2) + b"\n"


def read_file(body: bytes, original: str) -> Content:
    """The content of a file. Raises FormInvalid about `file`, in words for who brings it in."""
    if len(body) > MOST_BYTES:
        raise _invalid(Message(N_("This file is larger than 1 MB: it is no questionnaire.")))
    raw = _parse(body)
    _refuse_kinds(raw)
    try:
        made = msgspec.convert(raw, QuestionnaireFile)
    except msgspec.ValidationError as error:
        text = N_("The file is not written as a questionnaire is: %(problem)s.")
        raise _invalid(Message(text, {"problem": str(error)[:200]})) from None
    content = with_original(made.content, original, keeps_places=True)
    if flaws := find_flaws(content, original):
        raise FormInvalid([FieldError("file", _placed(each)) for each in flaws[:MOST_TOLD]])
    return content


def _parse(body: bytes) -> dict[str, Any]:
    try:
        raw = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError):
        raise _invalid(Message(N_("This file can't be read: it is not JSON."))) from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        text = N_("This is not a questionnaire's file. Such a file says “%(format)s” as its format.")
        raise _invalid(Message(text, {"format": FORMAT}))
    if b"\\u0000" in body:
        raise _invalid(Message(N_("The text holds a character that can't be stored.")))
    return raw


def _refuse_kinds(raw: dict[str, Any]) -> None:
    """Told apart from other slips: whoever writes such a file by hand has to know which kinds there are."""
    unknown = [
        (str(question.get("key", ""))[:60], str(question["kind"])[:60])
        for section in _items(raw.get("content"), "sections")
        for question in _items(section, "questions")
        if "kind" in question and question["kind"] not in KINDS
    ]
    text = N_("There is no kind of question “%(kind)s” (at the question “%(key)s”). Kinds are: %(kinds)s.")
    kinds = ", ".join(QuestionKind)
    if unknown:
        raise FormInvalid(
            [
                FieldError("file", Message(text, {"kind": kind, "key": key, "kinds": kinds}))
                for key, kind in unknown[:MOST_TOLD]
            ]
        )


def _items(holder: object, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _placed(flaw: Flaw) -> Message:
    if not flaw.key:
        return flaw.message
    return Message(N_("“%(key)s”: %(problem)s"), {"key": flaw.key, "problem": flaw.message})


def _invalid(message: Message) -> FormInvalid:
    return FormInvalid([FieldError("file", message)])
