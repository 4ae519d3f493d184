"""What a reader types is always answered, and operators mean what the help page says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.search.port import Query
from consult.search.query import LONGEST_QUERY, MOST_TERMS, OPERATORS, All, leaves, parse
from consult.search.whoosh_engine import WhooshEngine
from tests.search.conftest import Making, texts

PIECES = st.sampled_from(
    [*'"*-:()[]«»“ \n\x00\u202e', "OR", "-", "title:", "lang:", 'author:"', "a", "模型", "الذكاء", "C0042"]
)
QUERIES = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=60).map("".join))


@given(QUERIES)
def test_any_text_is_a_query(text: str) -> None:
    parsed = parse(text)
    assert isinstance(parsed.root, All)
    assert len(list(leaves(parsed.root))) <= MOST_TERMS


@settings(max_examples=60, deadline=None)
@given(text=QUERIES)
def test_any_query_is_answered(shared_engine: WhooshEngine, text: str) -> None:
    results = shared_engine.search(Query(text))
    assert len(results.items) == min(results.total, 20)
    assert isinstance(shared_engine.suggest(text), tuple)


@pytest.fixture(scope="module")
def shared_engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    engine = WhooshEngine(tmp_path_factory.mktemp("search") / "index")
    engine.rebuild(())
    return engine


@pytest.fixture
def library(engine: WhooshEngine, entry: Making) -> WhooshEngine:
    engine.update(
        [
            entry("Safety charter for frontier models", title="Charter", author="Amina Diallo"),
            entry(
                "The charter needs funding and safety",
                organisation="Digital Rights Watch",
                kind="civil-society",
            ),
            entry("Audit of interpretability", type="block"),
            entry("An evaluation, interpreted", author="Li Wei"),
            entry("Les modèles", "fr"),
        ]
    )
    return engine


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("safety charter", {0, 1}),
        ('"safety charter"', {0}),
        ('"charter safety"', set()),
        ("“safety charter”", {0}),
        ("charter -funding", {0}),
        ("-charter", {2, 3, 4}),
        ("audit OR evaluation", {2, 3}),
        ("safety charter OR audit", {0, 1}),
        ("interpret*", {2, 3}),
        ("title:charter", {0}),
        ("organisation:rights", {1}),
        ("organization:rights", {1}),
        ("rights", {1}),
        ('author:"amina diallo" charter', {0, 1}),
        ("author:wei", {3}),
        ("lang:fr", {4}),
        ("type:block", {2}),
        ("-type:comment", {2}),
        ("charter AND models", {0}),
        ("http://charter", set()),
        ("", {0, 1, 2, 3, 4}),
        ("()[]*-:", {0, 1, 2, 3, 4}),
    ],
)
def test_operators_mean_what_they_say(library: WhooshEngine, query: str, found: set[int]) -> None:
    numbers = {int(hit.reference[-4:]) - 1 for hit in library.search(Query(query)).items}
    assert numbers == found


def test_every_documented_operator_finds_something_or_nothing_without_a_problem(
    library: WhooshEngine,
) -> None:
    for example, meaning in OPERATORS:
        assert meaning
        assert library.search(Query(example)).problems == ()


def test_a_quotation_mark_without_a_partner_is_said_and_answered(library: WhooshEngine) -> None:
    results = library.search(Query('"charter funding'))
    assert results.total == 1
    assert len(results.problems) == 1


def test_very_long_queries_are_cut_and_it_is_said(library: WhooshEngine) -> None:
    results = library.search(Query("charter " * 200))
    assert {message.params["count"] for message in results.problems} == {LONGEST_QUERY, MOST_TERMS}
    assert results.total == 2


def test_a_chinese_phrase_is_found_exactly(engine: WhooshEngine, entry: Making) -> None:
    engine.update([entry("模型需要评估", "zh"), entry("评估模型", "zh")])
    assert texts(engine, '"評估模型"') == ["评估模型"]
