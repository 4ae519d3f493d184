"""What people type is still there after mistakes, expired sessions, closed rounds, lost lines and killed browsers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from consult.comments.forms import MOST_CHARACTERS
from consult.kernel.clock import SystemClock
from tests.browser.people import Doors
from tests.browser.steps import DISCUSSION, DRAFT, blocks, compose, focused, post, say, send, times_posted

HOLLIS = "h.thackeray@harrowgate.example.org"
WANJIRU = "wanjiru@haki.example.org"
CLOSING = "/consultations/responsible-disclosure/comments"


def area(page: Page) -> str:
    """What stands in the form."""
    return page.locator("form.compose textarea").first.input_value()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_a_mistake_is_said_at_the_top_and_at_the_field_and_the_text_stays(
    doors: Doors, locale: str, script: bool
) -> None:
    page = doors.open(HOLLIS, script=script)
    page.goto(f"/{locale}{DISCUSSION}")
    long = "Too long a thought. " * (MOST_CHARACTERS // 20 + 2)
    compose(page, long)
    send(page)
    summary = page.locator(".error-summary")
    expect(summary.get_by_role("heading", name=say(locale, "There is a problem"))).to_be_visible()
    if script:
        expect(summary).to_be_focused()
    field = page.locator("form.compose textarea")
    expect(field).to_have_attribute("aria-invalid", "true")
    described = str(field.get_attribute("aria-describedby")).split()
    link = summary.get_by_role("link").first
    message = link.inner_text()
    assert message in " ".join(page.locator(f"#{each}").inner_text() for each in described)
    link.click()
    expect(field).to_be_focused()
    assert area(page).strip() == long.strip()
    text = f"Now it is short enough, {locale} {script}."
    post(page, text)
    assert times_posted(doors.site, text) == 1


@pytest.mark.parametrize("script", [True, False])
def test_a_session_that_ends_while_typing_costs_nothing(doors: Doors, script: bool) -> None:
    text = f"Typed before the session ended, {script}."
    page = doors.open(WANJIRU, script=script)
    page.goto(f"/en{DRAFT}/blocks/{blocks(doors.site, quiet=False)[2]}")
    compose(page, text)
    doors.site.end_sessions(WANJIRU)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(say("en", "Sign in to go on"))
    expect(page.get_by_text(say("en", "Your text is safe."))).to_be_visible()
    page.get_by_role("button", name=say("en", "Try the demo as somebody")).click()
    page.get_by_role("button", name="Wanjiru").click()
    expect(page.locator("form.compose textarea")).to_be_visible()
    assert area(page) == text
    send(page)
    expect(page.locator("article.contribution", has_text=text).first).to_be_visible()
    assert times_posted(doors.site, text) == 1


@pytest.mark.parametrize("script", [True, False])
def test_a_form_whose_token_has_expired_comes_back_with_its_text(doors: Doors, script: bool) -> None:
    text = f"Typed in a stale form, {script}."
    page = doors.open(HOLLIS, script=script)
    page.goto("/en" + DISCUSSION)
    compose(page, text)
    page.evaluate("() => { document.querySelector('form.compose [name=csrf]').value = 'stale'; }")
    send(page)
    expect(page.locator(".error-summary")).to_be_visible()
    assert area(page) == text
    send(page)
    expect(page.locator("article.contribution", has_text=text)).to_be_visible()
    assert times_posted(doors.site, text) == 1


@pytest.mark.parametrize("script", [True, False])
def test_what_was_typed_when_the_round_closed_is_kept_as_ones_own(doors: Doors, script: bool) -> None:
    text = f"A minute too late, {script}."
    now = SystemClock().now()
    doors.site.change_round("responsible-disclosure", closes_at=now + timedelta(hours=5), grace_minutes=0)
    page = doors.open(HOLLIS, script=script)
    page.goto("/en" + CLOSING)
    compose(page, text)
    doors.site.change_round("responsible-disclosure", closes_at=now - timedelta(seconds=1))
    send(page)
    if script:
        expect(page.locator("form.compose .notice--error")).to_be_visible()
        assert area(page) == text
    else:
        expect(page.get_by_role("heading", level=1)).to_have_text(say("en", "The comment period has ended"))
    page.goto("/en/mine")
    expect(page.locator("section[aria-labelledby=unfinished]")).to_contain_text(text)
    assert times_posted(doors.site, text) == 0


def test_a_double_click_makes_one_comment(doors: Doors) -> None:
    page = doors.open(HOLLIS)
    page.goto("/en" + DISCUSSION)
    compose(page, "Clicked twice.")
    page.locator("form.compose [type=submit]").dblclick()
    expect(page.locator("article.contribution", has_text="Clicked twice.")).to_have_count(1)
    assert times_posted(doors.site, "Clicked twice.") == 1


def test_sending_a_form_again_makes_one_comment_without_scripts_too(doors: Doors) -> None:
    page = doors.open(HOLLIS, script=False)
    page.goto("/en" + DISCUSSION)
    compose(page, "Sent twice.")
    fields = {
        name: page.locator(f"form.compose [name={name}]").first.input_value()
        for name in ("csrf", "send_key", "begun")
    }
    send(page)
    expect(page.locator("article.contribution", has_text="Sent twice.")).to_be_visible()
    again = page.request.post(
        doors.site.base + "/en" + DISCUSSION,
        form={**fields, "text": "Sent twice."},
        headers={"origin": doors.site.base},
    )
    assert again.ok
    assert times_posted(doors.site, "Sent twice.") == 1


def test_without_a_connection_nothing_is_sent_and_the_text_stays(doors: Doors) -> None:
    page = doors.open(HOLLIS)
    page.goto("/en" + DISCUSSION)
    compose(page, "Written in a tunnel.")
    page.context.set_offline(True)
    send(page)
    offline = "You are offline, so nothing was sent. Your text is kept in this browser. Try again when you have a connection."
    expect(page.locator("form.compose .notice--error")).to_have_text(say("en", offline))
    assert area(page) == "Written in a tunnel."
    page.context.set_offline(False)
    send(page)
    expect(page.locator("article.contribution", has_text="Written in a tunnel.")).to_be_visible()
    assert times_posted(doors.site, "Written in a tunnel.") == 1


def test_a_killed_browser_of_somebody_signed_out_still_has_the_text(doors: Doors) -> None:
    first = doors.context()
    page = first.new_page()
    page.goto("/en" + DISCUSSION)
    compose(page, "Kept in this browser.")
    expect(page.locator("form.compose [data-saved]")).to_have_text(say("en", "Kept in this browser."))
    left = first.storage_state()
    page = doors.context(storage_state=left).new_page()
    page.goto("/en" + DISCUSSION)
    expect(page.locator("form.compose textarea")).to_have_value("Kept in this browser.")


def test_somebody_signed_in_goes_on_writing_on_another_device(doors: Doors) -> None:
    page = doors.open(HOLLIS)
    key = blocks(doors.site, quiet=False)[3]
    page.goto(f"/ar{DRAFT}/blocks/{key}")
    compose(page, "Begun on the desk, ended on the phone.")
    expect(page.locator("form.compose [data-saved]")).to_have_text(say("ar", "Saved."))
    phone = doors.open(HOLLIS, script=False)
    phone.goto(f"/en{DRAFT}/blocks/{key}")
    assert area(phone) == "Begun on the desk, ended on the phone."
    phone.goto("/en/mine")
    expect(phone.get_by_text("Begun on the desk, ended on the phone.").first).to_be_visible()
    phone.get_by_role("link", name=say("en", "Take it up again")).first.click()
    send(phone)
    expect(phone.locator("article.contribution", has_text="Begun on the desk").first).to_be_visible()
    phone.goto("/en/mine")
    expect(phone.locator("section[aria-labelledby=unfinished]", has_text="Begun on the desk")).to_have_count(
        0
    )


def test_a_failed_sign_in_keeps_the_address_but_not_the_password(doors: Doors) -> None:
    page = doors.open()
    page.goto("/en/sign-in")
    page.get_by_label(say("en", "Email address")).fill("nobody@example.org")
    page.get_by_label(say("en", "Password")).fill("not the right words")
    page.locator("main form").first.get_by_role("button", name=say("en", "Sign in")).click()
    focused(page, ".error-summary")
    expect(page.get_by_label(say("en", "Email address"))).to_have_value("nobody@example.org")
    expect(page.get_by_label(say("en", "Password"))).to_have_value("")
