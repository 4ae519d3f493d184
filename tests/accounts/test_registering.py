"""Making an account, and confirming its address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from consult.accounts.unfinished import list_unfinished
from consult.models.people import Membership, Organisation, User
from tests.accounts.people import (
    COOKIE,
    amina,
    browser_of_amina,
    events,
    mailed_link,
    registration,
    without_tokens,
)
from tests.people import Site


async def _user(site: Site, email: str = "lucia@example.org") -> User | None:
    async with site.database.reading() as session:
        return (await session.execute(select(User).where(User.email == email))).scalar_one_or_none()


async def test_somebody_registers_confirms_by_mail_and_is_signed_in(site: Site) -> None:
    browser = site.browser()
    answer = await browser.post_form("/en/register", registration(next="/consultations/charter"))
    assert answer.status_code == 200
    assert "Look into your mail" in answer.text
    assert COOKIE not in answer.headers.get("set-cookie", "")
    link = await mailed_link(site, "confirm")
    page = await browser.get(link)
    assert page.status_code == 200
    assert "Lucía Ferrer" in page.text
    confirmed = await browser.post_form(link, {"next": "/consultations/charter"})
    assert confirmed.status_code == 303
    assert confirmed.headers["location"] == "/en/consultations/charter?notice=confirmed"
    assert "Lucía Ferrer" in (await browser.get("/en/mine")).text


async def test_opening_the_link_confirms_nothing(site: Site) -> None:
    browser = site.browser()
    await browser.post_form("/en/register", registration())
    link = await mailed_link(site, "confirm")
    for _ in range(2):
        assert (await browser.get(link)).status_code == 200
        await browser.head(link)
    user = await _user(site)
    assert user is not None
    assert user.confirmed_at is None


async def test_a_link_works_once(site: Site) -> None:
    await site.browser().post_form("/en/register", registration())
    link = await mailed_link(site, "confirm")
    assert (await site.browser().post_form(link, {})).status_code == 303
    again = await site.browser().post_form(link, {})
    assert again.status_code == 410
    assert "set-cookie" not in again.headers
    assert (await site.browser().get(link)).status_code == 410


async def test_a_link_ends_after_three_days(site: Site) -> None:
    await site.browser().post_form("/en/register", registration())
    link = await mailed_link(site, "confirm")
    site.clock.advance(timedelta(days=3))
    assert (await site.browser().post_form(link, {})).status_code == 410
    user = await _user(site)
    assert user is not None
    assert user.confirmed_at is None


async def test_nobody_learns_whether_an_address_has_an_account(site: Site) -> None:
    known = await amina(site)
    fresh = await site.browser().post_form("/en/register", registration(email="new@example.org"))
    taken = await site.browser().post_form("/en/register", registration(email="amina@example.org"))
    assert taken.status_code == fresh.status_code == 200
    assert without_tokens(taken.text) == without_tokens(fresh.text).replace(
        "new@example.org", "amina@example.org"
    )
    assert await events(site, "account.known") == [{"user_id": known.id}]
    assert (await _user(site, "amina@example.org")).name == "Amina Haddad"  # type: ignore[union-attr]


async def test_addresses_differing_in_case_are_one(site: Site) -> None:
    await amina(site)
    await site.browser().post_form("/en/register", registration(email="Amina@Example.ORG"))
    assert len(await events(site, "account.known")) == 1


async def test_one_address_is_not_flooded_with_mail(site: Site) -> None:
    await amina(site)
    for turn in range(7):
        answer = await site.browser().post_form("/en/reset", {"email": "amina@example.org"})
        assert answer.status_code == (200 if turn < 5 else 429)
    assert len(await events(site, "link.wanted")) == 5


async def test_two_spellings_make_one_organisation(site: Site) -> None:
    await site.browser().post_form("/en/register", registration())
    await site.browser().post_form(
        "/en/register", registration(email="other@example.org", organisation="  VOCES  por la red ")
    )
    async with site.database.reading() as session:
        organisations = (await session.execute(select(Organisation))).scalars().all()
        members = (await session.execute(select(func.count()).select_from(Membership))).scalar_one()
    assert [each.name for each in organisations] == ["Voces por la Red"]
    assert members == 2


async def test_what_is_wrong_is_said_and_what_was_typed_stays(site: Site) -> None:
    answer = await site.browser().post_form(
        "/en/register", registration(email="no address", organisation="", password="short")
    )
    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert 'value="no address"' in answer.text
    assert "Lucía Ferrer" in answer.text
    assert "Enter your organisation&#39;s name" in answer.text
    assert "Use at least 8 characters." in answer.text
    assert "short" not in answer.text.replace("too short", "")


async def test_text_typed_before_registering_is_there_after_confirming(site: Site) -> None:
    browser = site.browser()
    kept = '{"text":"Our answer on paragraph 4"}'
    target = "/consultations/charter/comments"
    await browser.post_form(
        "/en/register", registration(next="/consultations/charter", kept=kept, target=target)
    )
    await browser.post_form(await mailed_link(site, "confirm"), {})
    page = await browser.get("/en/mine")
    assert "Our answer on paragraph 4" in page.text
    assert "/en/consultations/charter" in page.text


async def test_text_travels_from_the_sign_in_form_to_the_registration_form(site: Site) -> None:
    kept = '{"text":"not to be lost"}'
    answer = await site.browser().post_form(
        "/en/register", {"begin": "yes", "kept": kept, "target": "/x", "next": "/y", "password": PRIVATE}
    )
    assert answer.status_code == 200
    assert "not to be lost" in answer.text
    assert PRIVATE not in answer.text
    assert "There is a problem" not in answer.text


PRIVATE = "typed and then thought better of"


async def test_text_for_an_address_that_has_an_account_travels_on_to_signing_in(site: Site) -> None:
    user = await amina(site)
    kept = '{"text":"not to be lost"}'
    fields = registration(email="amina@example.org", kept=kept, target="/x", next="/y")
    answer = await site.browser().post_form("/en/register", fields)
    assert "not to be lost" in answer.text
    async with site.database.reading() as session:
        assert await list_unfinished(session, user.id) == []


async def test_who_has_not_confirmed_can_have_the_mail_again(site: Site) -> None:
    await site.browser().post_form("/en/register", registration())
    browser = await browser_of_amina(site, "lucia@example.org")
    assert "not confirmed yet" in (await browser.get("/en/mine")).text
    answer = await browser.post_form("/en/confirm-again", {}, form_at="/en/mine")
    assert answer.status_code == 303
    assert len(await events(site, "link.wanted")) == 2


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>x", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}a"]
)
async def test_a_name_is_never_markup(site: Site, name: str) -> None:
    browser = site.browser()
    await browser.post_form("/en/register", registration(name=name, organisation=name))
    await browser.post_form(await mailed_link(site, "confirm"), {})
    for address in ("/en/mine", "/en/profile"):
        page = await browser.get(address)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "49a" not in page.text


async def test_signs_that_turn_text_around_are_taken_out_of_names(site: Site) -> None:
    await site.browser().post_form("/en/register", registration(name="Lucía\u202e\u2066 Ferrer\x07"))
    user = await _user(site)
    assert user is not None
    assert user.name == "Lucía Ferrer"
