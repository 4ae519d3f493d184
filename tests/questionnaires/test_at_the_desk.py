"""Editors compose what a round asks; once people answer, only the words change."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from consult.models.consultation import Round
from consult.models.people import Role
from consult.models.questionnaire import Questionnaire
from consult.models.response import Audit
from consult.questionnaires.queries import current_questionnaire
from tests.conftest import DAY
from tests.people import Browser, Site

HERE = "/en/desk/consultations/charter/rounds/1/questions"
PUBLIC = "/en/consultations/charter/questions"


async def latest(site: Site) -> Questionnaire:
    async with site.database.reading() as session:
        statement = select(Questionnaire).order_by(Questionnaire.edition.desc()).limit(1)
        return (await session.execute(statement)).scalar_one()


async def asked(site: Site) -> dict[str, str]:
    """Kinds by key, of the newest edition."""
    return {each.key: each.kind.value for each in (await latest(site)).read().questions()}


async def send(editor: Browser, address: str, fields: dict[str, str], form_at: str = "") -> str:
    """Send a form that is taken; where it leads."""
    answer = await editor.post_form(f"{HERE}{address}", fields, form_at=form_at or f"{HERE}{address}")
    assert answer.status_code == 303, re.findall(r'class="error-summary.*?</ul>', answer.text, re.S)
    return answer.headers["location"]


def seen_in(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', html)
    assert found
    return found[1]


@pytest.fixture
async def editor(site: Site) -> Browser:
    await site.consultation(opens=DAY)
    await site.draft()
    return await site.signed_in(Role.EDITOR)


async def compose(editor: Browser) -> None:
    """One section with a choice, and a question that depends on it."""
    await send(editor, "/begin", {"how": "empty"}, HERE)
    await send(editor, "/sections/new", {"title-en": "Open weights"})
    choice = {
        "kind": "one",
        "label-en": "Should weights be open?",
        "label-ar": "هل تكون الأوزان مفتوحة؟",
        "options-order": "new1 new2 new3",
        "options-new1-en": "Yes",
        "options-new2-en": "No",
        "required": "yes",
    }
    new = "/sections/open-weights/new"
    await send(editor, new, choice, f"{HERE}{new}?kind=one")
    why = {"kind": "long", "label-en": "Why not?", "most_words": "300", "if_should-weights-be-open_no": "yes"}
    await send(editor, new, why, f"{HERE}{new}?kind=long")


async def test_a_round_asks_just_for_a_letter_in_one_click(editor: Browser, site: Site) -> None:
    await send(editor, "/begin", {"how": "letter"}, HERE)
    assert await asked(site) == {"letter": "letter"}
    await send(editor, "/ready", {}, HERE)
    await site.heard()
    page = await site.browser().get(PUBLIC)
    assert "What do you want to tell us?" in page.text


async def test_questions_are_composed_seen_by_nobody_then_made_ready(editor: Browser, site: Site) -> None:
    await compose(editor)
    assert await asked(site) == {"should-weights-be-open": "one", "why-not": "long"}
    overview = (await editor.get(HERE)).text
    assert "Asked only if the answer to “Should weights be open?” is one of these: “No”." in overview
    assert "Words are missing in these languages: French, Spanish, Arabic, Chinese and Russian." in overview
    assert (await site.browser().get(PUBLIC)).status_code == 404
    await send(editor, "/ready", {}, HERE)
    await site.heard()
    page = await site.browser().get(PUBLIC)
    assert page.status_code == 200
    assert "Should weights be open?" in page.text
    assert "Words at most: 300" in page.text
    assert f'href="{PUBLIC}"' in (await site.browser().get("/en/consultations/charter")).text
    await send(editor, "/take-back", {}, HERE)
    await site.heard()
    assert (await site.browser().get(PUBLIC)).status_code == 404


async def test_a_question_moves_but_never_before_what_it_depends_on(editor: Browser, site: Site) -> None:
    await compose(editor)
    refused = await editor.post_form(f"{HERE}/asked/why-not/move", {"by": "up"}, form_at=HERE)
    assert refused.status_code == 422
    assert "has to stay after that question" in refused.text
    refused = await editor.post_form(f"{HERE}/asked/should-weights-be-open/remove", {}, form_at=HERE)
    assert "is shown only because of an answer to this" in refused.text
    await send(editor, "/sections/new", {"title-en": "More"})
    await send(editor, "/asked/why-not/move", {"by": "down"}, HERE)
    content = (await latest(site)).read()
    assert [[each.key for each in section.questions] for section in content.sections] == [
        ["should-weights-be-open"],
        ["why-not"],
    ]
    await send(editor, "/asked/why-not/remove", {}, HERE)
    assert await asked(site) == {"should-weights-be-open": "one"}


async def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays(editor: Browser) -> None:
    await compose(editor)
    new = f"{HERE}/sections/open-weights/new"
    typed = {"kind": "scale", "label-fr": "À quel point ?", "low": "5", "high": "3"}
    refused = await editor.post_form(new, typed, form_at=f"{new}?kind=scale")
    assert refused.status_code == 422
    assert 'href="#label-en"' in refused.text
    assert "À quel point ?" in refused.text
    refused = await editor.post_form(new, {**typed, "label-en": "How much?"}, form_at=f"{new}?kind=scale")
    assert 'href="#high"' in refused.text
    more = {"kind": "one", "label-en": "Which?", "options-order": "new1 new2", "options-new1-en": "This",
            "options-new2-en": "That", "step": "down options new1"}  # fmt: skip
    answer = await editor.post_form(new, more, form_at=f"{new}?kind=one")
    assert answer.status_code == 200
    assert answer.text.index('id="options-new2-en"') < answer.text.index('id="options-new1-en"')


async def test_two_editors_do_not_overwrite_each_other(editor: Browser, site: Site) -> None:
    await compose(editor)
    other = await site.signed_in(Role.EDITOR, "Other")
    at = "/asked/why-not"
    seen = seen_in((await editor.get(f"{HERE}{at}")).text)
    fields = {"kind": "long", "seen": seen, "if_should-weights-be-open_no": "yes"}
    await send(other, at, {**fields, "label-en": "Please say why not."})
    refused = await editor.post_form(f"{HERE}{at}", {**fields, "label-en": "What speaks against it?"})
    assert refused.status_code == 422
    assert "Somebody else changed this while you were writing" in refused.text
    assert "What speaks against it?" in refused.text
    assert (await latest(site)).read().question("why-not").label.source == "Please say why not."  # type: ignore[union-attr]
    await send(editor, at, {**fields, "seen": seen_in(refused.text), "label-en": "What speaks against it?"})
    assert (await latest(site)).read().question("why-not").label.source == "What speaks against it?"  # type: ignore[union-attr]


async def test_once_people_answer_only_words_change_with_a_public_note(editor: Browser, site: Site) -> None:
    await compose(editor)
    await send(editor, "/ready", {}, HERE)
    first = await latest(site)
    site.clock.advance(2 * DAY)
    assert (await editor.post_form(f"{HERE}/take-back", {}, form_at=HERE)).status_code == 409
    assert (
        await editor.post_form(f"{HERE}/asked/why-not", {"kind": "long"}, form_at=HERE)
    ).status_code == 409
    await send(editor, "/reword", {}, HERE)
    form = (await editor.get(f"{HERE}/asked/why-not")).text
    assert 'name="required"' not in form
    words = {
        "kind": "short",
        "label-en": "Why should they stay closed?",
        "label-fr": "Pourquoi ?",
        "required": "yes",
    }
    await send(editor, "/asked/why-not", words)
    await site.heard()
    assert "Why should they stay closed?" not in (await site.browser().get(PUBLIC)).text
    without = await editor.post_form(f"{HERE}/publish", {"note-fr": "Plus clair."})
    assert 'href="#note-en"' in without.text
    await send(editor, "/publish", {"note-en": "Two people misread this question."})
    second = await latest(site)
    assert (second.edition, second.shape) == (2, first.shape)
    question = second.read().question("why-not")
    assert question is not None
    assert (question.kind, question.required, question.most_words) == ("long", False, 300)
    await site.heard()
    page = (await site.browser().get(PUBLIC)).text
    assert "Two people misread this question." in page
    assert re.search(r"<del>.*not\?.*</del>|<del>", page)
    async with site.database.reading() as session:
        current = await current_questionnaire(session, second.round_id)
        assert current is not None
        assert current.edition == 2
        done = list(
            (await session.execute(select(Audit.what).where(Audit.what.like("questions.%")))).scalars()
        )
    assert {"questions.begun", "questions.ready", "questions.rewording-begun", "questions.reworded"} <= set(
        done
    )


async def test_a_file_of_another_shape_is_refused_with_what_would_change(editor: Browser, site: Site) -> None:
    await compose(editor)
    taken = (await editor.get(f"{HERE}/file")).json()
    await send(editor, "/ready", {}, HERE)
    site.clock.advance(2 * DAY)
    await send(editor, "/reword", {}, HERE)
    questions = taken["content"]["sections"][0]["questions"]
    questions[1]["label"]["texts"]["en"]["text"] = "In other words"
    questions[0]["options"].append({"key": "maybe", "label": questions[0]["options"][0]["label"]})
    refused = await bring_in(editor, taken)
    assert "so only their wording can change" in refused
    assert "The answers offered to “Should weights be open?” would be other ones" in refused


async def bring_in(editor: Browser, content: object) -> str:
    """Send a file; the page that came of it, "" where it was taken."""
    token = re.search(r'name="csrf" value="([^"]+)"', (await editor.get(HERE)).text)
    assert token
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    answer = await editor.post(
        f"{HERE}/file",
        data={"csrf": token[1]},
        files={"file": ("questions.json", body)},
        headers={"origin": "https://consult.test"},
    )
    assert answer.status_code in (303, 422)
    return answer.text if answer.status_code == 422 else ""


async def test_a_questionnaire_is_taken_away_mended_and_brought_in(editor: Browser, site: Site) -> None:
    await compose(editor)
    before = (await latest(site)).read()
    taken = (await editor.get(f"{HERE}/file")).json()
    assert await bring_in(editor, taken) == ""
    assert (await latest(site)).read() == before
    questions = taken["content"]["sections"][0]["questions"]
    questions[0]["kind"] = "essay"
    assert "There is no kind of question “essay”" in await bring_in(editor, taken)
    questions[0]["kind"] = "one"
    questions[1]["key"] = questions[0]["key"]
    assert "is used more than once" in await bring_in(editor, taken)
    questions[1]["key"] = "why-not"
    questions.reverse()
    assert "which does not come before it" in await bring_in(editor, taken)
    questions.reverse()
    questions[1]["label"] = {"original": "fr", "texts": {"fr": {"text": "Pourquoi ?"}}}
    assert "Write this in the original language." in await bring_in(editor, taken)
    assert "it is not JSON" in await bring_in(editor, b"%PDF-1.7")
    assert "not a questionnaire" in await bring_in(editor, {"questions": []})


async def test_questions_are_copied_from_a_round_of_another_consultation(editor: Browser, site: Site) -> None:
    await compose(editor)
    await site.consultation("covenant", opens=DAY)
    there = HERE.replace("charter", "covenant")
    async with site.database.reading() as session:
        found = await session.execute(select(Questionnaire.round_id))
        from_round = found.scalar_one()
    copied = await editor.post_form(f"{there}/begin", {"how": "copy", "from": str(from_round)}, form_at=there)
    assert copied.status_code == 303
    async with site.database.reading() as session:
        contents = [each.read() for each in (await session.execute(select(Questionnaire))).scalars()]
    assert contents[0] == contents[1]


async def test_a_question_is_previewed_in_arabic_as_it_is_typed(editor: Browser) -> None:
    await compose(editor)
    typed = {
        "kind": "scale",
        "in": "ar",
        "label-en": "How urgent?",
        "label-ar": "ما مدى الإلحاح؟",
        "low": "1",
        "high": "5",
    }
    token = re.search(r'name="csrf" value="([^"]+)"', (await editor.get(HERE)).text)
    assert token
    answer = await editor.post(
        f"{HERE}/sections/open-weights/preview",
        data={**typed, "csrf": token[1]},
        headers={"origin": "https://consult.test", "hx-request": "true"},
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'lang="ar" dir="rtl"' in answer.text
    assert "ما مدى الإلحاح؟" in answer.text
    assert "(اختياري)" in answer.text
    assert "The ends of the scale have no words" in answer.text


async def test_nobody_but_editors_gets_to_know_that_these_pages_exist(editor: Browser, site: Site) -> None:
    await compose(editor)
    moderator = await site.signed_in(Role.MODERATOR)
    for address in ("", "/settings", "/preview", "/file", "/sections/new", "/asked/why-not"):
        assert (await editor.get(f"{HERE}{address}")).status_code == 200
        assert (await moderator.get(f"{HERE}{address}")).status_code == 404


async def test_settings_say_how_responses_may_be_published(editor: Browser, site: Site) -> None:
    await compose(editor)
    refused = await editor.post_form(f"{HERE}/settings", {"intro-en": "Thank you."})
    assert "Offer at least one way of publishing." in refused.text
    await send(
        editor,
        "/settings",
        {"intro-en": "Thank you.", "publication-named": "yes", "readers": "administrator"},
    )
    content = (await latest(site)).read()
    assert (content.publications, content.per_answer, content.paired, content.readers) == (
        ("named",),
        False,
        False,
        "administrator",
    )


async def test_a_round_says_how_long_late_responses_are_taken(editor: Browser, site: Site) -> None:
    at = "/en/desk/consultations/charter/rounds/1/edit"
    fields = {"zone": "Europe/Brussels", "begins": "at", "opens": "2026-12-01T09:00", "closes": "2026-12-31T23:59",
              "grace": "60"}  # fmt: skip
    refused = await editor.post_form(at, {**fields, "late": "61"})
    assert "The late lane is from 0 to 60 days." in refused.text
    assert (await editor.post_form(at, {**fields, "late": "14"})).status_code == 303
    async with site.database.reading() as session:
        assert (await session.execute(select(Round.late_days))).scalar_one() == 14
