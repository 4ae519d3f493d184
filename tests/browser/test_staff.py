"""Staff open a round, moderators hide, editors answer: each with a reader looking on."""

from __future__ import annotations

from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.people import EDITOR, MODERATOR, Doors
from tests.browser.serving import wait_until
from tests.browser.steps import DISCUSSION, create, open_a_round, post, press, say

HOLLIS = "h.thackeray@harrowgate.example.org"
CANARY = "an unkind word about quincewort"
ENGLISH = "# On plain words\n\nThe Forum writes so that everybody can read it.\n\n- It uses short words.\n- It explains long ones.\n"
FRENCH = "# Des mots simples\n\nLe Forum écrit pour que chacun puisse lire.\n\n- Il use de mots courts.\n- Il explique les longs.\n"


def bring_in_a_draft(page: Page, slug: str) -> None:
    """A draft in two languages, pasted, looked at and published."""
    page.goto(f"/en/desk/consultations/{slug}/drafts/new")
    page.locator("#slug").fill("words")
    for code, text in (("en", ENGLISH), ("fr", FRENCH)):
        page.locator(f"details:has([name=text-{code}]) > summary").click()
        page.locator(f"[name=text-{code}]").fill(text)
    press(page, "Read the files")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("en", "What came of the files"))
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.locator("#drafts")).to_be_visible()


def extend(page: Page, slug: str, closes: datetime, reason: str) -> None:
    """A longer period, with a reason that everybody can read."""
    page.goto(f"/en/desk/consultations/{slug}/rounds/1/extend")
    page.locator("[name=closes]").fill(closes.strftime("%Y-%m-%dT23:59"))
    page.locator("[name=reason-en]").fill(reason)
    press(page, "Check the extension")
    press(page, "Extend the comment period")
    page.wait_for_url(f"**/desk/consultations/{slug}*")


def test_an_editor_opens_a_round_on_a_draft_in_two_languages_and_extends_it(doors: Doors) -> None:
    editor, reader = doors.open(EDITOR), doors.open()
    soon = datetime.now() + timedelta(days=10)  # noqa: DTZ005 - what a clock on the wall shows
    create(editor, "plain-words", "Plain words", ["fr"])
    bring_in_a_draft(editor, "plain-words")
    open_a_round(editor, "plain-words", soon)
    reader.goto("/fr/consultations/plain-words/drafts/words")
    expect(reader.get_by_text("Le Forum écrit pour que chacun puisse lire.", exact=True)).to_be_visible()
    expect(reader.locator(".margin__add").first).to_be_visible()
    reader.goto("/en/consultations")
    expect(reader.get_by_role("link", name="Plain words").first).to_be_visible()
    extend(editor, "plain-words", soon + timedelta(days=7), "A translation came late.")
    reader.goto("/en/consultations/plain-words")
    expect(reader.get_by_text("A translation came late.").first).to_be_visible()
    expect(reader.locator(".deadline__old").first).to_be_visible()
    assert doors.complaints == []


def test_what_a_moderator_hides_is_gone_everywhere_but_the_reason_stays(doors: Doors) -> None:
    member, moderator, reader = doors.open(HOLLIS), doors.open(MODERATOR), doors.open()
    member.goto("/en" + DISCUSSION)
    reference = post(member, f"This is {CANARY}.")
    wait_until(lambda: found(reader, "quincewort") == 1, "the comment to be found", 20)
    moderator.goto(f"/en/desk/contributions/{reference}")
    moderator.locator("[name=action][value=hide]").check()
    moderator.locator("[name=ground]").first.check()
    moderator.locator("[name='reason.en']").fill("It attacks a person.")
    moderator.locator("form[action$=decide] [type=submit]").click()
    # Decided: the way back is to the queue or to the comment, with the notice of what was done.
    expect(moderator.locator("#notices .notice--success")).to_be_visible()
    reader.goto(f"/en/contributions/{reference}")
    stub = reader.locator(f"#c-{reference}")
    expect(stub).to_contain_text(say("en", "A moderator hid this comment."))
    expect(stub).to_contain_text("It attacks a person.")
    for address in (
        f"/en/contributions/{reference}",
        f"/en/contributions/{reference}/history",
        "/en" + DISCUSSION,
        "/en/log",
    ):
        reader.goto(address)
        assert CANARY not in reader.content(), address
    expect(reader.locator("main")).to_contain_text("It attacks a person.")
    wait_until(lambda: found(reader, "quincewort") == 0, "the comment to leave the index", 20)
    member.goto("/en/mine")
    expect(member.get_by_text("It attacks a person.").first).to_be_visible()


def found(page: Page, word: str) -> int:
    """How many results a search has."""
    page.goto(f"/en/search?q={word}")
    return page.locator(".results > li").count()


def test_an_editors_answer_stands_under_the_comment(doors: Doors) -> None:
    member, editor, reader = doors.open(HOLLIS), doors.open(EDITOR), doors.open()
    member.goto("/en" + DISCUSSION)
    reference = post(member, "Please say who signs the charter.")
    editor.goto(f"/en/desk/contributions/{reference}/answer")
    editor.locator("[name=kind][value=accepted]").check()
    editor.locator("[name='reason.en']").fill("The signatories are named now.")
    press(editor, "Give the answer")
    reader.goto(f"/en/contributions/{reference}")
    expect(reader.locator(f"#c-{reference} .answer")).to_contain_text("The signatories are named now.")
    member.goto("/en/mine")
    expect(member.get_by_text("The signatories are named now.").first).to_be_visible()
