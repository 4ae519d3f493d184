"""Readers see what changed from one version to another, why, and where a comment led."""

from __future__ import annotations

import re

import pytest

from consult.models.people import Role
from tests.people import Site
from tests.versions.compared import HERE, changed_key, commented, explain, two_versions

pytestmark = pytest.mark.anyio


async def test_words_that_came_and_went_are_marked_and_said(site: Site) -> None:
    await two_versions(site)
    page = (await site.browser().get(f"{HERE}/1/2")).text
    said = re.sub(r'<span class="unseen"[^>]*>[^<]*</span>', "", page)
    assert "meets <del>twice</del><ins>three times</ins> a year" in said
    assert "[deleted: " in page
    assert page.count('<section class="change') == 3


async def test_a_translation_that_has_not_followed_says_so(site: Site) -> None:
    await two_versions(site)
    page = (await site.browser().get(f"{HERE}/1/2?text=fr")).text
    assert "The original has changed; this translation has not followed yet." in page
    assert "Le conseil se réunit deux fois" in page


async def test_versions_in_the_wrong_order_are_put_right_and_others_are_not_there(site: Site) -> None:
    await two_versions(site)
    browser = site.browser()
    wrong = await browser.get(f"{HERE}/2/1")
    assert (wrong.status_code, wrong.headers["location"]) == (303, f"{HERE}/1/2")
    same = await browser.get(f"{HERE}/1/1")
    assert same.headers["location"] == "/en/consultations/charter/drafts/text"
    for missing in ("1/3", "0/2", "7/9"):
        assert (await browser.get(f"{HERE}/{missing}")).status_code == 404


async def test_a_change_says_why_and_leads_to_the_comments_that_it_answers_and_back(site: Site) -> None:
    await two_versions(site)
    writer = await site.signed_in(name="Rosa Quispe")
    reference = await commented(site, writer, "How often?")
    other = await commented(site, writer, "Where?")
    await explain(site, [reference])
    page = (await site.browser().get(f"{HERE}/1/2")).text
    assert "Twice was too rare." in page
    assert f"/en/contributions/{reference}" in page
    assert "Rosa Quispe" in page
    browser, change = site.browser(), f"change-{await changed_key(site)}"
    comment = (await browser.get(f"/en/contributions/{reference}")).text
    assert f'href="{HERE}/1/2?from={change}#{change}"' in comment
    assert (await browser.get(f"{HERE}/1/2?from={change}")).headers["location"] == f"{HERE}/1/2"
    thread = (await browser.get("/en/consultations/charter/comments")).text
    assert f'href="/en/contributions/{reference}#led"' in thread
    assert f"{other}#led" not in thread


async def test_the_outcome_says_what_changed_in_the_text_why_and_for_whom(site: Site) -> None:
    await two_versions(site)
    reference = await commented(site, await site.signed_in(name="Rosa Quispe"), "How often?")
    await explain(site, [reference])
    editor = await site.signed_in(Role.EDITOR, "Ed")
    desk = "/en/desk/consultations/charter/outcome"
    await editor.post_form(desk, {"original": "en", "asked.en": "A", "said.en": "B", "did.en": "C"})
    assert (await editor.post_form(f"{desk}/publish", {}, form_at=desk)).status_code == 303
    page = (await site.browser().get("/en/consultations/charter/outcome")).text
    change = f"change-{await changed_key(site)}"
    assert f'<a href="{HERE}/1/2">What changed from version 1 to version 2</a> 3 changes' in page
    assert f'<a href="{HERE}/1/2?from={change}#{change}">Edited <bdi' in page
    assert "Twice was too rare." in page
    assert page.index("Twice was too rare.") < page.index(f'href="/en/contributions/{reference}"')
    assert "2 more changes, without reasons of their own" in page


async def test_the_draft_and_the_consultation_lead_to_what_changed(site: Site) -> None:
    await two_versions(site)
    for address in ("/en/consultations/charter/drafts/text", "/en/consultations/charter"):
        assert f'href="{HERE}/1/2"' in (await site.browser().get(address)).text


async def test_redlines_can_be_asked_for_from_the_page(site: Site) -> None:
    await two_versions(site)
    page = (await site.browser().get(f"{HERE}/1/2?text=fr")).text
    (address,) = re.findall(r'href="(/en/versions/[^"]+\.fr\.redline-1\.docx)"', page)
    assert (await site.browser().get(address)).status_code == 200
    assert (await site.browser().get(address.replace("redline-1", "redline-2"))).status_code == 404
