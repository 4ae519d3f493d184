"""What lets somebody in lets in only them, only there, and only until it is taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts.links import Purpose, make_link
from consult.models.contribution import Contribution, State
from consult.models.ledger import Mail, Unfinished
from consult.models.people import ApiToken, Role, SignedIn, User
from consult.security.passwords import hash_password
from tests.api.scene import script_of
from tests.moderation.stories import comment
from tests.people import BASE, COOKIE, Site

WORDS = "four quiet herons wait"
EXTRA = {
    "role": "administrator", "id": "1", "user_id": "1", "author_id": "1", "actor_id": "1", "confirmed_at": "2020-01-01", "closed_at": "",
    "password_hash": "x", "state": "published", "forum_voice": "yes", "as_forum": "yes", "reference": "FMF-2026-01-C9999",
    "created_at": "2020-01-01T00:00:00Z", "support_count": "99", "author_name": "The Board", "organisation_name": "The Board",
    "organisation_id": "1", "is_staff": "1", "source": "x", "begun": "2020-01-01", "html": "<script>x</script>", "in_grace": "1",
}  # fmt: skip
"""Columns that no form of a respondent has a field for."""


async def test_a_script_s_token_opens_the_api_and_nothing_else(site: Site) -> None:
    """A leaked token changes no password, address, role or text by forms, and makes no further tokens."""
    script = await script_of(site, Role.ADMINISTRATOR)
    assert (await script.get("/api/v1/consultations")).status_code == 200
    for page in ("/en/mine", "/en/profile", "/en/profile/tokens", "/en/desk/people", "/en/mine/data.json"):
        assert (await script.get(page)).status_code in (401, 404), page
    made = await script.post("/en/profile/tokens", data={"name": "another"}, headers={"origin": BASE})
    assert made.status_code == 401
    elsewhere = await script.post("/en/desk/people/1/role", data={"role": "administrator"})
    assert elsewhere.status_code in (401, 404)
    assert "another" not in await tokens(site)


async def tokens(site: Site) -> list[str]:
    """Names of tokens that work."""
    async with site.database.reading() as session:
        return list(
            (await session.execute(select(ApiToken.name).where(ApiToken.revoked_at.is_(None)))).scalars()
        )


async def test_a_browser_s_session_can_not_write_through_the_api(site: Site) -> None:
    await site.consultation()
    person = await site.signed_in()
    answer = await person.post("/api/v1/consultations/charter/comments", json={"text": "x"})
    assert answer.status_code == 401
    cross = await site.browser().options("/api/v1/consultations", headers={"origin": "https://evil.example"})
    assert "access-control-allow-credentials" not in cross.headers
    assert "authorization" not in cross.headers.get("access-control-allow-headers", "").lower()


async def test_setting_a_new_password_by_mail_ends_what_others_may_have_made_in_the_account(
    site: Site,
) -> None:
    """Somebody registers with an address that is not theirs; its owner takes the account over."""
    intruder = await site.person(name="Intruder", confirmed=False)
    browser = await site.browser_of(intruder)
    await browser.post_form("/en/profile/tokens", {"name": "back door"})
    assert await tokens(site) == ["back door"]
    async with site.database.writing() as session:
        link = await make_link(session, intruder.id, Purpose.RESET, "", site.clock.now())
    owner = site.browser()
    answer = await owner.post_form(f"/en/reset/{link}", {"password": WORDS})
    assert answer.status_code == 303
    assert await tokens(site) == []
    assert (await browser.get("/en/mine")).status_code == 401


@pytest.mark.parametrize("kind", list(Purpose))
async def test_what_a_person_takes_away_holds_no_link_that_lets_in(kind: str, site: Site) -> None:
    """At a browser left signed in, a reset can be asked for; its link must be read in the mailbox alone."""
    user = await site.person(name="Amina")
    now = site.clock.now()
    letter = {
        "subject": "s3cret",
        "text": "https://consult.test/en/reset/s3cret",
        "html": "<a href=s3cret>",
        "locale": "en",
    }
    async with site.database.writing() as session:
        session.add(
            Mail(
                once=f"{kind}-1",
                user_id=user.id,
                recipient=user.email,
                kind=kind,
                created_at=now,
                next_at=now,
                **letter,
            )
        )
        session.add(Mail(once="r", user_id=user.id, recipient=user.email, kind="reply", created_at=now, next_at=now,
                         **{**letter, "text": "Somebody answered", "html": "", "subject": "An answer"}))  # fmt: skip
    answer = await (await site.browser_of(user)).get("/en/mine/data.json")
    assert answer.status_code == 200
    assert "s3cret" not in answer.text
    assert "Somebody answered" in answer.text


async def test_nobody_gets_more_by_fields_that_no_form_has(site: Site) -> None:
    """Registering, changing the profile, commenting, replying and reporting take their own fields alone."""
    await site.consultation()
    victim = await site.person(Role.EDITOR, "Victim")
    person = await site.person(name="Mallory")
    browser = await site.browser_of(person)
    remark = await comment(site, victim, "Mine.")
    for where, fields in (
        ("/en/register", {"name": "Mallory", "email": "new@example.org", "password": WORDS}),
        ("/en/profile", {"name": "Mallory", "locale": "en", "zone": "UTC", "kind": "individual"}),
        ("/en/consultations/charter/comments", {"text": "By me", "lang": "en"}),
        (f"/en/contributions/{remark.reference}/reply", {"text": "By me too", "lang": "en"}),
        (f"/en/contributions/{remark.reference}/report", {"reason": "spam"}),
    ):
        asking = site.browser() if where == "/en/register" else browser
        assert (await asking.post_form(where, {**EXTRA, **fields})).status_code in (200, 303), where
    async with site.database.reading() as session:
        users = (await session.execute(select(User).where(User.id != victim.id))).scalars().all()
        written = (
            (await session.execute(select(Contribution).where(Contribution.id != remark.id))).scalars().all()
        )
    assert {user.role for user in users} == {"respondent"}
    assert {user.email: user.confirmed_at for user in users}["new@example.org"] is None
    assert len(written) == 2
    for each in written:
        assert (each.author_id, each.author_name, each.forum_voice, each.support_count) == (
            person.id,
            "Mallory",
            False,
            0,
        )
        assert (each.state, each.source, each.created_at, each.in_grace) == (
            State.PUBLISHED,
            "",
            site.clock.now(),
            False,
        )
        assert "script" not in each.html


async def test_the_api_takes_no_more_fields_than_it_names(site: Site) -> None:
    await site.consultation()
    script = await script_of(site)
    body: dict[str, Any] = {**EXTRA, "text": "By me", "anonymous": False}
    answer = await script.post("/api/v1/consultations/charter/comments", json=body)
    assert answer.status_code in (201, 400, 422)
    async with site.database.reading() as session:
        for each in (await session.execute(select(Contribution))).scalars():
            assert (each.author_name, each.forum_voice, each.support_count) == ("Robin", False, 0)


async def test_unsent_text_is_its_writer_s_alone(site: Site) -> None:
    target = "/consultations/charter/comments"
    await site.consultation()
    mine, other = await site.signed_in(name="Mine"), await site.signed_in(name="Other")
    await mine.post_form(
        f"/en/unfinished?target={target}&address={target}", {"text": "My s3cret draft"}, form_at="/en/profile"
    )
    assert "My s3cret draft" in (await mine.get("/en/mine")).text
    for page in ("/en/mine", f"/en{target}", "/en/mine/data.json"):
        assert "s3cret" not in (await other.get(page)).text
    await other.post_form("/en/unfinished/discard", {"target": target}, form_at="/en/profile")
    async with site.database.reading() as session:
        assert len((await session.execute(select(Unfinished))).scalars().all()) == 1


async def test_a_session_that_somebody_else_chose_is_never_taken_over(site: Site) -> None:
    """Neither an unknown cookie nor another person's session survives a sign-in."""
    async with site.database.writing() as session:
        user = User(email="amina@example.org", password_hash=await hash_password(WORDS), name="Amina",
                    confirmed_at=site.clock.now(), created_at=site.clock.now())  # fmt: skip
        session.add(user)
    planted = await site.signed_in(name="Planted")
    for cookie in (f"{COOKIE}=chosen-by-somebody-else", planted.headers["cookie"]):
        browser = site.browser()
        browser.headers["cookie"] = cookie
        answer = await browser.post_form(
            "/en/sign-in", {"email": "amina@example.org", "password": WORDS}, form_at="/en/profile"
        )
        if answer.status_code != 303:
            answer = await browser.post_form("/en/sign-in", {"email": "amina@example.org", "password": WORDS})
        assert answer.status_code == 303
        given = answer.headers["set-cookie"]
        assert cookie.partition("=")[2] not in given
        assert all(word in given for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
        assert "Domain" not in given
    assert (await planted.get("/en/mine")).status_code == 401
    async with site.database.reading() as session:
        stored = list((await session.execute(select(SignedIn.token_hash))).scalars())
    assert all(len(each) == 64 for each in stored)


async def test_a_password_is_never_sent_back(site: Site) -> None:
    reader = site.browser()
    for where in ("/en/sign-in", "/en/register"):
        answer = await reader.post_form(where, {"email": "x", "password": WORDS, "name": ""})
        assert answer.status_code == 422
        assert WORDS not in answer.text
    person = await site.signed_in()
    for where in ("/en/profile/password", "/en/profile/email", "/en/mine/close"):
        answer = await person.post_form(
            where, {"password": WORDS, "current_password": f"old {WORDS}", "email": "x"}
        )
        assert WORDS not in answer.text
        signed_out = await reader.post(
            f"{where}", data={"password": WORDS, "current_password": WORDS}, headers={"origin": BASE}
        )
        assert signed_out.status_code == 401
        assert WORDS not in signed_out.text
