"""Comments made on one version are found in the next: kept, moved, changed, or honestly orphaned."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consult.documents.anchors import QuoteSelector, describe, locate
from consult.documents.blocks import BlockKind
from consult.documents.carrying.carry import Anchored, Candidate, Carried, carry, carry_all
from consult.documents.keys import assign_keys
from consult.documents.markdown import parse_document
from consult.documents.matching.matches import Match, match_blocks
from consult.models.contribution import Fate
from consult.models.version import MatchKind
from tests.documents.quoting import WHOLE, Truth, carry_over, quote
from tests.documents.rewriting import MADE_UP, Plan, block, draft, rewrite

PLEDGE = "We pledge to make participation in our community free of harassment for everyone regardless of age."
SCOPE = "This code applies within all spaces of the project and also when somebody represents it in public."
REPORTS = (
    "Abusive behaviour may be reported to the board. The board answers. Members may appeal to the board."
)


def selector_of(words: str, plain: str, nth: int = 0) -> QuoteSelector:
    at = -1
    for _ in range(nth + 1):
        at = plain.index(words, at + 1)
    return describe(plain, at, at + len(words))


def carried_on(words: str, old: str, new: str, nth: int = 0) -> Carried:
    """One block, edited in its place."""
    return carry(selector_of(words, old, nth), old, [Candidate(0, new)])


def carried_over(words: str, old: Sequence[str], new: Sequence[str], *, lang: str = "en") -> Carried:
    """Several blocks, matched; the words are in the first, all of it where there are none."""
    before, after = ([block(BlockKind.PARAGRAPH, text) for text in texts] for texts in (old, new))
    matches = match_blocks(list(zip(assign_keys(before), before, strict=True)), after)
    anchor = Anchored(0, lang, selector_of(words, old[0]) if words else WHOLE)
    texts = ([{lang: each.plain} for each in blocks] for blocks in (before, after))
    (carried,) = carry_all([anchor], *texts, matches)
    return carried


def test_words_are_kept_when_the_text_around_them_changes() -> None:
    carried = carried_on(
        "free of harassment", PLEDGE, "Therefore " + PLEDGE.replace("everyone", "all people")
    )
    assert (carried.fate, carried.after, carried.unsure) == (Fate.KEPT, 0, False)
    assert carried.selector is not None
    assert carried.selector.exact == "free of harassment"
    assert carried.selector.start == PLEDGE.index("free of") + len("Therefore ")


def test_words_that_differ_are_shown_as_they_are_now() -> None:
    carried = carried_on(
        "free of harassment for everyone", PLEDGE, PLEDGE.replace("harassment", "any insult")
    )
    assert (carried.fate, carried.unsure) == (Fate.CHANGED, False)
    assert carried.selector is not None
    assert carried.selector.exact == "free of any insult for everyone"


def test_one_word_put_in_the_place_of_another_is_proposed_and_not_taken_for_sure() -> None:
    text = "Members may appeal to the board within thirty days."
    carried = carried_on("may", text, text.replace("may", "must"))
    assert (carried.fate, carried.unsure) == (Fate.CHANGED, True)
    assert carried.selector is not None
    assert carried.selector.exact == "must"
    spelled = carried_on("organisation", "Each organisation signs.", "Each organization signs.")
    assert (spelled.fate, spelled.unsure) == (Fate.CHANGED, False)


def test_words_that_were_taken_out_are_an_orphan() -> None:
    carried = carried_on("The board answers.", REPORTS, REPORTS.replace("The board answers. ", ""))
    assert carried == Carried(Fate.ORPHANED, None, None, 1.0)


@pytest.mark.parametrize("nth", [0, 1, 2])
def test_of_a_phrase_that_is_repeated_the_one_that_was_meant_is_found(nth: int) -> None:
    new = REPORTS.replace("Abusive behaviour", "Behaviour that is abusive").replace("Members", "All members")
    carried = carried_on("he board", REPORTS, new, nth)
    assert carried.selector is not None
    assert carried.selector == selector_of("he board", new, nth)
    assert carried.fate is Fate.KEPT


def test_a_comment_never_goes_to_another_of_the_same_words_without_saying_so() -> None:
    carried = carried_on(
        "The board", REPORTS, "Abusive behaviour may be reported to the board. Members may appeal."
    )
    assert carried.fate is Fate.ORPHANED or carried.unsure


def test_a_sentence_that_changed_its_place_in_the_block_is_kept() -> None:
    carried = carried_on(
        "Members may appeal to the board.",
        REPORTS,
        "Members may appeal to the board. " + REPORTS[:66].strip(),
    )
    assert (carried.fate, carried.unsure) == (Fate.KEPT, False)
    assert carried.selector is not None
    assert carried.selector.start == 0


def test_a_block_that_was_moved_takes_its_comments_with_it() -> None:
    for words in ("free of harassment", ""):
        carried = carried_over(words, [PLEDGE, SCOPE, REPORTS], [SCOPE, REPORTS, PLEDGE])
        assert (carried.fate, carried.after, carried.unsure) == (Fate.MOVED, 2, False)


def test_a_comment_on_a_whole_block_is_kept_or_says_that_the_block_changed() -> None:
    assert carried_over("", [PLEDGE, SCOPE], [PLEDGE, SCOPE]).fate is Fate.KEPT
    changed = carried_over("", [PLEDGE, SCOPE], [PLEDGE.replace("age", "age or size"), SCOPE])
    assert (changed.fate, changed.after, changed.selector) == (Fate.CHANGED, 0, None)
    assert not changed.unsure
    assert carried_over("", [PLEDGE, SCOPE], [SCOPE]).fate is Fate.ORPHANED


def test_words_are_found_in_the_part_of_a_split_block_that_has_them() -> None:
    whole = f"{PLEDGE} {SCOPE} {REPORTS}"
    carried = carried_over("represents it in public", [whole], [PLEDGE, f"{SCOPE} {REPORTS}"])
    assert (carried.fate, carried.after) == (Fate.KEPT, 1)
    away = carried_over("free of harassment", [whole], [PLEDGE, f"{SCOPE} {REPORTS}"])
    assert (away.fate, away.after, away.unsure) == (Fate.MOVED, 0, False)


def test_a_comment_on_a_block_that_went_into_another_stands_on_its_words_there() -> None:
    longer = f"{SCOPE} {REPORTS}"
    carried = carried_over("", [PLEDGE, longer], [f"{longer} {PLEDGE}"])
    assert (carried.fate, carried.after) == (Fate.MOVED, 0)
    assert carried.selector is not None
    assert carried.selector.exact == PLEDGE


def test_a_sentence_that_went_to_another_block_is_found_there() -> None:
    sentence = "Whoever reports is protected from any retaliation by the board."
    old = [f"{PLEDGE} {sentence}", SCOPE, REPORTS]
    carried = carried_over("protected from any retaliation by", old, [PLEDGE, SCOPE, f"{REPORTS} {sentence}"])
    assert (carried.fate, carried.after, carried.unsure) == (Fate.MOVED, 2, False)


def test_words_that_another_block_had_all_along_are_not_taken_for_those_that_are_gone() -> None:
    phrase = "The board decides within thirty days and publishes its reasons."
    old = [f"{PLEDGE} {phrase}", f"{SCOPE} {phrase}"]
    carried = carried_over(phrase, old, [PLEDGE, f"{SCOPE} {phrase}"])
    assert carried.fate is Fate.ORPHANED or carried.unsure


def test_of_a_sentence_that_stood_twice_the_other_is_not_taken_for_the_one_that_is_gone() -> None:
    twice = f"{PLEDGE} {SCOPE} Nobody is left alone with it. {PLEDGE} {SCOPE}"
    carried = carried_on(
        "our community free of harassment", twice, f"Nobody at all is left alone. {PLEDGE} {SCOPE}"
    )
    assert carried.fate is Fate.ORPHANED or carried.unsure


def test_quotes_at_both_ends_and_inside_words_are_kept() -> None:
    new = PLEDGE.replace("in our community", "in this community")
    assert carried_on("We", PLEDGE, new).fate is Fate.KEPT
    assert carried_on("age.", PLEDGE, new).fate is Fate.KEPT
    inside = carried_on("arass", PLEDGE, new)
    assert inside.selector is not None
    assert (inside.fate, inside.selector.exact) == (Fate.KEPT, "arass")


def test_quotes_over_markup_count_in_the_plain_text() -> None:
    old, new = parse_document(
        "Read *the [pledge](https://e.org) and* keep it.\n\nNow read **the pledge and** keep it."
    )
    carried = carried_on("the pledge and keep", old.plain, new.plain)
    assert (carried.fate, carried.unsure) == (Fate.KEPT, False)


def test_chinese_and_arabic_quotes_are_carried() -> None:
    chinese = "社区负责人有责任诠释何谓妥当行为，并据此准则妥善公正地处置有害的行为。"
    carried = carried_on(
        "妥善公正地处置", chinese, chinese.replace("社区负责人", "维护者").replace("公正", "公平")
    )
    assert (carried.fate, carried.unsure) == (Fate.CHANGED, False)
    assert carried.selector is not None
    assert carried.selector.exact == "妥善公平地处置"
    arabic = "لكل فرد الحق في الحياة والحرية وفي الأمان على شخصه أينما وجد"
    kept = carried_on("الحياة والحرية", arabic, "يتفق الجميع على أن " + arabic)
    assert (kept.fate, kept.unsure) == (Fate.KEPT, False)


def test_signs_written_otherwise_are_a_change_that_is_found() -> None:
    old, new = (
        "Le cafe\u0301 est ouvert a\u0300 tous les membres.",
        "Le caf\u00e9 est ouvert \u00e0 tous les membres.",
    )
    carried = carried_on("cafe\u0301 est ouvert", old, new)
    assert (carried.fate, carried.unsure) == (Fate.CHANGED, False)
    assert carried.selector is not None
    assert carried.selector.exact == "caf\u00e9 est ouvert"


def test_a_language_that_the_new_version_lacks_leaves_the_comment_on_its_block() -> None:
    before = [block(BlockKind.PARAGRAPH, PLEDGE)]
    anchors = [Anchored(0, "fr", describe("Nous nous engageons", 0, 4))]
    old = [{"en": PLEDGE, "fr": "Nous nous engageons"}]
    matches = match_blocks([("akey234", before[0])], before)
    (kept,) = carry_all(anchors, old, [{"en": PLEDGE}], matches)
    assert kept == Carried(Fate.KEPT, 0, None, 0.9)
    after = [block(BlockKind.PARAGRAPH, PLEDGE.replace("age", "size"))]
    (changed,) = carry_all(
        anchors, old, [{"en": after[0].plain}], match_blocks([("akey234", before[0])], after)
    )
    assert (changed.fate, changed.after, changed.selector, changed.unsure) == (Fate.CHANGED, 0, None, True)


def test_a_comment_on_a_block_stays_where_only_its_translation_was_worded_anew() -> None:
    old, new = "我们的义务", "落实社区准则"
    texts = [{"en": "Our Responsibilities", "zh": old}], [{"en": "Our Responsibilities", "zh": new}]
    same = Match(MatchKind.UNCHANGED, 0, 0, 1.0)
    (carried,) = carry_all([Anchored(0, "zh", WHOLE)], *texts, [same])
    assert (carried.fate, carried.after, carried.unsure) == (Fate.CHANGED, 0, False)


def test_a_quote_of_no_word_at_all_is_carried() -> None:
    assert carried_on("—", "one — two", "one — two three").fate is Fate.KEPT


LANGUAGES = st.sampled_from(["en", "es", "fr", "ar", "zh"])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), LANGUAGES, st.sampled_from([0.0, 0.3, 0.6, 1.0]))
@example(8708, "fr", 0.6)  # the same words, but not where those were
def test_what_is_said_of_a_place_is_true(seed: int, lang: str, rate: float) -> None:
    chance = random.Random(seed)
    text = rewrite(chance, lang, draft(chance, lang, 30), Plan(rate))
    quoted = quote(chance, text, lang, 60)
    truth = Truth(text)
    for each, carried in zip(quoted, carry_over(text, quoted, lang), strict=True):
        assert 0 <= carried.sure <= 1
        if carried.fate is Fate.ORPHANED:
            assert (carried.after, carried.selector) == (None, None)
            continue
        assert truth.fate_is_right(each, carried)
        if carried.selector is not None and carried.after is not None:
            plain = text.new[carried.after].plain
            found = locate(carried.selector, plain)
            assert found is not None
            assert (found.start, found.end) == (carried.selector.start, carried.selector.end)


@pytest.mark.parametrize(("rate", "least"), [(0.3, 0.97), (0.6, 0.9)])
def test_comments_stand_on_what_they_were_about(rate: float, least: float) -> None:
    sure = right = alive = found = 0
    for lang in ("en", "es", "fr", "ar", "zh"):
        for seed in range(3):
            chance = random.Random(seed)
            text = rewrite(chance, lang, draft(chance, lang, 100), Plan(rate))
            truth, quoted = Truth(text), quote(chance, text, lang, 300)
            for each, carried in zip(quoted, carry_over(text, quoted, lang), strict=True):
                taken = carried.fate is not Fate.ORPHANED and not carried.unsure
                sure, right = sure + taken, right + (taken and truth.is_right(each, carried))
                alive += truth.lives(each)
                found += truth.lives(each) and taken and truth.is_right(each, carried)
    assert right / sure >= 0.99
    assert found / alive >= least


def test_five_thousand_comments_are_carried_in_seconds() -> None:
    chance = random.Random(1)
    text = rewrite(chance, "en", draft(chance, "en", 300), Plan(0.6))
    quoted = quote(chance, text, "en", 5_000)
    began = time.process_time()
    carry_over(text, quoted, "en")
    assert time.process_time() - began < 15


def test_a_document_of_one_long_block_is_carried_too() -> None:
    chance = random.Random(2)
    words = chance.choices(MADE_UP, k=20_000)
    plan = Plan(0.3, exactly=True, edited=1, removed=0, added=0, moved=0, split=0)
    text = rewrite(chance, "en", [(BlockKind.PARAGRAPH, words)], plan)
    began = time.process_time()
    carry_over(text, quote(chance, text, "en", 200), "en")
    assert time.process_time() - began < 15
