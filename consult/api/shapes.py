"""What the API sends and takes: field for field what INTERFACES promises. Instants are RFC 3339 in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, field

from consult.exchange.contributions_out import ContributionRecord


class ExtensionShape(Struct, frozen=True, rename={"from_": "from"}):
    """A comment period made longer, and why."""

    from_: datetime
    to: datetime
    reason: str


class RoundShape(Struct, frozen=True):
    """A comment period: open from `opens_at` up to and without `closes_at`; then a grace for what was begun in time."""

    number: int
    state: str
    opens_at: datetime
    closes_at: datetime
    grace_ends_at: datetime
    time_zone: str
    extensions: list[ExtensionShape]


class Counts(Struct, frozen=True):
    """How many have been made public."""

    comments: int
    submissions: int


class LocalisedShape(Struct, frozen=True):
    """Title and summary in one language; `stale` where the original has changed since."""

    title: str
    summary: str
    stale: bool


class ConsultationShape(Struct, frozen=True):
    """A consultation. `title` and `summary` are in `lang`, the original language unless another was asked for."""

    reference: str
    slug: str
    lang: str
    title: str
    summary: str
    texts: dict[str, LocalisedShape]
    state: str
    languages: list[str]
    topics: list[str]
    url: str
    answer_promised_at: datetime | None
    rounds: list[RoundShape]
    counts: Counts
    drafts: list[str] | None = None


class ConsultationList(Struct, frozen=True):
    """A page of consultations, the newest first; `next` is the address of the page after it."""

    items: list[ConsultationShape]
    next: str | None


class PlaceShape(Struct, frozen=True):
    """Where a comment is in a later version than the one it was made on.

    `fate` is kept, moved, changed (the words differ) or orphaned (its passage is gone: `block` is null). `quote` holds the
    words as they are in this version. `confirmed` is false while nobody is sure that this is the place.
    """

    version: int
    block: str | None
    fate: str
    quote: str | None
    confirmed: bool


class PlacedContribution(ContributionRecord, frozen=True, kw_only=True):
    """A contribution; `draft`, `block` and `quote` are as it was made, on `version`; `places` is where it is in others."""

    version: int | None
    places: list[PlaceShape]


class PlacedInternal(PlacedContribution, frozen=True, kw_only=True):
    """The same for staff."""

    state: str


class ContributionList(Struct, frozen=True):
    """A page of contributions, the oldest first; `next` is the address of the page after it."""

    items: list[PlacedContribution]
    next: str | None


class NewComment(Struct, frozen=True):
    """A comment to post: on the consultation, with `parent` under a comment, with `draft` and `block` on a block."""

    text: Annotated[str, Meta(description="CommonMark, up to 20,000 characters")] = ""
    parent: Annotated[str | None, Meta(description="The reference of the comment that this answers")] = None
    draft: Annotated[str | None, Meta(description="The name of a draft, with `block`")] = None
    block: Annotated[str | None, Meta(description="The key of a block of the draft's newest version")] = None
    quote: Annotated[str | None, Meta(description="Words of the block, in any of its languages")] = None
    lang: Annotated[str | None, Meta(description="BCP 47; detected where absent")] = None
    anonymous: Annotated[bool, Meta(description="Publish it without your name")] = False


class Posted(Struct, frozen=True):
    """Where the comment is; `state` is `pending` where a moderator reads first posts."""

    reference: str
    url: str
    state: str


class FileShape(Struct, frozen=True):
    """A file of a version's text: in one language, as pdf, docx, epub or md."""

    lang: str
    format: str
    url: str


class VersionShape(Struct, frozen=True):
    """A published state of a draft. `record` is the address that stays, `sha256` that of its text by language."""

    number: int
    reference: str
    original: str
    languages: list[str]
    note: str
    correction: bool
    published_at: datetime
    url: str
    record: str
    sha256: dict[str, str]
    files: list[FileShape]


class BlockTextShape(Struct, frozen=True, omit_defaults=True):
    """A block in one language. `joined_into`: the key of the block whose text, in this language, also says this one."""

    text: str
    original: bool = field(default=False)
    stale: bool = field(default=False)
    joined_into: str | None = None
    html: str | None = None


class BlockShape(Struct, frozen=True):
    """A heading, paragraph, list item, table row, figure, quote, code or footnote."""

    key: str
    kind: str
    level: int
    position: int
    texts: dict[str, BlockTextShape]
    comment_count: int
    url: str


class DraftShape(Struct, frozen=True):
    """A draft: its published versions, and the blocks of one of them (the newest unless another was asked for)."""

    slug: str
    title: str
    titles: dict[str, str]
    url: str
    versions: list[VersionShape]
    version: int
    blocks: list[BlockShape]


class ReasonShape(Struct, frozen=True):
    """Why a block changed in `version`, in the language `lang`, and the references of the contributions it answers."""

    version: int
    reason: str
    lang: str
    contributions: list[str]


class ChangeShape(Struct, frozen=True):
    """A block that is not as it was: edited, moved, split, merged, added or removed; `key` is that of its change.

    `before` and `after` are its words on either side, null where it is not there. A block that was split comes once
    for each part, blocks that were merged once each. `edited` says whether the words differ.
    """

    kind: str
    key: str
    key_before: str | None
    key_after: str | None
    before: str | None
    after: str | None
    edited: bool
    reasons: list[ReasonShape]


class ComparisonShape(Struct, frozen=True):
    """Two versions of a draft in a language that both have (`languages`); `url` shows their changes to people."""

    draft: str
    first: int
    second: int
    lang: str
    languages: list[str]
    url: str
    changes: list[ChangeShape]


class Found(Struct, frozen=True):
    """A result. `excerpt` is safe HTML with `<mark>` around what was found, in the language `lang`.

    Where it is from a file of a submission, `file` is its name and `page` the page, null for files without pages.
    `late`: a formal response that came after the end, and is kept apart from the others.
    """

    reference: str
    type: str
    title: str
    lang: str
    excerpt: str
    url: str
    score: float
    consultation: str
    created_at: datetime
    late: bool
    file: str | None = None
    page: int | None = None


class FacetCount(Struct, frozen=True):
    """How many results have a value."""

    value: str
    count: int


class SearchAnswer(Struct, frozen=True):
    """One page of results. `total` counts all of them; `suggestions` are queries that might find more."""

    query: str
    total: int
    page: int
    items: list[Found]
    facets: dict[str, list[FacetCount]]
    suggestions: list[str]
    next: str | None


class FieldProblem(Struct, frozen=True):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    errors: list[FieldProblem] | None = None
