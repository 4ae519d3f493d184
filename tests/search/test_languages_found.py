"""People of six languages find the words of their language, however they or the authors wrote them."""

import gzip
import json
from pathlib import Path

import pytest

from consult.search.port import Query
from consult.search.whoosh_engine import WhooshEngine
from tests.search.conftest import Making, texts

FOUND = [
    ("en", "The evaluations were run by independent auditors.", "evaluating auditor"),
    ("fr", "Les modèles de frontière doivent être évalués.", "modèle évaluer"),
    ("fr", "L’intelligence artificielle change vite.", "l'intelligence"),
    ("fr", "Les modèles de frontière.", "modele frontiere"),
    ("es", "Las evaluaciones serán públicas.", "evaluación pública"),
    ("es", "Las evaluaciones serán públicas.", "EVALUACION"),
    ("ru", "Независимые эксперты проверяют модели.", "модель эксперт"),
    ("ru", "Учёт всех мнений.", "учет"),
    ("ar", "يجب تقييم النماذج المتقدمة", "بالنماذج"),
    ("ar", "الذَّكَاءُ الاِصْطِنَاعِيُّ", "الذكاء"),
    ("ar", "الذكاء الاصطناعي", "الذَّكَــاء"),
    ("ar", "مسؤولية الشركات وأهدافها", "مسئوليه اهدافها"),
    ("ar", "المادة ١٢", "12"),
    ("zh", "人工智能模型的监管需要透明。", "监管"),
    ("zh", "人工智能模型的监管需要透明。", "人工智慧 OR 監管"),
    ("zh-Hant", "人工智慧的監管與評估", "评估"),
    ("zh", "前沿AI模型需要评估", "AI模型"),
    ("zh", "透明", "透"),
    ("zh", "教育应当免费", "教育免費"),
    ("de", "Die Bewertungen der Modelle", "Bewertung Modell"),
    ("pt", "As avaliações dos modelos", "avaliação"),
    ("ja", "人工知能の安全性について", "安全性"),
    ("ko", "인공지능 안전에 관한 의견", "인공지능"),
    ("el", "Η αξιολόγηση των μοντέλων", "αξιολογηση"),
    ("en", "Full width ＡＩ models and don’t-care cases", "ai dont"),
    ("en", "As FMF-2026-02-C0077 says", "fmf-2026-02-c0077"),
]


@pytest.mark.parametrize(("lang", "text", "query"), FOUND)
def test_a_reader_finds_a_text_by_other_forms_of_its_words(
    engine: WhooshEngine, entry: Making, lang: str, text: str, query: str
) -> None:
    engine.update([entry(text, lang), entry("Something about budgets", "en")])
    assert texts(engine, query) == [text]


def test_the_form_that_was_typed_comes_first(engine: WhooshEngine, entry: Making) -> None:
    plain, written = entry("una evaluacion del modelo", "es"), entry("una evaluación del modelo", "es")
    engine.update([written, plain])
    assert texts(engine, "evaluación") == [written.text, plain.text]
    engine.update([entry("we evaluate them", "en"), entry("we evaluated them", "en")])
    assert texts(engine, "evaluated", filters={"lang": ("en",)})[0] == "we evaluated them"


def test_a_title_weighs_more_than_a_text(engine: WhooshEngine, entry: Making) -> None:
    engine.update([entry("The charter, again"), entry("Our proposal", title="The charter")])
    assert texts(engine, "charter")[0] == "Our proposal"


def test_a_contribution_is_found_whole_by_its_reference(engine: WhooshEngine, entry: Making) -> None:
    first, _second = entry("one"), entry("two")
    engine.update([first, _second])
    assert [hit.key for hit in engine.search(Query(first.reference.lower())).items] == [first.key]
    assert engine.search(Query("FMF-2026-01*")).total == 2


def test_an_article_of_the_universal_declaration_is_found_in_six_languages(
    engine: WhooshEngine, entry: Making, real_data: Path
) -> None:
    with gzip.open(real_data / "udhr_six.jsonl.gz", "rt", encoding="utf-8") as source:
        lines = [json.loads(line) for line in source]
    engine.update([entry(line["text"], line["lang"], reference=line["id"]) for line in lines])
    for lang, query in {
        "en": "everyone educating",
        "fr": "l'éducation gratuite",
        "es": "educacion gratuita",
        "ru": "образования бесплатное",
        "ar": "تعليم أولي",
        "zh": "教育免費",
    }.items():
        found = engine.search(Query(query, filters={"lang": (lang,)}))
        assert found.items[0].reference == f"udhr/{lang}/26", lang
        assert "<mark>" in found.items[0].excerpt
