"""Excerpts are safe HTML, show what was asked for, and mark it as its language finds it."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from consult.search.excerpts import LENGTH, excerpt, needles
from consult.search.query import leaves, parse

LANGS = ("ar", "en", "es", "fr", "ru")
TEXTS = st.one_of(
    st.text(max_size=900),
    st.lists(
        st.sampled_from(["<script>", "&amp;", "<mark>", "models ", "模型", "\n", '"', ". ", "نموذج "]),
        max_size=200,
    ).map("".join),
)


def shown(text: str, query: str, lang: str = "en") -> str:
    return excerpt(text, lang, needles(leaves(parse(query).root), LANGS))


@given(
    TEXTS, st.sampled_from(["script", "mark amp", "model*", "模型", "型", '"models 模"', "a", "", "نموذج"])
)
def test_an_excerpt_is_always_safe(text: str, query: str) -> None:
    html = shown(text, query)
    rest = html.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in rest
    assert ">" not in rest
    assert not re.search(r"&(?!(amp|lt|gt|#34|#39);)", rest)
    assert re.fullmatch(r"[^<]*(<mark>[^<]+</mark>[^<]*)*", html, re.DOTALL)
    squeezed = re.sub(r"\s+", "", text)
    assert re.sub(r"\s+", "", unescape(rest)).strip("…") in squeezed or "…" in squeezed
    assert len(unescape(rest)) <= LENGTH * 2


def test_other_forms_of_a_word_are_marked() -> None:
    assert shown("Evaluating models", "evaluate model") == "<mark>Evaluating</mark> <mark>models</mark>"
    assert shown("de l’évaluation", "evaluation", "fr") == "de l’<mark>évaluation</mark>"
    assert shown("人工智慧的監管", "监管", "zh-Hant") == "人工智慧的<mark>監管</mark>"
    assert shown("الذَّكَاءُ الآن", "الذكاء", "ar") == "<mark>الذَّكَاءُ</mark> الآن"


def test_of_a_long_text_the_sentence_with_the_words_is_shown() -> None:
    text = "Nothing of interest here. " * 40 + "The charter needs an audit. " + "More of nothing. " * 40
    html = shown(text, "audit charter")
    assert html.startswith("… The <mark>charter</mark> needs an <mark>audit</mark>.")
    assert html.endswith("…")
    assert len(html) < LENGTH * 1.6


def test_without_words_the_beginning_is_shown() -> None:
    assert shown("First sentence. " + "word " * 200, "").startswith("First sentence. word")
