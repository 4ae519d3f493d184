"""How far a response is: each part with what is done of it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.formats import formats
from consult.kernel.errors import Message
from consult.kernel.messages import N_
from consult.models.questionnaire import Section
from consult.models.submission import Publication
from consult.questionnaires.conditions import is_answered
from consult.submissions.checking import missing
from consult.submissions.gathering import Working

WHO = ("name", "interest", "funder")
PUBLICATION = ("publication", "summary")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A question whose answer can't be sent as it is, and why."""

    label: LocalText
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a response: `state` is done, begun, todo or free (nothing has to be done); `said` says it in words.

    `wrong` are the answers that are there and can't be sent as they are.
    """

    key: str
    title: LocalText | str
    state: str
    said: str
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a response is; `problems` counts what stands in the way of sending it."""

    sections: tuple[Part, ...]
    who: Part
    publication: Part
    answered: int
    asked: int
    problems: int


def view_progress(working: Working, locale: str) -> Progress:
    """How far a response is, from what it holds."""
    wrong = {each.name: each.message for each in missing(working)}
    asked = working.asked
    given = {key for key, value in working.values.items() if is_answered(value)} | {
        each.question for each in working.files if each.question
    }
    sections = [each for each in working.content.sections if each.key in asked.sections]
    parts = tuple(_section(each, asked.questions, given, wrong, locale) for each in sections)
    return Progress(
        sections=parts,
        who=_simple(
            "who", N_("Who you are"), not wrong.keys() & set(WHO), bool(working.submission.interest), locale
        ),
        publication=_publication(working, frozenset(wrong), locale),
        answered=len(given & asked.questions),
        asked=len(asked.questions),
        problems=len(wrong),
    )


def _section(
    section: Section, asked: frozenset[str], given: set[str], wrong: Mapping[str, Message], locale: str
) -> Part:
    keys = [each.key for each in section.questions if each.key in asked]
    done, needs = sum(key in given for key in keys), bool(wrong.keys() & set(keys))
    state = "begun" if done and needs else "todo" if needs else "done" if done else "free"
    return Part(
        section.key,
        pick(section.title, locale),
        state,
        _say_answered(state, done, len(keys), locale),
        tuple(
            Wrong(pick(each.label, locale), catalogue(locale).say(wrong[each.key]))
            for each in section.questions
            if each.key in keys and each.key in given and each.key in wrong
        ),
    )


def _say_answered(state: str, done: int, all_of_them: int, locale: str) -> str:
    say, number = catalogue(locale).gettext, formats(locale).number
    if state == "todo" or (state == "begun" and not done):
        return say(N_("Not begun"))
    if state == "free":
        return say(N_("Nothing needed here"))
    numbers = {"done": number(done), "all": number(all_of_them)}
    if state == "begun":
        return say(N_("Begun: %(done)s of %(all)s answered")) % numbers
    return say(N_("Done: %(done)s of %(all)s answered")) % numbers


def _simple(key: str, title: str, is_done: bool, is_begun: bool, locale: str) -> Part:
    say = catalogue(locale).gettext
    state = "done" if is_done else "begun" if is_begun else "todo"
    words: Mapping[str, str] = {"done": N_("Done"), "begun": N_("Begun"), "todo": N_("Still to do")}
    return Part(key, say(title), state, say(words[state]))


SAID: dict[str, str] = {
    Publication.NAMED: N_("Done: public, with your name"),
    Publication.UNNAMED: N_("Done: public, without your name"),
    Publication.CONFIDENTIAL: N_("Done: confidential"),
}


def _publication(working: Working, wrong: frozenset[str], locale: str) -> Part:
    chosen = working.submission.publication
    part = _simple(
        "publication", N_("How it is published"), not wrong & set(PUBLICATION), bool(chosen), locale
    )
    if part.state != "done" or chosen not in SAID:
        return part
    return Part(part.key, part.title, part.state, catalogue(locale).gettext(SAID[chosen]))
