"""The words of a questionnaire that asks just for a letter, in every language that the site speaks."""

from __future__ import annotations

from collections.abc import Sequence

from consult.i18n.catalogues import catalogue
from consult.i18n.content import write
from consult.i18n.locales import CODES, DEFAULT
from consult.kernel.messages import N_
from consult.kernel.translated import Translated

TITLE = N_("Your response")
LABEL = N_("What do you want to tell us?")
HELP = N_("Write as in a letter. Say which part of the draft you mean, what should change, and why.")


def letter_words(languages: Sequence[str]) -> tuple[Translated, Translated, Translated]:
    """Title, question and help; `languages` are those wanted, the original first."""
    return _said(TITLE, languages), _said(LABEL, languages), _said(HELP, languages)


def _said(message: str, languages: Sequence[str]) -> Translated:
    said = {lang: catalogue(lang).gettext(message) for lang in languages if lang in CODES}
    known = {lang: text for lang, text in said.items() if lang == DEFAULT or text != message}
    return write({languages[0]: message, **known}, languages[0])
