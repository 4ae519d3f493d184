"""Reading how a response is to be published, which words are left out, and what staff do on request."""

from __future__ import annotations

from dataclasses import dataclass

from consult.i18n.locales import CODES
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.questionnaire import Content
from consult.models.response import ON_REQUEST, Action
from consult.models.submission import Publication
from consult.responses.forms import Field, read_original, read_translated
from consult.submissions.checking import MOST_SUMMARY
from consult.submissions.narrowing import less_public
from consult.submissions.redacting import Signs, Span, UnevenMarks, read_marks
from consult.web.forms import Problems, Typed

PRIVATE = "private."
"""Each answer has a box of its own, so that every way of showing the form again keeps them."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a response is to be published; `private` are the keys of the answers that are kept confidential."""

    publication: str
    summary: str
    private: frozenset[str]


def read_chosen(typed: Typed, content: Content, *, complete: bool) -> Chosen:
    """What was chosen; not `complete` as long as one only looks at what it means. Raises FormInvalid."""
    problems = Problems()
    publication = typed["publication"]
    if publication not in content.publications:
        publication = ""
    if complete and not publication:
        problems.add("publication", N_("Choose how your response is published."))
    if complete and publication == Publication.CONFIDENTIAL and not typed["summary"]:
        problems.add("summary", N_("Write a summary that everybody may read."))
    problems.limit(typed["summary"], "summary", MOST_SUMMARY)
    problems.raise_if_any(typed)
    private = (each.key for each in content.questions() if typed.checked(PRIVATE + each.key))
    return Chosen(publication, typed["summary"], frozenset(private))


def read_words(typed: Typed, text: str, signs: Signs) -> tuple[Span, ...]:
    """The spans that were marked in a text. Raises FormInvalid, also where the text itself was changed."""
    problems = Problems()
    spans: tuple[Span, ...] = ()
    try:
        written, spans = read_marks(typed.raw("text"), signs)
        if written != text:
            problems.add(
                "text",
                N_(
                    "Only put marks around words here. The answer itself is no longer as you see it, or was changed in this "
                    "field: change it on its own page, then mark the words."
                ),
            )
    except UnevenMarks as uneven:
        problems.add(
            "text",
            N_("Each %(opens)s needs its own %(closes)s after it. Look here: “%(near)s”."),
            opens=signs[0],
            closes=signs[1],
            near=uneven.near,
        )
    problems.raise_if_any(typed)
    return spans


@dataclass(frozen=True, slots=True)
class Request:
    """What staff do with a response: withdraw, remove or narrow, with the public `note`; `erase` deletes the texts too."""

    action: Action
    note: Translated
    publication: str = ""
    summary: str = ""
    erase: bool = False


NOTE = Field(
    "note", 1_000, render=None, required=N_("Say why, in words that the public and the respondents can read.")
)


def read_request(typed: Typed, publication: str, locale: str) -> Request:
    """A request from its form; `publication` is how the response is published now. Raises FormInvalid."""
    problems = Problems()
    action, narrower = typed["action"], typed["publication"]
    if action not in {str(each) for each in ON_REQUEST}:
        problems.add("action", N_("Choose what to do."))
    if action == Action.NARROW and narrower not in {str(each) for each in less_public(publication)}:
        problems.add("publication", N_("Choose how it is published from now on."))
    if not typed.checked("sure"):
        problems.add("sure", N_("Tick this if you are sure: it can't be taken back here."))
    problems.limit(typed["summary"], "summary", MOST_SUMMARY)
    original = read_original(typed, problems, locale if locale in CODES else "en")
    note = read_translated(typed, problems, NOTE, original)
    problems.raise_if_any(typed)
    erase = typed.checked("erase") and action != Action.NARROW
    return Request(Action(action), note, narrower, typed["summary"], erase)
