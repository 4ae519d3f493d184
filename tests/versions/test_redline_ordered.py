"""A reader orders a redline from the compare page, the worker makes it, and it says what changed."""

from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from sqlalchemy import select, update

from consult.documents.keeping import keep_editions
from consult.models.document import Block, BlockText, Version
from consult.models.people import Role
from consult.models.version import Rendition, RenditionState
from tests.editions.scene import ask, only, work
from tests.people import Site
from tests.versions.compared import HERE, two_versions

pytestmark = pytest.mark.anyio


async def ordered(site: Site, format_: str, lang: str = "en") -> str:
    """The page of a redline that was asked for where the versions are compared."""
    await ask(site)
    await only(site)
    reader = await site.signed_in(name="Rosa Quispe")
    page = (await reader.get(f"{HERE}/1/2?text={lang}")).text
    (link,) = re.findall(rf'href="(/en/versions/[^"]+\.{lang}\.redline-1\.{format_})"', page)
    assert "from version 1 to version 2" in (await reader.get(link)).text
    assert (await reader.post_form(link, {})).status_code == 303
    assert (await reader.get(link)).status_code == 202
    return link


async def sent(site: Site, link: str) -> bytes:
    """The file, as its page leads to it once the worker was there."""
    await work(site)
    reader, name = site.browser(), link.rpartition("/")[2]
    (address,) = re.findall(r'href="(/files/versions/[^"]+)"', (await reader.get(link)).text)
    file = await reader.get(address)
    assert file.status_code == 200
    assert file.headers["content-disposition"] == f'attachment; filename="{name}"'
    return file.content


def tracked(body: bytes, tag: str) -> list[str]:
    marks = Document(BytesIO(body)).element.body.iter(qn(f"w:{tag}"))
    texts = ("".join(each.text or "" for each in mark.iter(qn("w:t"), qn("w:delText"))) for mark in marks)
    return [text for text in texts if text]


async def test_a_redline_for_word_has_what_was_inserted_and_deleted(site: Site) -> None:
    await two_versions(site)
    body = await sent(site, await ordered(site, "docx"))
    assert tracked(body, "del") == ["twice", "Minutes are kept."]
    assert tracked(body, "ins") == ["three times", "Anybody may ask."]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not here")
async def test_a_redline_for_paper_has_both_texts(site: Site, tmp_path: Path) -> None:
    await two_versions(site)
    file = tmp_path / "redline.pdf"
    file.write_bytes(await sent(site, await ordered(site, "pdf")))
    said = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "Version 2 compared with version 1" in said
    assert "The board meets [−twice−][+three times+] a year in public." in " ".join(said.split())


async def test_a_redline_is_made_anew_when_a_translation_has_followed(site: Site) -> None:
    await two_versions(site)
    link = await ordered(site, "docx", "fr")
    assert tracked(await sent(site, link), "ins") == ["Anybody may ask."]
    async with site.database.writing() as session:
        version = (await session.execute(select(Version).where(Version.number == 2))).scalar_one()
        mine = select(Block.id).where(Block.version_id == version.id)
        words = "Le conseil se réunit trois fois par an en public."
        followed = update(BlockText).where(
            BlockText.block_id.in_(mine), BlockText.lang == "fr", BlockText.plain.startswith("Le conseil")
        )
        await session.execute(followed.values(source=words, html=words, plain=words))
        await keep_editions(session, version, site.clock.now())
    assert tracked(await sent(site, link), "ins") == ["trois", "Anybody may ask."]


async def test_the_desk_says_which_redline_could_not_be_made(site: Site) -> None:
    await two_versions(site)
    link = await ordered(site, "docx")
    async with site.database.writing() as session:
        failed = update(Rendition).where(Rendition.what == "redline")
        await session.execute(failed.values(state=RenditionState.FAILED, error="ended with 3"))
    editor = await site.signed_in(Role.EDITOR)
    assert f"<bdi>{link.rpartition('/')[2]}</bdi>" in (await editor.get("/en/desk/files")).text
