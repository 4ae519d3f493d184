"""A new version comes in; every block of it is known to be an old one, edited, moved, split, merged, or new."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.keys import KeyedBlock, assign_keys
from consult.documents.matching.matches import Match, carriers, describe_parts, keys_of, match_blocks
from consult.models.version import MatchKind
from tests.documents import covenant
from tests.documents.rewriting import LINKS, MADE_UP, Plan, Rewritten, block, draft, rewrite

needs_covenant = pytest.mark.skipif(
    not covenant.COVENANT.is_dir(), reason="the Covenant's versions are not here"
)
PARAGRAPH = BlockKind.PARAGRAPH

PLEDGE = "We pledge to make participation in our community free of harassment for everyone regardless of age."
SCOPE = "This code applies within all spaces of the project and also when somebody represents it in public."
REPORTS = (
    "Instances of abusive behaviour may be reported to the people responsible for enforcement at any time."
)
REVIEW = "All complaints will be reviewed and investigated promptly, fairly and without regard to the person."


def keyed(blocks: Sequence[ParsedBlock]) -> list[KeyedBlock]:
    return list(zip(assign_keys(blocks), blocks, strict=True))


def matched(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int | None, int | None]]:
    matches = match_blocks(
        keyed([block(PARAGRAPH, text) for text in old]), [block(PARAGRAPH, text) for text in new]
    )
    return [(match.kind.value, match.before, match.after) for match in matches]


def of_kind(matches: Sequence[Match], kind: MatchKind) -> list[Match]:
    return [match for match in matches if match.kind is kind]


def test_what_became_of_each_block_is_told_in_the_new_versions_order() -> None:
    edited = SCOPE.replace("all spaces of the project", "every space of the community")
    assert matched([PLEDGE, SCOPE, REPORTS], [PLEDGE, edited, REVIEW]) == [
        ("unchanged", 0, 0),
        ("edited", 1, 1),
        ("removed", 2, None),
        ("added", None, 2),
    ]


def test_a_block_that_was_moved_is_moved_and_what_it_passed_is_not() -> None:
    assert matched([PLEDGE, SCOPE, REPORTS, REVIEW], [SCOPE, REPORTS, REVIEW, PLEDGE]) == [
        ("unchanged", 1, 0),
        ("unchanged", 2, 1),
        ("unchanged", 3, 2),
        ("moved", 0, 3),
    ]


def test_a_block_that_was_moved_and_edited_says_both() -> None:
    old = [block(PARAGRAPH, text) for text in (PLEDGE, SCOPE, REPORTS, REVIEW)]
    new = [*old[1:], block(PARAGRAPH, PLEDGE.replace("harassment", "insults"))]
    moved = of_kind(match_blocks(keyed(old), new), MatchKind.MOVED)
    assert [(match.before, match.after, match.edited) for match in moved] == [(0, 3, True)]
    assert 0.8 < moved[0].score < 1


def test_a_split_block_gives_its_key_to_the_larger_part() -> None:
    old = [block(PARAGRAPH, f"{PLEDGE} {SCOPE} {REPORTS}"), block(PARAGRAPH, REVIEW)]
    new = [block(PARAGRAPH, PLEDGE), block(PARAGRAPH, f"{SCOPE} {REPORTS}"), block(PARAGRAPH, REVIEW)]
    matches = match_blocks(keyed(old), new)
    assert [(match.kind, match.before, match.after, match.edited) for match in matches] == [
        (MatchKind.SPLIT, 0, 0, False),
        (MatchKind.SPLIT, 0, 1, False),
        (MatchKind.UNCHANGED, 1, 2, False),
    ]
    keys = keys_of(keyed(old), new, matches)
    assert keys[1:] == assign_keys(old)
    assert keys[0] not in assign_keys(old)


def test_merged_blocks_leave_one_key() -> None:
    old = [block(PARAGRAPH, text) for text in (PLEDGE, SCOPE, REVIEW)]
    new = [block(PARAGRAPH, f"{PLEDGE} {SCOPE}"), block(PARAGRAPH, REVIEW)]
    matches = match_blocks(keyed(old), new)
    assert [(match.kind, match.before, match.after) for match in matches[:2]] == [
        (MatchKind.MERGED, 0, 0),
        (MatchKind.MERGED, 1, 0),
    ]
    assert keys_of(keyed(old), new, matches)[0] in assign_keys(old)[:2]


def test_a_paragraph_made_into_a_list_item_stays_the_block_it_was() -> None:
    old = [block(PARAGRAPH, PLEDGE)]
    (match,) = match_blocks(keyed(old), [block(BlockKind.LIST_ITEM, PLEDGE)])
    assert (match.kind, match.edited, match.score) == (MatchKind.EDITED, False, 1.0)


def test_a_link_that_leads_elsewhere_is_an_edit_without_other_words() -> None:
    old = ParsedBlock(PARAGRAPH, 0, "", '<a href="https://a.example">here</a>', "here")
    new = ParsedBlock(PARAGRAPH, 0, "", '<a href="https://b.example">here</a>', "here")
    (match,) = match_blocks(keyed([old]), [new])
    assert (match.kind, match.edited) == (MatchKind.EDITED, False)


def test_a_picture_is_known_by_its_file() -> None:
    old = ParsedBlock(BlockKind.FIGURE, 0, "", "How", "How", src="process.png")
    new = ParsedBlock(BlockKind.FIGURE, 0, "", "Steps", "Steps of the process", src="process.png")
    text = block(PARAGRAPH, PLEDGE)
    kinds = [match.kind for match in match_blocks(keyed([text, old, text]), [text, new, text])]
    assert kinds == [MatchKind.UNCHANGED, MatchKind.EDITED, MatchKind.UNCHANGED]


def test_of_equal_rows_those_beside_what_stayed_are_kept() -> None:
    assert matched(["yes", "a", "yes", "b"], ["a", "yes", "b"]) == [
        ("removed", 0, None),
        ("unchanged", 1, 0),
        ("unchanged", 2, 1),
        ("unchanged", 3, 2),
    ]


def test_chinese_and_arabic_are_matched_though_they_write_otherwise() -> None:
    chinese = ["我们承诺致力于建设开放友善多元包容健康的社区环境", "社区全体负责人有义务保密举报者信息"]
    edited = [chinese[1].replace("有义务保密", "必须保护"), chinese[0].replace("友善", "热情")]
    assert {(before, after) for _, before, after in matched(chinese, edited)} == {(0, 1), (1, 0)}
    arabic = "لكل فرد الحق في الحياة والحرية وفي الأمان على شخصه"
    vowelled = "لِكُلِّ فَرْدٍ الحقُّ في الحياة والحريّة وفي الأمان على نفسه"
    assert matched([arabic], [vowelled]) == [("edited", 0, 0)]


def rewritten(seed: int, lang: str, plan: Plan, blocks: int = 40) -> Rewritten:
    chance = random.Random(seed)
    return rewrite(chance, lang, draft(chance, lang, blocks), plan)


def test_pairs_that_an_editor_settled_are_told_the_same_way() -> None:
    old, new = keyed([block(PARAGRAPH, text) for text in (PLEDGE, SCOPE)]), [block(PARAGRAPH, REVIEW)]
    assert [match.kind for match in match_blocks(old, new)].count(MatchKind.REMOVED) == 2
    (match, removed) = describe_parts([each for _, each in old], new, [(0, 0)])
    assert (match.kind, match.before, match.after, match.edited) == (MatchKind.EDITED, 0, 0, True)
    assert (removed.kind, removed.before) == (MatchKind.REMOVED, 1)
    assert keys_of(old, new, [match, removed]) == (old[0][0],)


SEEDS = st.integers(0, 10_000)
LANGUAGES = st.sampled_from(["en", "es", "ar", "zh"])


@settings(max_examples=25, deadline=None)
@given(SEEDS, LANGUAGES, st.sampled_from([0.0, 0.3, 0.6, 1.0]))
def test_every_block_of_both_versions_is_accounted_for(seed: int, lang: str, rate: float) -> None:
    text = rewritten(seed, lang, Plan(rate))
    matches = match_blocks(text.keyed, text.new)
    pairs = [(match.before, match.after) for match in matches]
    assert matches == describe_parts(
        text.old, text.new, [(i, j) for i, j in pairs if i is not None and j is not None]
    )
    olds, news = Counter(match.before for match in matches), Counter(match.after for match in matches)
    assert set(olds) - {None} == set(range(len(text.old)))
    assert set(news) - {None} == set(range(len(text.new)))
    for match in matches:
        assert 0 <= match.score <= 1
        assert (match.before is None, match.after is None) == (
            match.kind is MatchKind.ADDED,
            match.kind is MatchKind.REMOVED,
        )
        assert (olds[match.before] > 1 and match.before is not None) == (match.kind is MatchKind.SPLIT)
        assert (news[match.after] > 1 and match.after is not None) == (match.kind is MatchKind.MERGED)
    places = [match.after for match in matches if match.after is not None]
    assert places == sorted(places)


@settings(max_examples=25, deadline=None)
@given(SEEDS, LANGUAGES)
def test_keys_are_unique_and_what_says_the_same_keeps_its_own(seed: int, lang: str) -> None:
    text = rewritten(seed, lang, Plan(0.5))
    matches = match_blocks(text.keyed, text.new)
    keys, old_keys = keys_of(text.keyed, text.new, matches), assign_keys(text.old)
    assert len(set(keys)) == len(text.new)
    for after, before in carriers(matches).items():
        assert keys[after] == old_keys[before]
    for match in of_kind(matches, MatchKind.UNCHANGED):
        assert keys[match.after or 0] == old_keys[match.before or 0]


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_blocks_that_only_moved_are_all_found(seed: int) -> None:
    chance = random.Random(seed)
    old = [
        block(kind, f"{number} {' '.join(words)}")
        for number, (kind, words) in enumerate(draft(chance, "en", 40))
    ]
    new = list(old)
    chance.shuffle(new)
    matches = match_blocks(keyed(old), new)
    assert all(
        match.before is not None and match.after is not None and old[match.before] == new[match.after]
        for match in matches
    )
    assert {match.kind for match in matches} <= {MatchKind.UNCHANGED, MatchKind.MOVED}


@pytest.mark.parametrize(("rate", "least"), [(0.3, 0.98), (0.6, 0.9)])
def test_edits_are_matched_as_surely_as_promised(rate: float, least: float) -> None:
    found = true = both = 0
    for lang in ("en", "es", "fr", "ar", "zh"):
        for seed in range(3):
            text = rewritten(seed, lang, Plan(rate, exactly=True, edited=1.0), 100)
            pairs = {
                (match.before, match.after)
                for match in match_blocks(text.keyed, text.new)
                if match.before is not None and match.after is not None
            }
            differing = {(i, j) for i, j in pairs if text.old[i].plain != text.new[j].plain}
            truth = {(i, j) for i, j in text.pairs if text.old[i].plain != text.new[j].plain}
            found, true, both = found + len(differing), true + len(truth), both + len(differing & truth)
    assert both / found >= least
    assert both / true >= least


@needs_covenant
def test_the_covenant_is_matched_as_by_hand() -> None:
    found = covenant.found("1.4", "2.0", "en")
    assert found <= covenant.BY_HAND
    assert len(found) >= 0.95 * len(covenant.BY_HAND)


@needs_covenant
def test_languages_agree_on_what_became_of_the_covenants_blocks() -> None:
    counts = [covenant.agreement(*step, lang) for step in covenant.STEPS for lang in covenant.in_both(*step)]
    assert sum(common for common, _ in counts) / sum(both for _, both in counts) >= 0.95


def many(count: int, words: Sequence[str], length: int) -> list[ParsedBlock]:
    chance = random.Random(count + length)
    return [block(PARAGRAPH, " ".join(chance.choices(words, k=length))) for _ in range(count)]


HOSTILE: dict[str, tuple[list[ParsedBlock], list[ParsedBlock]]] = {
    "equal and tiny": (many(10_000, ["a"], 1), many(9_000, ["a"], 1)),
    "tiny, and each another": (many(10_000, ["a"], 1), many(9_000, ["b"], 1)),
    "numbered": (
        [block(PARAGRAPH, f"Item {n}a") for n in range(5_000)],
        [block(PARAGRAPH, f"Item {n}b") for n in range(5_000)],
    ),
    "few words": (many(500, LINKS, 60), many(500, LINKS, 60)),
    "one made many": (many(1, MADE_UP, 20_000), many(200, MADE_UP, 100)),
    "many made one": (many(200, MADE_UP, 100), many(1, MADE_UP, 20_000)),
    "nothing": ([], many(3, MADE_UP, 5)),
    "emptied": (many(3, MADE_UP, 5), []),
    "without words": ([block(PARAGRAPH, "")] * 3 + [block(PARAGRAPH, "—")], [block(PARAGRAPH, "…")] * 2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_document_takes_long(name: str) -> None:
    # Each takes a second or two of a free machine; comparing each block with each would take minutes.
    old, new = HOSTILE[name]
    began = time.process_time()
    matches = match_blocks(keyed(old), new)
    assert time.process_time() - began < 15
    assert len(keys_of(keyed(old), new, matches)) == len(new)
