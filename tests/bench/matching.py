"""How well and how fast a version's blocks are matched to the next one's, and comments carried over."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from consult.documents.carrying.carry import carry_all
from consult.documents.matching.matches import Match, match_blocks
from consult.models.contribution import Fate
from tests.bench.plan import Plan
from tests.bench.table import Row, at_least, at_most, figure, skipped
from tests.documents import covenant
from tests.documents import rewriting as generated
from tests.documents.quoting import Truth, carry_over, quote
from tests.documents.rewriting import Rewritten, draft, rewrite

Result = TypeVar("Result")
LANGUAGES = ("en", "es", "fr", "ar", "zh")
BLOCKS, WORDS, ANCHORS = 1_000, 100, 5_000


@dataclass(frozen=True)
class Count:
    """Of pairs: found, true, and both."""

    found: int = 0
    true: int = 0
    both: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.found + other.found, self.true + other.true, self.both + other.both)

    @property
    def precision(self) -> float:
        return self.both / self.found

    @property
    def recall(self) -> float:
        return self.both / self.true


def measure(plan: Plan) -> list[Row]:
    """Matching against known edits and the Covenant, anchors against known words, and time for a large draft."""
    rounds = plan.rounds * 2
    return [
        *_accuracy(0.3, 0.98, rounds), *_accuracy(0.6, 0.9, rounds), _covenant(), *_anchors(plan.rounds), *_speed()
    ]  # fmt: skip


def edited_pairs(text: Rewritten, matches: Sequence[Match]) -> Count:
    """Counts of pairs whose words differ: those that say the same are found trivially."""
    pairs = {
        (each.before, each.after) for each in matches if each.before is not None and each.after is not None
    }
    found = {(i, j) for i, j in pairs if text.old[i].plain != text.new[j].plain}
    true = {(i, j) for i, j in text.pairs if text.old[i].plain != text.new[j].plain}
    return Count(len(found), len(true), len(found & true))


def _accuracy(rate: float, limit: float, rounds: int) -> list[Row]:
    counts = {lang: _count(lang, rate, rounds) for lang in LANGUAGES}
    total = sum(counts.values(), Count())
    what = f"Blocks matched, {rate:.0%} of the words of every block edited"
    return [_share(f"{what}: {name}", {lang: getattr(each, name) for lang, each in counts.items()},
                   getattr(total, name), limit, f"{total.true:,} pairs that were edited, moved, split or merged")
            for name in ("precision", "recall")]  # fmt: skip


def _share(what: str, by_language: dict[str, float], total: float, limit: float, how: str) -> Row:
    least = min(by_language, key=lambda lang: by_language[lang])
    return at_least(
        what, 100 * total, 100 * limit, f"{how}; least in {least}, {100 * by_language[least]:.1f} %", "%"
    )


def _count(lang: str, rate: float, rounds: int) -> Count:
    total = Count()
    for seed in range(rounds):
        chance = random.Random(seed)
        text = rewrite(chance, lang, draft(chance, lang, 200), generated.Plan(rate, exactly=True, edited=1.0))
        total += edited_pairs(text, match_blocks(text.keyed, text.new))
    return total


def _covenant() -> Row:
    what = "Blocks of the Covenant matched alike in English and its other languages"
    if not covenant.COVENANT.is_dir():
        return skipped(what, "the Covenant is not here")
    counts = [
        covenant.agreement(before, after, lang)
        for before, after in covenant.STEPS
        for lang in covenant.in_both(before, after)
    ]
    share = sum(common for common, _ in counts) / sum(both for _, both in counts)
    return at_least(
        what, 100 * share, 90, "1.4 to 2.0, 2.0 to 2.1 and 1.4 to 2.1 in the languages that both have", "%"
    )


def _anchors(rounds: int) -> list[Row]:
    sure = right = alive = found = unsure = total = 0
    for lang in LANGUAGES:
        for seed in range(rounds):
            chance = random.Random(seed)
            text = rewrite(chance, lang, draft(chance, lang, 200), generated.Plan(0.6))
            truth, quoted = Truth(text), quote(chance, text, lang, 500)
            for each, carried in zip(quoted, carry_over(text, quoted, lang), strict=True):
                is_right = carried.fate is not Fate.ORPHANED and truth.is_right(each, carried)
                is_sure = carried.fate is not Fate.ORPHANED and not carried.unsure
                sure, right = sure + is_sure, right + (is_sure and is_right)
                alive, found = alive + truth.lives(each), found + (truth.lives(each) and is_right)
                unsure, total = unsure + carried.unsure, total + 1
    how = f"{total:,} comments on drafts with edits of up to 60 % of the words of every other block"
    return [
        at_least("Comments carried over: precision where sure", 100 * right / sure, 99, how, "%"),
        figure(
            "Comments carried over: found, of those with half of their words left",
            100 * found / alive,
            how,
            "%",
        ),
        figure("Comments carried over: left to an editor", 100 * unsure / total, how, "%"),
    ]


def _speed() -> list[Row]:
    chance = random.Random(1)
    before = draft(chance, "en", BLOCKS, WORDS)
    mixed = rewrite(chance, "en", before, generated.Plan(0.3))
    rewritten = rewrite(chance, "en", before, generated.Plan(0.6, exactly=True, edited=1.0))
    shuffled = list(rewritten.new)
    chance.shuffle(shuffled)
    size = f"{BLOCKS:,} blocks, {sum(len(words) for _, words in before):,} words"
    spent, matches = _timed(lambda: match_blocks(mixed.keyed, mixed.new))
    worst, _ = _timed(lambda: match_blocks(rewritten.keyed, shuffled))
    return [
        at_most("Align a new version", spent, 5, size, "s"),
        at_most("Align a version rewritten and reordered throughout", worst, 5, size, "s"),
        _carrying(chance, mixed, matches),
    ]


def _carrying(chance: random.Random, text: Rewritten, matches: Sequence[Match]) -> Row:
    anchors = [each.anchor for each in quote(chance, text, "en", ANCHORS)]
    old, new = ([{"en": block.plain} for block in blocks] for blocks in (text.old, text.new))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent, _ = _timed(lambda: sum(1 for _ in carry_all(anchors, old, new, matches)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return at_most(
        f"Carry {ANCHORS:,} comments over",
        spent,
        20,
        f"{BLOCKS:,} blocks; memory grew by {grown:.0f} MB",
        "s",
    )


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """The least of three times, in seconds: what else runs here does not count."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - began)
    return min(times), result
