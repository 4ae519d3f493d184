"""What a block of one version is in a later one."""

from __future__ import annotations

from consult.models.version import MatchKind
from consult.versions.relations import Relation, Step, relate

K = MatchKind


def said(relations: tuple[Relation, ...]) -> list[str]:
    return [f"{each.kind}{' left' if each.left else ''} {each.before}>{each.after}" for each in relations]


def test_every_block_of_both_versions_has_its_place() -> None:
    steps = [Step(2, "a", "a", K.UNCHANGED), Step(2, "b", "b", K.EDITED), Step(2, "c", "", K.REMOVED)]
    assert said(relate(["a", "c", "b"], ["a", "b", "n"], steps)) == [
        "unchanged a>a",
        "removed c>",
        "unchanged b>b",
        "added >n",
    ]


def test_a_move_is_seen_at_both_ends() -> None:
    steps = [Step(2, "a", "a", K.MOVED), Step(2, "b", "b", K.UNCHANGED), Step(2, "c", "c", K.UNCHANGED)]
    assert said(relate(["a", "b", "c"], ["b", "c", "a"], steps)) == [
        "moved left a>a",
        "unchanged b>b",
        "unchanged c>c",
        "moved a>a",
    ]


def test_splits_and_mergers_over_several_versions_are_one_step() -> None:
    steps = [
        Step(2, "a", "a", K.SPLIT),
        Step(2, "a", "a2", K.SPLIT),
        Step(2, "b", "b", K.UNCHANGED),
        Step(3, "a", "a", K.EDITED),
        Step(3, "a2", "b", K.MERGED),
        Step(3, "b", "b", K.MERGED),
    ]
    assert said(relate(["a", "b"], ["a", "b"], steps)) == ["split a>a", "split a>b", "merged b>b"]


def test_what_came_and_went_between_is_in_neither() -> None:
    steps = [
        Step(2, "a", "a", K.UNCHANGED),
        Step(2, "", "x", K.ADDED),
        Step(3, "a", "a", K.MOVED),
        Step(3, "x", "", K.REMOVED),
    ]
    assert said(relate(["a"], ["a"], steps)) == ["moved left a>a", "moved a>a"]
