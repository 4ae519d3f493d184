"""One's own page: what is unfinished, what became of what one wrote, what one follows."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from consult.models.ledger import Subscription
from consult.models.response import Decision, Disposition
from tests.accounts.contributions import posted
from tests.people import BASE, TOKEN, Browser, Site, said


async def _save(browser: Browser, query: dict[str, str], fields: dict[str, str]) -> httpx.Response:
    """Send what the page sends while one types."""
    page = await browser.get("/en/mine")
    found = TOKEN.search(page.text)
    assert found
    headers = {"origin": BASE, "accept": "application/json"}
    data = {**fields, "csrf": found[1]}
    return await browser.post("/en/unfinished", params=query, data=data, headers=headers)


PLACE = {"target": "/consultations/charter/comments", "address": "/consultations/charter"}


async def test_what_one_types_is_saved_and_can_be_taken_up(site: Site) -> None:
    await site.consultation()
    browser = await site.signed_in(name="Amina")
    first = await _save(browser, PLACE, {"text": "Half a sen", "lang": "en", "send_key": "k"})
    assert (first.status_code, first.content) == (204, b"")
    await _save(browser, PLACE, {"text": "Half a sentence <b>", "lang": "en", "quote": "these words"})
    page = (await browser.get("/en/mine")).text
    assert page.count("Half a sen") == 1
    assert "Half a sentence &lt;b&gt;" in page
    assert 'href="/en/consultations/charter"' in page
    assert "The charter" in page


async def test_blank_text_leaves_nothing_unfinished(site: Site) -> None:
    browser = await site.signed_in(name="Amina")
    await _save(browser, PLACE, {"text": "typed"})
    await _save(browser, PLACE, {"text": "  "})
    assert "Take it up again" not in (await browser.get("/en/mine")).text


async def test_unsent_text_is_thrown_away_by_its_owner_alone(site: Site) -> None:
    owner, stranger = await site.signed_in(name="Amina"), await site.signed_in(name="Stranger")
    await _save(owner, PLACE, {"text": "nobody else's"})
    assert "nobody else" not in (await stranger.get("/en/mine")).text
    await stranger.post_form("/en/unfinished/discard", {"target": PLACE["target"]}, form_at="/en/mine")
    assert "nobody else" in (await owner.get("/en/mine")).text
    await owner.post_form("/en/unfinished/discard", {"target": PLACE["target"]}, form_at="/en/mine")
    assert "nobody else" not in (await owner.get("/en/mine")).text


async def test_nothing_is_saved_for_nobody(site: Site) -> None:
    answer = await site.browser().post(
        "/en/unfinished", params=PLACE, data={"text": "x"}, headers={"origin": BASE}
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("target", ["", "//evil.example/x", "https://evil.example", "/a\\b"])
async def test_only_forms_of_this_site_are_saved(site: Site, target: str) -> None:
    browser = await site.signed_in(name="Amina")
    answer = await _save(browser, {"target": target, "address": "/"}, {"text": "x"})
    assert answer.status_code == 422


async def test_passwords_and_tokens_are_never_saved(site: Site) -> None:
    browser = await site.signed_in(name="Amina")
    await _save(browser, PLACE, {"text": "x", "password": "lantern tidal orchard", "send_key": "secret-key"})
    data = (await browser.get("/en/mine/data.json")).json()
    assert data["unfinished"][0]["fields"] == {"text": "x"}


async def test_people_see_what_became_of_what_they_wrote(site: Site) -> None:
    consultation = await site.consultation()
    user = await site.person(name="Amina")
    answered = await posted(site, consultation, user, "فقرة مهمة", lang="ar")
    hidden = await posted(site, consultation, user, "Something heated", state="hidden")
    await posted(site, consultation, await site.person(name="Other"), "somebody else's words")
    async with site.database.writing() as session:
        now = site.clock.now()
        session.add(
            Disposition(contribution_id=answered.id, kind="accepted-in-part", reason=said(en="Half of it."),
                        change=said(), decided_at=now)
        )  # fmt: skip
        session.add(
            Decision(contribution_id=hidden.id, action="hide", reason=said(en="It insults."), decided_at=now)
        )
    browser = await site.browser_of(user)
    page = (await browser.get("/en/mine")).text
    assert "Accepted in part" in page
    assert "Half of it." in page
    assert "It insults." in page
    assert '<p class="clamp" lang="ar" dir="rtl">فقرة مهمة</p>' in page
    assert "somebody else" not in page
    assert page.index("Something heated") < page.index("فقرة مهمة")


async def test_many_contributions_are_paged(site: Site) -> None:
    consultation = await site.consultation()
    user = await site.person(name="Amina")
    for number in range(25):
        await posted(site, consultation, user, f"Comment number {number:02d}.")
    browser = await site.browser_of(user)
    first = (await browser.get("/en/mine")).text
    assert first.count("Comment number") == 20
    address = first.split('class="pager__step" href="')[1].split('"')[0]
    second = (await browser.get(address)).text
    assert second.count("Comment number") == 5
    assert "Comment number 00." in second
    for odd in ("x", "-1", "9" * 30, "1;drop table users", "٣"):
        assert (await browser.get("/en/mine", params={"before": odd})).status_code == 200


async def test_somebody_follows_a_consultation_and_no_longer(site: Site) -> None:
    await site.consultation()
    browser = await site.signed_in(name="Amina")
    answer = await browser.post_form("/en/follow", {"consultation": "charter"}, form_at="/en/mine")
    assert answer.headers["location"] == "/en/consultations/charter?notice=followed"
    assert "The charter" in (await browser.get("/en/mine")).text
    await browser.post_form("/en/follow", {"consultation": "charter", "follow": "yes"}, form_at="/en/mine")
    answer = await browser.post_form("/en/follow", {"consultation": "charter"}, form_at="/en/mine")
    assert answer.headers["location"].endswith("notice=unfollowed")
    assert "The charter" not in (await browser.get("/en/mine")).text


async def test_somebody_follows_everything_once(site: Site) -> None:
    browser = await site.signed_in(name="Amina")
    for _ in range(2):
        await browser.post_form("/en/follow", {"consultation": "", "follow": "yes"}, form_at="/en/mine")
    async with site.database.reading() as session:
        assert len((await session.execute(select(Subscription))).all()) == 1


async def test_what_is_not_public_can_not_be_followed(site: Site) -> None:
    await site.consultation("secret", published=False)
    browser = await site.signed_in(name="Amina")
    for slug in ("secret", "nothing"):
        answer = await browser.post_form("/en/follow", {"consultation": slug}, form_at="/en/mine")
        assert answer.status_code == 404


async def test_these_pages_are_never_stored(site: Site) -> None:
    browser = await site.signed_in(name="Amina")
    for address in ("/en/mine", "/en/profile", "/en/profile/tokens", "/en/mine/close", "/en/mine/data.json"):
        answer = await browser.get(address)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["cache-control"]
