"""What the desk's templates see of a version that is worked on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consult.documents.blocks import BlockKind
from consult.documents.desk_views import KINDS
from consult.documents.queries import BlockRow
from consult.documents.storing import KeptBlock
from consult.documents.views import BlockView, beginning, view_blocks
from consult.i18n.catalogues import catalogue
from consult.i18n.content import EMPTY, LocalText, pick
from consult.i18n.formats import formats
from consult.i18n.locales import direction, language_name
from consult.kernel.messages import N_
from consult.models.contribution import Fate
from consult.models.version import Change, Match, MatchKind
from consult.preparing.arranging import Arrangement
from consult.preparing.mending import Ruling
from consult.preparing.service import Place
from consult.preparing.writing import Foreseen

MATCHES: dict[str, str] = {
    MatchKind.UNCHANGED: N_("unchanged"),
    MatchKind.EDITED: N_("edited"),
    MatchKind.MOVED: N_("moved"),
    MatchKind.SPLIT: N_("split"),
    MatchKind.MERGED: N_("merged"),
    MatchKind.ADDED: N_("added"),
    MatchKind.REMOVED: N_("removed"),
}
"""How a block follows from the version before, in words."""

FATES: dict[Fate, str] = {
    Fate.KEPT: N_("stays where it is"),
    Fate.MOVED: N_("moves with its words"),
    Fate.CHANGED: N_("stays; the words it is about differ"),
    Fate.ORPHANED: N_("loses its place"),
}
"""What would become of a comment, in words."""

RULINGS: dict[Ruling, str] = {
    Ruling.IS: N_("It is the old block, changed or moved"),
    Ruling.PART: N_("It is a part of the old block, which was split"),
    Ruling.HOLDS: N_("It holds the old block beside what it held before: they were merged"),
    Ruling.NEW: N_("It is new"),
}
"""What an editor can say of a block."""

DOUBTFUL = 0.5
"""Blocks less alike than this are marked, so that an editor looks."""


_REFERENCE_ID = re.compile(r' id="fnref-[^"]*"')


@dataclass(frozen=True, slots=True)
class VersionHead:
    """Which version a page is about. `here` is the version's workbench, `home` the consultation (without locale)."""

    home: str
    here: str
    slug: str
    reference: str
    consultation: LocalText
    title: LocalText
    number: int
    last: int
    is_public: bool
    original: str
    dir: str
    language: str


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a change. `src` is a figure's picture, "" for what is none."""

    key: str
    what: str
    html: Markup
    is_row: bool
    src: str = ""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A block that is not as it was, with both texts where both are there.

    `key` is that of this version, of a removed block the one it had. `alike` is a percentage in the reader's digits,
    "" where there is nothing to compare.
    """

    key: str
    what: str
    edited: bool
    alike: str
    doubtful: bool
    by_hand: bool
    old: SideView | None
    new: SideView | None
    reason: LocalText
    references: tuple[str, ...]

    @property
    def is_explained(self) -> bool:
        """Whether anybody said why."""
        return bool(self.reason or self.references)


@dataclass(frozen=True, slots=True)
class ForeseenView:
    """What would become of a comment's place."""

    reference: str
    fate: str
    quote: str
    lang: str
    now: str
    is_lost: bool


@dataclass(frozen=True, slots=True)
class Count:
    """So many of something, in words."""

    label: str
    count: int


def view_head(place: Place, locale: str) -> VersionHead:
    """Which version a page is about."""
    home = f"/desk/consultations/{place.consultation.slug}"
    original = place.version.original
    return VersionHead(
        home=home,
        here=f"{home}/drafts/{place.draft.slug}/versions/{place.version.number}",
        slug=place.draft.slug,
        reference=place.consultation.reference,
        consultation=pick(place.consultation.title, locale),
        title=pick(place.draft.title, locale),
        number=place.version.number,
        last=place.last.number if place.last else 0,
        is_public=place.version.published_at is not None,
        original=original,
        dir=direction(original),
        language=language_name(original, locale),
    )


def view_counts(rows: Iterable[Match], locale: str) -> tuple[Count, ...]:
    """How many blocks follow in which way."""
    kinds, say = Counter(row.kind for row in rows), catalogue(locale).gettext
    return tuple(Count(say(MATCHES[kind]), kinds[kind]) for kind in MATCHES if kinds[kind])


def view_changes(
    held: Arrangement,
    rows: Iterable[Match],
    changes: Mapping[str, Change],
    answered: Mapping[int, Sequence[str]],
    locale: str,
) -> tuple[ChangeView, ...]:
    """Every block that is not unchanged, as the matching has them in order."""
    olds = {block.key: block for block in held.before}
    news = {piece.key: piece.block for piece in held.pieces}
    return tuple(
        _view_change(row, olds.get(row.before), news.get(row.key), held.original, changes, answered, locale)
        for row in rows
        if row.kind != MatchKind.UNCHANGED
    )


def _view_change(
    row: Match,
    old: KeptBlock | None,
    new: KeptBlock | None,
    original: str,
    changes: Mapping[str, Change],
    answered: Mapping[int, Sequence[str]],
    locale: str,
) -> ChangeView:
    key = row.key or row.before
    change = changes.get(key)
    return ChangeView(
        key=key,
        what=catalogue(locale).gettext(MATCHES[row.kind]),
        edited=row.edited,
        alike=formats(locale).number(round(row.score * 100)) if old and new else "",
        doubtful=bool(old and new) and row.score < DOUBTFUL and not row.by_hand,
        by_hand=row.by_hand,
        old=view_side(old, original, locale) if old else None,
        new=view_side(new, original, locale) if new else None,
        reason=pick(change.reason, locale) if change else EMPTY,
        references=tuple(answered.get(change.id, ())) if change else (),
    )


def view_side(block: KeptBlock, original: str, locale: str) -> SideView:
    """A block's text in the original language, and what kind of block it is."""
    what = catalogue(locale).gettext(KINDS[BlockKind(block.kind)])
    html = Markup(_without_ids(block.texts[original].html))  # noqa: S704 - made safe when it was stored
    return SideView(block.key, what, html, block.kind == BlockKind.TABLE_ROW, str(block.shape.get("src", "")))


def _without_ids(html: str) -> str:
    """References to footnotes without their ids: a page that shows a block twice would have each twice."""
    return _REFERENCE_ID.sub("", html)


def view_text(blocks: Iterable[KeptBlock], original: str, locale: str) -> tuple[BlockView, ...]:
    """Blocks in the original language as readers would see them."""
    rows = [
        BlockRow(0, block.key, block.kind, dict(block.shape), 0, original, block.texts[original].html,
                 block.texts[original].plain, is_fallback=False, stale=False, joined_into="")
        for block in blocks
    ]  # fmt: skip
    return view_blocks(rows, "", locale)


def view_foreseen(found: Iterable[Foreseen], locale: str) -> tuple[ForeseenView, ...]:
    """What would become of comments."""
    say = catalogue(locale).gettext
    return tuple(
        ForeseenView(
            each.remark.reference,
            say(FATES[each.fate]),
            each.remark.exact,
            each.remark.quote_lang,
            each.now,
            each.fate is Fate.ORPHANED,
        )
        for each in found
    )


def ruling_choices(locale: str, *, is_old: bool) -> list[tuple[str, str]]:
    """What can be said of a block; an old one that is gone can't be new."""
    say = catalogue(locale).gettext
    return [
        (ruling.value, say(text)) for ruling, text in RULINGS.items() if not (is_old and ruling is Ruling.NEW)
    ]


def block_options(
    groups: Sequence[tuple[str, Sequence[KeptBlock]]], original: str, locale: str
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Blocks by how they begin, under the groups' msgids; groups without blocks are left out."""
    say = catalogue(locale).gettext
    return [
        (say(label), [(block.key, _option(block, original, locale)) for block in blocks])
        for label, blocks in groups
        if blocks
    ]


def _option(block: KeptBlock, original: str, locale: str) -> str:
    what = catalogue(locale).gettext(KINDS[BlockKind(block.kind)])
    return f"{beginning(block.texts[original].plain, 90)} ({what})"
