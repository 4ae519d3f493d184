"""What people do with their own account."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from consult.models.contribution import Contribution
from consult.models.ledger import Mail, OutboxEvent, Subscription, Unfinished
from consult.models.people import ApiToken, Link, Membership, Organisation, Role, SignedIn, User
from tests.accounts.contributions import posted
from tests.accounts.people import (
    COOKIE,
    OTHER_PASSWORD,
    PASSWORD,
    amina,
    browser_of_amina,
    elsewhere,
    events,
    mailed_link,
    sign_in,
)
from tests.people import Site

PROFILE = {
    "name": "Amina H.",
    "kind": "academia",
    "organisation": "Université de Tunis",
    "country": "TN",
    "locale": "ar",
    "zone": "Africa/Tunis",
    "mails": "replies",
}


async def test_a_profile_is_changed(site: Site) -> None:
    user = await amina(site)
    browser = await browser_of_amina(site)
    answer = await browser.post_form("/en/profile", PROFILE)
    assert answer.headers["location"] == "/en/profile?notice=saved"
    async with site.database.reading() as session:
        found = (await session.execute(select(User).where(User.id == user.id))).scalar_one()
        organisation = (await session.execute(select(Organisation))).scalar_one()
        member = (await session.execute(select(Membership))).scalar_one()
    assert (found.name, found.country, found.locale, found.zone) == ("Amina H.", "TN", "ar", "Africa/Tunis")
    assert (found.mail_replies, found.mail_rounds) == (True, False)
    assert (organisation.name, organisation.kind) == ("Université de Tunis", "academia")
    assert (member.user_id, member.organisation_id) == (user.id, organisation.id)
    page = (await browser.get("/en/profile")).text
    assert "Amina H." in page
    assert '<option value="Africa/Tunis" selected>' in page


async def test_somebody_who_speaks_for_themselves_belongs_to_nobody(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    await browser.post_form("/en/profile", PROFILE)
    left_over = {**PROFILE, "kind": "individual", "organisation": "left over"}
    refused = await browser.post_form("/en/profile", left_over)
    assert refused.status_code == 422
    assert 'value="left over"' in refused.text
    await browser.post_form("/en/profile", {**left_over, "organisation": ""})
    async with site.database.reading() as session:
        assert (await session.execute(select(Membership))).first() is None
        assert (await session.execute(select(User.organisation_id))).scalar_one() is None


async def test_values_that_no_list_offers_are_refused(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    wrong = {
        "kind": "monarchy",
        "country": "XX",
        "locale": "tlh",
        "zone": "../../etc/passwd",
        "role": "administrator",
    }
    answer = await browser.post_form("/en/profile", {**PROFILE, **wrong})
    assert answer.status_code == 422
    for name in ("kind", "country", "locale", "zone"):
        assert f'href="#{name}"' in answer.text
    async with site.database.reading() as session:
        assert (await session.execute(select(User.role))).scalar_one() == Role.RESPONDENT


async def test_a_form_open_since_another_sign_in_keeps_what_was_typed(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    answer = await browser.post(
        "/en/profile", data={**PROFILE, "csrf": "stale"}, headers={"origin": "https://consult.test"}
    )
    assert answer.status_code == 422
    assert "Amina H." in answer.text
    assert "open for too long" in answer.text


async def test_changing_the_password_signs_the_others_out_and_rotates_this_session(site: Site) -> None:
    await amina(site)
    here, there = await browser_of_amina(site), await browser_of_amina(site)
    before = here.cookies[COOKIE]
    fields = {"current_password": PASSWORD, "password": OTHER_PASSWORD}
    answer = await here.post_form("/en/profile/password", fields)
    assert answer.headers["location"] == "/en/profile?notice=password-changed"
    assert here.cookies[COOKIE] != before
    assert (await here.get("/en/mine")).status_code == 200
    assert (await there.get("/en/mine")).status_code == 401
    assert (await sign_in(site.browser(), "amina@example.org", OTHER_PASSWORD)).status_code == 303


async def test_a_stolen_session_does_not_get_to_the_password(site: Site) -> None:
    user = await amina(site)
    thief = await site.browser_of(user)
    for _ in range(10):
        fields = {"current_password": "a wrong guess", "password": OTHER_PASSWORD}
        assert (await thief.post_form("/en/profile/password", fields)).status_code == 422
    fields = {"current_password": PASSWORD, "password": OTHER_PASSWORD}
    answer = await thief.post_form("/en/profile/password", fields)
    assert answer.status_code == 429
    assert "retry-after" in answer.headers
    assert (await sign_in(elsewhere(site), "amina@example.org")).status_code == 303


async def test_a_new_address_counts_when_its_owner_has_followed_the_link(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    fields = {"email": "Amina@New.example", "current_password": PASSWORD}
    assert (await browser.post_form("/en/profile/email", fields)).status_code == 303
    assert "amina@example.org" in (await browser.get("/en/profile")).text
    link = await mailed_link(site, "email")
    stranger = site.browser()
    assert (await stranger.get(link)).status_code == 401
    refused = await stranger.post_form(link, {})
    assert refused.status_code == 401
    assert "amina@new.example" in (await browser.get(link)).text
    assert (await browser.post_form(link, {})).headers["location"] == "/en/profile?notice=address-changed"
    assert (await sign_in(site.browser(), "amina@new.example")).status_code == 303
    assert (await sign_in(site.browser(), "amina@example.org")).status_code == 422
    assert (await browser.post_form(link, {})).status_code == 410


async def test_an_address_that_somebody_has_is_answered_the_same(site: Site) -> None:
    await amina(site)
    other = await amina(site, name="Boris Petrov")
    browser = await browser_of_amina(site)
    fields = {"email": "boris@example.org", "current_password": PASSWORD}
    answer = await browser.post_form("/en/profile/email", fields)
    assert answer.headers["location"] == "/en/profile?notice=link-sent"
    assert await events(site, "link.wanted") == []
    assert await events(site, "account.known") == [{"user_id": other.id}]


async def test_a_token_is_shown_once_and_can_be_revoked(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    made = await browser.post_form("/en/profile/tokens", {"name": "monthly <b>export</b>"})
    found = re.search(r"<code[^>]*>([\w-]{40,})</code>", made.text)
    assert found
    script = site.browser()
    script.headers["authorization"] = f"Bearer {found[1]}"
    assert (await script.get("/api/v1/consultations")).status_code == 200
    again = await browser.get("/en/profile/tokens")
    assert found[1] not in again.text
    assert "monthly &lt;b&gt;export" in again.text
    async with site.database.reading() as session:
        token = (await session.execute(select(ApiToken))).scalar_one()
    assert token.token_hash != found[1]
    address = f"/en/profile/tokens/{token.id}/revoke"
    stranger = await site.signed_in(name="Stranger")
    assert (await stranger.post_form(address, {}, form_at="/en/profile/tokens")).status_code == 404
    assert (await browser.post_form(address, {}, form_at="/en/profile/tokens")).status_code == 303
    assert (await script.get("/api/v1/consultations")).status_code == 401


async def test_closing_an_account_removes_what_is_private_and_keeps_what_is_public(site: Site) -> None:
    user = await amina(site)
    consultation = await site.consultation()
    public = await posted(site, consultation, user, "What we said in public")
    pending = await posted(site, consultation, user, "What nobody has seen", state="pending")
    browser = await browser_of_amina(site)
    await browser.post_form("/en/profile/tokens", {"name": "a script"})
    await browser.post_form("/en/follow", {"consultation": "charter"}, form_at="/en/mine")
    await browser.post_form("/en/unfinished", {"target": "/x", "text": "half a thought"}, form_at="/en/mine")
    page = await browser.get("/en/mine/close")
    assert "What stays, and why" in page.text
    assert (await browser.post_form("/en/mine/close", {"current_password": "wrong words"})).status_code == 422
    answer = await browser.post_form("/en/mine/close", {"current_password": PASSWORD})
    assert answer.headers["location"] == "/en/?notice=account-closed"
    assert (await browser.get("/en/mine")).status_code == 401
    assert (await sign_in(site.browser(), "amina@example.org")).status_code == 422
    async with site.database.reading() as session:
        for table in (SignedIn, ApiToken, Link, Unfinished, Subscription, Membership, Mail):
            assert (await session.execute(select(table))).first() is None
        closed = (await session.execute(select(User).where(User.id == user.id))).scalar_one()
        kept = await session.get_one(Contribution, public.id)
        hidden = await session.get_one(Contribution, pending.id)
    assert "amina" not in closed.email
    assert (closed.name, closed.password_hash) == ("", "!")
    assert (kept.author_name, kept.anonymous) == ("Amina Haddad", False)
    assert (hidden.author_name, hidden.anonymous, hidden.author_id) == ("", True, None)


async def test_somebody_who_closes_an_account_can_withhold_their_name(site: Site) -> None:
    user = await amina(site)
    consultation = await site.consultation()
    public = await posted(site, consultation, user, "What we said in public")
    browser = await browser_of_amina(site)
    await browser.post_form("/en/mine/close", {"current_password": PASSWORD, "withhold": "yes"})
    async with site.database.reading() as session:
        kept = await session.get_one(Contribution, public.id)
        changed = (
            await session.execute(select(OutboxEvent).where(OutboxEvent.kind == "comment.edited"))
        ).scalar_one()
    assert (kept.author_name, kept.organisation_name, kept.anonymous, kept.author_id) == ("", "", True, None)
    assert kept.text == "What we said in public"
    assert changed.scopes == [f"consultation:{consultation.id}"]


async def test_a_closed_address_can_register_again(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    await browser.post_form("/en/mine/close", {"current_password": PASSWORD})
    await amina(site)
    assert (await sign_in(site.browser(), "amina@example.org")).status_code == 303


async def test_the_last_administrator_stays(site: Site) -> None:
    await amina(site, Role.ADMINISTRATOR)
    browser = await browser_of_amina(site)
    answer = await browser.post_form("/en/mine/close", {"current_password": PASSWORD})
    assert answer.status_code == 409
    assert (await browser.get("/en/mine")).status_code == 200


async def test_a_person_takes_everything_away(site: Site) -> None:
    user = await amina(site)
    consultation = await site.consultation()
    await posted(site, consultation, user, "كلامي أنا")
    await posted(site, consultation, await amina(site, name="Boris Petrov"), "not hers")
    browser = await browser_of_amina(site)
    await browser.post_form("/en/unfinished", {"target": "/x", "text": "half a thought"}, form_at="/en/mine")
    answer = await browser.get("/en/mine/data.json")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "no-store" in answer.headers["cache-control"]
    data = answer.json()
    assert data["account"]["email"] == "amina@example.org"
    assert [each["text"] for each in data["contributions"]] == ["كلامي أنا"]
    assert data["unfinished"][0]["fields"] == {"text": "half a thought"}
    for secret in ("password_hash", "token_hash", "$argon2", "not hers"):
        assert secret not in answer.text


async def test_old_sessions_are_not_kept(site: Site) -> None:
    await amina(site)
    await browser_of_amina(site)
    site.clock.advance(timedelta(days=31))
    await browser_of_amina(site)
    async with site.database.reading() as session:
        assert len((await session.execute(select(SignedIn))).all()) == 1
