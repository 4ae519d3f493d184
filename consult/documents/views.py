"""What templates see of drafts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from consult.documents.blocks import BlockKind, read_shape
from consult.documents.dialect import footnote_place
from consult.documents.queries import BlockRow, published_versions
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import direction, language_name
from consult.kernel.messages import N_
from consult.models.document import Draft, Version

PLACES: dict[str, str] = {
    BlockKind.HEADING: N_("heading “%(words)s”"),
    BlockKind.PARAGRAPH: N_("paragraph “%(words)s”"),
    BlockKind.LIST_ITEM: N_("list item “%(words)s”"),
    BlockKind.TABLE_ROW: N_("table row “%(words)s”"),
    BlockKind.FIGURE: N_("figure “%(words)s”"),
    BlockKind.QUOTE: N_("quotation “%(words)s”"),
    BlockKind.CODE: N_("code “%(words)s”"),
    BlockKind.FOOTNOTE: N_("footnote “%(words)s”"),
}
"""How a block is called where it is not in sight."""


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """That a block is not as it was in version `before`; `now` is the version that is read.

    `label`: a message with %(before)s and %(now)s. `address`: of this very change where the two are compared.
    `of_table`: it speaks of the whole table that begins with this row.
    """

    label: str
    before: int
    now: int
    address: str
    is_new: bool = False
    of_table: bool = False
    reason: LocalText | None = None


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block as shown; `place` names it in words, `address` (with locale) is its own page.

    `joined_at` leads to the block whose text, in this language, also holds this one's.
    """

    id: int
    key: str
    kind: BlockKind
    level: int
    label: str
    ordered: bool
    header: bool
    group: int
    src: str
    plain: str
    html: Markup
    lang: str
    dir: str
    is_fallback: bool
    stale: bool
    language_name: str
    joined_into: str
    comment_count: int
    address: str
    place: str
    joined_at: str
    changed: ChangeNote | None = None

    @property
    def note(self) -> str:
        """The id that references to a footnote lead to."""
        return f"fn-{footnote_place(self.label)}"


@dataclass(frozen=True, slots=True)
class OutlineView:
    """A heading in the table of contents, with the comments under it; `address` leads to it, on this page or another.

    `here`: the portion that is read begins under it.
    """

    level: int
    address: str
    text: str
    lang: str
    dir: str
    count: int
    here: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A way to another portion: how that begins, in its language."""

    address: str
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class PortionView:
    """What a page shows of a text, from 1 to `total`; `above`: (level, heading) that its first block stands under."""

    number: int
    total: int
    address: str
    above: tuple[tuple[int, Way], ...] = ()
    previous: Way | None = None
    next: Way | None = None


@dataclass(frozen=True, slots=True)
class VersionView:
    """A published version."""

    number: int
    published_at: datetime
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft in one of its versions; addresses are without locale."""

    slug: str
    title: LocalText
    address: str
    version: int
    published_at: datetime | None
    original: str
    languages: tuple[str, ...]
    versions: tuple[VersionView, ...]
    comments: int = 0
    reference: str = ""

    @property
    def changes_address(self) -> str:
        """Where one sees what changed since the version before; "" for the first one."""
        base = self.address.partition("?")[0]
        return f"{base}/compare/{self.before}/{self.version}" if self.before else ""

    @property
    def before(self) -> int:
        """The number of the version before, 0 for the first one."""
        return max((each.number for each in self.versions if each.number < self.version), default=0)

    @property
    def newer(self) -> VersionView | None:
        """The newest version where that is not this one."""
        return self.versions[-1] if self.versions and self.versions[-1].number > self.version else None


def view_draft(
    draft: Draft, version: Version, consultation_address: str, locale: str, comments: int = 0
) -> DraftView:
    """The view of a draft at a version."""
    address = f"{consultation_address}/drafts/{draft.slug}"
    versions = published_versions(draft)
    newest = versions[-1] if versions else version
    return DraftView(
        slug=draft.slug,
        title=pick(draft.title, locale),
        address=address if version.id == newest.id else f"{address}?version={version.number}",
        version=version.number,
        published_at=version.published_at,
        original=version.original,
        languages=tuple(version.languages),
        versions=tuple(
            VersionView(each.number, each.published_at or each.created_at, f"{address}?version={each.number}",
                        each.id == version.id)
            for each in versions
        ),
        comments=comments,
        reference=version.reference,
    )  # fmt: skip


def place_in(address: str, key: str) -> str:
    """The address of a block within its draft at `address`, in whichever portion of the text it stands."""
    return f"{address}{'&' if '?' in address else '?'}from={key}#b-{key}"


def view_blocks(rows: Iterable[BlockRow], draft_address: str, locale: str) -> tuple[BlockView, ...]:
    """Blocks as shown in the interface language `locale`; `draft_address` has its locale."""
    say = catalogue(locale).gettext
    path, _, query = draft_address.partition("?")
    tail = f"?{query}" if query else ""
    return tuple(
        _view_block(row, f"{path}/blocks/{row.key}{tail}", say(PLACES[row.kind]), locale) for row in rows
    )


def _view_block(row: BlockRow, address: str, place: str, locale: str) -> BlockView:
    return BlockView(
        id=row.id,
        key=row.key,
        kind=BlockKind(row.kind),
        **read_shape(row.shape),
        src=str(row.shape.get("src", "")),
        plain=row.plain,
        html=Markup(row.html),  # noqa: S704 - made safe when it was stored
        lang=row.lang,
        dir=direction(row.lang),
        is_fallback=row.is_fallback,
        stale=row.stale,
        language_name=language_name(row.lang, locale),
        joined_into=row.joined_into,
        comment_count=row.comment_count,
        address=address,
        place=place % {"words": beginning(row.plain)},
        joined_at=f"#b-{row.joined_into}",
    )


def beginning(plain: str, most: int = 48) -> str:
    """The first words of a text, isolated for either direction (U+2068, U+2069)."""
    words = plain if len(plain) <= most else plain[:most].rsplit(" ", 1)[0].rstrip() + "…"
    return f"\u2068{words}\u2069"
