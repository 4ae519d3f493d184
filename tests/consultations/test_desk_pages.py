"""At the desk: editors make consultations and rounds; nobody else gets to know that the pages exist."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest

from consult.consultations.deadline import make_deadline, say_instant
from consult.consultations.queries import get_consultation
from consult.models.consultation import Consultation
from consult.models.people import Role
from consult.security.actor import Actor
from tests.conftest import DAY, HOUR, NOW
from tests.people import Browser, Site

LIST = "/en/desk/consultations"
CHARTER = f"{LIST}/charter"
EDITORS_ONLY = (
    LIST,
    f"{LIST}/new",
    CHARTER,
    f"{CHARTER}/edit",
    f"{CHARTER}/rounds/new",
    f"{CHARTER}/rounds/1/extend",
    "/en/desk/topics",
    "/en/desk/topics/new",
)
POSTS = (
    f"{LIST}/new",
    f"{CHARTER}/edit",
    f"{CHARTER}/publish",
    f"{CHARTER}/unpublish",
    f"{CHARTER}/rounds/new",
    f"{CHARTER}/rounds/1/edit",
    f"{CHARTER}/rounds/1/extend",
    f"{CHARTER}/rounds/1/versions",
    "/en/desk/topics/new",
)
FORM = {
    "slug": "code-of-practice",
    "original": "en",
    "language-en": "yes",
    "language-ar": "yes",
    "title-en": "A code of practice",
    "title-ar": "مدونة ممارسات",
    "summary-en": "For whom and why.",
    "asks-en": "## What is missing?\n\nSay *what*.",
    "use-en": "Everything is public.",
    "promised": "2027-03-01",
}
STAFF = Actor(id=0, name="", email="", role=Role.EDITOR)
XSS = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def words(page: httpx.Response) -> str:
    """The text of a page, white space collapsed."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


async def saved(site: Site, slug: str = "charter") -> Consultation:
    """A consultation as it is in the database."""
    async with site.database.reading() as session:
        return await get_consultation(session, slug, STAFF)


@pytest.fixture
async def editor(site: Site) -> Browser:
    await site.consultation()
    return await site.signed_in(Role.EDITOR, "Edda")


@pytest.mark.parametrize("role", [None, Role.RESPONDENT, Role.MODERATOR])
async def test_pages_of_editors_do_not_exist_for_others(site: Site, role: Role | None) -> None:
    await site.consultation()
    browser = await site.signed_in(role) if role else site.browser()
    refused = 404 if role else 401
    for address in EDITORS_ONLY:
        assert (await browser.get(address)).status_code == refused, address
    for address in POSTS:
        answer = await browser.post(address, data={}, headers={"origin": "https://consult.test"})
        assert answer.status_code == refused, address


async def test_pages_of_editors_open_for_editors_and_administrators(site: Site, editor: Browser) -> None:
    for browser in (editor, await site.signed_in(Role.ADMINISTRATOR)):
        for address in EDITORS_ONLY:
            page = await browser.get(address)
            assert page.status_code == 200, address
            assert page.text.count("<h1") == 1, address


async def test_every_page_is_there_in_arabic(editor: Browser) -> None:
    for address in EDITORS_ONLY:
        page = await editor.get(address.replace("/en/", "/ar/"))
        assert page.status_code == 200
        assert 'dir="rtl"' in page.text


async def test_an_editor_makes_a_consultation_and_publishes_it(site: Site, editor: Browser) -> None:
    made = await editor.post_form(f"{LIST}/new", FORM)
    assert made.status_code == 303, words(made)
    assert made.headers["location"] == f"{LIST}/code-of-practice?notice=created"
    overview = await editor.get(f"{LIST}/code-of-practice")
    assert "Not published yet" in words(overview)
    assert "Missing in Arabic: Summary" in words(overview)
    assert (await site.browser().get("/en/consultations/code-of-practice")).status_code == 404
    published = await editor.post_form(
        f"{LIST}/code-of-practice/publish", {}, form_at=f"{LIST}/code-of-practice"
    )
    assert published.status_code == 303
    public = await site.browser().get("/ar/consultations/code-of-practice")
    assert "مدونة ممارسات" in public.text


async def test_what_is_missing_keeps_a_consultation_from_the_public(editor: Browser) -> None:
    bare = {name: FORM[name] for name in ("slug", "original", "title-en")}
    await editor.post_form(f"{LIST}/new", bare)
    overview = await editor.get(f"{LIST}/code-of-practice")
    assert "Publish this consultation" not in overview.text
    refused = await editor.post_form(
        f"{LIST}/code-of-practice/publish", {}, form_at=f"{LIST}/code-of-practice"
    )
    assert refused.status_code == 409
    assert "What is asked" in words(refused)


async def test_a_form_with_mistakes_keeps_what_was_typed(editor: Browser) -> None:
    typed = {**FORM, "slug": "Not Plain!", "title-en": "", "promised": "soon", "use-fr": "Tout est public."}
    del typed["language-ar"]
    page = await editor.post_form(f"{LIST}/new", typed)
    assert page.status_code == 422
    assert "<title>Error:" in page.text
    for kept in (
        "not plain!",
        "مدونة ممارسات",
        "Tout est public.",
        'href="#title-en"',
        'href="#slug"',
        'href="#promised"',
    ):
        assert kept in page.text.lower() or kept in page.text, kept
    assert 'name="language-en" value="yes" checked' in page.text
    assert 'name="language-ar" value="yes" checked' not in page.text


async def test_an_address_that_is_taken_keeps_what_was_typed(editor: Browser) -> None:
    page = await editor.post_form(f"{LIST}/new", {**FORM, "slug": "charter"})
    assert page.status_code == 422
    assert "Another consultation has this address already." in words(page)
    assert "Everything is public." in page.text


async def test_what_one_edits_another_does_not_lose(site: Site, editor: Browser) -> None:
    other = await site.signed_in(Role.EDITOR, "Otto")
    form = await editor.get(f"{CHARTER}/edit")
    seen = re.search(r'name="seen" value="([^"]+)"', form.text)
    assert seen
    fields = {**FORM, "slug": "charter", "seen": seen[1]}
    assert (await other.post_form(f"{CHARTER}/edit", {**fields, "title-en": "Otto's"})).status_code == 303
    clash = await editor.post_form(f"{CHARTER}/edit", {**fields, "title-en": "Edda's"})
    assert clash.status_code == 422
    assert "Somebody else changed this consultation" in words(clash)
    renewed = re.search(r'name="seen" value="([^"]+)"', clash.text)
    assert renewed
    again = await editor.post_form(f"{CHARTER}/edit", {**fields, "title-en": "Edda's", "seen": renewed[1]})
    assert again.status_code == 303
    assert (await saved(site)).title.source == "Edda's"


async def test_text_that_looks_like_markup_stays_text(site: Site, editor: Browser) -> None:
    seen = re.search(r'name="seen" value="([^"]+)"', (await editor.get(f"{CHARTER}/edit")).text)
    assert seen
    evil = {f"{name}-{lang}": XSS for name in ("title", "summary", "asks", "use") for lang in ("en", "fr")}
    done = await editor.post_form(f"{CHARTER}/edit", {**FORM, **evil, "slug": "charter", "seen": seen[1]})
    assert done.status_code == 303, words(done)
    pages = [await editor.get(address) for address in (*EDITORS_ONLY, "/en/desk")]
    pages += [await site.browser().get(f"/{lang}/consultations/charter") for lang in ("en", "fr")]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


async def test_an_editor_opens_a_round_in_a_named_zone(site: Site, editor: Browser) -> None:
    await editor.post_form(f"{LIST}/new", FORM)
    at = f"{LIST}/code-of-practice/rounds/new"
    fields = {"zone": "America/New_York", "begins": "at-once", "closes": "2027-01-31T23:59", "grace": "30"}
    done = await editor.post_form(at, fields)
    assert done.status_code == 303, words(done)
    (round_,) = (await saved(site, "code-of-practice")).rounds
    assert round_.opens_at == NOW
    assert round_.closes_at.isoformat() == "2027-02-01T04:59:00+00:00"
    assert "31 January 2027, 23:59 New York time (UTC−5)" in words(
        await editor.get(f"{LIST}/code-of-practice")
    )


async def test_a_time_that_does_not_exist_is_explained_where_it_was_typed(editor: Browser) -> None:
    await editor.post_form(f"{LIST}/new", FORM)
    at = f"{LIST}/code-of-practice/rounds/new"
    fields = {"zone": "Europe/Brussels", "begins": "at-once", "closes": "2027-03-28T02:30", "grace": "30"}
    page = await editor.post_form(at, fields)
    assert page.status_code == 422
    assert "Take 2027-03-28 01:59 or 2027-03-28 03:00 instead." in words(page)
    assert 'value="2027-03-28T02:30"' in page.text


async def test_a_time_that_occurs_twice_is_taken_late_and_the_page_says_so(
    site: Site, editor: Browser
) -> None:
    await editor.post_form(f"{LIST}/new", FORM)
    at = f"{LIST}/code-of-practice/rounds/new"
    fields = {"zone": "Europe/Brussels", "begins": "at-once", "closes": "2027-10-31T02:30", "grace": "0"}
    await editor.post_form(at, fields)
    overview = words(await editor.get(f"{LIST}/code-of-practice"))
    assert "02:30 Brussels time (UTC+1)" in overview
    assert "the closing time occurs twice: the later one counts" in overview


async def test_a_scheduled_round_is_changed_and_an_open_one_only_extended(site: Site) -> None:
    await site.consultation(opens=HOUR)
    editor = await site.signed_in(Role.EDITOR)
    form = await editor.get(f"{CHARTER}/rounds/1/edit")
    assert 'value="2026-11-24T14:00"' in form.text
    fields = {
        "zone": "UTC",
        "begins": "at",
        "opens": "2026-11-24T15:00",
        "closes": "2026-12-24T15:00",
        "grace": "0",
    }
    assert (await editor.post_form(f"{CHARTER}/rounds/1/edit", fields)).status_code == 303
    site.clock.advance(4 * HOUR)
    assert (await editor.get(f"{CHARTER}/rounds/1/edit")).status_code == 409
    late = await editor.post_form(f"{CHARTER}/rounds/1/edit", fields, form_at=f"{CHARTER}/rounds/1/extend")
    assert late.status_code in (409, 422)
    assert (await saved(site)).rounds[0].opens_at == NOW + 3 * HOUR


async def test_an_extension_is_looked_at_before_it_is_made(site: Site, editor: Browser) -> None:
    at = f"{CHARTER}/rounds/1/extend"
    from_at = re.search(r'name="from_at" value="([^"]+)"', (await editor.get(at)).text)
    assert from_at
    typed = {
        "closes": "2026-12-20T23:59",
        "reason-en": f"Two {XSS}",
        "reason-fr": "Deux demandes",
        "from_at": from_at[1],
    }
    check = await editor.post_form(at, {**typed, "step": "check"})
    assert check.status_code == 200
    assert "Nothing has changed yet." in words(check)
    assert "Extended from 1 December 2026, 13:00 Brussels time (UTC+1) to 20 December 2026, 23:59" in words(
        check
    )
    assert "<script>alert" not in check.text
    assert (await saved(site)).rounds[0].extensions == []
    change = await editor.post_form(at, {**typed, "step": "change"})
    assert "Deux demandes" in change.text
    assert change.status_code == 200
    done = await editor.post_form(at, {**typed, "step": "confirm"})
    assert done.headers["location"] == f"{CHARTER}?notice=extended"
    again = await editor.post_form(at, {**typed, "step": "confirm"})
    assert again.status_code == 422
    (extension,) = (await saved(site)).rounds[0].extensions
    assert extension.actor_name == "Edda"
    public = words(await site.browser().get("/fr/consultations/charter"))
    assert "Deux demandes" in public


@pytest.mark.parametrize("closes", ["2026-11-30T23:59", "2026-12-01T13:00"])
async def test_an_end_that_is_not_later_is_refused(site: Site, editor: Browser, closes: str) -> None:
    at = f"{CHARTER}/rounds/1/extend"
    fields = {"closes": closes, "reason-en": "Why", "from_at": "2026-12-01T12:00:00Z"}
    for step in ("check", "confirm"):
        page = await editor.post_form(at, {**fields, "step": step})
        assert page.status_code == 422
        assert "A period is never shortened." in words(page)
    assert (await saved(site)).rounds[0].closes_at == NOW + 7 * DAY


async def test_a_reason_is_required_in_the_original_language(editor: Browser) -> None:
    fields = {
        "closes": "2026-12-20T23:59",
        "reason-fr": "Pourquoi",
        "from_at": "2026-12-01T12:00:00Z",
        "step": "check",
    }
    page = await editor.post_form(f"{CHARTER}/rounds/1/extend", fields)
    assert page.status_code == 422
    assert 'href="#reason-en"' in page.text
    assert "Pourquoi" in page.text


async def test_a_closed_round_has_no_form_for_extending(site: Site, editor: Browser) -> None:
    site.clock.advance(8 * DAY)
    assert (await editor.get(f"{CHARTER}/rounds/1/extend")).status_code == 409
    site.clock.advance(-8 * DAY)
    assert (await editor.get(f"{CHARTER}/rounds/1/extend")).status_code == 200
    assert (await editor.get(f"{CHARTER}/rounds/7/extend")).status_code == 404


@pytest.mark.parametrize("left", [3 * DAY, 5 * HOUR, timedelta(seconds=1), -timedelta(minutes=5), -2 * HOUR])
async def test_the_deadline_says_the_same_everywhere(site: Site, editor: Browser, left: timedelta) -> None:
    site.clock.set(NOW + 7 * DAY - left)
    (round_,) = (await saved(site)).rounds
    expected = make_deadline(round_.period, (), "en", site.clock.now())
    assert expected.text == say_instant(NOW + 7 * DAY, "Europe/Brussels", "en")
    reader = site.browser()
    for browser, address in (
        (reader, "/en/consultations/charter"),
        (reader, "/en/consultations"),
        (editor, LIST),
        (editor, CHARTER),
    ):
        page = await browser.get(address)
        assert expected.text in words(page), address
        assert f'datetime="{expected.iso}"' in page.text, address
        assert expected.left in words(page), address


async def test_topics_are_made_and_renamed_and_chosen(site: Site, editor: Browser) -> None:
    made = await editor.post_form(
        "/en/desk/topics/new", {"slug": "safety", "original": "en", "name-en": "Safety"}
    )
    assert made.status_code == 303, words(made)
    twice = await editor.post_form(
        "/en/desk/topics/new", {"slug": "safety", "original": "en", "name-en": "Again"}
    )
    assert twice.status_code == 422
    nameless = await editor.post_form("/en/desk/topics/new", {"slug": "x", "original": "fr", "name-en": "X"})
    assert 'href="#name-fr"' in nameless.text
    await editor.post_form(f"{LIST}/new", {**FORM, "topic-safety": "yes"})
    await editor.post_form(
        "/en/desk/topics/safety/edit", {"original": "en", "name-en": XSS, "name-fr": "Sûreté"}
    )
    overview = await editor.get(f"{LIST}/code-of-practice")
    assert "<script>alert" not in overview.text
    assert "Sûreté" in (await editor.get(f"{LIST}/code-of-practice".replace("/en/", "/fr/"))).text
    unknown = await editor.post_form(f"{LIST}/code-of-practice/edit", {**FORM, "topic-nothing": "yes"})
    assert unknown.status_code == 422
    assert "Everything is public." in unknown.text
