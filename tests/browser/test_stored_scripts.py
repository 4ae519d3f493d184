"""Scripts that people hide in what they write never run before others."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import EDITOR, MODERATOR, Doors
from tests.browser.steps import DISCUSSION, DRAFT, blocks, send

ATTACKS = (
    "<script>window.__xss=1</script>",
    '"><img src=x onerror="window.__xss=1">',
    "<svg onload=window.__xss=1>",
    '[press](javascript:window.__xss=1) ![x](x"onerror="window.__xss=1) <javascript:window.__xss=1>',
    "</textarea></title><iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
    "{{7*7}}<div hx-get=/en hx-trigger=load data-focus onfocus=window.__xss=1 autofocus tabindex=0>",
)
ALL = " ".join(ATTACKS)


@pytest.fixture
def mallory(doors: Doors) -> Page:
    """Somebody whose very name is an attack."""
    doors.site.newcomer("Mallory")
    page = doors.open("mallory@example.org")
    page.goto("/en/profile")
    page.locator("[name=name]").fill(ATTACKS[1])
    page.locator("[name=organisation]").fill(ATTACKS[0])
    page.locator("[name=kind]").select_option("civil-society")
    page.locator("main form [type=submit]").first.click()
    expect(page.locator("#notices .notice--success")).to_be_visible()
    return page


def unharmed(page: Page, address: str) -> None:
    """Nothing ran, nothing was asked for, and no attribute slipped in."""
    page.goto(address, wait_until="networkidle")
    assert page.evaluate("() => window.__xss") is None, address
    slipped = (
        "main :is(script, iframe, object, [onerror], [onload], [onfocus], img[src=x], [href^='javascript:'])"
    )
    assert page.locator(slipped).count() == 0, address


def test_attacks_in_names_comments_quotes_titles_and_search_terms_do_nothing(
    doors: Doors, mallory: Page
) -> None:
    key = blocks(doors.site, quiet=False)[5]
    mallory.goto(f"/en{DRAFT}/blocks/{key}")
    mallory.locator("form.compose textarea").fill(ALL)
    mallory.evaluate("(words) => { document.querySelector('[name=quote]').value = words; }", ATTACKS[1])
    send(mallory)
    expect(mallory.locator("article.contribution", has_text="window.__xss").first).to_be_visible()
    reference = str(
        mallory.locator("article.contribution", has_text="window.__xss").first.get_attribute("id")
    )[2:]
    editor, moderator, reader = doors.open(EDITOR), doors.open(MODERATOR), doors.open()
    editor.goto("/en/desk/consultations/new")
    editor.locator("#slug").fill("attacked")
    for name in ("title", "summary", "asks", "use"):
        editor.locator(f"[name={name}-en]").fill(ALL if name != "title" else ATTACKS[1])
    editor.locator("form.stack [type=submit]").last.click()
    editor.wait_for_url("**/desk/consultations/attacked*")
    editor.locator("form[action$=publish] [type=submit]").click()
    for page, address in (
        (reader, f"/en/contributions/{reference}"),
        (reader, f"/en/contributions/{reference}/reply"),
        (reader, f"/en{DRAFT}"),
        (reader, f"/en{DRAFT}/blocks/{key}"),
        (reader, "/ar"),
        (reader, "/en/consultations/attacked"),
        (reader, f"/en/search?q={quote(ALL[:300])}"),
        (
            reader,
            f"/en/search?q=press&kind={quote(ATTACKS[1])}&sort={quote(ATTACKS[1])}&page={quote(ATTACKS[1])}",
        ),
        (reader, f"/en/sign-in?next={quote('javascript:window.__xss=1')}"),
        (mallory, "/en/mine"),
        (mallory, "/en/profile"),
        (editor, "/en/desk/consultations"),
        (editor, "/en/desk/consultations/attacked/edit"),
        (editor, f"/en/desk/contributions/{reference}/answer"),
        (moderator, f"/en/desk/contributions/{reference}"),
    ):
        unharmed(page, address)
    # A refusal by the policy would mean that markup got as far as the page.
    assert [each for each in doors.complaints if "Refused" in each or "Content Security" in each] == []


def test_what_was_typed_and_not_sent_does_nothing_when_it_is_restored(doors: Doors) -> None:
    page = doors.open()
    page.goto("/en" + DISCUSSION)
    page.locator("form.compose textarea").fill(ALL)
    page.wait_for_function("() => Object.keys(localStorage).length > 0")
    unharmed(page, "/en" + DISCUSSION)
    expect(page.locator("form.compose textarea")).to_have_value(ALL)
