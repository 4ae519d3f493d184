"""Signing in and out, and what keeps guessers away."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, update

from consult.accounts.unfinished import list_unfinished
from consult.kernel.clock import SetClock
from consult.models.people import Attempt, Role, SignedIn, User
from consult.security.tokens import token_hash
from consult.settings import Settings
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
    without_tokens,
)
from tests.people import BASE, Site


async def test_the_cookie_has_every_protection(site: Site) -> None:
    await amina(site)
    answer = await sign_in(site.browser(), "amina@example.org")
    cookie = answer.headers["set-cookie"]
    name, _, attributes = cookie.partition("=")
    assert name == COOKIE
    parts = {part.strip().lower() for part in attributes.split(";")}
    assert {"secure", "httponly", "samesite=lax", "path=/", "max-age=2592000"} <= parts
    assert not any(part.startswith("domain") for part in parts)


async def test_readers_get_no_cookie(site: Site) -> None:
    for address in ("/en/sign-in", "/en/register", "/en/reset", "/en/mine", "/en/nowhere"):
        assert "set-cookie" not in (await site.browser().get(address)).headers


async def test_only_a_digest_of_the_session_is_stored(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    async with site.database.reading() as session:
        stored = (await session.execute(select(SignedIn.token_hash))).scalar_one()
    assert stored == token_hash(browser.cookies[COOKIE])


async def test_each_sign_in_begins_a_new_session_and_ends_the_old_one(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    first = browser.cookies[COOKIE]
    page = await browser.get("/en/mine")
    token = page.text.split('name="csrf" value="')[1].split('"')[0]
    fields = {"email": "amina@example.org", "password": PASSWORD, "csrf": token}
    answer = await browser.post("/en/sign-in", data=fields, headers={"origin": BASE})
    assert answer.status_code == 303
    assert browser.cookies[COOKIE] != first
    stale = site.browser()
    stale.cookies.set(COOKIE, first)
    assert (await stale.get("/en/mine")).status_code == 401


async def test_a_session_chosen_by_somebody_else_is_never_taken_up(site: Site) -> None:
    await amina(site)
    browser = site.browser()
    browser.headers["cookie"] = f"{COOKIE}=chosen-by-an-attacker"
    answer = await sign_in(browser, "amina@example.org")
    assert "chosen-by-an-attacker" not in answer.headers["set-cookie"]


async def test_a_session_ends(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    site.clock.advance(timedelta(days=30))
    assert (await browser.get("/en/mine")).status_code == 401


async def test_signing_out_ends_the_session_and_takes_the_cookie_back(site: Site) -> None:
    await amina(site)
    browser = await browser_of_amina(site)
    cookie = browser.cookies[COOKIE]
    answer = await browser.post_form("/en/sign-out", {}, form_at="/en/mine")
    assert answer.status_code == 303
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert "secure" in answer.headers["set-cookie"].lower()
    stale = site.browser()
    stale.cookies.set(COOKIE, cookie)
    assert (await stale.get("/en/mine")).status_code == 401


async def test_signing_out_everywhere_ends_all_sessions(site: Site) -> None:
    await amina(site)
    here, there = await browser_of_amina(site), await browser_of_amina(site)
    await here.post_form("/en/profile/sign-out-everywhere", {}, form_at="/en/profile")
    for browser in (here, there):
        assert (await browser.get("/en/mine")).status_code == 401


async def test_known_and_unknown_addresses_are_refused_alike(site: Site) -> None:
    await amina(site)
    known = await sign_in(site.browser(), "amina@example.org", "wrong words entirely")
    unknown = await sign_in(site.browser(), "amila@example.org", "wrong words entirely")
    assert known.status_code == unknown.status_code == 422
    assert known.text.replace("amina@", "amila@") == unknown.text
    assert "wrong words entirely" not in known.text


async def test_who_has_no_password_can_not_sign_in(site: Site) -> None:
    user = await site.person(name="Imported")
    for password in ("!", "", "x"):
        assert (await sign_in(site.browser(), user.email, password)).status_code == 422


@pytest.mark.parametrize(
    "next_",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "/%09/evil.example\t", "javascript:alert(1)",
     "/en//evil.example", "\\\\evil.example", "evil.example", "/\nx", "///evil.example", "/x\\..\\evil"],
)  # fmt: skip
async def test_no_address_of_another_site_is_gone_to(site: Site, next_: str) -> None:
    await amina(site)
    answer = await sign_in(site.browser(), "amina@example.org", next=next_)
    assert answer.headers["location"] == "/en/mine?notice=signed-in"


async def test_one_goes_on_where_one_was(site: Site) -> None:
    await amina(site)
    page = await site.browser().get("/en/sign-in", params={"next": "/fr/consultations/charter?lang=ar"})
    assert 'name="next" value="/consultations/charter?lang=ar"' in page.text
    answer = await sign_in(site.browser(), "amina@example.org", next="/consultations/charter?lang=ar")
    assert answer.headers["location"] == "/en/consultations/charter?lang=ar&notice=signed-in"


async def test_text_typed_while_signed_out_is_kept_through_a_mistyped_password(site: Site) -> None:
    user = await amina(site)
    browser = site.browser()
    carried = {
        "kept": '{"text":"My long answer\\n«fin»"}',
        "target": "/consultations/c/comments",
        "next": "/consultations/c",
    }
    wrong = await sign_in(browser, "amina@example.org", "not this one at all", **carried)
    assert wrong.status_code == 422
    assert "My long answer\\n«fin»" in wrong.text
    right = await sign_in(browser, "amina@example.org", **carried)
    assert right.headers["location"] == "/en/consultations/c?notice=kept"
    async with site.database.reading() as session:
        (kept,) = await list_unfinished(session, user.id)
    assert kept.fields == {"text": "My long answer\n«fin»"}
    assert (kept.target, kept.address) == ("/consultations/c/comments", "/consultations/c")


@pytest.mark.parametrize("kept", ["{", "[1]", '{"text": 3}', '"x"', '{"text":"' + "x" * 200_000 + '"}'])
async def test_kept_text_that_no_form_made_is_left_out(site: Site, kept: str) -> None:
    await amina(site)
    answer = await sign_in(site.browser(), "amina@example.org", kept=kept, target="/x", next="/y")
    assert answer.headers["location"] == "/en/y?notice=signed-in"


async def test_a_guesser_is_slowed_down_and_the_owner_is_not_locked_out(site: Site) -> None:
    await amina(site)
    guesser = elsewhere(site)
    for _ in range(10):
        assert (await sign_in(guesser, "amina@example.org", "a wrong guess")).status_code == 422
    stopped = await sign_in(
        guesser, "amina@example.org", PASSWORD, next="/y", kept='{"text":"t"}', target="/x"
    )
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["retry-after"]) <= 900
    assert "Too many attempts" in stopped.text
    assert "{&#34;text&#34;:&#34;t&#34;}" in stopped.text
    assert (await sign_in(site.browser(), "amina@example.org")).status_code == 303
    site.clock.advance(timedelta(minutes=15))
    assert (await sign_in(guesser, "amina@example.org")).status_code == 303
    await guesser.aclose()


async def test_the_right_password_forgives_earlier_mistakes(site: Site) -> None:
    await amina(site)
    browser = elsewhere(site)
    for _ in range(3):
        for _ in range(8):
            await sign_in(browser, "amina@example.org", "a wrong guess")
        assert (await sign_in(elsewhere(site), "amina@example.org")).status_code == 303
    await browser.aclose()


async def test_a_forged_forwarding_header_is_no_other_network(site: Site) -> None:
    await amina(site)
    browser = elsewhere(site)
    for turn in range(11):
        browser.headers["x-forwarded-for"] = browser.headers["forwarded"] = f"203.0.113.{turn}"
        answer = await sign_in(browser, "amina@example.org", "a wrong guess")
    assert answer.status_code == 429
    await browser.aclose()


async def test_no_address_of_a_reader_is_stored(site: Site) -> None:
    await sign_in(elsewhere(site, "198.51.100.77"), "amina@example.org", "a wrong guess")
    async with site.database.reading() as session:
        keys = (await session.execute(select(Attempt.key))).scalars().all()
    assert len(keys) == 2
    assert all(len(key) == 64 and "198" not in key[:3] for key in keys)
    site.clock.advance(timedelta(minutes=16))
    await sign_in(elsewhere(site, "203.0.113.5"), "other@example.org", "a wrong guess")
    async with site.database.reading() as session:
        assert not set(keys) & set((await session.execute(select(Attempt.key))).scalars())


async def test_a_form_sent_from_another_site_is_refused(site: Site) -> None:
    await amina(site)
    fields = {"email": "amina@example.org", "password": PASSWORD}
    answer = await site.browser().post("/en/sign-in", data=fields, headers={"origin": "https://evil.example"})
    assert "set-cookie" not in answer.headers
    assert answer.status_code == 422


async def test_a_password_kept_with_old_parameters_is_renewed(site: Site) -> None:
    user = await amina(site)
    old = OLD_HASH
    async with site.database.writing() as session:
        await session.execute(update(User).where(User.id == user.id).values(password_hash=old))
    assert (await sign_in(site.browser(), "amina@example.org")).status_code == 303
    async with site.database.reading() as session:
        kept = (await session.execute(select(User.password_hash).where(User.id == user.id))).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await sign_in(site.browser(), "amina@example.org")).status_code == 303


async def test_a_forgotten_password_is_replaced_and_every_other_device_signed_out(site: Site) -> None:
    await amina(site)
    old = await browser_of_amina(site)
    browser = site.browser()
    await browser.post_form("/en/reset", {"email": "Amina@example.org"})
    link = await mailed_link(site, "reset")
    weak = await browser.post_form(link, {"password": "aminahaddad"})
    assert weak.status_code == 422
    answer = await browser.post_form(link, {"password": OTHER_PASSWORD})
    assert answer.status_code == 303
    assert (await browser.get("/en/mine")).status_code == 200
    assert (await old.get("/en/mine")).status_code == 401
    assert (await sign_in(site.browser(), "amina@example.org")).status_code == 422
    assert (await sign_in(site.browser(), "amina@example.org", OTHER_PASSWORD)).status_code == 303
    assert (await site.browser().post_form(link, {"password": PASSWORD})).status_code == 410


async def test_a_reset_link_ends_after_an_hour(site: Site) -> None:
    await amina(site)
    await site.browser().post_form("/en/reset", {"email": "amina@example.org"})
    link = await mailed_link(site, "reset")
    site.clock.advance(timedelta(hours=1))
    assert (await site.browser().get(link)).status_code == 410
    assert (await site.browser().post_form(link, {"password": OTHER_PASSWORD})).status_code == 410


async def test_a_reset_link_confirms_nothing_else(site: Site) -> None:
    await amina(site)
    await site.browser().post_form("/en/reset", {"email": "amina@example.org"})
    link = await mailed_link(site, "reset")
    assert (await site.browser().post_form(link.replace("/reset/", "/confirm/"), {})).status_code == 410
    assert (await site.browser().post_form(link.replace("/reset/", "/email/"), {})).status_code == 410


async def test_asking_for_a_reset_tells_nobody_who_has_an_account(site: Site) -> None:
    await amina(site)
    known = await site.browser().post_form("/en/reset", {"email": "amina@example.org"})
    unknown = await site.browser().post_form("/en/reset", {"email": "amila@example.org"})
    assert known.status_code == unknown.status_code == 200
    assert without_tokens(known.text).replace("amina@", "amila@") == without_tokens(unknown.text)
    assert len(await events(site, "link.wanted")) == 1


async def test_one_click_sign_ins_exist_only_in_a_demo(site: Site) -> None:
    user = await amina(site)
    answer = await site.browser().post_form("/en/demo/sign-in", {"user": str(user.id)}, form_at="/en/sign-in")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


async def test_in_a_demo_one_click_signs_in_its_people_and_nobody_else(
    settings: Settings, clock: SetClock
) -> None:
    async with Site.running(msgspec.structs.replace(settings, demo=True), clock) as demo:
        editor = await demo.person(Role.EDITOR, "Edda")
        people = [await demo.person(name=f"Respondent {number}") for number in range(6)]
        page = (await demo.browser().get("/en/sign-in")).text
        assert "Edda" in page
        assert "Respondent 0" in page, "the first of each language"
        assert "Respondent 1" not in page
        browser = demo.browser()
        fields = {"user": str(editor.id), "next": "/mine", "kept": '{"text":"my words"}', "target": "/x"}
        answer = await browser.post_form("/en/demo/sign-in", fields, form_at="/en/sign-in")
        assert answer.headers["location"] == "/en/mine?notice=kept"
        assert "my words" in (await browser.get("/en/mine")).text
        for user in (str(people[5].id), "0", "", "1 OR 1=1"):
            answer = await demo.browser().post_form("/en/demo/sign-in", {"user": user}, form_at="/en/sign-in")
            assert answer.status_code == 404


OLD_HASH = "$argon2id$v=19$m=8192,t=1,p=1$SdNYv8FyVBVrr7Wm0VPSWA$Clzyv6+jzJzzOazKTAmrQU1MSbNGTvIwesASsG0Fd8U"
"""PASSWORD, kept with weaker parameters."""
