"""What templates see of translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from consult.documents.blocks import BlockKind
from consult.documents.desk_views import KINDS
from consult.documents.wording import Piece, diff_words
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.formats import formats
from consult.i18n.locales import direction, language_name
from consult.kernel.messages import N_
from consult.models.document import Draft, Version
from consult.models.ledger import Unfinished
from consult.models.translation import Term
from consult.translations.queries import Pair
from consult.translations.states import STATES, BlockState, Progress
from consult.translations.terms import Occurrence, find_terms, mark_terms
from consult.web.forms import FormState

TAGS: dict[BlockState, str] = {
    BlockState.MISSING: "wait",
    BlockState.STALE: "closing",
    BlockState.IN_WORK: "wait",
    BlockState.READY: "open",
    BlockState.PUBLISHED: "good",
}
"""The look of each state's tag."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What changed in an original since it was translated."""

    lang: str
    dir: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class TermView:
    """A term that occurs in an original, with what it is in the translation's language ("" where that is open)."""

    word: str
    translation: str
    meaning: LocalText


@dataclass(frozen=True, slots=True)
class OriginalView:
    """A block of the original as macros/block.html `text` shows it."""

    key: str
    kind: BlockKind
    label: str
    html: Markup
    plain: str
    src: str
    lang: str
    dir: str
    joined_into: str = ""
    is_fallback: bool = False
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One version in one language at the desk; `address` is the translator's page, without locale."""

    version: Version
    lang: str
    dir: str
    language: str
    original: str
    original_name: str
    title: LocalText
    address: str


@dataclass(frozen=True, slots=True)
class BlockCard:
    """A block as the translator sees it. `theirs`: what somebody else saved meanwhile, "" where nothing did."""

    key: str
    number: int
    kind: str
    original: OriginalView
    lang: str
    dir: str
    state: BlockState
    state_label: str
    state_tag: str
    text: str
    seen: str
    ready: bool
    has_work: bool
    saved_by: str
    change: ChangeView | None
    terms: tuple[TermView, ...]
    holder: str
    theirs: str
    form: FormState
    restored: str
    rows: int
    address: str
    autosave: str
    kept_as: str


@dataclass(frozen=True, slots=True)
class QueueLine:
    """What waits for translators of one language of a version."""

    title: LocalText
    reference: str
    number: int
    language: str
    progress: Progress
    address: str


SAVED_BY = N_("Saved by %(name)s on %(when)s.")
KEPT = N_("You wrote this here on %(when)s. It has not been sent.")


def view_sheet(consultation_slug: str, draft: Draft, version: Version, lang: str, locale: str) -> Sheet:
    """A version in one language."""
    return Sheet(
        version=version,
        lang=lang,
        dir=direction(lang),
        language=language_name(lang, locale),
        original=version.original,
        original_name=language_name(version.original, locale),
        title=pick(draft.title, locale),
        address=sheet_address(consultation_slug, draft, version, lang),
    )


def sheet_address(consultation_slug: str, draft: Draft, version: Version, lang: str) -> str:
    """Where a version is translated into a language, without locale."""
    return (
        f"/desk/consultations/{consultation_slug}/drafts/{draft.slug}/versions/{version.number}"
        f"/translate/{lang}"
    )


def view_change(before: str, now: str, lang: str) -> ChangeView:
    """What changed between two originals."""
    return ChangeView(lang, direction(lang), diff_words(before, now))


def view_card(
    pair: Pair,
    sheet: Sheet,
    terms: Sequence[Term],
    before: str | None,
    unfinished: Unfinished | None,
    form: FormState,
    locale: str,
    zone: str,
    *,
    conflict: bool = False,
) -> BlockCard:
    """A block on the translator's page. `form` holds what was refused; `before` the original as it was translated."""
    say = catalogue(locale).gettext
    kept: Mapping[str, str] = form.values or (unfinished.fields if unfinished else {})
    when = formats(locale, zone).datetime(unfinished.saved_at) if unfinished and not form.values else ""
    address = f"{sheet.address}/blocks/{pair.key}"
    found = find_terms(pair.plain, sheet.original, terms)
    text = kept.get("text", pair.source)
    return BlockCard(
        key=pair.key,
        number=pair.position + 1,
        kind=say(KINDS[pair.original.kind]),
        original=_view_original(pair, sheet, found),
        lang=sheet.lang,
        dir=sheet.dir,
        state=pair.state,
        state_label=say(STATES[pair.state]),
        state_tag=TAGS[pair.state],
        text=text,
        seen=pair.seen if conflict else kept.get("seen", pair.seen),
        ready=bool(kept.get("ready")) if kept else bool(pair.work and pair.work.ready),
        has_work=pair.work is not None,
        saved_by=_saved_by(pair, locale, zone),
        change=view_change(before, pair.plain, sheet.original) if before is not None else None,
        terms=_view_terms(found, sheet, locale),
        holder=pair.text.joined_into if pair.text and not pair.work else "",
        theirs=pair.source if conflict else "",
        form=form,
        restored=say(KEPT) % {"when": when} if when else "",
        rows=min(max(len(pair.original.source) // 60 + 2, text.count("\n") + 2, 3), 16),
        address=f"/{locale}{address}",
        autosave=address,
        kept_as=f"translation-{sheet.version.id}-{sheet.lang}-{pair.key}",
    )


def _saved_by(pair: Pair, locale: str, zone: str) -> str:
    if pair.work is None or not pair.work.by:
        return ""
    when = formats(locale, zone).datetime(pair.work.saved_at)
    return catalogue(locale).gettext(SAVED_BY) % {"name": f"\u2068{pair.work.by}\u2069", "when": when}


def _view_original(pair: Pair, sheet: Sheet, found: Sequence[Occurrence]) -> OriginalView:
    shape = pair.original.shape
    return OriginalView(
        key=pair.key,
        kind=pair.original.kind,
        label=str(shape.get("label", "")),
        html=Markup(mark_terms(pair.original.html, found)),  # noqa: S704 - made safe when it was stored
        plain=pair.plain,
        src=str(shape.get("src", "")),
        lang=sheet.original,
        dir=direction(sheet.original),
    )


def _view_terms(found: Sequence[Occurrence], sheet: Sheet, locale: str) -> tuple[TermView, ...]:
    terms = {each.term.id: each.term for each in found}
    return tuple(
        TermView(term.words.get(sheet.original), term.words.get(sheet.lang), pick(term.meaning, locale))
        for term in terms.values()
    )


def view_queue_line(
    reference: str, draft: Draft, version: Version, slug: str, lang: str, progress: Progress, locale: str
) -> QueueLine:
    """What waits in one language."""
    return QueueLine(
        title=pick(draft.title, locale),
        reference=reference,
        number=version.number,
        language=language_name(lang, locale),
        progress=progress,
        address=sheet_address(slug, draft, version, lang),
    )


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term in the glossary's list."""

    id: int
    word: LocalText
    meaning: LocalText
    translations: tuple[tuple[str, str, str, str], ...]
    created_at: datetime


def view_term(term: Term, locale: str) -> TermLine:
    """A term with its words: (code, language's name, direction, word)."""
    return TermLine(
        term.id,
        pick(term.words, locale),
        pick(term.meaning, locale),
        tuple(
            (lang, language_name(lang, locale), direction(lang), piece.text)
            for lang, piece in term.words.texts.items()
        ),
        term.created_at,
    )
