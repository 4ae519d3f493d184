"""The Forum's words: kept at the desk, marked where they occur."""

from __future__ import annotations

import pytest

from consult.i18n.content import write
from consult.models.translation import Term
from consult.translations.terms import find_terms, mark_terms
from tests.people import Site
from tests.translations.scene import SHEET, translator, two_versions


def term(**words: str) -> Term:
    return Term(words=write(words, "en"), meaning=write({}, "en"))


@pytest.mark.parametrize(
    ("lang", "word", "text", "found"),
    [
        ("en", "audit", "An Audit; auditors preaudit.", ["Audit", "auditors"]),
        ("en", "act", "An act acts.", ["act"]),
        ("en", "frontier model", "Frontier  models are", ["Frontier  models"]),
        ("ru", "проверка", "Проверка и проверкам", ["Проверка", "проверкам"]),
        ("zh", "前沿模型", "这些前沿模型。", ["前沿模型"]),
        ("ar", "مجلس", "يجتمع المجلس والمجلس مجلسنا", ["المجلس", "والمجلس", "مجلسنا"]),
        ("en", "c++ (x", "c++ (x", ["c++ (x"]),
    ],
)
def test_terms_are_found_as_people_inflect_them(lang: str, word: str, text: str, found: list[str]) -> None:
    terms = [term(**{"en": "x", lang: word})]
    assert [text[each.start : each.end] for each in find_terms(text, lang, terms)] == found


def test_the_longer_term_counts_and_marks_stay_inside_tags() -> None:
    terms = [term(en="model"), term(en="frontier model")]
    found = find_terms("A frontier model", "en", terms)
    html = mark_terms("A <em>frontier</em> model", found)
    assert html == 'A <em><mark class="term">frontier</mark></em><mark class="term"> model</mark>'


async def test_a_term_is_added_seen_by_translators_changed_and_removed(site: Site) -> None:
    await two_versions(site)
    tara = await translator(site)
    new = "/en/desk/glossary/new"
    refused = await tara.post_form(new, {"original": "en", "word-fr": "conseil"})
    assert refused.status_code == 422
    assert 'href="#word-en"' in refused.text
    words = {"original": "en", "word-en": "board", "word-fr": "conseil", "meaning-en": "Who decides."}
    assert (await tara.post_form(new, words)).status_code == 303
    page = (await tara.get(SHEET)).text
    assert '<mark class="term">board</mark>' in page
    assert '<dt lang="en">board</dt><dd><bdi lang="fr" dir="ltr">conseil</bdi>' in page
    assert "Who decides." in page
    edit = "/en/desk/glossary/1/edit"
    assert (await tara.post_form(edit, {**words, "word-fr": "bureau"})).status_code == 303
    assert "bureau" in (await tara.get("/en/desk/glossary")).text
    gone = await tara.post_form("/en/desk/glossary/1/remove", {}, form_at=edit)
    assert gone.status_code == 303
    assert "There are no terms yet." in (await tara.get("/en/desk/glossary")).text
