"""An editor puts pictures into a version in preparation, each with words for those who can't see it."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from sqlalchemy import func, select

from consult.documents.figures import MOST_BYTES
from consult.kernel.translated import digest
from consult.models.document import Figure
from tests.documents.test_service_figures import PNG, drawing
from tests.people import TOKEN, Browser, Site
from tests.versions.test_desk_versions import HOME, PUBLIC, TWO, Desk, desk

__all__ = ["desk"]
SHOWS = 'A *chart* of "seats" [by] body & <year> \\ 2026'
OTHER = PNG.replace(b"\x00" * 20, b"\x01" * 20)


async def send(
    browser: Browser, tail: str, fields: dict[str, str], picture: tuple[str, bytes] | None = None
) -> httpx.Response:
    """Fill in a figure's form, as a browser sends it: with an empty file where none was chosen."""
    form = await browser.get(TWO + re.sub("/preview$", "", tail))
    token, seen = TOKEN.search(form.text), re.search(r'name="seen" value="([^"]*)"', form.text)
    assert token
    name, body = picture or ("", b"")
    return await browser.post(
        TWO + tail,
        data={"csrf": token[1], **({"seen": seen[1]} if seen else {}), **fields},
        files={"picture": (name, body, "application/octet-stream")},
        headers={"origin": "https://consult.test"},
    )


async def add(
    desk: Desk, key: str, picture: tuple[str, bytes] = ("seats.png", PNG), **fields: str
) -> httpx.Response:
    return await send(desk.editor, f"/blocks/{key}/after/figure", {"alternative": SHOWS, **fields}, picture)


async def count_figures(site: Site) -> int:
    async with site.database.reading() as session:
        return (await session.execute(select(func.count()).select_from(Figure))).scalar_one()


def held_in(page: str) -> str:
    found = re.search(r'name="held" value="([^"]*)"', page)
    assert found
    return found[1]


async def test_a_figure_is_added_with_its_picture_and_what_it_says(desk: Desk) -> None:
    done = await add(desk, desk.keys[2], caption="Seats, 2026")
    block = (await desk.blocks())[3]
    assert done.headers["location"].partition("?")[0] == f"{TWO}/text"
    assert done.headers["location"].endswith(f"#b-{block.key}")
    assert (block.kind, block.shape["file"]) == ("figure", "seats.png")
    assert block.texts["en"].plain == f"{SHOWS} Seats, 2026"
    picture = await desk.editor.get(str(block.shape["src"]))
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    assert (await desk.site.browser().get(str(block.shape["src"]))).status_code == 404
    for tail in ("", "/text", f"/matching/{block.key}"):
        assert f'src="{block.shape["src"]}"' in (await desk.editor.get(TWO + tail)).text
    await desk.send("/publish", {"note.en": "With a chart."})
    assert (await desk.site.browser().get(str(block.shape["src"]))).status_code == 200
    assert str(block.shape["src"]) in (await desk.site.browser().get(PUBLIC)).text


async def test_without_words_it_is_refused_and_nothing_has_to_be_done_twice(desk: Desk) -> None:
    refused = await add(desk, desk.keys[2], alternative=" ", caption="Seats, 2026")
    assert refused.status_code == 422
    assert "Describe what the picture shows" in refused.text
    assert 'href="#alternative"' in refused.text
    assert 'value="Seats, 2026"' in refused.text
    assert len(await desk.blocks()) == len(desk.keys)
    kept = {"held": held_in(refused.text), "alternative": "A chart.", "caption": "Seats, 2026"}
    assert f'/{kept["held"]}"' in refused.text
    await send(desk.editor, f"/blocks/{desk.keys[2]}/after/figure", kept)
    assert (await desk.blocks())[3].texts["en"].plain == "A chart. Seats, 2026"


async def test_all_that_is_missing_is_said_at_once(desk: Desk) -> None:
    refused = await send(
        desk.editor, "/blocks/start/after/figure", {"alternative": "", "caption": "x" * 1001}
    )
    assert refused.status_code == 422
    for name in ("picture", "alternative", "caption"):
        assert f'href="#{name}"' in refused.text
    arabic = await desk.editor.get(TWO.replace("/en/", "/ar/") + "/blocks/start/after/figure")
    assert 'lang="en"' in arabic.text


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (("a.svg", drawing("<script>alert(1)</script>")), "holds more than shapes and words (script)"),
        (("a.svg", drawing(on=' onload="alert(1)"')), "(onload)"),
        (("a.svg", drawing('<image href="https://elsewhere.example/a.png"/>')), "(image)"),
        (("a.svg", b"<!DOCTYPE svg [<!ENTITY x 'y'>]>" + drawing()), "(DOCTYPE)"),
        (("a.png", drawing("<script>alert(1)</script>")), "is not what its name says"),
        (("a.jpg", PNG), "is not what its name says"),
        (("a.html", b"<script>alert(1)</script>"), "is not a PNG, JPEG or SVG file"),
        (("a.png", PNG + b"\x00" * MOST_BYTES), "is larger than 1 MB"),
    ],
)
async def test_what_an_import_would_refuse_is_refused_here(
    desk: Desk, picture: tuple[str, bytes], says: str
) -> None:
    for tail in ("", "/preview"):
        refused = await send(
            desk.editor,
            f"/blocks/{desk.keys[2]}/after/figure{tail}",
            {"alternative": "What I typed"},
            picture,
        )
        assert refused.status_code == (200 if tail else 422)
        assert says in unescape(refused.text)
        assert "What I typed" in refused.text
    assert await count_figures(desk.site) == 0
    assert len(await desk.blocks()) == len(desk.keys)


async def test_a_name_with_marks_in_it_is_only_a_name(desk: Desk) -> None:
    await add(desk, desk.keys[2], ('../x"><img src=y onerror=z>.png', PNG))
    block = (await desk.blocks())[3]
    assert block.shape["file"] == "x-img-src-y-onerror-z.png"
    assert "onerror=z" not in (await desk.editor.get(TWO + "/text")).text


async def test_another_picture_of_the_same_name_leaves_what_is_public_alone(desk: Desk) -> None:
    await add(desk, desk.keys[2])
    first = (await desk.blocks())[3]
    await desk.send("/publish", {})
    begun = await desk.editor.post_form(f"{HOME}/drafts/text/versions/begin", {}, form_at=HOME)
    assert begun.status_code == 303
    three = TWO.replace("/2", "/3")
    page = await desk.editor.get(f"{three}/blocks/{first.key}/figure")
    token, seen = TOKEN.search(page.text), re.search(r'name="seen" value="([^"]*)"', page.text)
    assert token
    assert seen
    done = await desk.editor.post(
        f"{three}/blocks/{first.key}/figure",
        data={"csrf": token[1], "seen": seen[1], "alternative": "Other seats", "caption": ""},
        files={"picture": ("seats.png", OTHER, "image/png")},
        headers={"origin": "https://consult.test"},
    )
    assert done.status_code == 303
    (now,) = [block for block in await desk.blocks(3) if block.kind == "figure"]
    assert (now.key, now.shape["file"]) == (first.key, "seats-2.png")
    assert (await desk.editor.get(str(now.shape["src"]))).content == OTHER
    assert str(first.shape["src"]) in (await desk.site.browser().get(PUBLIC)).text


async def test_translations_stay_with_a_figure_and_name_its_new_file(desk: Desk) -> None:
    await add(desk, desk.keys[2], alternative="Seats")
    figure = (await desk.blocks())[3]
    sheet = "/translate/fr"
    await desk.send(f"{sheet}/blocks/{figure.key}", {"text": "![Sièges](seats.png)", "ready": "yes"})
    await desk.send(f"{sheet}/publish", {}, sheet)
    translated = (await desk.blocks())[3]
    assert translated.texts["fr"].plain == "Sièges"
    await send(desk.editor, f"/blocks/{figure.key}/figure", {"alternative": "Seats"}, ("new.png", OTHER))
    now = (await desk.blocks())[3]
    assert now.texts["fr"].source == "![Sièges](<new.png>)"
    assert now.texts["fr"].of == digest("Seats")
    await send(desk.editor, f"/blocks/{figure.key}/figure", {"alternative": "Seats and chairs"})
    now = (await desk.blocks())[3]
    assert now.shape["file"] == "new.png"
    assert now.texts["fr"].of != digest(now.texts["en"].plain)


async def test_a_preview_shows_the_picture_and_changes_nothing(desk: Desk) -> None:
    tail = f"/blocks/{desk.keys[2]}/after/figure/preview"
    shown = await send(desk.editor, tail, {"alternative": "", "caption": "Seats"}, ("seats.png", PNG))
    assert (shown.status_code, "still to be put in words" in shown.text) == (200, True)
    held = held_in(shown.text)
    assert f'/{held}"' in shown.text
    again = await send(desk.editor, tail, {"alternative": "A chart", "held": held})
    assert '<span class="figure-alternative">A chart</span>' in again.text
    assert f'/{held}"' in again.text
    unknown = await send(desk.editor, tail, {"alternative": "A chart", "held": "nothing.png"})
    assert "No picture has been chosen yet." in unknown.text
    assert len(await desk.blocks()) == len(desk.keys)
    await desk.write(desk.keys[2], "Minutes are public at once.")
    assert await count_figures(desk.site) == 1
    await desk.send("/publish", {})
    assert await count_figures(desk.site) == 0


async def test_two_editors_of_a_figure_do_not_overwrite_each_other(desk: Desk) -> None:
    await add(desk, desk.keys[2], alternative="Seats")
    key = (await desk.blocks())[3].key
    page = await desk.editor.get(f"{TWO}/blocks/{key}/figure")
    token, seen = TOKEN.search(page.text), re.search(r'name="seen" value="([^"]*)"', page.text)
    assert token
    assert seen
    await send(desk.editor, f"/blocks/{key}/figure", {"alternative": "Seats of the board"})
    second = await desk.editor.post(
        f"{TWO}/blocks/{key}/figure",
        data={"csrf": token[1], "seen": seen[1], "alternative": "Chairs", "caption": ""},
        files={"picture": ("new.png", OTHER, "image/png")},
        headers={"origin": "https://consult.test"},
    )
    assert second.status_code == 409
    for words in ("Somebody else changed this block", "Seats of the board", "Chairs", held_in(second.text)):
        assert words in second.text
    assert (await desk.blocks())[3].texts["en"].plain == "Seats of the board"


async def test_a_figure_does_not_part_a_table_nor_follow_the_notes(desk: Desk) -> None:
    await add(desk, desk.keys[5])
    kinds = [block.kind for block in await desk.blocks()]
    assert kinds[5:9] == ["table_row", "table_row", "figure", "footnote"]
    await add(desk, desk.keys[7])
    kinds = [block.kind for block in await desk.blocks()]
    assert kinds[7:] == ["figure", "figure", "footnote"]


async def test_only_a_figure_has_a_picture(desk: Desk) -> None:
    assert (await desk.editor.get(f"{TWO}/blocks/{desk.keys[2]}/figure")).status_code == 404
    assert (await desk.editor.get(f"{TWO}/blocks/nothing/figure")).status_code == 409
