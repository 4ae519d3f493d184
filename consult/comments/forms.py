"""Parsing what people write."""

from __future__ import annotations

import re

from consult.comments.written import Report, Written
from consult.documents.blocks import DocumentError
from consult.documents.markdown import render_comment
from consult.i18n.detection import detect
from consult.i18n.locales import babel_locale
from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.kernel.messages import N_
from consult.web.forms import Problems, Typed

MOST_CHARACTERS = 20_000
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
"""As much of BCP 47 as keeps anything else out."""
REASONS: dict[str, str] = {
    "abuse": N_("It insults or threatens somebody"),
    "spam": N_("It is advertising or sent many times"),
    "personal": N_("It shows somebody's personal data"),
    "off-topic": N_("It has nothing to do with the subject"),
    "illegal": N_("It may be against the law"),
    "other": N_("Something else"),
}
"""Why a comment is reported."""


def parse_comment(typed: Typed, fallback_lang: str) -> Written:
    """A comment from its form. Raises FormInvalid. The language is detected where none was chosen."""
    problems = Problems()
    body = problems.require(typed["text"], "text", N_("Write your comment."))
    problems.limit(body, "text", MOST_CHARACTERS)
    lang = typed["lang"]
    if lang and not is_language(lang):
        problems.add("lang", N_("Choose a language from the list."))
    problems.raise_if_any(typed)
    return Written(
        text=body,
        html=rendered(body, typed),
        lang=lang or detect(body, fallback_lang),
        anonymous=typed.checked("anonymous"),
        quote=typed.raw("quote")[:5000],
        prefix=typed.raw("prefix")[-200:],
        suffix=typed.raw("suffix")[:200],
    )


def rendered(body: str, typed: Typed | None = None) -> str:
    """Safe HTML of a comment. Raises FormInvalid for text that can't be taken."""
    try:
        return render_comment(body)
    except DocumentError as error:
        values = typed.values if typed else {}
        raise FormInvalid([FieldError("text", Message(error.message, error.params))], values) from None


def is_language(tag: str) -> bool:
    """Whether CLDR knows a language tag."""
    if len(tag) > 35 or not _TAG.fullmatch(tag):
        return False
    return tag.partition("-")[0].lower() == "en" or babel_locale(tag).language != "en"


def parse_report(typed: Typed) -> Report:
    """A report from its form. Raises FormInvalid."""
    problems = Problems()
    if typed["reason"] not in REASONS:
        problems.add("reason", N_("Choose a reason."))
    problems.limit(typed["text"], "text", 2000)
    problems.raise_if_any(typed)
    return Report(typed["reason"], typed["text"])
