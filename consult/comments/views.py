"""What templates see of comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.queries import first_replies, hidden_reasons, parents_of
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import country_name, direction, language_name
from consult.i18n.words import disposition_label, kind_name
from consult.kernel.translated import Translated
from consult.models.contribution import Contribution, ContributionType, Fate, State

NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class DispositionView:
    """The Forum's decision as shown."""

    kind: str
    label: str
    reason: LocalText
    change: LocalText | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PlaceView:
    """What became of a comment's place since it was made.

    `version` is the number of the one it was made on, `words` are those it marked there ("" for the whole block, or
    where it is not shown), `unsure`: nobody has looked yet whether this is the place.
    """

    fate: str
    version: int
    words: str
    lang: str
    dir: str
    unsure: bool


@dataclass(frozen=True, slots=True)
class ContributionView:
    """A contribution as shown: nothing of a hidden or withdrawn one, no name of an anonymous one.

    verified: how the organisation was verified when it was sent, "" where it was only named.

    led: a published change of the text answers it.
    """

    id: int
    reference: str
    address: str
    state: str
    name: str
    anonymous: bool
    is_forum: bool
    organisation: str
    organisation_id: int | None
    verified: str
    kind_label: str
    country_name: str
    lang: str
    dir: str
    language_name: str
    title: str
    html: Markup
    quote: str
    quote_lang: str
    place: PlaceView | None
    block_id: int | None
    start: int
    end: int
    created_at: datetime
    edited: bool
    in_grace: bool
    late: bool
    is_submission: bool
    publication: str
    depth: int
    support_count: int
    reply_count: int
    parent_id: int | None
    thread_id: int | None
    parent_reference: str = ""
    parent_name: str = ""
    about: str = ""
    hidden_reason: LocalText | None = None
    disposition: DispositionView | None = None
    led: bool = False
    replies: tuple[ContributionView, ...] = ()
    more: int = 0
    """How many replies are not shown here."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a page says of a comment that was just posted: `waits` for a moderator."""

    reference: str
    waits: bool


def view_posted(comment: Contribution) -> Posted:
    """A comment that was just posted."""
    return Posted(comment.reference, comment.state == State.PENDING)


@dataclass(frozen=True, slots=True)
class Around:
    """What is read beside the rows: reasons of hidden ones, parents that are not among the rows."""

    reasons: Mapping[int, Translated] = field(default_factory=dict)
    parents: Mapping[int, tuple[str, str, str]] = field(default_factory=dict)


async def view_threads(
    session: AsyncSession, roots: Sequence[Row[Any]], locale: str, *, per_thread: int | None = None
) -> list[ContributionView]:
    """Threads with their first replies, in the order of the roots."""
    replies = await (
        first_replies(session, roots, per_thread) if per_thread else first_replies(session, roots)
    )
    around = await look_around(session, [*roots, *replies])
    return nest(
        [view_row(row, locale, around) for row in roots], [view_row(row, locale, around) for row in replies]
    )


async def view_contributions(
    session: AsyncSession, rows: Sequence[Row[Any]], locale: str
) -> list[ContributionView]:
    """Contributions each on its own."""
    around = await look_around(session, rows, with_parents=True)
    return [view_row(row, locale, around) for row in rows]


async def look_around(
    session: AsyncSession, rows: Sequence[Row[Any]], *, with_parents: bool = False
) -> Around:
    """What showing these rows needs beyond them; no query where nothing is needed."""
    hidden = [row.id for row in rows if row.state == State.HIDDEN]
    parents = await parents_of(session, rows) if with_parents else {}
    return Around(await hidden_reasons(session, hidden), parents)


def nest(roots: Sequence[ContributionView], replies: Iterable[ContributionView]) -> list[ContributionView]:
    """Trees: each reply under its parent, or under its thread where the parent is not shown."""
    by_id = {view.id: view for view in [*roots, *replies]}
    children: dict[int, list[int]] = {}
    for view in by_id.values():
        if view.thread_id is None and view.parent_id is None:
            continue
        parent = view.parent_id if view.parent_id in by_id else view.thread_id
        if parent is not None:
            children.setdefault(parent, []).append(view.id)
    return [_grow(root, by_id, children) for root in roots]


def _grow(
    root: ContributionView, by_id: Mapping[int, ContributionView], children: Mapping[int, list[int]]
) -> ContributionView:
    """One tree, from the leaves up and without recursion: threads may be deeper than Python's stack."""
    order: list[int] = []
    waiting = [root.id]
    while waiting:
        at = waiting.pop()
        order.append(at)
        waiting += children.get(at, ())
    grown: dict[int, ContributionView] = {}
    for at in reversed(order):
        view = by_id[at]
        inner = tuple(_with_parent(grown[child], view) for child in children.get(at, ()))
        more = max(view.reply_count - len(order) + 1, 0) if at == root.id else 0
        grown[at] = replace(view, replies=inner, more=more) if inner or more else view
    return grown[root.id]


def _with_parent(view: ContributionView, parent: ContributionView) -> ContributionView:
    return replace(view, parent_reference=parent.reference, parent_name=parent.name)


def view_row(row: Row[Any], locale: str, around: Around) -> ContributionView:
    """One contribution as everybody may see it."""
    shown = row.state in (State.PUBLISHED, State.PENDING)
    parent = around.parents.get(row.parent_id or 0, ("", "", ""))
    named = shown and not row.anonymous
    reason = around.reasons.get(row.id)
    return ContributionView(
        id=row.id,
        reference=row.reference,
        address=f"/{locale}/contributions/{row.reference}",
        state=row.state,
        name=row.author_name if named else "",
        anonymous=row.anonymous,
        is_forum=row.forum_voice,
        organisation=row.organisation_name if named else "",
        organisation_id=row.organisation_id if named else None,
        verified=row.verified if named else "",
        kind_label=kind_name(row.kind, locale)
        if shown and row.kind != "individual" and not row.forum_voice
        else "",
        country_name=country_name(row.country, locale) if named else "",
        lang=row.lang,
        dir=direction(row.lang),
        language_name=language_name(row.lang, locale),
        title=row.title if shown else "",
        html=Markup(row.html) if shown else NOTHING,  # noqa: S704 - made safe when it was stored
        quote=(row.exact or "") if shown else "",
        quote_lang=row.quote_lang or "",
        place=_view_place(row, shown) if row.fate and row.fate != Fate.MADE else None,
        block_id=row.block_id,
        start=row.start or 0,
        end=row.end or 0,
        created_at=row.created_at,
        edited=row.edited_at is not None and shown,
        in_grace=row.in_grace,
        late=row.late,
        is_submission=row.type == ContributionType.SUBMISSION,
        publication=row.publication if shown else "",
        depth=row.depth,
        support_count=row.support_count,
        reply_count=row.reply_count,
        parent_id=row.parent_id,
        thread_id=row.thread_id,
        parent_reference=parent[0],
        parent_name=parent[1] if parent[2] == State.PUBLISHED else "",
        hidden_reason=pick(reason, locale) if reason and row.state == State.HIDDEN else None,
        disposition=_view_disposition(row, locale) if row.disposition and shown else None,
        led=row.led and row.state == State.PUBLISHED,
    )


def _view_place(row: Row[Any], shown: bool) -> PlaceView:
    words = row.made_exact if shown else ""
    return PlaceView(row.fate, row.made_on, words, row.made_lang, direction(row.made_lang), row.unsure)


def _view_disposition(row: Row[Any], locale: str) -> DispositionView:
    return DispositionView(
        kind=row.disposition,
        label=disposition_label(row.disposition, locale),
        reason=pick(row.reason, locale),
        change=pick(row.change, locale) if row.change else None,
        at=row.decided_at,
    )
