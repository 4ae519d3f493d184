"""Readers see what changed from one version to another, why, and where a comment led."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from consult.consultations.queries import get_consultation
from consult.documents.imports import import_draft
from consult.i18n.content import write
from consult.models.contribution import Contribution
from consult.models.document import Block, BlockText, Version
from consult.models.people import Role
from consult.preparing.service import explain_change, find_version
from consult.security.actor import Actor
from tests.people import Site

pytestmark = pytest.mark.anyio

FIRST = {
    "en": "# Charter\n\nMembers share what they learn.\n\nThe board meets twice a year in public.\n\nMinutes are kept.\n",
    "fr": "# Charte\n\nLes membres partagent.\n\nLe conseil se réunit deux fois par an en public.\n\nIl y a un procès-verbal.\n",
}
SECOND = {
    "en": "# Charter\n\nMembers share what they learn.\n\nThe board meets three times a year in public.\n\nAnybody may ask.\n",
}
HERE = "/en/consultations/charter/drafts/text/compare"


async def two_versions(site: Site) -> None:
    await site.consultation()
    for texts in (FIRST, SECOND):
        async with site.database.writing() as session:
            await import_draft(session, "charter", "text", "", texts, True, site.clock.now())


async def changed_key(site: Site) -> str:
    statement = (
        select(Block.key)
        .join(BlockText, BlockText.block_id == Block.id)
        .join(Version, Version.id == Block.version_id)
        .where(Version.number == 2, BlockText.plain.startswith("The board meets"))
    )
    async with site.database.reading() as session:
        return str((await session.execute(statement)).scalar_one())


async def explain(site: Site, references: list[str]) -> None:
    key, user = await changed_key(site), await site.person(Role.EDITOR)
    async with site.database.writing() as session:
        consultation = await get_consultation(session, "charter", None)
        place = await find_version(session, consultation, "text", 2)
        ids = select(Contribution.id).where(Contribution.reference.in_(references))
        actor = Actor(user.id, user.name, user.email, Role.EDITOR)
        await explain_change(session, place, key, write({"en": "Twice was too rare."}, "en"),
                             list((await session.execute(ids)).scalars()), actor, site.clock.now())  # fmt: skip


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
    form = {"text": "How often?"}
    await writer.post_form("/en/consultations/charter/comments", form)
    async with site.database.reading() as session:
        reference = str((await session.execute(select(Contribution.reference))).scalar_one())
    await explain(site, [reference])
    page = (await site.browser().get(f"{HERE}/1/2")).text
    assert "Twice was too rare." in page
    assert f"/en/contributions/{reference}" in page
    assert "Rosa Quispe" in page
    comment = (await site.browser().get(f"/en/contributions/{reference}")).text
    assert f"{HERE}/1/2#change-{await changed_key(site)}" in comment


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
