"""An organisation of three people writes at once: each sees the others, and nothing of anybody is lost."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import Doors
from tests.browser.team import begin_together

RIMS, SAMIS, OLGAS = "Rim: meet on Mondays.", "Sami: meet on Fridays.", "Olga: with kind regards."


def look_again(page: Page) -> None:
    """As if the page had been in the background: it asks at once who is here."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def here(page: Page, words: str) -> None:
    expect(page.locator("[data-here-lines]")).to_contain_text(words)


def test_an_organisation_of_three_people_writes_at_once(doors: Doors) -> None:
    begun = begin_together(doors.site)
    rim, sami, olga = (doors.open(begun.people[name]) for name in ("Rim", "Sami", "Olga"))
    governance, closing = (f"/en{begun.address}/sections/{each}" for each in ("governance", "closing"))

    rim.goto(governance)
    sami.goto(governance)
    here(sami, "Rim Haddad is editing this section too")
    olga.goto(closing)
    here(olga, "Sami Okello is editing Governance")
    look_again(rim)
    here(rim, "Sami Okello is editing this section too")
    here(rim, "Olga Lind is editing In your words")

    rim.locator("#a_board").fill(RIMS)
    rim.get_by_role("button", name="Save and go to the overview").click()
    rim.wait_for_url(f"**{begun.address}?*")
    here(rim, "Sami Okello is editing Governance")
    look_again(sami)
    here(sami, "Changed by others since you opened this page")
    here(sami, "What should the board do? Rim Haddad")

    sami.locator("#a_board").fill(SAMIS)
    olga.locator("#a_letter").fill(OLGAS)
    sami.get_by_role("button", name="Save and continue").click()
    olga.get_by_role("button", name="Save and continue").click()
    expect(sami.get_by_text("Two texts for one answer").first).to_be_visible()
    olga.wait_for_url(f"**{begun.address}?*")
    assert sorted(begun.texts(doors.site, "board")) == [RIMS, SAMIS]
    assert begun.texts(doors.site, "letter") == [OLGAS]

    sami.get_by_role("button", name="Keep both, one below the other").first.click()
    expect(sami.locator("#a_board")).to_have_value(f"{RIMS}\n\n{SAMIS}")
    olga.reload()
    expect(olga.get_by_text("Two texts for one answer")).to_have_count(0)

    notes = sami.locator("details.notes").first
    notes.locator("summary").click()
    notes.get_by_label("New note").fill("Mondays or Fridays?")
    notes.get_by_role("button", name="Add the note").click()
    expect(notes.locator("summary")).to_have_text("Team notes (1 open)")
    expect(notes).to_contain_text("Mondays or Fridays?")
    assert doors.complaints == []
