"""A formal response, from its first word to its receipt, as its people meet it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from consult.accounts.queries import find_by_email
from consult.accounts.service import NO_PASSWORD
from consult.i18n.formats import formats
from consult.kernel.clock import SetClock
from consult.models.people import Role, User
from consult.submissions.closing import close_responses
from consult.submissions.retention import KEPT_AFTER, forget_unsent
from consult.submissions.saving import short_hash
from tests.people import BASE, COOKIE, Site
from tests.submissions.links import links_mailed
from tests.submissions.scene import (
    FULLER,
    START,
    asking,
    autosave,
    begin,
    begin_as_guest,
    complete,
    faces,
    fill,
    guests,
    hidden,
    say_who,
    send,
    sendings_at,
    submission_at,
)

pytestmark = pytest.mark.anyio


async def test_somebody_with_an_account_responds_and_gets_a_receipt(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    assert "Until when" in (await browser.get(START)).text
    address = await begin(browser)
    assert await begin(browser) == address, "one goes on with what one has begun"
    await complete(site, browser, address, "Publish the minutes.")
    mine = (await browser.get("/en/mine")).text
    assert "1 of 3 questions answered" in mine
    check = await browser.get(f"{address}/check")
    assert "Publish the minutes." in check.text
    refused = await send(browser, address, declared="")
    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    sent = await send(browser, address)
    assert sent.headers["location"].startswith(f"{address}/receipt")
    receipt = (await browser.get(sent.headers["location"])).text
    [face] = await faces(site)
    [sending] = await sendings_at(site, address)
    assert face.reference in receipt
    assert " ".join(re.findall("....", sending.sha256)) in receipt
    assert face.text.endswith("Publish the minutes.")
    file = await browser.get(f"{address}/receipt.json")
    assert file.json()["receipt"]["received"]["reference"] == face.reference
    assert face.reference in (await browser.get("/en/mine")).text
    data = (await browser.get("/mine/data.json".replace("/mine", "/en/mine"))).json()
    assert data["responses"][0]["sendings"][0]["sha256"] == sending.sha256


async def test_sending_twice_sends_once_and_a_correction_takes_its_place(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    await complete(site, browser, address, "First thought.")
    page = (await browser.get(f"{address}/check")).text
    form = {**hidden(page), "declared": "yes"}
    for _ in range(2):
        await browser.post(f"{address}/send", data=form, headers={"origin": BASE})
    assert len(await sendings_at(site, address)) == 1
    await fill(browser, address, "views", a_change="Second thought.")
    assert "You changed something since you sent" in (await browser.get(address)).text
    [face] = await faces(site)
    assert face.text.endswith("First thought."), "what was sent counts until the correction is"
    await send(browser, address)
    [face] = await faces(site)
    first, second = await sendings_at(site, address)
    assert face.text.endswith("Second thought.")
    assert first.receipt
    assert second.receipt
    assert first.leaf != second.leaf
    await fill(browser, address, "views", a_change="Third thought.")
    await browser.post_form(f"{address}/discard", {})
    assert "Second thought." in (await browser.get(f"{address}/sections/views")).text
    await browser.post_form(f"{address}/withdraw", {})
    [face] = await faces(site)
    assert (face.state, face.text) == ("withdrawn", "")
    await send(browser, address)
    [face] = await faces(site)
    assert face.state == "published"


async def test_strangers_find_nothing_of_a_response(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    stranger = await site.signed_in(name="Somebody else")
    for path in ("", "/who", "/sections/views", "/check", "/delete"):
        assert (await stranger.get(address + path)).status_code == 404
    assert (await site.browser().get(address)).status_code == 401


async def test_an_answer_that_hides_a_question_does_not_lose_what_was_written_there(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    again = await fill(browser, address, "views", a_agree="no")
    assert again.headers["location"].startswith(f"{address}/sections/views"), "a question has appeared"
    await fill(browser, address, "views", a_why="Because.")
    await fill(browser, address, "views", a_agree="yes")
    assert "Because." not in (await browser.get(f"{address}/check")).text
    await fill(browser, address, "views", a_agree="no")
    assert "Because." in (await browser.get(f"{address}/check")).text


async def test_a_second_tab_is_told_and_both_texts_are_kept(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    first = await autosave(browser, address, "change", "From the first tab.", 0)
    assert first.json()["answers"]["change"] == {"version": 1}
    second = await autosave(browser, address, "change", "From the second tab.", 0)
    said = second.json()["answers"]["change"]
    assert said["theirs"] == "From the first tab."
    page = (await browser.get(f"{address}/sections/views")).text
    assert "From the first tab." in page
    assert "From the second tab." in page
    await fill(browser, address, "views", settle=f"{said['aside']}:both")
    page = (await browser.get(f"{address}/sections/views")).text
    assert "From the first tab.\n\nFrom the second tab." in page
    assert "Two texts for one answer" not in page


async def test_who_goes_on_typing_on_a_slow_line_does_not_run_into_themselves(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    await autosave(browser, address, "change", "نعم", 0)
    # The answer to that has not come yet: the page still knows version 0, and the hash of what it sent.
    later = await autosave(browser, address, "change", "نعم وأكثر", 0, h_change=short_hash("نعم"))
    assert later.json()["answers"]["change"] == {"version": 2}


async def test_a_session_that_ends_while_one_writes_keeps_the_text(site: Site) -> None:
    await asking(site)
    person = await site.person(name="Wanjiru")
    browser = await site.browser_of(person)
    address = await begin(browser)
    page = (await browser.get(f"{address}/sections/views")).text
    browser.headers["cookie"] = f"{COOKIE}=over"
    typed = {**hidden(page), "a_change": "Typed before the session ended."}
    answer = await browser.post(f"{address}/sections/views", data=typed, headers={"origin": BASE})
    assert answer.status_code == 401
    assert "Typed before the session ended." in answer.text
    back = await site.browser_of(person)
    stale = await back.post(
        f"{address}/sections/views", data={**typed, "csrf": "stale"}, headers={"origin": BASE}
    )
    assert stale.status_code == 422
    assert "Typed before the session ended." in stale.text


@pytest.mark.parametrize(
    ("begun", "sent", "late_days", "label"),
    [
        ("before", "before", 0, "Sent in time"),
        ("before", "grace", 0, "Sent in the extra time"),
        ("before", "late", 14, "Sent late"),
        ("grace", "grace", 14, "Sent late"),
        ("before", "late", 0, ""),
    ],
)
async def test_the_deadline_and_its_lanes(
    site: Site, clock: SetClock, begun: str, sent: str, late_days: int, label: str
) -> None:
    round_ = await asking(site, late_days=late_days)
    at = {
        "before": round_.closes_at - timedelta(hours=1),
        "grace": round_.closes_at + timedelta(minutes=5),
        "late": round_.closes_at + timedelta(days=2),
    }
    clock.set(at[begun])
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    await complete(site, browser, address)
    clock.set(at[sent])
    answer = await send(browser, address)
    if not label:
        assert answer.status_code == 409
        assert not await faces(site)
        text = (await browser.get(f"{address}/check")).text
        assert "Everything." in text
        assert "takes no responses any more" in text
        return
    assert label in (await browser.get(f"{address}/receipt")).text
    [face] = await faces(site)
    assert (face.in_grace, face.late) == (label == "Sent in the extra time", label == "Sent late")


async def test_nothing_can_be_begun_when_the_round_is_over(site: Site, clock: SetClock) -> None:
    round_ = await asking(site)
    clock.set(round_.closes_at + timedelta(days=1))
    browser = await site.signed_in(name="Wanjiru")
    assert "No response can be begun now" in (await browser.get(START)).text
    assert (await browser.post_form(START, {"as": "self"})).status_code in (403, 409)


async def test_a_file_is_added_from_within_the_form_and_nothing_typed_is_lost(site: Site) -> None:
    await asking(site, FULLER)
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    page = (await browser.get(f"{address}/sections/views")).text
    assert page.index('value="files:proof"') < page.index("a_change") < page.index("data-end")
    led = await fill(browser, address, "views", a_change="Typed before.", then="files:proof")
    assert led.headers["location"].startswith(f"{address}/files?question=proof&")
    files = (await browser.get(led.headers["location"])).text
    assert f'href="{address}/sections/views?saved=views#q_proof"' in files
    assert "Typed before." in (await browser.get(f"{address}/sections/views")).text
    for no_files in ("files:change", "files:", "files"):
        onwards = await fill(browser, address, "views", then=no_files)
        assert onwards.headers["location"].startswith(f"{address}/sections/more")


async def test_what_cannot_be_sent_as_it_is_says_so_on_the_overview_and_which_question_is_meant(
    site: Site,
) -> None:
    await asking(site, FULLER)
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    await fill(browser, address, "views", a_change="One two three four five six.")
    wrong = '<bdi lang="en" dir="ltr">What should change?</bdi>: Shorten this to 5 words; it has 6.'
    overview = (await browser.get(address)).text
    assert wrong in overview
    assert "What shows it?" not in overview, "what is only missing is counted, not named"
    check = (await browser.get(f"{address}/check")).text
    assert wrong in check
    assert '<bdi lang="en" dir="ltr">What shows it?</bdi>: Add a file.' in check


async def test_an_organisation_typed_by_an_individual_does_not_vanish(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    refused = await say_who(browser, address, organisation="Lake Watch")
    assert refused.status_code == 422
    assert 'href="#kind">Choose what kind of organisation it is, or leave its name empty.' in refused.text
    assert 'value="Lake Watch"' in refused.text


async def test_who_funds_one_is_not_called_optional(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    page = (await browser.get(f"{await begin(browser)}/who")).text
    assert '<label for="funder">Which member company funds you</label>' in page


# ---- Without an account ------------------------------------------------------------------------------------------


async def test_somebody_without_an_account_responds(site: Site) -> None:
    await asking(site)
    browser, address = await begin_as_guest(site)
    await complete(site, browser, address)
    assert (await fill(browser, address, "more", a_members="12")).status_code == 303
    assert (await send(browser, address)).status_code == 303
    [face] = await faces(site)
    assert face.state == "pending", "nobody vouched for the address"
    assert (await submission_at(site, address)).state == "sent"
    assert (await browser.get("/en/mine")).status_code == 401
    assert (await browser.get("/en/respond")).headers["location"] == address
    menu = (await browser.get("/en")).text
    assert 'href="/en/respond"' in menu
    assert 'href="/en/profile"' not in menu


async def test_a_mailed_link_goes_on_elsewhere_once_and_proves_the_address(site: Site) -> None:
    await asking(site)
    browser, address = await begin_as_guest(site)
    await fill(browser, address, "views", a_change="Begun on the phone.")
    [link] = await links_mailed(site, "amal@example.org")
    laptop = site.browser()
    opened = await laptop.get(link)
    assert "Amal Haddad" in opened.text
    assert (await laptop.get(link)).status_code == 200, "looking does not use it up"
    used = await laptop.post(link, headers={"origin": BASE})
    laptop.headers["cookie"] = used.headers["set-cookie"].partition(";")[0]
    assert "Begun on the phone." in (await laptop.get(f"{address}/sections/views")).text
    assert (await site.browser().post(link, headers={"origin": BASE})).status_code == 410
    assert not [each for each in await guests(site) if each.closed_at is None]
    assert (await browser.get(address)).status_code == 401, "the guest is no more"
    await complete(site, laptop, address)
    await send(laptop, address)
    [face] = await faces(site)
    assert face.state == "published"


async def test_a_link_to_an_address_with_a_password_moves_the_response_and_asks_for_it(site: Site) -> None:
    await asking(site)
    _, address = await begin_as_guest(site, email="respondent-owner@example.org")
    async with site.database.writing() as session:
        session.add(
            User(
                email="respondent-owner@example.org",
                password_hash="$argon2id$something",
                name="The owner",
                confirmed_at=site.clock.now(),
                created_at=site.clock.now(),
            )
        )
    [link] = await links_mailed(site, "respondent-owner@example.org")
    browser = site.browser()
    assert "The owner" in (await browser.get(link)).text
    used = await browser.post(link, headers={"origin": BASE})
    assert "set-cookie" not in used.headers
    assert used.headers["location"].startswith(address)
    owner = await submission_at(site, address)
    async with site.database.reading() as session:
        assert (await session.get(User, owner.author_id)).name == "The owner"  # type: ignore[union-attr]


async def test_a_link_proves_the_address_it_was_mailed_to_and_no_other(site: Site) -> None:
    await asking(site)
    victim = await site.person(name="Victim")
    browser, address = await begin_as_guest(site, email="mallory@example.net")
    [link] = await links_mailed(site, "mallory@example.net")
    for other in (victim.email, "minister@example.net"):
        assert (await say_who(browser, address, email=other)).status_code == 303
        stranger = site.browser()
        assert (await stranger.get(link)).status_code == 410
    used = await stranger.post(link, headers={"origin": BASE})
    assert used.status_code == 410
    assert "set-cookie" not in used.headers
    async with site.database.reading() as session:
        assert await find_by_email(session, "minister@example.net") is None


async def test_a_mailed_link_lets_no_staff_in(site: Site) -> None:
    await asking(site)
    editor = await site.person(Role.EDITOR, "Ed", confirmed=False)
    async with site.database.writing() as session:
        found = await session.get_one(User, editor.id)
        found.password_hash = NO_PASSWORD
    await begin_as_guest(site, email=editor.email)
    [link] = await links_mailed(site, editor.email)
    used = await site.browser().post(link, headers={"origin": BASE})
    assert used.status_code == 303
    assert "set-cookie" not in used.headers


async def test_asking_for_a_link_says_the_same_for_known_and_unknown_addresses(site: Site) -> None:
    await asking(site)
    await begin_as_guest(site)
    await links_mailed(site, "amal@example.org")
    browser = site.browser()
    texts = []
    for email in ("amal@example.org", "nobody@example.org"):
        answer = await browser.post_form("/en/respond/resume", {"email": email})
        texts.append(answer.text.replace(email, "…"))
    assert texts[0] == texts[1]
    assert len(await links_mailed(site, "amal@example.org")) == 2
    assert not await links_mailed(site, "nobody@example.org")


async def test_guests_are_no_accounts_and_are_forgotten_some_weeks_after_their_round(
    site: Site, clock: SetClock
) -> None:
    round_ = await asking(site, late_days=7)
    await begin_as_guest(site)
    sending, address = await begin_as_guest(site, email="other@example.org")
    await complete(site, sending, address)
    await send(sending, address)
    for now, left in ((round_.period.late_ends_at, 2), (round_.period.late_ends_at + KEPT_AFTER, 2)):
        async with site.database.writing() as session:
            await forget_unsent(session, now)
        assert len(await guests(site)) == left
    async with site.database.writing() as session:
        assert await forget_unsent(session, round_.period.late_ends_at + KEPT_AFTER + timedelta(days=1)) == 1
    assert len(await guests(site)) == 1, "what was sent stays"
    assert [each.state for each in await faces(site)] == ["pending"]


async def test_closing_an_account_deletes_what_is_unsent_and_takes_the_name_off_what_was_sent(
    site: Site,
) -> None:
    await asking(site)
    person = await site.person(name="Wanjiru")
    browser = await site.browser_of(person)
    address = await begin(browser)
    await complete(site, browser, address)
    await send(browser, address)
    [face] = await faces(site)
    assert face.author_name == "Amal Haddad"
    async with site.database.writing() as session:
        await close_responses(session, person.id, site.clock.now(), withhold=True)
    [face] = await faces(site)
    assert (face.author_name, face.anonymous) == ("", True)
    assert len(await sendings_at(site, address)) == 1


async def test_the_receipt_page_says_how_a_response_stands(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    address = await begin(browser)
    await complete(site, browser, address)
    await send(browser, address)
    page = (await browser.get(f"{address}/receipt")).text
    assert "See it in public" in page
    assert "once a moderator" not in page
    assert 'href="https://consult.test/en/receipts"' in page
    await browser.post_form(f"{address}/withdraw", {})
    page = (await browser.get(f"{address}/receipt")).text
    day = formats("en").date(site.clock.now())
    assert re.search(rf'<span class="tag tag--closed">Withdrawn</span>\s*<time [^>]*>{day}', page)
    assert "Nothing of this counts or is public now." in page
    for gone in (
        "See it in public",
        "In time",
        "The receipt is also mailed",
        "change your answers",
        "answers it",
    ):
        assert gone not in page.partition('id="sendings"')[0], gone


async def test_who_has_to_wait_for_a_moderator_is_told_so_with_the_receipt(site: Site) -> None:
    await asking(site)
    browser, address = await begin_as_guest(site)
    await complete(site, browser, address)
    await send(browser, address)
    [face] = await faces(site)
    assert face.state == "pending"
    page = (await browser.get(f"{address}/receipt")).text
    assert "Everybody can read it once a moderator has let it through." in page
    assert "See it in public" not in page
    assert "See exactly what everybody will see" in page
    assert (await browser.get(f"/en/contributions/{face.reference}")).status_code == 200
