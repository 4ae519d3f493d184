"""What the compare page shows: changes with their reasons, and between them how much stayed as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from consult.documents.blocks import BlockKind
from consult.documents.views import BlockView
from consult.documents.wording import Op
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.kernel.messages import N_
from consult.models.version import MatchKind
from consult.versions.queries import Reason
from consult.versions.redline import Say, new_side, old_side, redline
from consult.versions.relations import Relation

KINDS: dict[MatchKind, str] = {
    MatchKind.EDITED: N_("Edited"),
    MatchKind.MOVED: N_("Moved"),
    MatchKind.SPLIT: N_("Split"),
    MatchKind.MERGED: N_("Merged"),
    MatchKind.ADDED: N_("Added"),
    MatchKind.REMOVED: N_("Removed"),
}
"""What each kind of change is called."""


SAID: dict[Op, str] = {Op.DELETED: N_("deleted:"), Op.INSERTED: N_("inserted:")}
"""What a screen reader says before such a piece; most of them pass over the marks in silence."""


def spoken(locale: str) -> Say:
    """Marks that can be heard as well as seen."""
    catalog = catalogue(locale)
    said = {op: escape(catalog.gettext(text)) for op, text in SAID.items()}

    def say(op: Op, html: str) -> str:
        if not html.strip():
            return html
        name = "del" if op is Op.DELETED else "ins"
        before = f'<span class="unseen" lang="{locale}"> [{said[op]} </span>'
        return f'<{name}>{before}{html}<span class="unseen">] </span></{name}>'

    return say


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A contribution that a change answers."""

    reference: str
    name: str
    organisation: str
    verified: str
    anonymous: bool
    is_forum: bool
    kind_label: str = ""
    country_name: str = ""


@dataclass(frozen=True, slots=True)
class ReasonView:
    """Why a block changed, and for whom."""

    reason: LocalText
    answers: tuple[AnswerView, ...]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One block that is not as it was. `old` and `new` are the two sides, `inline` both in one, made when shown.

    id: of the change on the page. counterpart: the id of the other end of a move, for a further part of a split block
    that of its first. pieces: how many blocks were merged, or how many this one was split into. waits: the original
    changed, this translation has not followed yet. under: the heading that it stands under.
    """

    id: str
    number: int
    kind: MatchKind
    label: str
    edited: bool
    block: BlockView
    sides: tuple[str, str]
    say: Say
    under: str
    address: str
    left: bool = False
    counterpart: str = ""
    pieces: int = 1
    waits: bool = False
    reasons: tuple[ReasonView, ...] = ()

    @property
    def inline(self) -> Markup:
        """Both texts in one."""
        return redline(*self.sides, self.say)

    @property
    def old(self) -> Markup:
        """What was, with what was deleted marked."""
        return old_side(*self.sides, self.say)

    @property
    def new(self) -> Markup:
        """What is, with what was inserted marked."""
        return new_side(*self.sides, self.say)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A run of blocks that stayed as they were; `address` leads to the first of them in the text."""

    count: int
    address: str


Item = ChangeView | Unchanged


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions in one language."""

    items: tuple[Item, ...]

    @property
    def changes(self) -> tuple[ChangeView, ...]:
        """The changes alone."""
        return tuple(item for item in self.items if isinstance(item, ChangeView))

    def count(self, kind: MatchKind) -> int:
        """How many changes are of a kind; a move is counted once."""
        return sum(change.kind is kind and not change.left for change in self.changes)

    def counts(self) -> tuple[tuple[str, int], ...]:
        """What each kind of change that there is is called, and how many are of it."""
        return tuple((KINDS[kind], count) for kind in KINDS if (count := self.count(kind)))


def compare(
    old: Mapping[str, BlockView],
    new: Mapping[str, BlockView],
    relations: Iterable[Relation],
    reasons: Sequence[Reason],
    locale: str,
    *,
    edited_originals: frozenset[str] = frozenset(),
) -> Comparison:
    """Blocks by key, as they read in one language. `edited_originals`: keys of the new version whose original changed."""
    maker = _Maker(old, new, _Succession(tuple(relations)), reasons, locale, edited_originals)
    items: list[Item] = []
    for relation in maker.succession.shown():
        change = maker.change(relation)
        if change is not None:
            items.append(change)
        elif items and isinstance(last := items[-1], Unchanged):
            items[-1] = replace(last, count=last.count + 1)
        else:
            items.append(Unchanged(1, new[relation.after].address))
    return Comparison(tuple(items))


class _Succession:
    """Relations, and which of them belong together."""

    def __init__(self, relations: Sequence[Relation]) -> None:
        self._relations = relations
        self.parts: dict[str, list[str]] = {}
        self.sources: dict[str, list[str]] = {}
        for each in relations:
            if each.kind is MatchKind.SPLIT:
                self.parts.setdefault(each.before, []).append(each.after)
            elif each.kind is MatchKind.MERGED:
                self.sources.setdefault(each.after, []).append(each.before)

    def shown(self) -> Iterator[Relation]:
        """One relation for each change: blocks that were merged are one."""
        seen: set[str] = set()
        for each in self._relations:
            if each.kind is not MatchKind.MERGED or each.after not in seen:
                seen.add(each.after)
                yield each


class _Maker:
    """Goes through the relations in order and remembers under which heading it is."""

    def __init__(
        self,
        old: Mapping[str, BlockView],
        new: Mapping[str, BlockView],
        succession: _Succession,
        reasons: Sequence[Reason],
        locale: str,
        edited_originals: frozenset[str],
    ) -> None:
        self._old, self._new = old, new
        self.succession = succession
        self._locale = locale
        self._say = spoken(locale)
        self._edited_originals = edited_originals
        self._reasons: dict[str, list[Reason]] = {}
        for reason in reasons:
            self._reasons.setdefault(reason.key, []).append(reason)
        self._under = ""
        self._number = 0

    def change(self, relation: Relation) -> ChangeView | None:
        """The change, None for a block that is as it was."""
        before, after = self._old.get(relation.before), self._new.get(relation.after)
        block = before if relation.left or after is None else after
        assert block is not None
        if after is not None and not relation.left and after.kind is BlockKind.HEADING:
            self._under = after.plain
        edited = before is not None and after is not None and not _reads_the_same(before, after)
        waits = not edited and relation.after in self._edited_originals
        if relation.kind is MatchKind.UNCHANGED and not edited and not waits:
            return None
        self._number += 1
        kind = MatchKind.EDITED if relation.kind is MatchKind.UNCHANGED else relation.kind
        return self._made(relation, kind, block, edited, waits)

    def _made(
        self,
        relation: Relation,
        kind: MatchKind,
        block: BlockView,
        edited: bool,
        waits: bool,
    ) -> ChangeView:
        old, new, pieces = self._sides(relation)
        return ChangeView(
            id=f"from-{relation.before}" if relation.left else f"change-{relation.after or relation.before}",
            number=self._number,
            kind=kind,
            label=catalogue(self._locale).gettext(KINDS[kind]),
            edited=edited,
            block=block,
            sides=(old, new),
            say=self._say,
            under=self._under if block.kind is not BlockKind.HEADING else "",
            address=block.address,
            left=relation.left,
            counterpart=self._counterpart(relation),
            pieces=pieces,
            waits=waits,
            reasons=self._told(relation),
        )

    def _sides(self, relation: Relation) -> tuple[str, str, int]:
        """Both texts, and how many blocks one of them is made of.

        The first part of a split block is shown as the old block beside all parts, and a merged one beside all that it
        came from: a part alone would read as if the rest were gone.
        """
        if relation.kind is MatchKind.SPLIT:
            parts = self.succession.parts[relation.before]
            if relation.after == parts[0]:
                return self._html(self._old, [relation.before]), self._html(self._new, parts), len(parts)
            return (same := self._html(self._new, [relation.after])), same, 1
        if relation.kind is MatchKind.MERGED:
            sources = self.succession.sources[relation.after]
            return self._html(self._old, sources), self._html(self._new, [relation.after]), len(sources)
        return self._html(self._old, [relation.before]), self._html(self._new, [relation.after]), 1

    def _html(self, blocks: Mapping[str, BlockView], keys: Iterable[str]) -> str:
        return " ".join(str(blocks[key].html) for key in keys if key in blocks)

    def _counterpart(self, relation: Relation) -> str:
        if relation.kind is MatchKind.MOVED:
            return f"change-{relation.after}" if relation.left else f"from-{relation.before}"
        if relation.kind is MatchKind.SPLIT:
            first = self.succession.parts[relation.before][0]
            return f"change-{first}" if first != relation.after else ""
        return ""

    def _told(self, relation: Relation) -> tuple[ReasonView, ...]:
        if relation.left:
            return ()
        found = self._reasons.get(relation.after or relation.before, ())
        return tuple(
            ReasonView(
                pick(each.reason, self._locale),
                tuple(
                    AnswerView(
                        one.reference,
                        one.name,
                        one.organisation,
                        one.verified,
                        one.anonymous,
                        one.forum_voice,
                    )
                    for one in each.answers
                ),
            )
            for each in found
        )


def _reads_the_same(before: BlockView, after: BlockView) -> bool:
    return (before.kind, before.level, before.html) == (after.kind, after.level, after.html)
