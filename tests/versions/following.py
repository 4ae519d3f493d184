"""Two texts as two versions: their blocks as pages show them, and how they belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consult.documents.blocks import ParsedBlock
from consult.documents.keys import assign_keys
from consult.documents.markdown import parse_document
from consult.documents.matching.matches import keys_of, match_blocks
from consult.documents.queries import BlockRow
from consult.documents.views import BlockView, view_blocks
from consult.versions.relations import Relation, Step, relate


@dataclass(frozen=True, slots=True)
class Two:
    """Both versions' blocks by key, in reading order."""

    old: dict[str, BlockView]
    new: dict[str, BlockView]
    relations: tuple[Relation, ...]


def two_versions(before: str, after: str, lang: str = "en") -> Two:
    """What is found of two Markdown texts."""
    return two_lists(parse_document(before), parse_document(after), lang)


def two_lists(before: Sequence[ParsedBlock], after: Sequence[ParsedBlock], lang: str = "en") -> Two:
    """What is found of two lists of blocks."""
    olds = assign_keys(before)
    matches = match_blocks(list(zip(olds, before, strict=True)), after)
    news = keys_of(list(zip(olds, before, strict=True)), after, matches)
    steps = [
        Step(
            2,
            olds[each.before] if each.before is not None else "",
            news[each.after] if each.after is not None else "",
            each.kind,
            each.edited,
        )
        for each in matches
    ]
    return Two(shown(olds, before, lang), shown(news, after, lang), relate(olds, news, steps))


def shown(keys: Sequence[str], blocks: Sequence[ParsedBlock], lang: str) -> dict[str, BlockView]:
    """Blocks as a page shows them."""
    rows = [
        BlockRow(at, key, block.kind, _shape(block), 0, lang, block.html, block.plain, False, False, "")
        for at, (key, block) in enumerate(zip(keys, blocks, strict=True))
    ]
    return {view.key: view for view in view_blocks(rows, "/en/draft?version=1", "en")}


def _shape(block: ParsedBlock) -> dict[str, object]:
    return {"level": block.level, "label": block.label, "ordered": block.ordered, "header": block.header,
            "group": block.group}  # fmt: skip
