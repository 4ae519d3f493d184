"""A version's record: what anybody can prove and cite of it, at addresses that answer for ever."""

from __future__ import annotations

from hashlib import sha256
from html import unescape

import httpx
import pytest
from sqlalchemy import delete, update

from consult.documents.importing import prepare_translations
from consult.documents.keeping import keep_editions
from consult.documents.markdown import parse_document
from consult.documents.service import find_draft
from consult.documents.storing import load_kept
from consult.documents.translating import add_translations
from consult.exchange.verifying_texts import check_editions
from consult.models.consultation import Consultation
from consult.models.document import BlockText, Version
from consult.models.version import Edition
from tests.editions.scene import ask, editions, publish, work
from tests.people import DRAFT, Site


async def said_by_verify(site: Site) -> list[str]:
    async with site.database.reading() as session:
        return [said async for said in check_editions(session)]


async def test_each_language_is_kept_with_its_hash_when_a_version_is_published(site: Site) -> None:
    await site.consultation()
    version = await publish(site, DRAFT)
    kept = await editions(site, version)
    assert [(each.lang, each.number) for each in kept] == [("en", 1), ("fr", 1)]
    assert all(each.sha256 == sha256(each.source.encode()).hexdigest() for each in kept)
    assert next(block.plain for block in parse_document(kept[1].source)) == "Charte"
    assert await said_by_verify(site) == []


async def test_a_new_language_adds_an_edition_and_leaves_the_others(site: Site) -> None:
    consultation = await site.consultation()
    version = await publish(site, {"en": DRAFT["en"]})
    before = [(each.lang, each.number, each.sha256) for each in await editions(site, version)]
    async with site.database.writing() as session:
        draft = await find_draft(session, consultation.id, "text")
        assert draft is not None
        blocks = [block.parsed("en", "en") for block in await load_kept(session, draft.versions[0])]
        prepared = prepare_translations("en", blocks, {"fr": DRAFT["fr"]})
        mine = await session.get_one(Consultation, consultation.id)
        await add_translations(session, mine, draft, draft.versions[0], prepared, {}, None, site.clock.now())
    after = [(each.lang, each.number, each.sha256) for each in await editions(site, version)]
    assert after[:1] == before
    assert [each[:2] for each in after] == [("en", 1), ("fr", 1)]


async def change_french(site: Site, version: Version, words: str) -> None:
    """As a translator's page would: the text of a block changes, and its edition follows."""
    async with site.database.writing() as session:
        mine = await session.get_one(Version, version.id)
        await session.execute(
            update(BlockText)
            .where(BlockText.lang == "fr", BlockText.plain.like("Le conseil%"))
            .values(source=words, html=words, plain=words)
        )
        await keep_editions(session, mine, site.clock.now())


async def test_a_translation_that_changes_gets_another_edition_and_the_earlier_one_stays(
    site: Site, reader: httpx.AsyncClient
) -> None:
    await site.consultation()
    version = await publish(site, DRAFT)
    await change_french(site, version, "Le conseil siège en public.")
    kept = [each for each in await editions(site, version) if each.lang == "fr"]
    assert [each.number for each in kept] == [1, 2]
    for each in kept:
        answer = await reader.get(f"/files/versions/{version.reference}.fr.{each.number}.md")
        assert answer.status_code == 200
        assert sha256(answer.content).hexdigest() == each.sha256
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-disposition"].endswith(f'{version.reference}.fr.{each.number}.md"')
    page = await reader.get(f"/en/versions/{version.reference}")
    assert all(each.sha256 in page.text for each in kept)
    assert await said_by_verify(site) == []


async def test_verify_says_which_text_was_changed_behind_its_back(site: Site) -> None:
    await site.consultation()
    version = await publish(site, DRAFT)
    async with site.database.writing() as session:
        await session.execute(update(Edition).where(Edition.lang == "en").values(source="# Other\n"))
        await session.execute(
            update(BlockText).where(BlockText.lang == "fr").values(source="x", html="x", plain="x")
        )
    assert await said_by_verify(site) == [
        f"{version.reference}, en, edition 1: the text is not that of its SHA-256",
        f"{version.reference}, en: edition 1 does not say what the text says",
        f"{version.reference}, fr: edition 1 does not say what the text says",
    ]


async def test_versions_from_before_editions_were_kept_get_theirs_from_the_worker(site: Site) -> None:
    await site.consultation()
    version = await publish(site, DRAFT)
    expected = [(each.lang, each.sha256) for each in await editions(site, version)]
    async with site.database.writing() as session:
        await session.execute(delete(Edition))
    await ask(site)
    assert [(each.lang, each.sha256) for each in await editions(site, version)] == expected


async def test_the_record_answers_for_ever_and_says_what_follows(
    site: Site, reader: httpx.AsyncClient
) -> None:
    await site.consultation()
    first = await publish(site, DRAFT)
    second = await publish(site, {**DRAFT, "en": DRAFT["en"] + "\nIt publishes its minutes.\n"})
    bare = await reader.get(f"/versions/{first.reference}", headers={"accept-language": "fr"})
    assert bare.status_code == 302
    assert bare.headers["location"] == f"/fr/versions/{first.reference}"
    page = unescape((await reader.get(f"/en/versions/{first.reference}")).text)
    assert f'href="/en/versions/{second.reference}"' in page
    assert f"curl -s https://consult.test/files/versions/{first.reference}.en.1.md | sha256sum" in page
    assert "version 1" in page
    lower = await reader.get(f"/en/versions/{first.reference.lower()}")
    assert lower.status_code == 200


async def test_the_record_is_reached_from_text_consultation_sitemap_and_api(
    site: Site, reader: httpx.AsyncClient
) -> None:
    await site.consultation()
    version = await publish(site, DRAFT)
    at = f"/versions/{version.reference}"
    for page in ("/en/consultations/charter", "/en/consultations/charter/drafts/text"):
        text = (await reader.get(page)).text
        assert f'href="/en{at}"' in text
        assert f'href="/files{at}.en.pdf"' in text
    assert f"https://consult.test/fr{at}" in (await reader.get("/sitemap.xml")).text
    (found,) = (await reader.get("/api/v1/consultations/charter/drafts/text")).json()["versions"]
    assert found["reference"] == version.reference
    assert found["record"] == f"https://consult.test{at}"
    assert found["sha256"] == {each.lang: each.sha256 for each in await editions(site, version)}
    assert found["correction"] is False
    assert {"lang": "fr", "format": "epub", "url": f"https://consult.test/files{at}.fr.epub"} in found[
        "files"
    ]


async def test_a_version_is_cited_as_bibtex_and_csl(site: Site, reader: httpx.AsyncClient) -> None:
    await site.consultation()
    version = await publish(site, DRAFT)
    bibtex = await reader.get(f"/en/versions/{version.reference}/cite.bib")
    assert f"@techreport{{{version.reference}," in bibtex.text
    assert "title = {Charter}" in bibtex.text
    (item,) = (await reader.get(f"/fr/versions/{version.reference}/cite.json")).json()
    assert item["title"] == "Charte"
    assert item["URL"] == f"https://consult.test/versions/{version.reference}"
    assert item["issued"] == {"date-parts": [[2026, 11, 24]]}


@pytest.mark.parametrize(
    "address",
    [
        "/en/versions/FMF-2026-99-D1-V1",
        "/en/versions/nothing",
        "/files/versions/FMF-2026-99-D1-V1.en.pdf",
        "/files/versions/{reference}.de.pdf",
        "/files/versions/{reference}.en.exe",
        "/files/versions/{reference}.en.7.md",
        "/files/versions/{reference}.en.annotated.epub",
        "/files/versions/..%2f..%2fetc%2fpasswd",
        "/en/versions/{reference}/files/{reference}.xx.pdf",
        "/en/versions/{reference}/files/FMF-2026-99-D1-V1.en.pdf",
    ],
)
async def test_what_is_not_there_is_not_found(site: Site, reader: httpx.AsyncClient, address: str) -> None:
    await site.consultation()
    version = await publish(site, DRAFT)
    assert (await reader.get(address.format(reference=version.reference))).status_code == 404


async def test_nothing_of_a_consultation_that_is_not_public_is_given_away(
    site: Site, reader: httpx.AsyncClient
) -> None:
    await site.consultation(published=False)
    version = await publish(site, DRAFT)
    await work(site)
    for address in (
        f"/en/versions/{version.reference}",
        f"/files/versions/{version.reference}.en.1.md",
        f"/files/versions/{version.reference}.en.md",
    ):
        assert (await reader.get(address)).status_code == 404
