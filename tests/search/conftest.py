"""An engine in a folder of its own, and entries as a test needs them."""

import itertools
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consult.search.port import Entry, Query
from consult.search.whoosh_engine import WhooshEngine

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)

Making = Callable[..., Entry]


@pytest.fixture
def entry() -> Making:
    """A comment with the given text; every call one more, an hour later."""
    numbers = itertools.count(1)

    def make(text: str, lang: str = "en", **fields: Any) -> Entry:
        number = next(numbers)
        reference = f"FMF-2026-01-C{number:04d}"
        plain = {
            "key": f"comment:{reference}",
            "type": "comment",
            "reference": reference,
            "consultation": "charter",
            "title": "",
            "author": "Amina Diallo",
            "organisation": "",
            "kind": "individual",
            "topics": (),
            "country": "SN",
            "created_at": START + timedelta(hours=number),
            "disposition": "",
            "address": f"/contributions/{reference}",
        }
        return Entry(**{**plain, "text": text, "lang": lang, **fields})

    return make


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    """An engine with an empty index."""
    engine = WhooshEngine(tmp_path / "index")
    engine.rebuild(())
    yield engine
    engine.close()


def texts(engine: WhooshEngine, text: str, **asked: Any) -> list[str]:
    """The excerpts without marks that a search shows, in order."""
    items = engine.search(Query(text, **asked)).items
    return [item.excerpt.replace("<mark>", "").replace("</mark>", "") for item in items]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real texts; tests that want it are skipped where it is absent."""
    folder = Path(os.environ.get("CONSULT_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "udhr_six.jsonl.gz").exists():
        pytest.skip("no real texts here")
    return folder
