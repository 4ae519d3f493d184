"""Organisations at the desk: taking a verification back, finding and merging what is one."""

from __future__ import annotations

import re

import pytest

from consult.models.people import Role
from consult.organisations.duplicates import Named, find_pairs
from tests.organisations.people import PROFILE, Person, Town
from tests.people import Site

pytestmark = pytest.mark.anyio
POST_AT = "/consultations/charter/comments/new"


async def _comments(person: Person, text: str) -> None:
    answer = await person.sends(
        "/consultations/charter/comments", {"text": text, "lang": "en"}, form_at=POST_AT
    )
    assert answer.status_code == 303, answer.text


async def test_a_verification_is_taken_back_with_all_that_hung_on_it(town: Town, site: Site) -> None:
    await site.consultation()
    olga, id = await town.owner()
    dan, ada = await town.person("Dan Drafter"), await town.person("Ada Admin", Role.ADMINISTRATOR)
    await town.joins(olga, id, dan)
    await _comments(olga, "We measured the river.")
    desk = f"/desk/organisations/{id}"
    nothing = await ada.sends(f"{desk}/take-back", {"unmark": "yes"}, form_at=desk)
    assert nothing.status_code == 422
    form = {"reason": "The domain was stolen.", "unmark": "yes"}
    assert (await ada.sends(f"{desk}/take-back", form, form_at=desk)).status_code == 303
    await site.heard()
    assert set((await town.roles(id)).values()) == {""}
    found = await town.organisation(id)
    assert (found.domain, found.verified_by, found.verified_at) == ("", "", None)
    assert await dan.status(f"/mine/organisation/{id}") == 404
    discussion = (await site.browser().get("/en/consultations/charter/comments")).text
    assert "verified by an address" not in discussion
    page = (await site.browser().get(f"/en/organisations/{id}")).text
    assert "took the verification back: \u2068The domain was stolen.\u2069" in page
    assert "not verified" in page
    await town.worker_runs()
    for person in (olga, dan):
        assert any("took the verification back" in mail for mail in town.outside.mails_to(person.user.email))
    assert "organisation.taken-back" in await ada.sees("/desk/log")


async def test_two_that_are_one_are_merged_and_the_old_page_leads_on(town: Town, site: Site) -> None:
    await site.consultation()
    olga, id = await town.owner()
    ada, ben = await town.person("Ada Admin", Role.ADMINISTRATOR), await town.person("Ben Both")
    dup = await town.person("Petra Spell")
    await town.joins(olga, id, ben, "signatory")
    for person, name in ((dup, "Riverwatch"), (ben, "Riverwatch")):
        await person.sends(
            "/profile", {**PROFILE, "name": person.user.name, "kind": "civil-society", "organisation": name}
        )
    await site.heard()
    await _comments(dup, "From the other spelling.")
    listed = re.findall(r'/desk/organisations/(\d+)"', await ada.sees("/desk/organisations?q=riverwatch"))
    (other,) = {int(each) for each in listed} - {id}
    assert "Riverwatch" in await ada.sees("/desk/organisations/duplicates")
    at = f"/desk/organisations/{id}/merge/{other}"
    assert "2 people who only name it" in await ada.sees(at)
    merged = await ada.sends(at, {"reason": "One group, two spellings."})
    assert merged.status_code == 303
    await site.heard()
    assert await town.roles(id) == {"Olga Owner": "owner", "Ben Both": "signatory", "Petra Spell": ""}
    moved = await site.browser().get(f"/en/organisations/{other}")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/en/organisations/{id}-river-watch")
    named = (await site.browser().get(f"/en/organisations/{id}?named=yes")).text
    assert "From the other spelling." in named
    assert "Riverwatch" in named
    discussion = (await site.browser().get("/en/consultations/charter/comments")).text
    assert "Riverwatch" in discussion
    assert "merged “\u2068Riverwatch\u2069” into this organisation" in named
    assert "merged-away" in await town.steps(other)
    assert (await ada.sends(at, {"reason": "Again."}, form_at="/desk/organisations")).status_code == 404
    await dup.sends(
        "/profile", {**PROFILE, "name": "Petra Spell", "kind": "civil-society", "organisation": "riverwatch"}
    )
    assert "Petra Spell" in await town.roles(id)
    await town.worker_runs()
    assert any("merged" in mail for mail in town.outside.mails_to(ben.user.email))


async def test_a_merge_brings_the_verification_along_and_never_a_role_that_was_none(town: Town) -> None:
    _olga, id = await town.owner()
    ada, sam = await town.person("Ada Admin", Role.ADMINISTRATOR), await town.person("Sam Stranger")
    at = await town.claims(sam, name="River Watch Kenya", url="riverwatch.example.org", way="dns")
    other = int(at.split("/")[3])
    await sam.sends(
        "/profile",
        {**PROFILE, "name": "Sam Stranger", "kind": "civil-society", "organisation": "River Watch Kenya"},
    )
    merged = await ada.sends(
        f"/desk/organisations/{other}/merge/{id}", {"reason": "The longer name is right."}
    )
    assert merged.status_code == 303
    assert await town.roles(other) == {"Olga Owner": "owner", "Sam Stranger": ""}
    found = await town.organisation(other)
    assert (found.domain, found.verified_by) == ("riverwatch.org", "address")
    assert (await town.organisation(id)).domain == ""


async def test_respondents_and_moderators_have_no_such_desk(town: Town) -> None:
    olga, id = await town.owner()
    mod, editor = (
        await town.person("Mo Moderator", Role.MODERATOR),
        await town.person("Ed Editor", Role.EDITOR),
    )
    for person in (olga, mod):
        for address in ("", f"/{id}", "/duplicates", f"/{id}/merge/{id}"):
            assert await person.status(f"/desk/organisations{address}") == 404
    assert await editor.status(f"/desk/organisations/{id}/merge/{id}") == 404
    desk = f"/desk/organisations/{id}"
    taken = await editor.sends(f"{desk}/take-back", {"reason": "No."}, form_at=desk)
    assert taken.status_code == 404


async def test_an_organisation_that_nothing_public_names_has_no_page(town: Town, site: Site) -> None:
    sam = await town.person("Sam Stranger")
    at = await town.claims(sam, name="Secret Plan", url="secretplan.org")
    assert (await site.browser().get(f"/en/organisations/{at.split('/')[3]}")).status_code == 404
    assert (await site.browser().get("/en/organisations/nonsense")).status_code == 404


def test_names_that_are_nearly_the_same_are_found() -> None:
    def named(id: int, fold: str, domain: str = "") -> Named:
        return Named(id, fold, fold, "academia", domain)

    pairs = find_pairs(
        [named(1, "university of tunis"), named(2, "tunis university of"), named(3, "mountain club", "x.org"),
         named(4, "quite another", "x.org"), named(5, "alone")]
    )  # fmt: skip
    assert [(each.first.id, each.second.id, each.same_domain) for each in pairs] == [
        (1, 2, False),
        (3, 4, True),
    ]


async def test_staff_set_a_name_right_with_a_public_reason(town: Town, site: Site) -> None:
    await site.consultation()
    olga, id = await town.owner()
    ed, dan = await town.person("Ed Editor", Role.EDITOR), await town.person("Dan Drafter")
    await town.joins(olga, id, dan)
    await _comments(olga, "We measured the river.")
    before = (await town.organisation(id)).name
    await dan.sends(
        "/profile",
        {**PROFILE, "name": dan.user.name, "kind": "civil-society", "organisation": "River Trust"},
    )
    page = f"/desk/organisations/{id}/correct"
    assert before in await ed.sees(page)
    fields = {"name": "River Trust", "kind": "civil-society", "country": "KE", "reason": "A slip of the pen."}
    taken = await ed.sends(page, fields, form_at=page)
    assert taken.status_code == 422
    assert "Another organisation has this name." in taken.text
    nothing = await ed.sends(page, {**fields, "name": "", "reason": "", "kind": "individual"}, form_at=page)
    for missing in ("Enter the organisation&#39;s name", "Give the reason; it is public", "Choose what kind"):
        assert missing in nothing.text, missing
    assert (await town.organisation(id)).name == before
    assert (await ed.sends(page, {**fields, "name": "River Watchers"}, form_at=page)).status_code == 303
    public = (await site.browser().get(f"/en/organisations/{id}")).text
    assert "to “\u2068River Watchers\u2069”: \u2068A slip of the pen.\u2069" in public
    discussion = (await site.browser().get("/en/consultations/charter/comments")).text
    assert before in discussion, "what was sent says what it said then"
    await town.worker_runs()
    assert any("River Watchers" in mail for mail in town.outside.mails_to(olga.user.email))
    again = {**fields, "name": "River Watchers", "country": "TZ", "reason": "It moved."}
    assert (await ed.sends(page, again, form_at=page)).status_code == 303
    public = (await site.browser().get(f"/en/organisations/{id}")).text
    assert "corrected what is said of the organisation: \u2068It moved.\u2069" in public
    moderator = await town.person("Mo Moderator", Role.MODERATOR)
    assert await moderator.status(page) == 404
