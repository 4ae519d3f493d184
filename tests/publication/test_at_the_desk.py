"""Staff see what is public; what is confidential only if the questions said so, and never unseen."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import func, select

from consult.exchange.verifying import CHECKS, check_tallies
from consult.exchange.verifying_log import log_checks
from consult.kernel.clock import SystemClock
from consult.models.consultation import Consultation
from consult.models.ledger import Mail
from consult.models.people import Role
from consult.models.response import Audit
from consult.models.submission import Answer, Submission, SubmissionSending
from consult.publication.reach import Part, reaches
from consult.receipts.signing import load_signer
from consult.worker import run_worker
from tests.attachments.scene import Responding
from tests.people import Browser, Site
from tests.publication.scene import QUESTIONS, SLUG, Responses, Said
from tests.submissions.scene import asking, begin_as_guest, complete, faces, send, submission_at

DESK = f"/en/desk/consultations/{SLUG}/responses"
PAIRED = Said(
    name="Rana Hidden",
    answers={"why": "Plain reason.", "costs": "It is partedword here.", "letter": "My ownletter."},
    marks={"costs": ["partedword"]},
    private=["letter"],
    publication="unnamed",
)
CLOSED = Said(
    name="Conrad", answers={"why": "A closedreason."}, publication="confidential", summary="A shortsummary."
)
NAMED = Said(name="Nadia Named")
NOTE = {"original": "en", "note.en": "They asked for it.", "sure": "yes"}


@pytest.fixture
async def responses(site: Site) -> Responses:
    made = Responses(site)
    await made.ask()
    return made


async def test_files_are_read_as_they_were_sent(responses: Responses) -> None:
    site, key = responses.site, await responses.begin(NAMED)
    async with site.database.reading() as session:
        found = (await session.execute(select(Submission).where(Submission.key == key))).scalar_one()
        consultation = (await responses.target(session)).consultation
    person, browser = await responses.person(NAMED.name), await responses.browser(NAMED.name)
    nadia = Responding(site, person, browser, key, found.id, consultation)
    file = (await nadia.send("figures.txt", b"Some figures."))["key"]
    reference = (await responses.send_again(key, NAMED.name)).contribution.reference
    await nadia.act(str(file), do="rename", name="later.txt")
    unsent = (await nadia.send("more.txt", b"More figures."))["key"]
    administrator, page = await responses.staff(Role.ADMINISTRATOR), f"{DESK}/{reference}"
    full = (await administrator.post_form(f"{page}/read", {}, form_at=page)).text
    assert "figures.txt" in full
    assert "later.txt" not in full
    taken = await administrator.post_form(f"{page}/files/{file}", {}, form_at=page)
    assert taken.headers["content-disposition"].startswith('attachment; filename="figures.txt"')
    assert (await administrator.post_form(f"{page}/files/{unsent}", {}, form_at=page)).status_code == 404


@pytest.mark.parametrize("least", [Role.EDITOR, Role.ADMINISTRATOR])
async def test_the_privacy_page_s_table_is_what_the_site_does(site: Site, least: Role) -> None:
    """Each kind of content × each role, asked of every page on which it could be."""
    responses = Responses(site)
    await responses.ask(msgspec.structs.replace(QUESTIONS, readers=str(least)))
    paired, closed, named = [await responses.send(each) for each in (PAIRED, CLOSED, NAMED)]
    await responses.begin(Said(name="Bea", answers={"why": "An unsentthought."}))
    canaries = {
        Part.TEXT: "Plain reason.", Part.NAME: "Nadia Named", Part.SUMMARY: "A shortsummary.",
        Part.WITHHELD_NAME: "Rana Hidden", Part.CONFIDENTIAL_TEXT: "closedreason", Part.PRIVATE_ANSWER: "ownletter",
        Part.MARKED_WORDS: "partedword", Part.ADDRESS: "respondent-rana.hidden@", Part.UNSENT: "unsentthought",
    }  # fmt: skip
    for role in (None, *Role):
        browser = site.browser() if role is None else await site.signed_in(role, f"Staff {role}")
        seen = ""
        for reference in (paired, closed, named):
            page = f"{DESK}/{reference}"
            for where in (f"/en/contributions/{reference}", DESK, page):
                seen += (await browser.get(where)).text
            seen += (await browser.post_form(f"{page}/read", {}, form_at=page)).text
        for part, words in canaries.items():
            assert (words in seen) is reaches(part, role, least), (role, part)


async def test_reading_is_recorded_and_withdrawn_ones_stay_shut(responses: Responses) -> None:
    told = CLOSED
    key = await responses.begin(told)
    reference = (await responses.send_again(key, told.name)).contribution.reference
    editor = await responses.staff(Role.EDITOR)
    page = f"{DESK}/{reference}"
    before = await responses.count(Audit)
    assert "closedreason" not in (await editor.get(page)).text
    assert await responses.count(Audit) == before
    assert "closedreason" in (await editor.post_form(f"{page}/read", {}, form_at=page)).text
    administrator = await responses.staff(Role.ADMINISTRATOR)
    assert "read all of the response" in (await administrator.get("/en/desk/log")).text
    await responses.withdraw(key)
    assert (await editor.post_form(f"{page}/read", {}, form_at=page)).status_code == 404
    listed = (await editor.get(f"{DESK}?show=ended")).text
    assert reference in listed


async def test_a_guest_s_response_waits_and_its_people_are_told_what_became_of_it(site: Site) -> None:
    responses = await _asked_of_a_guest(site)
    reference = await responses.send(Said(name="Gus Guest", publication="unnamed", email="gus@example.org"))
    reader = site.browser()
    assert (await reader.get(f"/en/contributions/{reference}")).status_code == 404
    moderator = await responses.staff(Role.MODERATOR)
    queue = (await moderator.get("/en/desk/moderation")).text
    assert reference in queue
    assert "Gus" not in queue
    desk = f"/en/desk/contributions/{reference}"
    assert (await moderator.post_form(f"{desk}/decide", {"action": "publish", "original": "en"}, form_at=desk)).status_code == 303  # fmt: skip
    assert (await reader.get(f"/en/contributions/{reference}")).status_code == 200
    neighbour = await site.signed_in(name="Nell")
    await neighbour.post_form(f"/en/contributions/{reference}/reply", {"text": "I agree.", "lang": "en"})
    editor = await responses.staff(Role.EDITOR)
    answer = {"kind": "accepted", "original": "en", "reason.en": "You are right."}
    assert (await editor.post_form(f"{desk}/answer", answer)).status_code == 303
    # A demo keeps its mails, so that they can be read.
    await run_worker(msgspec.structs.replace(site.settings, demo=True), SystemClock(), once=True)
    async with site.database.reading() as session:
        mails = (
            (await session.execute(select(Mail).where(Mail.recipient == "gus@example.org"))).scalars().all()
        )
    kinds = {mail.kind for mail in mails}
    assert {"moderated", "answered", "reply"} <= kinds
    assert "Your response to" in next(mail.subject for mail in mails if mail.kind == "moderated")


async def test_a_moderator_sees_the_files_that_go_public(site: Site) -> None:
    await asking(site)
    browser, address = await begin_as_guest(site)
    await complete(site, browser, address)
    submission = await submission_at(site, address)
    guest = await site.person(name="Unused")
    ada = Responding(site, guest, browser, submission.key, submission.id, Consultation())
    await ada.send("annex.txt", b"To be read first")
    assert (await send(browser, address)).status_code == 303
    [face] = await faces(site)
    moderator, stranger = await site.signed_in(Role.MODERATOR), await site.signed_in(name="Nell")
    page = (await moderator.get(f"/en/desk/contributions/{face.reference}")).text
    at = f"/en/contributions/{face.reference}/files/1/annex.txt"
    assert at in page
    read = await moderator.get(at)
    assert (read.text, read.headers["cache-control"]) == ("To be read first", "private, no-store")
    for nobody in (site.browser(), stranger):
        assert (await nobody.get(at)).status_code == 404


async def test_what_nobody_vouched_for_waits_again_when_it_is_corrected(site: Site) -> None:
    responses = await _asked_of_a_guest(site)
    key = await responses.begin(Said(name="Gus Guest", publication="unnamed", email="gus@example.org"))
    reference = (await responses.send_again(key, "Gus Guest")).contribution.reference
    await _decide(await responses.staff(Role.MODERATOR), reference, action="publish")
    await responses.say(key, "Gus Guest", "why", "BUY PILLS")
    await responses.send_again(key, "Gus Guest")
    assert (await site.browser().get(f"/en/contributions/{reference}")).status_code == 404
    assert "BUY PILLS" not in (await site.browser().get(f"/en/consultations/{SLUG}/responses")).text
    async with site.database.reading() as session:
        assert [each async for each in check_tallies(session)] == []


async def test_what_was_hidden_is_not_back_by_withdrawing_and_sending_again(responses: Responses) -> None:
    reader = responses.site.browser()
    key = await responses.begin(Said(name="Ida Insult"))
    reference = (await responses.send_again(key, "Ida Insult")).contribution.reference
    moderator = await responses.staff(Role.MODERATOR)
    await _decide(moderator, reference, action="hide", ground="abuse", **{"reason.en": "It insults."})
    await responses.withdraw(key)
    await responses.send_again(key, "Ida Insult")
    assert (await reader.get(f"/en/contributions/{reference}")).status_code == 404
    assert reference in (await moderator.get("/en/desk/moderation")).text
    await _decide(moderator, reference, action="publish")
    assert (await reader.get(f"/en/contributions/{reference}")).status_code == 200


async def _asked_of_a_guest(site: Site) -> Responses:
    """A round, and Gus, who has no account and whose address nobody has proved."""
    responses = Responses(site)
    await responses.ask()
    await responses.person("Gus Guest", confirmed=False)
    await responses.guest("Gus Guest")
    return responses


async def _decide(moderator: Browser, reference: str, **fields: str) -> None:
    desk = f"/en/desk/contributions/{reference}"
    answer = await moderator.post_form(f"{desk}/decide", {"original": "en", **fields}, form_at=desk)
    assert answer.status_code == 303, answer.text


async def test_on_request_the_name_goes_then_all_but_a_summary_then_everything(responses: Responses) -> None:
    site = responses.site
    reference = await responses.send(NAMED)
    page, public = f"{DESK}/{reference}", f"/en/contributions/{reference}"
    editor, reader = await responses.staff(Role.EDITOR), site.browser()
    failed = await editor.post_form(f"{page}/request", {"action": "narrow", "note.en": "Why not."})
    assert failed.status_code == 422
    assert "Why not." in failed.text

    ask = {**NOTE, "action": "narrow", "publication": "unnamed"}
    assert (await editor.post_form(f"{page}/request", ask)).status_code == 303
    shown = (await reader.get(public)).text
    assert "Nadia" not in shown
    assert "Because it matters." in shown
    assert "They asked for it." in shown

    ask = {**NOTE, "action": "narrow", "publication": "confidential", "summary": "In short."}
    assert (await editor.post_form(f"{page}/request", ask)).status_code == 303
    shown = (await reader.get(public)).text
    assert "In short." in shown
    assert "Because it matters." not in shown

    ask = {**NOTE, "action": "remove", "erase": "yes"}
    assert (await editor.post_form(f"{page}/request", ask)).status_code == 303
    shown = (await reader.get(public)).text
    assert "took this response down" in shown
    assert "In short." not in shown
    assert "SHA-256" in shown
    log = (await reader.get("/en/log")).text
    assert "Removed as the law asks" in log
    assert "Published with less, on request" in log
    await run_worker(msgspec.structs.replace(site.settings, demo=True), SystemClock(), once=True)
    async with site.database.reading() as session:
        subjects = (
            (await session.execute(select(Mail.subject).where(Mail.kind == "moderated").order_by(Mail.id)))
            .scalars()
            .all()
        )
        texts = (await session.execute(select(SubmissionSending.text))).scalars().all()
        answers = (await session.execute(select(func.count()).select_from(Answer))).scalar_one()
    assert (texts, answers) == ([""], 0)
    assert [subject.partition(" response")[0] for subject in subjects] == ["Less of your"] * 2 + ["Your"]
    checks = {**CHECKS, **log_checks(load_signer(site.settings))}
    async with site.database.reading() as session:
        wrong = [f"{name}: {each}" for name, check in checks.items() async for each in check(session)]
    assert wrong == [], "counts, receipts and the public log still agree"
    moderator = await responses.staff(Role.MODERATOR)
    assert (await moderator.get(f"{page}/request")).status_code == 404
