"""The Forum answers: a decision on each comment, its own voice in a thread, and an outcome for all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from consult.consultations.queries import tallies
from consult.i18n.words import ACTIONS, DISPOSITIONS, GROUNDS, VERDICTS
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, State
from consult.models.ledger import OutboxEvent
from consult.models.people import Role
from consult.models.response import ON_REQUEST, Action, Audit, Disposition, DispositionKind
from tests.moderation.stories import comment
from tests.people import Browser, Site

ANSWERS = "/en/desk/answers?consultation=charter"
OUTCOME = "/en/desk/consultations/charter/outcome"
PUBLIC = "/en/consultations/charter/outcome"
NOTED = {"kind": "noted", "original": "en", "reason.en": "We will come back to this."}
PARTS = {
    "original": "en",
    "asked.en": "Whether members *vote*.",
    "said.en": "Most of you said yes.",
    "did.en": "We wrote it into **section 4**.",
    "did.fr": "Nous l'avons écrit dans la **section 4**.",
}


def answer_at(reference: str) -> str:
    return f"/en/desk/contributions/{reference}/answer"


async def give(editor: Browser, reference: str, fields: dict[str, str]) -> int:
    answer = await editor.post_form(answer_at(reference), fields)
    return answer.status_code


async def counted(site: Site, consultation: Consultation) -> dict[str, int]:
    async with site.database.reading() as session:
        return (await tallies(session, [consultation.id]))[consultation.id].get("disposition", {})


def test_every_code_has_a_name() -> None:
    assert set(DISPOSITIONS) == {str(kind) for kind in DispositionKind}
    assert set(ACTIONS) == {str(action) for action in Action}
    assert set(VERDICTS) == set(ACTIONS) - {str(action) for action in ON_REQUEST}
    assert all(
        word.label and word.explanation
        for table in (DISPOSITIONS, GROUNDS, ACTIONS)
        for word in table.values()
    )


async def test_an_editor_answers_a_comment_and_everybody_reads_it(site: Site) -> None:
    consultation = await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    editor = await site.signed_in(Role.EDITOR, "Ed")
    fields = {
        "kind": "accepted-in-part",
        "original": "en",
        "reason.en": "You are right about **members**.",
        "reason.fr": "Vous avez raison pour les **membres**.",
        "change.en": "Section 4 now names them.",
    }
    assert await give(editor, remark.reference, fields) == 303
    reader = site.browser()
    page = (await reader.get(f"/en/contributions/{remark.reference}")).text
    assert "Accepted in part" in page
    assert "You are right about <strong>members</strong>." in page
    assert "Section 4 now names them." in page
    french = (await reader.get(f"/fr/contributions/{remark.reference}")).text
    assert "Vous avez raison pour les <strong>membres</strong>." in french
    assert await counted(site, consultation) == {"accepted-in-part": 1}


async def test_an_answer_can_be_changed_and_the_desk_remembers(site: Site) -> None:
    consultation = await site.consultation()
    author = await site.person(name="Ana")
    remark = await comment(site, author, "Say who decides.")
    editor = await site.signed_in(Role.EDITOR, "Ed")
    await give(editor, remark.reference, NOTED)
    site.clock.advance(timedelta(hours=1))
    form = (await editor.get(answer_at(remark.reference))).text
    assert "We will come back to this." in form
    await give(editor, remark.reference, {**NOTED, "kind": "accepted"})
    assert await counted(site, consultation) == {"accepted": 1}
    async with site.database.reading() as session:
        audit = (await session.execute(select(Audit).order_by(Audit.id))).scalars().all()
        events = (await session.execute(select(OutboxEvent))).scalars().all()
    assert [(line.what, line.about) for line in audit] == [
        ("disposition.given", f"{remark.reference}: noted"),
        ("disposition.changed", f"{remark.reference}: noted → accepted"),
    ]
    given = [event for event in events if event.kind == "disposition.given"]
    assert len(given) == 2
    assert set(given[0].scopes) == {f"consultation:{consultation.id}", f"activity:{author.id}"}


async def test_the_same_answer_sent_twice_is_given_once(site: Site) -> None:
    consultation = await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    editor = await site.signed_in(Role.EDITOR)
    assert await give(editor, remark.reference, NOTED) == 303
    assert await give(editor, remark.reference, NOTED) == 303
    assert await counted(site, consultation) == {"noted": 1}


async def test_an_answer_needs_a_decision_and_a_reason_and_keeps_what_was_typed(site: Site) -> None:
    await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    editor = await site.signed_in(Role.EDITOR)
    page = await editor.post_form(
        answer_at(remark.reference), {"original": "en", "change.en": "Typed with care"}
    )
    assert page.status_code == 422
    assert 'href="#kind"' in page.text
    assert 'href="#reason.en"' in page.text
    assert "Typed with care" in page.text
    page = await editor.post_form(
        answer_at(remark.reference), {**NOTED, "original": "ar", "reason.fr": "Deux langues, pas d'arabe"}
    )
    assert page.status_code == 422
    assert 'href="#reason.ar"' in page.text


async def test_a_preview_changes_nothing(site: Site) -> None:
    consultation = await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    editor = await site.signed_in(Role.EDITOR)
    page = await editor.post_form(
        answer_at(remark.reference), {**NOTED, "reason.en": "A *draft*", "then": "preview"}
    )
    assert page.status_code == 200
    assert "A <em>draft</em>" in page.text
    assert "How it will be shown" in page.text
    assert await counted(site, consultation) == {}


async def test_two_editors_do_not_overwrite_each_other_unknowingly(site: Site) -> None:
    await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    ed = await site.signed_in(Role.EDITOR, "Ed")
    eve = await site.signed_in(Role.EDITOR, "Eve")
    page = (await eve.get(answer_at(remark.reference))).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    assert await give(ed, remark.reference, NOTED) == 303
    late = {
        "kind": "accepted",
        "original": "en",
        "reason.en": "Eve's long reason",
        "seen": "none",
        "csrf": token[1],
    }
    answer = await eve.post(answer_at(remark.reference), data=late)
    assert answer.status_code == 409
    assert "Eve&#39;s long reason" in answer.text
    assert "answered by somebody else" in answer.text


async def test_several_comments_get_the_same_answer_at_once(site: Site) -> None:
    consultation = await site.consultation()
    author = await site.person(name="Ana")
    remarks = [await comment(site, author, f"Remark {n}.") for n in range(4)]
    editor = await site.signed_in(Role.EDITOR)
    ticked = {f"pick.{each.reference}": "yes" for each in remarks[:3]}
    page = await editor.post_form(ANSWERS, {**ticked, "original": "en", "reason.en": "Together"})
    assert page.status_code == 422
    assert page.text.count(" checked") == 3
    answer = await editor.post_form(ANSWERS, {**NOTED, **ticked})
    assert answer.status_code == 303
    assert await counted(site, consultation) == {"noted": 3}
    left = (await editor.get(f"{ANSWERS}&answer=no")).text
    assert remarks[3].reference in left
    assert remarks[0].reference not in left
    assert "3 of 4 answered" in left
    nothing = await editor.post_form(ANSWERS, NOTED)
    assert nothing.status_code == 422
    assert "Tick the comments that get this answer." in nothing.text


async def test_the_list_of_answers_is_narrowed(site: Site) -> None:
    await site.consultation()
    author = await site.person(name="Ana")
    french = await comment(site, author, "Une remarque.", lang="fr")
    english = await comment(site, author, "A remark.")
    editor = await site.signed_in(Role.EDITOR)
    await give(editor, english.reference, NOTED)
    for query, there, gone in (
        ("lang=fr", french, english),
        ("answer=yes", english, french),
        ("answer=noted", english, french),
        ("answer=no", french, english),
    ):
        page = (await editor.get(f"{ANSWERS}&{query}")).text
        assert there.reference in page
        assert gone.reference not in page
    assert "Nothing fits these filters" in (await editor.get(f"{ANSWERS}&kind=academia")).text


async def test_the_list_of_answers_is_paged(site: Site) -> None:
    await site.consultation()
    author = await site.person(name="Ana")
    remarks = [await comment(site, author, f"Remark {n}.") for n in range(27)]
    editor = await site.signed_in(Role.EDITOR)
    first = (await editor.get(ANSWERS)).text
    more = re.search(r'href="(/en/desk/answers\?[^"]*after=\d+)"', first)
    assert more
    second = (await editor.get(more[1].replace("&amp;", "&"))).text
    assert [each.reference for each in remarks if f'id="c-{each.reference}"' in first] == [
        each.reference for each in remarks[:25]
    ]
    assert all(f'id="c-{each.reference}"' in second for each in remarks[25:])


async def test_the_forum_replies_in_its_own_voice_and_is_not_counted_among_those_who_spoke(
    site: Site,
) -> None:
    consultation = await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    site.clock.advance(timedelta(days=30))
    editor = await site.signed_in(Role.EDITOR, "Ed Editor")
    address = f"/en/desk/contributions/{remark.reference}/reply"
    assert "The Forum" in (await editor.get(address)).text
    answer = await editor.post_form(address, {"text": "The working group decides."})
    assert answer.status_code == 303
    page = (await site.browser().get(f"/en/contributions/{remark.reference}")).text
    assert "The working group decides." in page
    assert "The Forum" in page
    assert "Ed Editor" not in page
    async with site.database.reading() as session:
        counts = (await tallies(session, [consultation.id]))[consultation.id]
    assert counts["type"] == {"comment": 1}


@pytest.mark.parametrize(("role", "may"), [(None, False), (Role.RESPONDENT, False), (Role.MODERATOR, False),
                                          (Role.EDITOR, True), (Role.ADMINISTRATOR, True)])  # fmt: skip
async def test_only_editors_answer(site: Site, role: Role | None, may: bool) -> None:
    consultation = await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    browser = await site.signed_in(role) if role else site.browser()
    refused = 401 if role is None else 404
    pages = (
        ANSWERS,
        answer_at(remark.reference),
        f"/en/desk/contributions/{remark.reference}/reply",
        OUTCOME,
    )
    for address in pages:
        assert (await browser.get(address)).status_code == (200 if may else refused)
    await browser.post_form(answer_at(remark.reference), NOTED)
    await browser.post_form(OUTCOME, PARTS)
    assert await counted(site, consultation) == ({"noted": 1} if may else {})


async def test_what_is_not_public_can_not_be_answered_and_the_words_are_kept(site: Site) -> None:
    await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    editor = await site.signed_in(Role.EDITOR)
    page = (await editor.get(answer_at(remark.reference))).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    hide = {"action": "hide", "ground": "spam", "original": "en", "reason.en": "Spam."}
    desk = f"/en/desk/contributions/{remark.reference}"
    await editor.post_form(f"{desk}/decide", hide, form_at=desk)
    answer = await editor.post(answer_at(remark.reference), data={**NOTED, "csrf": token[1]})
    assert answer.status_code == 409
    assert "We will come back to this." in answer.text
    assert (await editor.get(answer_at(remark.reference))).status_code == 404


async def test_hiding_an_answered_comment_takes_it_off_the_count_and_restoring_puts_it_back(
    site: Site,
) -> None:
    consultation = await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    editor = await site.signed_in(Role.EDITOR)
    await give(editor, remark.reference, NOTED)
    desk = f"/en/desk/contributions/{remark.reference}"
    hide = {"action": "hide", "ground": "spam", "original": "en", "reason.en": "Spam."}
    await editor.post_form(f"{desk}/decide", hide, form_at=desk)
    assert await counted(site, consultation) == {}
    await editor.post_form(f"{desk}/decide", {"action": "restore"}, form_at=desk)
    assert await counted(site, consultation) == {"noted": 1}


async def test_an_outcome_is_nowhere_until_it_is_published(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    reader = site.browser()
    saved = await editor.post_form(OUTCOME, PARTS)
    assert saved.status_code == 303
    assert (await reader.get(PUBLIC)).status_code == 404
    assert (await editor.get(PUBLIC)).status_code == 404
    answer = await editor.post_form(f"{OUTCOME}/publish", {}, form_at=OUTCOME)
    assert answer.status_code == 303
    page = (await reader.get(PUBLIC)).text
    assert "Whether members <em>vote</em>." in page
    assert "section 4" in page
    french = (await reader.get(PUBLIC.replace("/en/", "/fr/"))).text
    assert "Nous l&#39;avons écrit" in french or "Nous l'avons écrit" in french
    assert '<div class="prose" lang="en" dir="ltr"><p>Most of you said yes.</p>' in french
    async with site.database.reading() as session:
        events = (await session.execute(select(OutboxEvent))).scalars().all()
        audit = (await session.execute(select(Audit.what).order_by(Audit.id))).scalars().all()
    published = [event for event in events if event.kind == "outcome.published"]
    assert len(published) == 1
    assert "site" in published[0].scopes
    assert list(audit) == ["outcome.edited", "outcome.published"]


async def test_an_outcome_with_a_part_missing_can_not_be_published(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    await editor.post_form(OUTCOME, {"original": "en", "asked.en": "Only this."})
    page = await editor.get(OUTCOME)
    assert "Publish the outcome" not in page.text
    answer = await editor.post_form(f"{OUTCOME}/publish", {}, form_at=OUTCOME)
    assert answer.status_code == 409
    assert (await site.browser().get(PUBLIC)).status_code == 404


async def test_a_published_outcome_can_be_corrected(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    await editor.post_form(OUTCOME, PARTS)
    await editor.post_form(f"{OUTCOME}/publish", {}, form_at=OUTCOME)
    reader = site.browser()
    assert "Most of you said yes." in (await reader.get(PUBLIC)).text
    await editor.post_form(OUTCOME, {**PARTS, "said.en": "Nearly all of you said yes."})
    assert "Nearly all of you said yes." in (await reader.get(PUBLIC)).text


async def test_an_outcome_tells_how_many_were_answered_and_lists_every_answer(site: Site) -> None:
    await site.consultation()
    author = await site.person(name="Ana")
    remarks = [await comment(site, author, f"Remark number {n}.") for n in range(3)]
    await comment(site, author, "Never answered.")
    editor = await site.signed_in(Role.EDITOR)
    await give(editor, remarks[0].reference, NOTED)
    await give(editor, remarks[1].reference, {**NOTED, "kind": "accepted", "change.en": "Section 2."})
    await editor.post_form(OUTCOME, PARTS)
    await editor.post_form(f"{OUTCOME}/publish", {}, form_at=OUTCOME)
    page = (await site.browser().get(PUBLIC)).text
    assert "2 of 4 answered" in page
    assert "Remark number 0." in page
    assert "We will come back to this." in page
    assert "Section 2." in page
    assert "Never answered." not in page
    accepted = (await site.browser().get(f"{PUBLIC}?answer=accepted")).text
    assert remarks[1].reference in accepted
    assert remarks[0].reference not in accepted


async def test_an_outcome_says_whether_the_promise_was_kept(site: Site) -> None:
    consultation = await site.consultation()
    async with site.database.writing() as session:
        there = await session.get(Consultation, consultation.id)
        assert there is not None
        there.answer_promised_at = site.clock.now() + timedelta(days=1)
    editor = await site.signed_in(Role.EDITOR)
    await editor.post_form(OUTCOME, PARTS)
    site.clock.advance(timedelta(days=2))
    await editor.post_form(f"{OUTCOME}/publish", {}, form_at=OUTCOME)
    assert "It came late" in (await site.browser().get(PUBLIC)).text


async def test_what_staff_write_can_not_carry_script(site: Site) -> None:
    await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "Say who decides.")
    editor = await site.signed_in(Role.EDITOR)
    bad = '<script>alert(1)</script> <img src=x onerror=alert(2)> [x](javascript:alert(3)) <b onclick="a()">b</b>'
    await give(editor, remark.reference, {**NOTED, "reason.en": bad, "change.en": bad})
    parts = dict.fromkeys(("asked.en", "said.en", "did.en"), bad)
    preview = await editor.post_form(OUTCOME, {"original": "en", "then": "preview", **parts})
    await editor.post_form(OUTCOME, {"original": "en", **parts})
    await editor.post_form(f"{OUTCOME}/publish", {}, form_at=OUTCOME)
    public = await site.browser().get(PUBLIC)
    own = await site.browser().get(f"/en/contributions/{remark.reference}")
    for page in (preview, public, own):
        for danger in ("<script>alert", "<img", 'href="javascript', "<b onclick"):
            assert danger not in page.text


async def test_an_answer_to_a_hidden_comment_is_not_in_the_outcome(site: Site) -> None:
    await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "A canary-91 remark.")
    editor = await site.signed_in(Role.EDITOR)
    await give(editor, remark.reference, NOTED)
    await editor.post_form(OUTCOME, PARTS)
    await editor.post_form(f"{OUTCOME}/publish", {}, form_at=OUTCOME)
    assert "canary-91" in (await site.browser().get(PUBLIC)).text
    desk = f"/en/desk/contributions/{remark.reference}"
    hide = {"action": "hide", "ground": "spam", "original": "en", "reason.en": "Spam."}
    await editor.post_form(f"{desk}/decide", hide, form_at=desk)
    assert "canary-91" not in (await site.browser().get(PUBLIC)).text
    async with site.database.reading() as session:
        assert (await session.get(Contribution, remark.id)).state == State.HIDDEN  # type: ignore[union-attr]
        assert await session.get(Disposition, remark.id) is not None
