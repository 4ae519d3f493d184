"""What the desk's templates see of consultations, rounds and topics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.consultations.deadline import Deadline, make_deadline
from consult.consultations.fields import LIMITS, MARKDOWN
from consult.consultations.periods import occurs_twice
from consult.consultations.service import missing_texts
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import CODES, direction, language_name
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation, Extension, Round, RoundState, Topic
from consult.models.document import Draft, Import, Version

LABELS = {
    "title": N_("Title"),
    "summary": N_("Summary"),
    "asks": N_("What is asked"),
    "use": N_("How contributions are used"),
}
"""What each text of a consultation is called."""


@dataclass(frozen=True, slots=True)
class TextField:
    """One text in one language as the form shows it. `stale` where it was made from an earlier original."""

    name: str
    label: str
    limit: int
    is_markdown: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class LanguageSection:
    """The form's part for one language, with what is saved in it."""

    code: str
    name: str
    dir: str
    is_original: bool
    is_offered: bool
    fields: tuple[TextField, ...]
    missing: str
    stale: str
    is_begun: bool

    @property
    def has_stale(self) -> bool:
        """Whether any text was made from an earlier original."""
        return any(each.stale for each in self.fields)


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A version that a round can take comments on."""

    id: int
    title: LocalText
    number: int
    languages: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """An extension as the desk sees it: also who made it and when."""

    actor_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeskRound:
    """A round with what can be done to it. `twice` says so where a time occurs twice that day."""

    number: int
    deadline: Deadline
    opens_twice: bool
    closes_twice: bool
    may_edit: bool
    may_extend: bool
    extensions: tuple[ExtensionLine, ...]
    versions: tuple[VersionChoice, ...]
    addable: tuple[VersionChoice, ...]


@dataclass(frozen=True, slots=True)
class DeskDraft:
    """A draft with its versions and the offered languages that its newest public version lacks.

    `public` and `prepared` are the numbers of the newest public version and of the one in preparation, 0 for none.
    """

    slug: str
    title: LocalText
    versions: tuple[VersionChoice, ...]
    missing: str
    public: int
    prepared: int


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """A draft that was brought in and is not settled."""

    id: int
    title: LocalText
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a consultation lacks, and where it is mended ("" where nowhere yet)."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic in the desk's list."""

    slug: str
    name: LocalText
    used: int
    missing: str


def language_sections(
    consultation: Consultation | None, original: str, locale: str
) -> tuple[LanguageSection, ...]:
    """All languages of the site, the original first."""
    codes = (original, *(code for code in CODES if code != original))
    return tuple(_section(consultation, code, original, locale) for code in codes)


def _section(consultation: Consultation | None, code: str, original: str, locale: str) -> LanguageSection:
    say = catalogue(locale).gettext
    fields = tuple(
        TextField(name, say(LABELS[name]), limit, name in MARKDOWN, _is_stale(consultation, name, code))
        for name, limit in LIMITS.items()
    )
    missing = missing_texts(consultation, code) if consultation else tuple(LIMITS)
    offered = code == original or bool(consultation and code in consultation.languages)
    return LanguageSection(
        code=code,
        name=language_name(code, locale),
        dir=direction(code),
        is_original=code == original,
        is_offered=offered,
        fields=fields,
        missing=name_texts(missing, locale),
        stale=name_texts([each.name for each in fields if each.stale], locale),
        is_begun=len(missing) < len(LIMITS),
    )


def _is_stale(consultation: Consultation | None, name: str, code: str) -> bool:
    content: Translated | None = getattr(consultation, name) if consultation else None
    return content is not None and content.is_stale(code)


def name_texts(names: Iterable[str], locale: str) -> str:
    """Texts of a consultation by what they are called, separated as lists are in the reader's language."""
    say = catalogue(locale).gettext
    return SEPARATORS.get(locale, ", ").join(say(LABELS[name]) for name in names)


SEPARATORS = {"ar": "، ", "zh": "、"}


def name_languages(codes: Iterable[str], locale: str) -> str:
    """Languages by name, separated as lists are in the reader's language."""
    return SEPARATORS.get(locale, ", ").join(language_name(code, locale) for code in codes)


def view_versions(drafts: Sequence[Draft], locale: str) -> tuple[VersionChoice, ...]:
    """Every version of the drafts."""
    return tuple(_view_version(draft, version, locale) for draft in drafts for version in draft.versions)


def _view_version(draft: Draft, version: Version, locale: str) -> VersionChoice:
    return VersionChoice(
        id=version.id,
        title=pick(draft.title, locale),
        number=version.number,
        languages=name_languages(version.languages, locale),
        published_at=version.published_at,
    )


def view_draft_line(draft: Draft, offered: Sequence[str], locale: str) -> DeskDraft:
    """A draft in the overview."""
    public = [version for version in draft.versions if version.published_at is not None]
    prepared = [version for version in draft.versions if version.published_at is None]
    newest = public[-1] if public else None
    lacking = [code for code in offered if newest and code not in newest.languages]
    return DeskDraft(
        slug=draft.slug,
        title=pick(draft.title, locale),
        versions=tuple(_view_version(draft, version, locale) for version in draft.versions),
        missing=name_languages(lacking, locale),
        public=newest.number if newest else 0,
        prepared=prepared[-1].number if prepared else 0,
    )


def view_import(waiting: Import, locale: str) -> WaitingImport:
    """A waiting import in the overview."""
    return WaitingImport(waiting.id, pick(waiting.title, locale), waiting.created_at)


def view_desk_round(
    round_: Round,
    versions: Sequence[VersionChoice],
    taken: Collection[int],
    locale: str,
    now: datetime,
    zone: str = "",
) -> DeskRound:
    """A round in the overview."""
    state = round_.period.state(now)
    published = [each for each in versions if each.published_at is not None]
    ended = state is RoundState.CLOSED
    return DeskRound(
        number=round_.number,
        deadline=make_deadline(round_.period, round_.extensions, locale, now, zone=zone),
        opens_twice=occurs_twice(round_.opens_at, round_.time_zone),
        closes_twice=occurs_twice(round_.closes_at, round_.time_zone),
        may_edit=state is RoundState.SCHEDULED,
        may_extend=state in (RoundState.OPEN, RoundState.GRACE),
        extensions=tuple(_view_extension(each) for each in round_.extensions),
        versions=tuple(each for each in versions if each.id in taken),
        addable=tuple(each for each in published if each.id not in taken and not ended),
    )


def _view_extension(extension: Extension) -> ExtensionLine:
    return ExtensionLine(extension.actor_name, extension.created_at)


def find_gaps(consultation: Consultation, drafts: Sequence[DeskDraft], locale: str) -> tuple[Gap, ...]:
    """What a consultation lacks before it serves people well, in words."""
    say = catalogue(locale).gettext
    here = f"/desk/consultations/{consultation.slug}"
    gaps = _text_gaps(consultation, f"{here}/edit", locale)
    if not consultation.rounds:
        gaps.append(Gap(say("No round has been set."), f"{here}/rounds/new"))
    if not drafts:
        gaps.append(
            Gap(say("No draft has been brought in. People can comment on the consultation as a whole."), "")
        )
    gaps += [
        Gap(
            say("“%(draft)s” is not there in: %(languages)s.")
            % {"draft": each.title, "languages": each.missing},
            "",
        )
        for each in drafts
        if each.missing
    ]
    if consultation.answer_promised_at is None:
        gaps.append(Gap(say("No date has been promised for the answer."), f"{here}/edit#promised"))
    return tuple(gaps)


def _text_gaps(consultation: Consultation, edit: str, locale: str) -> list[Gap]:
    say = catalogue(locale).gettext
    offered = [
        each for each in language_sections(consultation, consultation.original, locale) if each.is_offered
    ]
    begun = [each for each in offered if each.is_original or each.is_begun]
    gaps = [gap for section in begun for gap in _section_gaps(section, edit, locale)]
    if untranslated := [each for each in offered if each not in begun]:
        names = name_languages([each.code for each in untranslated], locale)
        text = say("Nothing is translated yet into: %(languages)s.") % {"languages": names}
        gaps.append(Gap(text, f"{edit}#in-{untranslated[0].code}"))
    return gaps


def _section_gaps(section: LanguageSection, edit: str, locale: str) -> Iterable[Gap]:
    say, at = catalogue(locale).gettext, f"{edit}#in-{section.code}"
    if section.missing:
        words = {"language": section.name, "texts": section.missing}
        yield Gap(say("Missing in %(language)s: %(texts)s.") % words, at)
    if section.stale:
        words = {"language": section.name, "texts": section.stale}
        yield Gap(
            say("The original has changed since these were translated into %(language)s: %(texts)s.") % words,
            at,
        )


def view_topic(topic: Topic, used: Mapping[int, int], locale: str) -> TopicLine:
    """A topic in the list."""
    missing = [code for code in CODES if not topic.name.get(code)]
    return TopicLine(
        topic.slug, pick(topic.name, locale), used.get(topic.id, 0), name_languages(missing, locale)
    )
