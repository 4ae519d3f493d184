"""The worker makes files of what is published; readers get them, or learn where they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from docx import Document
from sqlalchemy import update

from consult.editions.content import FileText
from consult.editions.formats import MAKINGS
from consult.editions.gathering import Order, gather_annotated
from consult.editions.making import make
from consult.models.document import Version
from consult.models.people import Role
from consult.models.version import Rendition, RenditionState
from tests.comments.talking import moderate, reply, say
from tests.conftest import DAY
from tests.editions.scene import ask, only, publish, renditions, unzipped_bytes, work
from tests.people import DRAFT, Site

CANARY = "canary-7261"


async def published(site: Site) -> Version:
    await site.consultation()
    return await publish(site, DRAFT)


async def test_files_of_a_published_version_are_made_and_sent(site: Site, reader: httpx.AsyncClient) -> None:
    version = await published(site)
    early = await reader.get(f"/files/versions/{version.reference}.fr.docx")
    assert early.status_code == 303
    await ask(site)
    page = await reader.get(early.headers["location"])
    assert page.status_code == 202
    assert page.headers["refresh"] == "5"
    assert "being made" in page.text
    await only(site, "docx", "epub", "md")
    await work(site)
    at = f"/files/versions/{version.reference}.fr"
    word = await reader.get(f"{at}.docx")
    assert word.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert word.headers["content-disposition"] == f'attachment; filename="{version.reference}.fr.docx"'
    assert "Le conseil se réunit en public." in [p.text for p in Document(BytesIO(word.content)).paragraphs]
    again = await reader.get(f"{at}.docx", headers={"if-none-match": word.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "EPUB/nav.xhtml" in unzipped_bytes((await reader.get(f"{at}.epub")).content)
    assert version.reference in (await reader.get(f"{at}.md")).text
    assert (await reader.get(page.url.path)).headers["location"] == f"{at}.docx"


async def test_a_file_is_made_anew_only_where_its_text_changed(site: Site) -> None:
    version = await published(site)
    await ask(site)
    await only(site, "md")
    await work(site)
    before = await renditions(site)
    site.clock.advance(DAY)
    async with site.database.writing() as session:
        await session.execute(
            update(Rendition).where(Rendition.format == "md").values(state=RenditionState.WAITING)
        )
    await work(site)
    after = await renditions(site)
    assert [row.made_at for row in after.values()] == [row.made_at for row in before.values()]
    assert after["text.en.md"].state == RenditionState.READY
    assert version.reference


@pytest.fixture
def failing() -> Iterator[None]:
    """A format whose maker is broken."""
    MAKINGS["text"].makers["md"] = "json:loads"  # type: ignore[index]
    yield
    MAKINGS["text"].makers["md"] = "consult.editions.markdown_file:make_markdown"  # type: ignore[index]


def test_what_goes_wrong_is_an_answer_and_says_nothing_of_the_text(failing: None) -> None:
    made = make("text", "md", CANARY)
    assert made.error.startswith("JSONDecodeError")
    assert CANARY not in made.error
    MAKINGS["text"].makers["md"] = "no_such_module:make"  # type: ignore[index]
    assert make("text", "md", CANARY).unavailable


async def test_a_file_that_fails_is_tried_again_and_then_shown_at_the_desk(
    site: Site, reader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    version = await published(site)
    await ask(site)
    await only(site, "md")
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setattr("sys.executable", str(broken))
        for attempt, pause in enumerate((1, 10, 60, 0), start=1):
            await work(site)
            row = (await renditions(site))["text.en.md"]
            assert (row.attempts, row.error) == (attempt, "ended with 3")
            site.clock.advance(timedelta(minutes=pause))
    assert row.state == RenditionState.FAILED
    page = await reader.get(f"/en/versions/{version.reference}/files/{version.reference}.en.md")
    assert "could not be made" in page.text
    editor = await site.signed_in(Role.EDITOR)
    assert f"{version.reference}.en.md" in (await editor.get("/en/desk/files")).text
    answer = await editor.post_form(f"/en/desk/files/{row.id}/retry", {}, form_at="/en/desk/files")
    assert answer.status_code == 303
    await work(site)
    assert (await reader.get(f"/files/versions/{version.reference}.en.md")).status_code == 200


async def test_a_machine_without_pango_says_that_pdf_is_not_available(
    site: Site, reader: httpx.AsyncClient
) -> None:
    version = await published(site)
    await ask(site)
    async with site.database.writing() as session:
        await session.execute(
            update(Rendition).values(state=RenditionState.FAILED, error="unavailable: OSError: no pango")
        )
    page = await reader.get(f"/en/versions/{version.reference}/files/{version.reference}.en.pdf")
    assert page.status_code == 200
    assert "can't make such files" in page.text.replace("&#39;", "'")


async def annotated(site: Site, version: Version, lang: str = "en") -> FileText:
    async with site.database.reading() as session:
        mine = await session.get_one(Version, version.id)
        return await gather_annotated(session, Order(mine, lang, site.settings.base_url))


async def test_the_annotated_text_has_what_is_public_and_nothing_else(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    block = f"/en/consultations/charter/drafts/text/blocks/{keys[1]}"
    async with site.database.reading() as session:
        version = await session.get_one(Version, 1)
    amina, ben = await site.signed_in(name="Amina"), await site.signed_in(name="Ben")
    moderator = await site.signed_in(Role.MODERATOR)
    first = await say(amina, "Members should share more.", block)
    await reply(ben, first, "They should share less.")
    await say(await site.signed_in(name=CANARY), "Said without a name.", block, anonymous="1")
    hidden = await say(await site.signed_in(name="Rude"), f"Hidden {CANARY}", block)
    await moderate(moderator, hidden, "hide")
    gone = await reply(ben, first, f"Gone {CANARY}")
    await moderate(moderator, gone, "hide")
    text = await annotated(site, version, "fr")
    (commented,) = [each for each in text.blocks if each.comments]
    assert commented.key == keys[1]
    assert commented.plain == "Les membres partagent ce qu'ils apprennent."
    assert [(each.html, each.depth) for each in commented.comments] == [
        ("<p>Members should share more.</p>", 0),
        ("<p>They should share less.</p>", 1),
        ("<p>Said without a name.</p>", 0),
    ]
    assert commented.comments[0].who[0] == "Amina"
    assert commented.comments[0].address == f"https://consult.test/contributions/{first}"
    for format_ in MAKINGS["annotated"].makers:
        made = make("annotated", format_, text)
        assert made.body, made.error
        assert CANARY.encode() not in made.body
    words = " ".join(p.text for p in Document(BytesIO(make("annotated", "docx", text).body)).paragraphs)
    assert "Amina" in words
    assert CANARY not in words


async def test_what_waits_for_a_moderator_is_not_in_the_annotated_text(site: Site) -> None:
    await site.consultation(first_posts_wait=True)
    keys = await site.draft()
    ben = await site.signed_in(name="Ben")
    answer = await ben.post_form(
        f"/en/consultations/charter/drafts/text/blocks/{keys[1]}", {"text": f"Waiting {CANARY}"}
    )
    assert answer.status_code in (200, 303)
    async with site.database.reading() as session:
        version = await session.get_one(Version, 1)
    text = await annotated(site, version)
    assert not any(block.comments for block in text.blocks)


async def test_an_annotated_file_is_made_when_a_reader_asks_and_again_when_more_was_said(
    site: Site, reader: httpx.AsyncClient
) -> None:
    await site.consultation()
    keys = await site.draft()
    async with site.database.reading() as session:
        version = await session.get_one(Version, 1)
    name = f"{version.reference}.en.annotated.docx"
    page = f"/en/versions/{version.reference}/files/{name}"
    await ask(site)
    await only(site)
    assert "Make the file" in (await reader.get(page)).text
    assert not any(each.startswith("annotated") for each in await renditions(site))
    asked = await reader.post(page, headers={"origin": "https://consult.test"})
    assert asked.status_code == 303
    assert (await reader.get(page)).status_code == 202
    await work(site)
    first = await reader.get(f"/files/versions/{name}")
    assert first.status_code == 200
    ben = await site.signed_in(name="Ben")
    await say(ben, "Newly said.", f"/en/consultations/charter/drafts/text/blocks/{keys[1]}")
    assert "Make it anew" in (await reader.get(page)).text
    await reader.post(page, headers={"origin": "https://consult.test"})
    assert (await reader.get(f"/files/versions/{name}")).content == first.content
    await work(site)
    second = await reader.get(f"/files/versions/{name}")
    assert "Newly said." in [p.text for p in Document(BytesIO(second.content)).paragraphs]
    assert second.headers["etag"] != first.headers["etag"]


async def test_a_file_with_a_comment_that_was_hidden_or_withdrawn_is_not_sent_any_more(
    site: Site, reader: httpx.AsyncClient
) -> None:
    await site.consultation()
    keys = await site.draft()
    async with site.database.reading() as session:
        version = await session.get_one(Version, 1)
    block = f"/en/consultations/charter/drafts/text/blocks/{keys[1]}"
    rude = await say(await site.signed_in(name="Rude"), f"Rude {CANARY}", block)
    name = f"{version.reference}.en.annotated.docx"
    page = f"/en/versions/{version.reference}/files/{name}"
    await ask(site)
    await only(site)
    await reader.post(page, headers={"origin": "https://consult.test"})
    await work(site)
    assert (await reader.get(f"/files/versions/{name}")).headers["cache-control"] == "no-store"
    await say(await site.signed_in(name="Ben"), "Said later.", block)
    assert (await reader.get(f"/files/versions/{name}")).status_code == 200
    await moderate(await site.signed_in(Role.MODERATOR), rude, "hide")
    assert (await reader.get(f"/files/versions/{name}")).status_code == 303
    assert "Make the file" in (await reader.get(page)).text
    await work(site)
    assert "annotated.en.docx" not in await renditions(site)
