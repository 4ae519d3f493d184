"""What a redline's file is made of: all of two versions' blocks, those that belong together side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from markupsafe import Markup

from consult.documents.blocks import BlockKind
from consult.documents.views import BlockView
from consult.documents.wording import Op
from consult.i18n.locales import direction
from consult.models.version import MatchKind
from consult.versions.redline import redline
from consult.versions.relations import Relation

BREAK = "<wbr>"
"""Stands between blocks that are compared as one text; no stored block has it."""


class RedlineBlock(msgspec.Struct, frozen=True):
    """A block on one side: what it is and its safe HTML."""

    kind: str
    level: int
    label: str
    header: bool
    group: int
    lang: str
    html: str


class RedlinePart(msgspec.Struct, frozen=True):
    """Blocks of the old version and what they are in the new one; either side may be empty, and each block stands once.

    move: names both ends of a move. At the end where it was (`left`) there are only `olds`; at the other one both.
    """

    olds: tuple[RedlineBlock, ...]
    news: tuple[RedlineBlock, ...]
    move: str = ""
    left: bool = False

    @property
    def block(self) -> RedlineBlock:
        """The block that says how the part looks: of the new version where it has one."""
        return (self.news or self.olds)[0]

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return self.block.kind == BlockKind.TABLE_ROW

    @property
    def dir(self) -> str:
        """Its direction."""
        return direction(self.block.lang)

    @property
    def label_before(self) -> str:
        """The old label where it is another one now, "" where it is the same."""
        old = self.olds[0].label if self.olds else ""
        return old if self.news and old != self.news[0].label else ""

    @property
    def inline(self) -> Markup:
        """Both texts in one, with `<ins>` and `<del>` around text alone, white space too."""
        old, new = (BREAK.join(block.html for block in side) for side in (self.olds, self.news))
        return redline(old, "" if self.left else new, _marked)


class RedlineText(msgspec.Struct, frozen=True):
    """What a redline's file is made of. `about` is the consultation's reference, `reference` the new version's.

    locale: the language of what the file says itself; lang: of the text. `address` is the comparison's full one.
    """

    title: str
    title_lang: str
    about: str
    reference: str
    locale: str
    lang: str
    before: int
    after: int
    published_before: datetime
    published_after: datetime
    address: str
    parts: tuple[RedlinePart, ...]


def redline_parts(
    old: Mapping[str, BlockView], new: Mapping[str, BlockView], relations: Iterable[Relation]
) -> tuple[RedlinePart, ...]:
    """All of both versions, blocks by key as they read in one language, in the order of the new one."""
    relations = list(relations)
    moved = {one.before for one in relations if one.kind is MatchKind.MOVED}
    taken_old, taken_new = set[str](moved), set[str]()
    parts: list[RedlinePart] = []
    for related in _together(relations):
        first = related[0]
        if first.kind is MatchKind.MOVED:
            news = () if first.left else (_block(new[first.after]),)
            parts.append(RedlinePart((_block(old[first.before]),), news, f"move-{first.before}", first.left))
            continue
        befores = _fresh((one.before for one in related), taken_old)
        afters = _fresh((one.after for one in related), taken_new)
        parts += _parted([_block(old[key]) for key in befores], [_block(new[key]) for key in afters])
    return tuple(parts)


def _marked(op: Op, html: str) -> str:
    name = "del" if op is Op.DELETED else "ins"
    return f"<{name}>{html}</{name}>"


def _together(relations: Sequence[Relation]) -> Iterator[list[Relation]]:
    """Relations that follow each other and share a block: the parts of a split one, those that were merged."""
    run: list[Relation] = []
    for relation in relations:
        if run and not _shares(run, relation):
            yield run
            run = []
        run.append(relation)
    if run:
        yield run


def _shares(run: Iterable[Relation], relation: Relation) -> bool:
    if relation.kind is MatchKind.MOVED:
        return False
    return any(
        one.kind is not MatchKind.MOVED
        and (
            (one.before != "" and one.before == relation.before)
            or (one.after != "" and one.after == relation.after)
        )
        for one in run
    )


def _fresh(keys: Iterable[str], taken: set[str]) -> list[str]:
    """The keys that no part has yet, which then has them."""
    found = [key for key in dict.fromkeys(keys) if key and key not in taken]
    taken.update(found)
    return found


def _parted(olds: Sequence[RedlineBlock], news: Sequence[RedlineBlock]) -> Iterator[RedlinePart]:
    """One part, except that rows of a table stand each for itself and a row is never compared with a paragraph."""
    if not olds and not news:
        return
    rows = {block.kind == BlockKind.TABLE_ROW for block in (*olds, *news)}
    if rows == {False}:
        yield RedlinePart(tuple(olds), tuple(news))
        return
    pairs = min(len(olds), len(news)) if len(rows) == 1 else 0
    yield from (RedlinePart((olds[at],), (news[at],)) for at in range(pairs))
    yield from (RedlinePart((block,), ()) for block in olds[pairs:])
    yield from (RedlinePart((), (block,)) for block in news[pairs:])


def _block(view: BlockView) -> RedlineBlock:
    return RedlineBlock(view.kind, view.level, view.label, view.header, view.group, view.lang, str(view.html))
