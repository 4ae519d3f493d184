"""What a team's pages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.models.questionnaire import Content
from consult.models.submission import SubmissionSending
from consult.models.team import SignOff, SignOffState, SubmissionStep
from consult.organisations.queries import Member
from consult.organisations.words import role_name
from consult.teams.presence import Here
from consult.teams.queries import AskedToSign, LastWord, Signing
from consult.teams.words import SIGN_STATES, step_words


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member, and the section that they have open (empty for none)."""

    name: str
    role: str
    is_you: bool
    section: LocalText | None


@dataclass(frozen=True, slots=True)
class SignLine:
    """A sign-off: `state` is a key of SIGN_STATES; `by` and `at` who settled it and when; `words` why it was declined.

    `is_sent`: what was sent last bears it.
    """

    organisation_id: int
    organisation: str
    state: str
    label: str
    tag: str
    by: str
    at: datetime | None
    words: str
    is_sent: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """One thing that was done; `words` in the reader's language, `remark` in its author's own."""

    words: Markup
    remark: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WordLine:
    """Who last saved an answer."""

    question: LocalText
    address: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class About:
    """The response that a page is about: its address (without locale), organisation and consultation."""

    address: str
    organisation: str
    title: LocalText
    consultation: str


def about_response(key: str, organisation: str, consultation: Consultation, locale: str) -> About:
    """The head of each of a team's pages."""
    address = f"/consultations/{consultation.slug}"
    return About(f"/respond/{key}", organisation, pick(consultation.title, locale), address)


def view_members(
    members: Sequence[Member], here: Sequence[Here], titles: Mapping[str, LocalText], you: int, locale: str
) -> tuple[MemberLine, ...]:
    """The team, with where its members are now."""
    places = {each.user_id: titles.get(each.section) for each in here}
    return tuple(
        MemberLine(
            name=each.name,
            role=role_name(each.role, locale),
            is_you=each.user_id == you,
            section=places.get(each.user_id),
        )
        for each in members
    )


def section_titles(content: Content, locale: str) -> dict[str, LocalText]:
    """Titles of all sections by key."""
    return {section.key: pick(section.title, locale) for section in content.sections}


def sign_state(sign_off: SignOff | None, answered: str) -> str:
    """Where a sign-off stands for the text of a digest: a key of SIGN_STATES."""
    if sign_off is None:
        return "none"
    if sign_off.state != SignOffState.SIGNED:
        return str(sign_off.state)
    return "signed" if sign_off.answered == answered else "lapsed"


def view_sign_off(
    signing: Signing, answered: str, sent_with: Iterable[str], words: Mapping[str, str], locale: str
) -> SignLine:
    """A sign-off. `sent_with` are names of organisations in what was sent last; `words` why they declined, by name."""
    found, name = signing.sign_off, signing.organisation.name
    state = sign_state(found, answered)
    word = SIGN_STATES[state]
    return SignLine(
        organisation_id=signing.organisation.id,
        organisation=name,
        state=state,
        label=catalogue(locale).gettext(word.label),
        tag=word.explanation,
        by=found.settled_name,
        at=found.settled_at,
        words=words.get(name, "") if state == "declined" else "",
        is_sent=name in set(sent_with),
    )


def no_sign_off(organisation_id: int, organisation: str, locale: str) -> SignLine:
    """Nobody was asked yet."""
    word = SIGN_STATES["none"]
    label = catalogue(locale).gettext(word.label)
    return SignLine(organisation_id, organisation, "none", label, word.explanation, "", None, "", False)


def view_history(
    steps: Sequence[SubmissionStep],
    sendings: Sequence[SubmissionSending],
    names: Mapping[int, str],
    begun: tuple[str, datetime],
    locale: str,
) -> tuple[StepLine, ...]:
    """What was done, the newest first: the steps, the sendings, and the beginning."""
    say = catalogue(locale).gettext
    lines = [
        StepLine(
            step_words(each.kind, each.actor_name, each.data, locale), each.data.get("words", ""), each.at
        )
        for each in steps
    ]
    for sending in sendings:
        who = Markup("<bdi>{}</bdi>").format(names.get(sending.sent_by or 0, ""))
        sentence = N_("%(name)s sent the response.") if sending.number == 1 else N_("%(name)s sent it anew.")
        lines.append(StepLine(Markup.escape(say(sentence)) % {"name": who}, "", sending.sent_at))
    who = Markup("<bdi>{}</bdi>").format(begun[0])
    beginning = Markup.escape(say(N_("%(name)s began the response."))) % {"name": who}
    lines.append(StepLine(beginning, "", begun[1]))
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True))


def view_words(
    words: Sequence[LastWord], content: Content, address: str, locale: str
) -> tuple[WordLine, ...]:
    """Who last saved which answer, the latest first."""
    places = {
        question.key: (section.key, question.label)
        for section in content.sections
        for question in section.questions
    }
    return tuple(
        WordLine(
            question=pick(places[each.question][1], locale),
            address=f"{address}/sections/{places[each.question][0]}#a_{each.question}",
            name=each.name,
            at=each.at,
        )
        for each in words
        if each.question in places
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A response that somebody may sign, on their own page. `is_own`: of their own organisation."""

    address: str
    title: LocalText
    organisation: str
    lead: str
    is_own: bool
    label: str
    tag: str
    asked_at: datetime


def view_asked(found: Sequence[AskedToSign], locale: str) -> tuple[Asked, ...]:
    """What a person is asked to sign."""
    return tuple(_asked(each, locale) for each in found)


def _asked(each: AskedToSign, locale: str) -> Asked:
    # On this page alone nothing is compared with the text: what was noticed to have lapsed is told.
    state = "lapsed" if each.sign_off.lapsed_at is not None else str(each.sign_off.state)
    word = SIGN_STATES[state]
    return Asked(
        address=f"/respond/{each.submission.key}/team/read",
        title=pick(each.consultation.title, locale),
        organisation=each.organisation.name,
        lead=each.lead.name,
        is_own=each.sign_off.lead,
        label=catalogue(locale).gettext(word.label),
        tag=word.explanation,
        asked_at=each.sign_off.asked_at,
    )
