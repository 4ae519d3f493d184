"""Who acts for an organisation: invited, asking to join, given roles, leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from consult.accounts.queries import find_actor
from consult.models.people import MemberRole, Role, User
from consult.organisations.queries import (
    find_verified,
    members_of,
    membership_of,
    organisations_of,
)
from consult.security.actor import Actor
from consult.security.passwords import hash_password
from tests.organisations.people import PROFILE, RIVER, Person, Town
from tests.people import Site

pytestmark = pytest.mark.anyio


async def test_an_owner_invites_and_members_get_their_role(town: Town) -> None:
    olga, id = await town.owner()
    dan, sara = await town.person("Dan Drafter"), await town.person("Sara Signatory")
    await town.joins(olga, id, dan)
    await town.joins(olga, id, sara, "signatory")
    assert await town.roles(id) == {
        "Olga Owner": "owner",
        "Dan Drafter": "drafter",
        "Sara Signatory": "signatory",
    }
    await town.worker_runs()
    assert any(
        "\u2068Dan Drafter\u2069 became a member. Role: Drafter." in mail for mail in mails(town, olga)
    )
    async with town.site.database.reading() as session:
        assert await membership_of(session, sara.user.id, id) is MemberRole.SIGNATORY
        assert await membership_of(session, 999_999, id) is None
        assert [(one.id, role) for one, role in await organisations_of(session, dan.user.id)] == [
            (id, "drafter")
        ]
        assert next(each.name for each in await members_of(session, id)) == "Olga Owner"
        assert [each.id for each in await find_verified(session, "RIVER", 5)] == [id]
        assert list(await find_verified(session, " ", 5)) == []


def mails(town: Town, person: Person) -> list[str]:
    return town.outside.mails_to(person.user.email)


async def test_an_invitation_ends_and_can_be_withdrawn_and_works_once(town: Town) -> None:
    olga, id = await town.owner()
    dan, sam = await town.person("Dan Drafter"), await town.person("Sam Stranger")
    at = f"/mine/organisation/{id}"
    form = {"email": dan.user.email, "role": "drafter"}
    await olga.sends(f"{at}/invite", form, form_at=at)
    await town.worker_runs()
    first = town.outside.link_to(dan.user.email)
    assert (await town.site.browser().get(first)).status_code == 401
    await olga.sends(f"{at}/invite", form, form_at=at)
    await town.worker_runs()
    second = town.outside.link_to(dan.user.email)
    assert (await dan.browser.get(first)).status_code == 410
    town.site.clock.set(town.site.clock.now() + timedelta(days=15))
    assert (await dan.browser.get(second)).status_code == 410
    await olga.sends(f"{at}/invite", form, form_at=at)
    await town.worker_runs()
    third = town.outside.link_to(dan.user.email)
    other = await sam.browser.post_form(third, {})
    assert other.status_code == 422
    assert "Tick the box to say that the invitation is for you" in other.text
    assert (await sam.browser.post_form(third, {"mine": "yes"})).status_code == 303
    assert (await dan.browser.get(third)).status_code == 410
    await olga.sends(f"{at}/invite", form, form_at=at)
    await town.worker_runs()
    page = await olga.sees(at)
    withdraw = page.split(f"{at}/invitations/")[1].split("/")[0]
    assert (await olga.sends(f"{at}/invitations/{withdraw}/withdraw", {}, form_at=at)).status_code == 303
    assert (await dan.browser.get(town.outside.link_to(dan.user.email))).status_code == 410


async def test_only_owners_look_after_members_and_strangers_see_nothing(town: Town) -> None:
    olga, id = await town.owner()
    dan, sam = await town.person("Dan Drafter"), await town.person("Sam Stranger")
    await town.joins(olga, id, dan)
    at = f"/mine/organisation/{id}"
    assert await sam.status(at) == 404
    assert "Invite somebody" not in await dan.sees(at)
    for who in (dan, sam):
        shown = at if who is dan else "/mine/organisation"
        for address, fields in (
            ("invite", {"email": "x@example.org", "role": "owner"}),
            (f"members/{olga.user.id}/remove", {}),
            (f"members/{dan.user.id}/role", {"role": "owner"}),
            ("joining", {"open": "yes"}),
            ("end", {"sure": "yes"}),
            ("requests/1", {"answer": "accept", "role": "owner"}),
        ):
            assert (await who.sends(f"{at}/{address}", fields, form_at=shown)).status_code == 404, address
    assert await town.roles(id) == {"Olga Owner": "owner", "Dan Drafter": "drafter"}


async def test_the_last_owner_can_t_go_without_handing_over(town: Town) -> None:
    olga, id = await town.owner()
    dan = await town.person("Dan Drafter")
    await town.joins(olga, id, dan)
    at = f"/mine/organisation/{id}"
    demoted = await olga.sends(f"{at}/members/{olga.user.id}/role", {"role": "drafter"}, form_at=at)
    assert demoted.status_code == 422
    assert "You are the only owner" in demoted.text
    refused = await olga.sends(f"{at}/leave", {}, form_at=f"{at}/leave")
    assert refused.status_code == 422
    assert "Choose who becomes owner" in refused.text
    left = await olga.sends(f"{at}/leave", {"heir": str(dan.user.id)}, form_at=f"{at}/leave")
    assert left.status_code == 303
    assert {name: role for name, role in (await town.roles(id)).items() if role} == {"Dan Drafter": "owner"}
    await town.worker_runs()
    assert any("It is now: Owner." in mail for mail in mails(town, dan))
    assert await olga.status(at) == 404
    unsure = await dan.sends(f"{at}/end", {}, form_at=f"{at}/leave")
    assert unsure.status_code in (404, 422)


async def test_all_memberships_end_with_words_and_the_domain_decides_anew(town: Town) -> None:
    olga, id = await town.owner()
    dan, nora = await town.person("Dan Drafter"), await town.person("Nora New")
    await town.joins(olga, id, dan)
    at = f"/mine/organisation/{id}"
    unsure = await olga.sends(f"{at}/end", {}, form_at=f"{at}/leave")
    assert "Tick the box to say that you mean it" in unsure.text
    assert (await olga.sends(f"{at}/end", {"sure": "yes"}, form_at=f"{at}/leave")).status_code == 303
    await town.worker_runs()
    assert any("ended the membership of everybody" in mail for mail in mails(town, dan))
    await _shows_address(town, nora, id, "nora@riverwatch.org")
    assert {name for name, role in (await town.roles(id)).items() if role == "owner"} == {"Nora New"}


async def _shows_address(town: Town, person: Person, id: int, email: str) -> str:
    at = f"/mine/organisation/{id}/join"
    assert (await person.sends(at, {"email": email})).status_code == 303
    await town.worker_runs()
    answer = await person.browser.post_form(town.outside.link_to(email), {})
    await town.site.heard()
    return str(answer.headers["location"])


async def test_who_comes_later_asks_the_owners(town: Town) -> None:
    olga, id = await town.owner()
    nora, rob = await town.person("Nora New"), await town.person("Rob Next")
    assert (await _shows_address(town, nora, id, "nora@riverwatch.org")).endswith("notice=organisation-asked")
    await _shows_address(town, nora, id, "nora@riverwatch.org")
    await town.worker_runs()
    asked = [mail for mail in mails(town, olga) if "asks to become a member" in mail]
    assert len(asked) == 1
    at = f"/mine/organisation/{id}"
    page = await olga.sees(at)
    request = page.split(f"{at}/requests/")[1].split('"')[0]
    assert "nora@riverwatch.org" in page
    form = {"answer": "accept", "role": "signatory"}
    assert (await olga.sends(f"{at}/requests/{request}", form, form_at=at)).status_code == 303
    assert (await town.roles(id))["Nora New"] == "signatory"
    assert (await olga.sends(f"{at}/requests/{request}", form, form_at=at)).status_code == 404
    await olga.sends(f"{at}/joining", {"open": "yes"}, form_at=at)
    assert (await _shows_address(town, rob, id, "rob@riverwatch.org")).endswith("notice=organisation-joined")
    assert (await town.roles(id))["Rob Next"] == "drafter"


async def test_naming_an_organisation_gives_no_mark_and_membership_does(town: Town, site: Site) -> None:
    await site.consultation()
    olga, id = await town.owner()
    sam = await town.person("Sam Stranger")
    named = {**PROFILE, "name": "Sam Stranger", "kind": "civil-society", "organisation": " river  WATCH "}
    await sam.sends("/profile", named)
    await site.heard()
    for person, text in ((olga, "We measured the river."), (sam, "I pretend a little.")):
        answer = await person.sends("/consultations/charter/comments", {"text": text, "lang": "en"},
                                    form_at="/consultations/charter/comments/new")  # fmt: skip
        assert answer.status_code == 303, answer.text
    await site.heard()
    discussion = (await site.browser().get("/en/consultations/charter/comments")).text
    assert discussion.count("verified by an address at its domain") == 1
    assert discussion.count("named by themselves, not verified") == 1
    records = (await site.browser().get("/api/v1/consultations/charter/comments")).json()["items"]
    assert [each["verified"] for each in records] == ["address", None]
    page = (await site.browser().get(f"/en/organisations/{id}")).text
    assert "We measured the river." in page
    assert "I pretend a little." not in page
    assert "I pretend a little." in (await site.browser().get(f"/en/organisations/{id}?named=yes")).text


async def test_whom_a_member_of_several_speaks_for_is_their_choice(town: Town) -> None:
    olga, id = await town.owner()
    at = await town.claims(olga, name="Lake Watch", url="lakewatch.org", way="file")
    second = int(at.split("/")[3])
    editor = await town.person("Ed Editor", Role.EDITOR)
    await editor.sends(f"/desk/organisations/{second}/verify", {"reason": "Known.", "owner": str(olga.user.id)},
                       form_at=f"/desk/organisations/{second}")  # fmt: skip
    profile = {**PROFILE, "name": "Olga Owner", "kind": "individual", "organisation": ""}
    assert (await olga.sends("/profile", {**profile, "member_of": str(second)})).status_code == 303
    actor = await _actor(town, olga)
    assert (actor.organisation, actor.verified, actor.member_role) == ("Lake Watch", "staff", "owner")
    await olga.sends("/profile", {**profile, "member_of": ""})
    actor = await _actor(town, olga)
    assert (actor.organisation_id, actor.verified, actor.member_role) == (None, "", "")
    assert (await town.roles(id))["Olga Owner"] == "owner"
    stranger = await town.person("Sam Stranger")
    refused = await stranger.sends("/profile", {**profile, "member_of": str(id)})
    assert refused.status_code == 422


async def _actor(town: Town, person: Person) -> Actor:
    async with town.site.database.reading() as session:
        found = await find_actor(session, person.user.id)
    assert found
    return found


async def test_closing_an_account_leaves_no_name_and_tells_of_an_ownerless_organisation(town: Town) -> None:
    olga, id = await town.owner()
    dan, ada = await town.person("Dan Drafter"), await town.person("Ada Admin", Role.ADMINISTRATOR)
    await town.joins(olga, id, dan)
    async with town.site.database.writing() as session:
        hashed = await hash_password("lantern tidal orchard")
        await session.execute(update(User).where(User.id == olga.user.id).values(password_hash=hashed))
    assert "You are the only owner of" in await olga.sees("/mine/close")
    closed = await olga.sends("/mine/close", {"current_password": "lantern tidal orchard"})
    assert closed.status_code == 303
    assert await town.roles(id) == {"Dan Drafter": "drafter"}
    await town.worker_runs()
    for person in (dan, ada):
        assert any("has no owner now" in mail for mail in mails(town, person))
    assert "Organisations without an owner" in await ada.sees("/desk/organisations")
    desk = f"/desk/organisations/{id}"
    assert "Olga" not in (await ada.sees(desk)).split("<main")[1]
    await ada.sends(f"{desk}/owner", {"owner": str(dan.user.id)}, form_at=desk)
    assert await town.roles(id) == {"Dan Drafter": "owner"}


async def test_unconfirmed_people_act_for_nobody(town: Town, site: Site) -> None:
    browser = await site.signed_in(confirmed=False)
    answer = await browser.get("/en/mine/organisation/verify")
    assert answer.status_code == 403
    assert "Confirm your email address first" in answer.text
    posted = await browser.post_form("/en/mine/organisation/verify", RIVER, form_at="/en/mine")
    assert posted.status_code == 403
