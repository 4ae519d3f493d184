"""Comments that people really wrote, as an import file; made-up ones where the data is absent."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from tests.bench.plan import DATA
from tests.bench.scene import sentence

FILES = ("threads_decide_madrid.jsonl.gz", "short_comments_polis.jsonl.gz", "submissions_drw.jsonl.gz")
MOST = 4_000
"""Characters taken of one text: comments, not whole submissions."""


def has_data() -> bool:
    """Whether the real texts are here."""
    return all((DATA / name).exists() for name in FILES)


def texts() -> list[tuple[str, str]]:
    """(language, text) pairs."""
    if not has_data():
        chance = random.Random(3)
        return [("en", sentence(chance, chance.randrange(10, 60))) for _ in range(5_000)]
    found = []
    for name in FILES:
        with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        found += [
            (row["lang"] or "en", row["text"][:MOST]) for row in rows if re.search(r"\w", row["text"] or "")
        ]
    random.Random(4).shuffle(found)
    return found


def lines(amount: int) -> Iterator[str]:
    """JSON Lines of that many comments, each text used again as often as it takes; every fifth is a reply."""
    for number, (lang, text) in enumerate(islice(cycle(texts()), amount)):
        row = {"id": f"n{number}", "text": text, "lang": lang, "created_at": f"2026-01-{number % 28 + 1:02}T10:00:00Z",
               "author": f"Person {number % 997}", "organisation": f"Organisation {number % 211}", "kind": "civil-society",
               "parent_id": f"n{number - 1}" if number % 5 == 4 else None}  # fmt: skip
        yield json.dumps(row, ensure_ascii=False)


def write(path: Path, amount: int) -> Path:
    """An import file of that many comments."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines(amount))
    return path
