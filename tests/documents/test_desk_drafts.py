"""An editor brings in a draft at the desk, settles what does not pair, and publishes; others can't."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest
from sqlalchemy import func, select

from consult.documents.storing import load_kept
from consult.models.document import Draft, Figure, Import, Version
from consult.models.people import Role
from tests.documents.test_service_figures import PNG
from tests.documents.test_service_versions import CHARTER, ENGLISH, FIGURES, FRENCH, SPANISH
from tests.people import BASE, TOKEN, Browser, Site

HOME = "/en/desk/consultations/charter"
NEW = f"{HOME}/drafts/new"
FIELDS = {"slug": "rules", "original": "en"}
Uploads = list[tuple[str, tuple[str, bytes, str]]]


def as_files(texts: Mapping[str, str]) -> Uploads:
    return [(f"file-{lang}", (f"{lang}.md", text.encode(), "text/markdown")) for lang, text in texts.items()]


async def send(browser: Browser, address: str, fields: Mapping[str, str], files: Uploads) -> httpx.Response:
    """Fill in the form at an address, files included."""
    page = await browser.get(address)
    assert page.status_code == 200
    token = TOKEN.search(page.text)
    assert token is not None
    return await browser.post(
        address, data={"csrf": token[1], **fields}, files=files or None, headers={"origin": BASE}
    )


async def bring_in(site: Site, browser: Browser, texts: Mapping[str, str], address: str = NEW) -> str:
    """Send files; the address of the page that says what came of them."""
    sent = await send(browser, address, FIELDS, as_files(texts))
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


async def publish(site: Site, browser: Browser, texts: Mapping[str, str], address: str = NEW) -> None:
    at = await bring_in(site, browser, texts, address)
    done = await browser.post_form(
        at, {**chosen((await browser.get(at)).text), "number": number_on(await browser.get(at))}
    )
    assert done.status_code == 303, done.text
    if "/versions/" in done.headers["location"]:
        published = await browser.post_form(done.headers["location"] + "/publish", {})
        assert published.status_code == 303, published.text


def number_on(page: httpx.Response) -> str:
    return page.text.partition('name="number" value="')[2].partition('"')[0]


def chosen(html: str) -> dict[str, str]:
    """The radio buttons that are ticked."""
    found = {}
    for tag in html.split("<input")[1:]:
        tag = tag.partition(">")[0]
        if 'type="radio"' in tag and " checked" in tag:
            name, value = (tag.partition(f'{part}="')[2].partition('"')[0] for part in ("name", "value"))
            found[name] = value
    return found


async def kept(site: Site, table: type) -> int:
    async with site.database.reading() as session:
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


async def test_an_editor_publishes_the_charter_in_six_languages(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(CHARTER.glob("*.md"))}
    pictures = [("figures", ("bodies.svg", FIGURES["bodies.svg"], "image/svg+xml"))]
    sent = await send(editor, NEW, FIELDS, as_files(texts) + pictures)
    assert sent.status_code == 303
    assert await kept(site, Draft) == 0
    page = await editor.get(sent.headers["location"])
    assert "45 blocks" in page.text
    assert "6 languages" in page.text
    assert "nothing unpaired" in page.text
    done = await editor.post_form(sent.headers["location"], {"number": "1"})
    assert done.headers["location"].startswith(HOME)
    assert (await kept(site, Version), await kept(site, Figure)) == (1, 1)


async def test_the_form_can_be_filled_by_pasting(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    sent = await send(
        editor, NEW, {**FIELDS, "text-en": ENGLISH, "text-fr": FRENCH, "title-en": "House rules"}, []
    )
    assert sent.status_code == 303
    assert "House rules" in (await editor.get(sent.headers["location"])).text


async def test_what_does_not_pair_is_settled_side_by_side(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    at = await bring_in(site, editor, {"en": ENGLISH, "es": SPANISH})
    page = (await editor.get(at)).text
    assert "Several blocks of the original are one block in the translation." in page
    assert "Minutes are public." in page
    assert 'lang="es" dir="ltr"><p>El Foro se reúne dos veces al año.' in page
    assert chosen(page) == {"choice-es-o1-2t1": "join"}
    await editor.post_form(at, {"choice-es-o1-2t1": "missing", "number": "1"})
    async with site.database.reading() as session:
        version = (await session.execute(select(Version))).scalar_one()
        blocks = await load_kept(session, version)
        waiting = (await session.execute(select(Import))).scalar_one()
    assert [("es" in block.texts) for block in blocks] == [True, False, False, True, True]
    assert waiting.choices == {"es": {"o1-2t1": "missing"}}
    assert waiting.settled_at is not None


async def test_nothing_is_published_while_something_is_left_open(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    at = await bring_in(site, editor, {"en": ENGLISH, "es": SPANISH, "fr": FRENCH.replace("- deux\n", "")})
    missing = next(name for name in chosen((await editor.get(at)).text) if name.startswith("choice-fr"))
    refused = await editor.post_form(at, {"number": "1", "choice-es-o1-2t1": "missing"})
    assert refused.status_code == 422
    assert f'href="#{missing}"' in refused.text
    assert chosen(refused.text)["choice-es-o1-2t1"] == "missing"
    assert await kept(site, Draft) == 0


async def test_publishing_twice_makes_one_version(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    at = await bring_in(site, editor, {"en": ENGLISH, "fr": FRENCH})
    token = TOKEN.search((await editor.get(at)).text)
    assert token is not None
    for _ in range(2):
        done = await editor.post(at, data={"csrf": token[1], "number": "1"}, headers={"origin": BASE})
        assert done.status_code == 303
    assert await kept(site, Version) == 1
    assert (await editor.get(at)).headers["location"] == HOME


async def test_an_editor_hears_that_another_version_came_first(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    await publish(site, editor, {"en": ENGLISH})
    versions = f"{HOME}/drafts/rules/versions/new"
    slow = await bring_in(site, editor, {"en": ENGLISH.replace("twice", "four times")}, versions)
    await publish(site, editor, {"en": ENGLISH.replace("twice", "three times")}, versions)
    told = await editor.post_form(slow, {"number": "2"})
    assert told.status_code == 422
    assert "Version 2 was published in the meantime." in told.text
    assert number_on(told) == "3"
    assert (await editor.post_form(slow, {"number": "3"})).status_code == 303


async def test_files_can_be_thrown_away(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    text = ENGLISH + "\n![A cat](cat.png)\n"
    sent = await send(
        editor, NEW, FIELDS, [*as_files({"en": text}), ("figures", ("cat.png", PNG, "image/png"))]
    )
    at = sent.headers["location"]
    assert await kept(site, Figure) == 1
    gone = await editor.post_form(f"{at}/discard", {}, form_at=at)
    assert gone.headers["location"].startswith(HOME)
    assert (await kept(site, Import), await kept(site, Figure)) == (0, 0)
    assert (await editor.get(at)).status_code == 404


async def test_a_language_is_added_to_a_published_version(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    await publish(site, editor, {"en": ENGLISH})
    form = f"{HOME}/drafts/rules/translations/new"
    page = (await editor.get(form)).text
    assert 'name="file-fr"' in page
    assert 'name="file-en"' not in page
    at = await bring_in(site, editor, {"fr": FRENCH}, form)
    assert "Add the translation" in (await editor.get(at)).text
    assert (await editor.post_form(at, {"number": "1"})).status_code == 303
    async with site.database.reading() as session:
        version = (await session.execute(select(Version))).scalar_one()
        blocks = await load_kept(session, version)
    assert version.languages == ["en", "fr"]
    assert blocks[1].texts["fr"].plain == "Le Forum se réunit deux fois par an."
    again = await send(editor, form, {}, as_files({"fr": FRENCH}))
    assert again.status_code == 422
    assert "has this language already" in again.text


async def test_everything_typed_is_still_there_after_an_error(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    typed = {**FIELDS, "slug": "Not a name!", "title-ar": "قواعد", "text-ar": "# قواعد\n\nنص <b>"}
    uploads = as_files({"en": "# Rules\n\n![](cat.png)\n", "fr": FRENCH})
    refused = await send(editor, NEW, typed, [*uploads, ("figures", ("cat.png", PNG, "image/png"))])
    assert refused.status_code == 422
    for words in (
        "Not a name!",
        "قواعد",
        "نص &lt;b&gt;",
        "![](cat.png)",
        "Le Forum se réunit deux fois par an.",
    ):
        assert words in refused.text
    assert 'href="#slug"' in refused.text
    assert "Choose the picture files again." in refused.text
    refused = await send(editor, NEW, {**typed, "slug": "rules"}, uploads)
    assert 'href="#text-en"' in refused.text
    assert "English, line 3: The image “cat.png” has no text alternative" in refused.text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "this is the original"),
        ("# Règles\n\nété\n".encode("latin-1"), "line 1: This file is not UTF-8 text"),
        (b"# A\n\nb\x00c", "English, line 3: The text has a character in it"),
        (b"# A\n\n" + b"word " * 600_000, "is larger than 2 MB"),
        (b"no heading at all", "The document has no heading"),
        (b"# A\n\n![a picture](https://elsewhere.example/a.png)", "The figure is not a file of this draft"),
    ],
)
async def test_a_file_that_cannot_be_taken_says_why(site: Site, body: bytes, says: str) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    refused = await send(editor, NEW, FIELDS, [("file-en", ("rules.md", body, "text/markdown"))])
    assert refused.status_code == 422
    assert says in refused.text
    assert await kept(site, Import) == 0


async def test_a_form_of_more_than_sixteen_megabytes_is_refused(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    refused = await send(
        editor, NEW, FIELDS, [("file-en", ("rules.md", b"a" * (17 * 2**20), "text/markdown"))]
    )
    assert refused.status_code == 413


async def test_a_draft_of_that_name_must_be_a_new_version(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    await publish(site, editor, {"en": ENGLISH})
    refused = await send(editor, NEW, FIELDS, as_files({"en": ENGLISH}))
    assert refused.status_code == 422
    assert "has a draft of this name already" in refused.text


@pytest.mark.parametrize("role", [None, Role.RESPONDENT, Role.MODERATOR])
async def test_only_editors_bring_in_drafts(site: Site, role: Role | None) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR, "Eda")
    await publish(site, editor, {"en": ENGLISH})
    at = await bring_in(site, editor, {"en": ENGLISH + "\nMore.\n"}, f"{HOME}/drafts/rules/versions/new")
    other = await site.signed_in(role, "Otto") if role else site.browser()
    for address in (NEW, f"{HOME}/drafts/rules/versions/new", f"{HOME}/drafts/rules/translations/new", at):
        assert (await other.get(address)).status_code == (404 if role else 401)
        assert (await other.post(address, data={}, headers={"origin": BASE})).status_code in (401, 403, 404)
    assert (await other.post(f"{at}/discard", data={}, headers={"origin": BASE})).status_code in (
        401,
        403,
        404,
    )
    assert await kept(site, Import) == 2


@pytest.mark.parametrize(
    "address", ["drafts/none/versions/new", "drafts/none/translations/new", "imports/99"]
)
async def test_what_is_not_there_is_not_found(site: Site, address: str) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    assert (await editor.get(f"{HOME}/{address}")).status_code == 404
    assert (await editor.get(f"{HOME.replace('charter', 'nowhere')}/{address}")).status_code == 404


async def test_a_picture_is_served_so_that_it_can_do_nothing(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    text = {"en": (CHARTER / "en.md").read_text(encoding="utf-8")}
    sent = await send(
        editor, NEW, FIELDS, [*as_files(text), ("figures", ("bodies.svg", FIGURES["bodies.svg"], ""))]
    )
    await editor.post_form(sent.headers["location"], {"number": "1"})
    async with site.database.reading() as session:
        figure = (await session.execute(select(Figure))).scalar_one()
    found = await site.browser().get(f"/files/{figure.draft_id}/{figure.name}")
    assert found.status_code == 200
    assert found.content == FIGURES["bodies.svg"]
    assert found.headers["content-type"] == "image/svg+xml"
    assert found.headers["content-security-policy"].endswith("; sandbox")
    assert "script-src" not in found.headers["content-security-policy"]
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in found.headers["cache-control"]
    assert (await site.browser().get(f"/files/{figure.draft_id}/other.svg")).status_code == 404


async def test_a_picture_of_a_consultation_that_is_not_public_is_not_either(site: Site) -> None:
    await site.consultation(published=False)
    editor = await site.signed_in(Role.EDITOR)
    text = {"en": ENGLISH + "\n![A cat](cat.png)\n"}
    sent = await send(editor, NEW, FIELDS, [*as_files(text), ("figures", ("cat.png", PNG, "image/png"))])
    await editor.post_form(sent.headers["location"], {"number": "1"})
    async with site.database.reading() as session:
        figure = (await session.execute(select(Figure))).scalar_one()
    address = f"/files/{figure.draft_id}/{figure.name}"
    assert (await site.browser().get(address)).status_code == 404
    seen = await editor.get(address)
    assert (seen.status_code, seen.headers["cache-control"]) == (200, "private, no-store")


async def test_a_first_version_can_be_kept_in_preparation_and_replaced(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    at = await bring_in(site, editor, {"en": ENGLISH})
    kept_ = await editor.post_form(at, {"number": "1", "then": "prepare"})
    workbench = kept_.headers["location"]
    assert workbench == f"{HOME}/drafts/rules/versions/1"
    assert (await site.browser().get("/en/consultations/charter/drafts/rules")).status_code == 404
    again = await bring_in(
        site, editor, {"en": ENGLISH.replace("twice", "thrice")}, f"{HOME}/drafts/rules/versions/new"
    )
    assert workbench in (await editor.get(again)).text
    refused = await editor.post_form(again, {"number": "1", "then": "prepare"})
    assert refused.status_code == 422
    assert "Version 1 is in preparation already" in refused.text
    done = await editor.post_form(again, {"number": "1", "then": "prepare", "replace": "yes"})
    assert done.headers["location"] == workbench
    assert "thrice" in (await editor.get(f"{workbench}/text")).text
    assert await kept(site, Version) == 1


async def test_a_picture_is_seen_by_readers_once_its_version_is_public(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    text = ENGLISH + "\n![A cat](cat.png)\n"
    uploads = [*as_files({"en": text}), ("figures", ("cat.png", PNG, "image/png"))]
    sent = await send(editor, NEW, FIELDS, uploads)
    await editor.post_form(sent.headers["location"], {"number": "1", "then": "prepare"})
    async with site.database.reading() as session:
        figure = (await session.execute(select(Figure))).scalar_one()
    address = f"/files/{figure.draft_id}/{figure.name}"
    assert (await site.browser().get(address)).status_code == 404
    assert (await editor.get(address)).status_code == 200
    await editor.post_form(f"{HOME}/drafts/rules/versions/1/publish", {})
    assert (await site.browser().get(address)).status_code == 200
