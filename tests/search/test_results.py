"""Counts, order and help around the results."""

from datetime import UTC, datetime

import pytest
from whoosh.filedb.filestore import FileStorage

from consult.search.folder import IndexFolder
from consult.search.port import FACETS, TIMELINE, Query
from consult.search.whoosh_engine import WhooshEngine
from tests.search.conftest import Making


@pytest.fixture
def round_of_comments(engine: WhooshEngine, entry: Making) -> WhooshEngine:
    engine.update(
        [
            entry("charter", "en", kind="academia", topics=("safety", "research"), disposition="accepted"),
            entry(
                "charter",
                "fr",
                kind="academia",
                topics=("safety",),
                created_at=datetime(2025, 6, 30, 23, 59, tzinfo=UTC),
            ),
            entry("charter", "ar", kind="individual", country="FR"),
        ]
    )
    engine.update([entry("charter", "zh-Hant", kind="industry", consultation="disclosure")])
    engine.update([entry("unrelated", "en", kind="industry")])
    return engine


def counted(engine: WhooshEngine, query: Query) -> dict[str, dict[str, int]]:
    facets = engine.search(query).facets
    return {name: {value.value: value.count for value in values} for name, values in facets.items()}


def test_every_facet_is_counted_over_everything_found(round_of_comments: WhooshEngine) -> None:
    counts = counted(round_of_comments, Query("charter"))
    assert set(counts) == {*FACETS, TIMELINE}
    assert counts["kind"] == {"academia": 2, "individual": 1, "industry": 1}
    assert counts["topic"] == {"safety": 2, "research": 1}
    assert counts["consultation"] == {"charter": 3, "disclosure": 1}
    assert counts["country"] == {"SN": 3, "FR": 1}
    assert counts["disposition"] == {"accepted": 1}
    assert list(counts["year"].items()) == [("2026", 3), ("2025", 1)]
    assert list(counts["month"].items()) == [("2025-06", 1), ("2026-01", 3)]


def test_a_chosen_value_keeps_the_counts_of_its_siblings(round_of_comments: WhooshEngine) -> None:
    chosen = Query("charter", {"kind": ("academia",), "lang": ("en", "ar", "de")})
    results, counts = round_of_comments.search(chosen), counted(round_of_comments, chosen)
    assert results.total == 1
    assert counts["kind"] == {"academia": 1, "individual": 1}
    assert counts["lang"] == {"en": 1, "fr": 1, "ar": 0, "de": 0}
    assert counts["topic"] == {"safety": 1, "research": 1}


def test_unknown_filters_and_values_do_no_harm(round_of_comments: WhooshEngine) -> None:
    assert round_of_comments.search(Query("charter", {"colour": ("red",), "kind": ()})).total == 4
    assert round_of_comments.search(Query("charter", {"year": ("1066",)})).total == 0


def test_results_are_ordered_by_time_when_asked(round_of_comments: WhooshEngine) -> None:
    newest = [hit.lang for hit in round_of_comments.search(Query("charter", sort="newest")).items]
    assert newest == ["zh-Hant", "ar", "en", "fr"]
    assert [hit.lang for hit in round_of_comments.search(Query("charter", sort="oldest")).items] == newest[
        ::-1
    ]


def test_pages_hold_each_result_once(engine: WhooshEngine, entry: Making) -> None:
    engine.update([entry(f"charter {'again ' * (n % 3)}") for n in range(30)])
    engine.update([entry("charter") for _ in range(25)])
    for sort in ("relevance", "newest"):
        pages = [engine.search(Query("charter", sort=sort, page=page)).items for page in range(1, 5)]
        assert [len(page) for page in pages] == [20, 20, 15, 0]
        assert len({hit.key for page in pages for hit in page}) == 55


def test_a_hit_carries_what_a_page_shows(engine: WhooshEngine, entry: Making) -> None:
    one = entry("the charter", title="A title", organisation="Digital Rights Watch", kind="civil-society")
    engine.update([one])
    (hit,) = engine.search(Query("charter")).items
    for name in (
        "key",
        "reference",
        "type",
        "title",
        "lang",
        "address",
        "author",
        "organisation",
        "kind",
        "created_at",
    ):
        assert getattr(hit, name) == getattr(one, name)
    assert hit.excerpt == "the <mark>charter</mark>"
    assert hit.score > 0


def test_a_mistyped_word_is_answered_with_one_that_the_texts_know(
    engine: WhooshEngine, entry: Making
) -> None:
    engine.update([entry("interpretability research"), entry("évaluation des modèles", "fr")])
    assert engine.search(Query("interpretabilty research")).suggestions == ("interpretability research",)
    assert engine.search(Query("zzzz")).suggestions == ()
    assert engine.search(Query("research")).suggestions == ()


def test_titles_and_organisations_and_words_are_offered_while_typing(
    engine: WhooshEngine, entry: Making
) -> None:
    engine.update(
        [
            entry("charges and charter", organisation="Charity Watch"),
            entry("x", type="consultation", title="Charter of the Forum"),
        ]
    )
    assert engine.suggest("CHAR") == (
        "Charity Watch",
        "Charter of the Forum",
        "charter",
        "charges",
        "charity",
    )
    assert engine.suggest("charter of") == ("Charter of the Forum",)
    assert engine.suggest("") == ()


def test_whole_posting_lists_are_what_whoosh_itself_reads(
    engine: WhooshEngine, entry: Making, tmp_path: object
) -> None:
    engine.rebuild([entry(f"charter {'safety ' * (n % 4)}{n}") for n in range(1500)])
    view, _ = engine._snapshots.current().parts[0]
    live = IndexFolder(engine._folder.root).live()
    with FileStorage(str(live)).open_index("MAIN").reader() as reader:
        for term in ("charter", "safety", "7"):
            postings, matcher = view.postings("words", term), reader.postings("words", term)
            assert list(postings.ids) == list(matcher.all_ids())
            assert postings.weights.sum() == reader.frequency("words", term)
