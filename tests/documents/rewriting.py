"""A version and its successor, with what became of every block and word known: for tests and measurements."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.keys import KeyedBlock, assign_keys

DATA = Path(os.environ.get("CONSULT_TEST_DATA", Path(__file__).parents[2] / "../shared/data"))
SOURCES = {"en": "submissions_drw", "es": "threads_decide_madrid"}
MADE_UP = [
    "ability",
    "access",
    "account",
    "act",
    "agency",
    "agreement",
    "aim",
    "audit",
    "authority",
    "basis",
    "board",
    "body",
    "case",
    "change",
    "citizen",
    "claim",
    "code",
    "committee",
    "community",
    "concern",
    "condition",
    "control",
    "council",
    "country",
    "data",
    "decision",
    "design",
    "developer",
    "device",
    "duty",
    "effect",
    "evidence",
    "expert",
    "failure",
    "finding",
    "fund",
    "government",
    "group",
    "harm",
    "human",
    "idea",
    "incident",
    "industry",
    "information",
    "interest",
    "issue",
    "judge",
    "knowledge",
    "law",
    "leader",
    "level",
    "limit",
    "local",
    "market",
    "measure",
    "member",
    "method",
    "model",
    "national",
    "network",
    "notice",
    "number",
    "office",
    "open",
    "order",
    "party",
    "people",
    "person",
    "plan",
    "point",
    "policy",
    "power",
    "practice",
    "privacy",
    "process",
    "product",
    "public",
    "purpose",
    "question",
    "record",
    "report",
    "research",
    "review",
    "right",
    "risk",
    "rule",
    "safety",
    "school",
    "science",
    "security",
    "service",
    "society",
    "source",
    "standard",
    "state",
    "study",
    "system",
    "technology",
    "term",
    "threshold",
    "time",
    "tool",
    "training",
    "trust",
    "use",
    "user",
    "value",
    "view",
    "voice",
    "work",
]
LINKS = "the of to and a in that for is on with by as be it this not are or from at which an must may shall".split()  # noqa: SIM905


class Word(NamedTuple):
    """A word and where it stood before: (block, number of the word in it), None for one that is new."""

    text: str
    origin: tuple[int, int] | None


@dataclass
class Piece:
    """A block while it is being rewritten; `origins` are the old blocks it comes from."""

    kind: BlockKind
    words: list[Word]
    origins: set[int]
    moved: bool = False


@dataclass(frozen=True)
class Plan:
    """Shares of the blocks that something happens to; `rate` is the most of a block's words that an edit touches."""

    rate: float = 0.3
    exactly: bool = False
    edited: float = 0.5
    removed: float = 0.08
    added: float = 0.08
    moved: float = 0.06
    split: float = 0.05
    merged: float = 0.05


@dataclass(frozen=True)
class Rewritten:
    """The old and the new version; `pairs` holds each (before, after) that has words in common by descent."""

    old: tuple[ParsedBlock, ...]
    new: tuple[ParsedBlock, ...]
    pairs: frozenset[tuple[int, int]]
    moved: frozenset[int]
    words: tuple[tuple[Word, ...], ...]
    joiner: str
    old_words: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def keyed(self) -> list[KeyedBlock]:
        return list(zip(assign_keys(self.old), self.old, strict=True))


@cache
def paragraphs(lang: str) -> tuple[str, ...]:
    """Real paragraphs of a language, made-up ones where the data is absent."""
    path = DATA / f"{SOURCES.get(lang, 'udhr_six')}.jsonl.gz"
    if not path.exists():
        chance = random.Random(lang)
        return tuple(_made_up(chance, lang, chance.randrange(12, 90)) for _ in range(2_500))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [row["text"] or "" for line in lines if (row := json.loads(line))["lang"] == lang]
    pieces = (re.sub(r"\s+", " ", piece).strip() for text in texts for piece in text.split("\n\n"))
    return tuple(dict.fromkeys(piece for piece in pieces if len(piece) > (16 if lang == "zh" else 60)))


def _made_up(chance: random.Random, lang: str, length: int) -> str:
    if lang == "zh":
        return (
            "".join(chr(0x4E00 + int(chance.paretovariate(0.6) * 7) % 2_000) for _ in range(length * 2))
            + "。"
        )
    words = (
        chance.choice(LINKS) if chance.random() < 0.45 else chance.choice(MADE_UP) for _ in range(length)
    )
    return " ".join(words).capitalize() + "."


def joiner_of(lang: str) -> str:
    return "" if lang == "zh" else " "


def cut(text: str, lang: str) -> list[str]:
    """The words that edits touch: two signs at a time in Chinese."""
    return re.findall(r"[\u4e00-\u9fff]{1,2}|[^\u4e00-\u9fff]+", text) if lang == "zh" else text.split()


@cache
def used_and_spare(lang: str) -> tuple[tuple[list[str], ...], tuple[list[str], ...]]:
    """Paragraphs, as words, of which drafts are made, and others that are put in later."""
    texts = [cut(text, lang) for text in paragraphs(lang)]
    random.Random(5).shuffle(texts)
    part = len(texts) * 5 // 6
    return tuple(texts[:part]), tuple(texts[part:])


def draft(chance: random.Random, lang: str, blocks: int, words: int = 0) -> list[tuple[BlockKind, list[str]]]:
    """As many blocks as there are texts for; where `words` is given, paragraphs of about so many words."""
    texts = list(used_and_spare(lang)[0])
    chance.shuffle(texts)
    if words:
        stream = [word for text in texts for word in text]
        sizes = [chance.randrange(words // 2, words * 3 // 2) for _ in range(blocks)]
        starts = [sum(sizes[:n]) % (len(stream) - words * 2) for n in range(blocks)]
        return [(BlockKind.PARAGRAPH, stream[at : at + size]) for at, size in zip(starts, sizes, strict=True)]
    kinds = [BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.HEADING]
    chosen = chance.choices(kinds, [6, 3, 1], k=blocks)
    most = {BlockKind.PARAGRAPH: (160, 161), BlockKind.LIST_ITEM: (5, 18), BlockKind.HEADING: (2, 8)}
    return [(kind, text[: chance.randrange(*most[kind])]) for kind, text in zip(chosen, texts, strict=False)]


def rewrite(
    chance: random.Random, lang: str, before: Sequence[tuple[BlockKind, list[str]]], plan: Plan
) -> Rewritten:
    """The next version of a draft, by the shares of a plan."""
    pieces = [
        Piece(kind, [Word(text, (i, n)) for n, text in enumerate(words)], {i})
        for i, (kind, words) in enumerate(before)
    ]
    stock = [word for text in paragraphs(lang) for word in cut(text, lang)]
    pieces = _split(chance, _merge(chance, pieces, plan), plan)
    for piece in pieces:
        if chance.random() < plan.edited:
            share = plan.rate if plan.exactly else chance.uniform(0, plan.rate)
            piece.words = edit(chance, piece.words, share, stock)
    pieces = [piece for piece in pieces if piece.words and chance.random() >= plan.removed]
    pieces = _add(chance, _move(chance, pieces, plan), plan, used_and_spare(lang)[1])
    return _finish(before, pieces, joiner_of(lang))


def edit(chance: random.Random, words: list[Word], share: float, stock: Sequence[str]) -> list[Word]:
    """Words with a share of them rewritten, put in or taken out, in runs of one to six."""
    left, edited = round(share * len(words)), list(words)
    touched: set[int] = set()
    while left > 0:
        size = min(left, chance.choice((1, 1, 1, 2, 3, 6)))
        at = chance.randrange(len(edited) + 1)
        how = chance.choices(("replace", "insert", "delete"), (6, 2, 2))[0]
        run = [n for n in range(at, min(at + size, len(edited))) if edited[n].origin and n not in touched]
        if how == "insert":
            edited[at:at] = [Word(chance.choice(stock), None) for _ in range(size)]
        elif not run:
            at = next((n for n, word in enumerate(edited) if word.origin), -1)
            if at < 0:
                break
            run, size = [at], 1
        if how != "insert":
            size = len(run)
            fresh = [Word(chance.choice(stock), None) for _ in run] if how == "replace" else []
            edited[run[0] : run[-1] + 1] = fresh
        left -= size
    return edited


def _merge(chance: random.Random, pieces: list[Piece], plan: Plan) -> list[Piece]:
    merged: list[Piece] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if (
            last
            and last.kind == piece.kind != BlockKind.HEADING
            and len(last.origins) == 1
            and chance.random() < plan.merged
        ):
            merged[-1] = Piece(last.kind, last.words + piece.words, last.origins | piece.origins)
        else:
            merged.append(piece)
    return merged


def _split(chance: random.Random, pieces: list[Piece], plan: Plan) -> list[Piece]:
    parted: list[Piece] = []
    for piece in pieces:
        size = len(piece.words)
        if size >= 16 and len(piece.origins) == 1 and chance.random() < plan.split:
            at = chance.randrange(size // 4, size * 3 // 4)
            parted += [
                Piece(piece.kind, piece.words[:at], set(piece.origins)),
                Piece(piece.kind, piece.words[at:], set(piece.origins)),
            ]
        else:
            parted.append(piece)
    return parted


def _move(chance: random.Random, pieces: list[Piece], plan: Plan) -> list[Piece]:
    order = list(pieces)
    for _ in range(round(len(pieces) * plan.moved / 2)):
        size = chance.choice((1, 1, 3))
        at = chance.randrange(len(order))
        run = order[at : at + size]
        del order[at : at + size]
        to = chance.randrange(len(order) + 1)
        order[to:to] = run
        for piece in run:
            piece.moved = True
    return order


def _add(
    chance: random.Random, pieces: list[Piece], plan: Plan, spare: Sequence[Sequence[str]]
) -> list[Piece]:
    count = min(len(spare), round(len(pieces) * plan.added))
    for text in chance.sample(list(spare), count):
        kind = chance.choice((BlockKind.PARAGRAPH, BlockKind.LIST_ITEM))
        words = [Word(word, None) for word in text[: chance.randrange(6, 80)]]
        pieces.insert(chance.randrange(len(pieces) + 1), Piece(kind, words, set()))
    return pieces


def _finish(before: Sequence[tuple[BlockKind, list[str]]], pieces: Iterable[Piece], joiner: str) -> Rewritten:
    kept = list(pieces)
    pairs = frozenset(
        (word.origin[0], j) for j, piece in enumerate(kept) for word in piece.words if word.origin is not None
    )
    return Rewritten(
        tuple(block(kind, joiner.join(words)) for kind, words in before),
        tuple(block(piece.kind, joiner.join(word.text for word in piece.words)) for piece in kept),
        pairs,
        frozenset(j for j, piece in enumerate(kept) if piece.moved),
        tuple(tuple(piece.words) for piece in kept),
        joiner,
        tuple(tuple(words) for _, words in before),
    )


def block(kind: BlockKind, text: str) -> ParsedBlock:
    """A block of that text."""
    return ParsedBlock(kind, 1 if kind is BlockKind.HEADING else 0, text, text, text)


def markdown(blocks: Iterable[ParsedBlock]) -> str:
    """Such blocks as one file, under a title."""
    marks = {BlockKind.HEADING: "## ", BlockKind.LIST_ITEM: "- "}
    return "# Large\n\n" + "\n\n".join(f"{marks.get(block.kind, '')}{block.source}" for block in blocks)
