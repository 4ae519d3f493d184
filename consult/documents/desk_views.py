"""What the desk's templates see of drafts that are brought in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.forms import choice_name
from consult.documents.importing import Prepared, Sides, Unsettled
from consult.documents.received.notes import TEXTS, Note, from_json
from consult.documents.views import beginning
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import direction, language_name
from consult.kernel.messages import N_
from consult.models.document import Import

KINDS: dict[BlockKind, str] = {
    BlockKind.HEADING: N_("Heading"),
    BlockKind.PARAGRAPH: N_("Paragraph"),
    BlockKind.LIST_ITEM: N_("List item"),
    BlockKind.TABLE_ROW: N_("Table row"),
    BlockKind.FIGURE: N_("Figure"),
    BlockKind.QUOTE: N_("Quotation"),
    BlockKind.CODE: N_("Code"),
    BlockKind.FOOTNOTE: N_("Footnote"),
}
"""What each kind of block is called."""


@dataclass(frozen=True, slots=True)
class LanguageFields:
    """The form's part for one language."""

    code: str
    name: str
    dir: str
    is_original: bool = False


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block of one side: what kind it is, in the reader's language, and its text."""

    kind: str
    plain: str


@dataclass(frozen=True, slots=True)
class Side:
    """One language's blocks, between the one before and the one after."""

    lang: str
    dir: str
    language: str
    before: str
    blocks: tuple[ShownBlock, ...]
    after: str


@dataclass(frozen=True, slots=True)
class BeadView:
    """Something to settle: `choices` as (value, label), `chosen` the value that is ticked."""

    name: str
    number: int
    reasons: tuple[str, ...]
    original: Side
    translation: Side
    choices: tuple[tuple[str, str], ...]
    chosen: str
    error: str


@dataclass(frozen=True, slots=True)
class LanguageLine:
    """What came of one language's file: how many blocks it has, and what has to be settled."""

    code: str
    name: str
    blocks: int
    is_original: bool
    beads: tuple[BeadView, ...]


@dataclass(frozen=True, slots=True)
class NoteLine:
    """What could not come along: how often, and the first words of some places. `loses`: the text may say less."""

    text: str
    count: int
    examples: tuple[str, ...]
    loses: bool


@dataclass(frozen=True, slots=True)
class LanguageNotes:
    """The notes on one language's file, those that lose something first."""

    code: str
    dir: str
    name: str
    lines: tuple[NoteLine, ...]


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import as its page shows it. `number` is the version it becomes, or belongs to where `adds` languages."""

    id: int
    draft_slug: str
    title: LocalText
    number: int
    adds: bool
    blocks: int
    figures: int
    lines: tuple[LanguageLine, ...]
    notes: tuple[LanguageNotes, ...] = ()

    @property
    def unsettled(self) -> int:
        """How many places an editor has to settle."""
        return sum(len(line.beads) for line in self.lines)


def language_fields(codes: Sequence[str], original: str, locale: str) -> tuple[LanguageFields, ...]:
    """The form's languages, the original first."""
    ordered = sorted(codes, key=lambda code: code != original)
    return tuple(
        LanguageFields(code, language_name(code, locale), direction(code), code == original)
        for code in ordered
    )


def view_import(
    waiting: Import,
    prepared: Prepared,
    number: int,
    locale: str,
    chosen: Mapping[str, str],
    errors: Mapping[str, str],
) -> ImportView:
    """The page of an import. `chosen` and `errors` are by field name; what is not chosen shows its proposal."""
    numbers = iter(range(1, 1_000_000))
    unsettled = prepared.unsettled
    lines = [
        LanguageLine(
            lang,
            language_name(lang, locale),
            len(prepared.translations[lang].blocks)
            if lang in prepared.translations
            else len(prepared.blocks),
            lang == prepared.original,
            tuple(
                _view_bead(each, prepared.original, next(numbers), locale, chosen, errors)
                for each in unsettled.get(lang, ())
            ),
        )
        for lang in prepared.languages
        if not (waiting.version_id and lang == prepared.original)
    ]
    return ImportView(
        id=waiting.id,
        draft_slug=waiting.draft_slug,
        title=pick(waiting.title, locale),
        number=number,
        adds=waiting.version_id is not None,
        blocks=len(prepared.blocks),
        figures=len(prepared.figures()),
        lines=tuple(lines),
        notes=tuple(_view_notes(lang, each, locale) for lang, each in from_json(waiting.notes).items()),
    )


def _view_notes(lang: str, notes: Sequence[Note], locale: str) -> LanguageNotes:
    say = catalogue(locale).gettext
    lines = (NoteLine(say(TEXTS[note.kind]), note.count, note.examples, note.loses) for note in notes)
    ordered = tuple(sorted(lines, key=lambda line: not line.loses))
    return LanguageNotes(lang, direction(lang), language_name(lang, locale), ordered)


def _view_bead(
    unsettled: Unsettled,
    original: str,
    number: int,
    locale: str,
    chosen: Mapping[str, str],
    errors: Mapping[str, str],
) -> BeadView:
    say, name = catalogue(locale).gettext, choice_name(unsettled)
    return BeadView(
        name=name,
        number=number,
        reasons=tuple(say(reason) for reason in unsettled.reasons),
        original=_side(original, unsettled, lambda sides: sides.original, locale),
        translation=_side(unsettled.lang, unsettled, lambda sides: sides.translation, locale),
        choices=tuple((str(choice), say(unsettled.meaning(choice))) for choice in unsettled.choices),
        chosen=chosen.get(name) or str(unsettled.proposal),
        error=errors.get(name, ""),
    )


def _side(
    lang: str, unsettled: Unsettled, choose: Callable[[Sides], tuple[ParsedBlock, ...]], locale: str
) -> Side:
    say = catalogue(locale).gettext
    before, after = choose(unsettled.before)[-1:], choose(unsettled.after)[:1]
    return Side(
        lang=lang,
        dir=direction(lang),
        language=language_name(lang, locale),
        before="".join(beginning(block.plain, 120) for block in before),
        blocks=tuple(ShownBlock(say(KINDS[block.kind]), block.plain) for block in choose(unsettled.here)),
        after="".join(beginning(block.plain, 120) for block in after),
    )
