"""A draft's files before anything is kept: read, paired, and what an editor has to settle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from consult.documents.alignment import Bead, align
from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.markdown import parse_document
from consult.documents.resemblance import DOUBT_TEXTS
from consult.documents.settlement import CHOICE_TEXTS, Choice, Settlement, possible_choices, settle
from consult.i18n.locales import CODES, language_name
from consult.kernel.errors import FieldError, FormInvalid, Message, invalid
from consult.kernel.messages import N_

MOST_LANGUAGES = 20
Choices = Mapping[str, Mapping[str, Choice]]
"""Language → bead id → what an editor chose."""

SHAPE_TEXTS: dict[tuple[int, int], str] = {
    (1, 0): N_("The original has this block; the translation does not."),
    (0, 1): N_("The translation has this block; the original does not."),
    (1, 2): N_("One block of the original is several blocks in the translation."),
    (2, 1): N_("Several blocks of the original are one block in the translation."),
    (2, 2): N_("Several blocks of the original are several blocks in the translation."),
}
"""Why a bead does not pair, by the blocks on each side, 2 standing for more than one."""
PAIR_TEXTS: dict[Choice, str] = {
    Choice.JOIN: N_("These say the same: keep them as a pair."),
    Choice.MISSING: N_("These do not say the same: leave this translation out; readers see the original."),
}
"""What a choice means for a doubtful pair."""

_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Aligned:
    """A translation's blocks, and how they pair with those of the original."""

    lang: str
    blocks: tuple[ParsedBlock, ...]
    beads: tuple[Bead, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """Blocks of the original and of a translation that stand against each other."""

    original: tuple[ParsedBlock, ...]
    translation: tuple[ParsedBlock, ...]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What does not pair or is doubtful, with what stands before and after it, and what can be chosen."""

    lang: str
    bead: Bead
    here: Sides
    before: Sides
    after: Sides
    choices: tuple[Choice, ...]
    proposal: Choice

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it must be looked at: msgids."""
        if not self.bead.pairs:
            return (SHAPE_TEXTS[min(len(self.here.original), 2), min(len(self.here.translation), 2)],)
        return tuple(DOUBT_TEXTS[doubt] for doubt in self.bead.doubts)

    def meaning(self, choice: Choice) -> str:
        """What a choice means here: a msgid."""
        return PAIR_TEXTS[choice] if self.bead.pairs else CHOICE_TEXTS[choice]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document in several languages, read and paired. `blocks` are those of the original language."""

    original: str
    blocks: tuple[ParsedBlock, ...]
    translations: Mapping[str, Aligned]

    @property
    def languages(self) -> tuple[str, ...]:
        """The original first."""
        return (self.original, *self.translations)

    @property
    def unsettled(self) -> dict[str, tuple[Unsettled, ...]]:
        """What an editor has to look at, by language; languages in which all is paired are not there."""
        found = {lang: tuple(self._look_at(aligned)) for lang, aligned in self.translations.items()}
        return {lang: beads for lang, beads in found.items() if beads}

    def settled(self, choices: Choices) -> dict[str, Settlement]:
        """Each translation by the choices made, by the proposals where there is none.

        Raises FormInvalid for choices that do not belong to these files.
        """
        try:
            return {
                lang: settle(self.blocks, aligned.blocks, aligned.beads, choices.get(lang))
                for lang, aligned in self.translations.items()
            }
        except ValueError:
            raise invalid(
                "", N_("The files have changed since these choices were made. Look at them again.")
            ) from None

    def titles(self) -> dict[str, str]:
        """The first heading in each language, where there is one."""
        texts = {
            self.original: self.blocks,
            **{lang: each.blocks for lang, each in self.translations.items()},
        }
        headings = {lang: next(_headings(blocks), "") for lang, blocks in texts.items()}
        return {lang: heading for lang, heading in headings.items() if heading}

    def figures(self) -> tuple[str, ...]:
        """The names of the figure files that the text wants."""
        return tuple(dict.fromkeys(block.src for block in self.blocks if block.src))

    def _look_at(self, aligned: Aligned) -> Iterator[Unsettled]:
        proposed = settle(self.blocks, aligned.blocks, aligned.beads).choices
        for number, bead in enumerate(aligned.beads):
            if not bead.certain:
                beads = aligned.beads
                yield Unsettled(
                    lang=aligned.lang,
                    bead=bead,
                    here=self._sides(aligned, (bead,)),
                    before=self._sides(aligned, beads[number - 1 : number] if number else ()),
                    after=self._sides(aligned, beads[number + 1 : number + 2]),
                    choices=possible_choices(bead),
                    proposal=proposed[bead.id],
                )

    def _sides(self, aligned: Aligned, beads: Sequence[Bead]) -> Sides:
        return Sides(
            tuple(self.blocks[at] for bead in beads for at in bead.original),
            tuple(aligned.blocks[at] for bead in beads for at in bead.translation),
        )


def prepare(files: Mapping[str, str]) -> Prepared:
    """Read Markdown by language, the first being the original, and pair each translation with it.

    Raises FormInvalid: fields are `text-{language}`, messages name language and line.
    """
    original = next(iter(files), "")
    ordered = sorted(
        files, key=lambda lang: (lang != original, CODES.index(lang) if lang in CODES else len(CODES), lang)
    )
    return _prepare(tuple((lang, files[lang]) for lang in ordered))


# An editor sends the files, looks at what came of them and publishes: the same text three times in a row.
@lru_cache(maxsize=4)
def _prepare(files: tuple[tuple[str, str], ...]) -> Prepared:
    if not files:
        raise invalid("text", N_("Put in at least one file."))
    original = files[0][0]
    texts, errors = _read_all(files)
    if original in texts and not any(_headings(texts[original])):
        errors.append(
            _problem(
                original,
                Message(N_("The document has no heading. Begin it with a line such as “# Charter”.")),
            )
        )
    if errors:
        raise FormInvalid(errors)
    return pair(original, texts.pop(original), texts)


def prepare_translations(original: str, blocks: Iterable[ParsedBlock], files: Mapping[str, str]) -> Prepared:
    """As `prepare`, for new translations of blocks that are kept already."""
    texts, errors = _read_all(tuple(files.items()))
    if not files:
        errors.append(FieldError("lang", Message(N_("Put in at least one file."))))
    if errors:
        raise FormInvalid(errors)
    return pair(original, tuple(blocks), texts)


def pair(
    original: str, blocks: tuple[ParsedBlock, ...], texts: Mapping[str, tuple[ParsedBlock, ...]]
) -> Prepared:
    """Align each translation. Raises FormInvalid for a translation with figures that the original lacks."""
    wanted = {block.src for block in blocks}
    errors = [
        _problem(lang, Message(N_("The figure “%(name)s” is not in the original. Figures are the same in all languages."),
                               {"name": block.src}))
        for lang, translated in texts.items()
        for block in translated
        if block.src not in wanted and block.kind is BlockKind.FIGURE
    ]  # fmt: skip
    if errors:
        raise FormInvalid(errors)
    aligned = {lang: Aligned(lang, read, align(blocks, read)) for lang, read in texts.items()}
    return Prepared(original, blocks, aligned)


def decode(body: bytes) -> str:
    """A file's text. Raises DocumentError where it is not UTF-8, with the line of the first wrong byte."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            N_("This file is not UTF-8 text. Save it as plain text in UTF-8 and choose it again."),
            line=body.count(b"\n", 0, error.start) + 1,
        ) from None


def document_problem(lang: str, error: DocumentError) -> FieldError:
    """What is wrong with the document in one language, as an error of its field."""
    return _problem(lang, Message(error.message, error.params), error.line)


def is_language_tag(tag: str) -> bool:
    """Whether CLDR knows a language by this BCP 47 tag."""
    if not _TAG.fullmatch(tag):
        return False
    try:
        return bool(Locale.parse(tag.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return False


def _read_all(
    files: Sequence[tuple[str, str]],
) -> tuple[dict[str, tuple[ParsedBlock, ...]], list[FieldError]]:
    texts: dict[str, tuple[ParsedBlock, ...]] = {}
    errors: list[FieldError] = []
    if len(files) > MOST_LANGUAGES:
        errors.append(
            FieldError("text", Message(N_("That is more than %(most)s languages."), {"most": MOST_LANGUAGES}))
        )
        return texts, errors
    for lang, text in files:
        try:
            texts[lang] = _read(lang, text)
        except DocumentError as error:
            errors.append(document_problem(lang, error))
    return texts, errors


def _read(lang: str, text: str) -> tuple[ParsedBlock, ...]:
    if not is_language_tag(lang):
        raise DocumentError(
            N_("“%(tag)s” is not a language tag such as en, ar or pt-BR."), params={"tag": lang[:40]}
        )
    blocks = parse_document(text)
    if not blocks:
        raise DocumentError(N_("There is no text in it."))
    for block in blocks:
        if block.kind is BlockKind.FIGURE and not block.src:
            raise DocumentError(
                N_(
                    "The figure is not a file of this draft. Put the file beside the text and write its name only."
                ),
                line=_line_of(text, block.source),
            )
    return blocks


def _line_of(text: str, source: str) -> int | None:
    at = text.find(source.partition("\n")[0])
    return text.count("\n", 0, at) + 1 if at >= 0 else None


def _headings(blocks: Iterable[ParsedBlock]) -> Iterator[str]:
    return (block.plain for block in blocks if block.kind is BlockKind.HEADING)


def _problem(lang: str, problem: Message, line: int | None = None) -> FieldError:
    name = language_name(lang, lang)
    if line is None:
        return FieldError(
            f"text-{lang}", Message(N_("%(language)s: %(problem)s"), {"language": name, "problem": problem})
        )
    text = N_("%(language)s, line %(line)s: %(problem)s")
    return FieldError(f"text-{lang}", Message(text, {"language": name, "line": line, "problem": problem}))
