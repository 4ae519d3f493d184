"""The page puts blocks back into lists and tables, and gives its headings their levels."""

from dataclasses import dataclass

from consult.documents.blocks import BlockKind
from consult.documents.keys import assign_keys
from consult.documents.markdown import parse_document
from consult.documents.render import Group, GroupKind, NestedList, page_levels, regroup
from tests.documents.test_document_blocks import CHARTER


@dataclass(frozen=True)
class Shown:
    key: str
    kind: BlockKind
    level: int
    label: str
    ordered: bool
    header: bool
    group: int
    plain: str


def shown(text: str) -> list[Shown]:
    blocks = parse_document(text)
    return [
        Shown(key, b.kind, b.level, b.label, b.ordered, b.header, b.group, b.plain)
        for key, b in zip(assign_keys(blocks), blocks, strict=True)
    ]


def written(nested: NestedList[Shown]) -> object:
    """The list as Python lists: ["3", text, part, …] for each item."""
    return [
        [
            item.block.plain,
            *(written(part.list) if part.list else part.block and part.block.plain for part in item.parts),
        ]
        for item in nested.items
    ]


def of_kind(groups: tuple[Group[Shown], ...], kind: GroupKind) -> Group[Shown]:
    (group,) = (group for group in groups if group.kind is kind)
    return group


def test_list_items_become_nested_lists_with_their_numbers() -> None:
    group = of_kind(regroup(shown(CHARTER)), GroupKind.LIST)
    (top,) = group.lists
    assert (top.ordered, top.start) == (True, 3)
    assert written(top) == [
        ["Third still third", [["nested", [["deeper"]]]], "after the nested list"],
        ["Fourth"],
    ]


def test_rows_become_one_table_with_its_header() -> None:
    table = of_kind(regroup(shown(CHARTER)), GroupKind.TABLE)
    assert [row.plain for row in table.head] == ["Body Seats"]
    assert [row.plain for row in table.body] == ["Board 4 seats"]


def test_two_lists_or_tables_in_a_row_stay_two() -> None:
    assert [group.kind for group in regroup(shown("- a\n- b\n\n* c\n"))] == [GroupKind.LIST] * 2


def test_every_block_is_on_the_page_once_and_in_order() -> None:
    blocks = shown(CHARTER)
    assert [block for group in regroup(blocks) for block in group.blocks] == blocks


def test_no_heading_level_is_skipped_on_the_page() -> None:
    text = "# A\n\n### B\n\n#### C\n\n## D\n\n# E\n"
    blocks = shown(text)
    assert list(page_levels(blocks).values()) == [2, 3, 4, 3, 2]
    assert [group.level for group in regroup(blocks[2:], before=[1, 3])] == [4, 3, 2]
    assert [group.level for group in regroup(shown(text), top=1)] == [1, 2, 3, 2, 1]
