"""Three successive versions of a real code of conduct, in the languages that each has, through the whole way."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document
from lxml import etree
from playwright.sync_api import Browser, Page, expect

from tests.browser.furnishing import is_carried
from tests.browser.people import EDITOR, Doors
from tests.browser.serving import serving, wait_until
from tests.browser.steps import create, open_a_round, post, press, say
from tests.browser.test_marked_words import mark_by_mouse
from tests.conftest import DATA
from tests.demo_site import DemoSite

COVENANT = DATA / "covenant"
SLUG = "code-of-conduct"
DRAFT = f"/consultations/{SLUG}/drafts/covenant"
DESK = f"/desk/consultations/{SLUG}/drafts/covenant"
LANGUAGES = ("en", "fr", "es", "ar", "zh", "ru")

pytestmark = pytest.mark.skipif(not COVENANT.exists(), reason="needs the shared data")


@pytest.fixture
def doors(chromium: Browser, demo: DemoSite, tmp_path: Path) -> Iterator[Doors]:
    """Ways into a site of its own, whose worker has nothing else to do."""
    with serving(demo, tmp_path / "site") as served:
        opened = Doors(chromium, served)
        yield opened
        opened.close()


def test_a_draft_of_three_versions_goes_the_whole_way(doors: Doors, tmp_path: Path) -> None:
    editor, reader = doors.open(EDITOR), doors.open()
    create(editor, SLUG, "A code of conduct", LANGUAGES[1:])
    bring_in(editor, f"/en/desk/consultations/{SLUG}/drafts/new", "1.4", set())
    editor.get_by_role("button", name="Publish version 1").click()
    expect(editor.locator("#drafts")).to_be_visible()
    open_a_round(editor, SLUG, datetime.now() + timedelta(days=20))  # noqa: DTZ005
    said = comment_in_many_languages(doors)

    bring_in(editor, f"/en{DESK}/versions/new", "2.0", {"ar"})
    press(editor, "Go on: see what changed")
    mend_the_matching(editor)
    say_why(editor, said["pledge"])
    publish(editor, 2, "What the project learned in five years.")
    wait_until(lambda: doors.site.ask(is_carried), "the worker to carry comments over")
    settle_the_queue(editor)
    read_the_changes(reader, said)
    find_the_comments_again(reader, said)
    bring_arabic_up_to_date(editor, reader, tmp_path)

    bring_in(editor, f"/en{DESK}/versions/new", "2.1", {"ru"})
    press(editor, "Go on: see what changed")
    publish(editor, 3, "Caste and colour are named.")
    wait_until(lambda: doors.site.ask(is_carried), "the worker to carry comments over")
    look_for_what_is_out_of_date(reader, said)
    open_the_files(reader)
    assert doors.complaints == []


def bring_in(page: Page, address: str, version: str, lacking: set[str]) -> None:
    """A version's files in all languages but those that it lacks; what does not pair is as proposed."""
    page.goto(address)
    if address.endswith("drafts/new"):
        page.locator("#slug").fill("covenant")
    for code in LANGUAGES:
        path = COVENANT / version / f"{code}.md"
        assert path.exists() == (code not in lacking)
        if path.exists():
            page.set_input_files(f"#file-{code}", path)
    press(page, "Read the files")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("en", "What came of the files"))


def comment_in_many_languages(doors: Doors) -> dict[str, str]:
    """Comments on all kinds of places, each by somebody who reads another language: references by place."""
    places = {
        "pledge": ("en", "In the interest of fostering", "Say that a disability need not be visible."),
        "respect": ("ar", "احترام وجهات النظر", "ينبغي أن تذكروا الآراء أيضا لا وجهات النظر وحدها."),
        "heading": ("zh", "我们的义务", "这个标题应当说明是执行方面的责任。"),
        "leaders": (
            "fr",
            "qui ne suivent ou qui",
            "Qui décide pour les responsables eux-mêmes ?",
        ),
        "public": ("ru", "публичное или личное", "Хорошо, что названы и частные сообщения."),
        "shared": ("es", "Publicación de información", "También las fotografías son información privada."),
    }
    said = {}
    for name, (lang, words, text) in places.items():
        page = doors.open(doors.site.newcomer(f"Reader {name}"))
        page.goto(f"/{lang}{DRAFT}")
        block = page.locator("[data-block]", has_text=words).first
        if lang == "en":
            mark_by_mouse(page, str(block.get_attribute("id")).removeprefix("b-"))
            page.get_by_role("button", name=say("en", "Comment on these words")).click()
        else:
            page.goto(str(block.get_attribute("data-block")))
        said[name] = post(page, text)
    return said


def mend_the_matching(page: Page) -> None:
    """What the machine can't know: showing empathy is now demonstrating empathy and kindness."""
    change = page.locator("ol.list > li", has_text="Demonstrating empathy and kindness").first
    change.get_by_role("link", name=re.compile("^Mend the matching")).click()
    page.locator("[name=ruling][value=is]").check()
    old = page.locator("#block option", has_text="Showing empathy").first
    page.locator("#block").select_option(old.get_attribute("value"))
    press(page, "Save")
    expect(change).to_contain_text(say("en", "Decided by hand"))
    expect(change).to_contain_text("Showing empathy towards other community members")


def say_why(page: Page, reference: str) -> None:
    """The reason of a change, with the comment that it answers."""
    change = page.locator("ol.list > li", has_text="visible or invisible disability").first
    change.get_by_role("link", name=say("en", "Say why")).click()
    page.locator("[name='reason.en']").fill("Disabilities that nobody sees are meant as well.")
    page.get_by_label(re.compile(reference)).check()
    press(page, "Save")
    expect(change).to_contain_text(reference)


def publish(page: Page, number: int, about: str) -> None:
    page.get_by_role("link", name=f"Publish version {number}").click()
    expect(page.get_by_text(re.compile("^It goes on with the version that it asks about"))).to_be_visible()
    page.locator("[name='note.en']").fill(about)
    page.get_by_role("button", name=f"Publish version {number}").click()
    expect(page.locator("#notices .notice--success")).to_be_visible()


def settle_the_queue(page: Page) -> None:
    """Every place that nobody is sure of, by one key each."""
    page.goto(f"/en{DESK}/versions/2/places")
    while page.locator("[data-key=n]").count():
        before = page.url
        page.keyboard.press("c" if page.locator("[data-key=c]").count() else "1")
        page.wait_for_function("before => location.href !== before", arg=before)
    expect(page.get_by_text(say("en", "No place waits for you"))).to_be_visible()


def read_the_changes(page: Page, said: dict[str, str]) -> None:
    """Every change with its reason, by key, in two languages, in one text and side by side."""
    page.goto(f"/en{DRAFT}/compare/1/2")
    page.keyboard.press("n")
    expect(page.locator("[data-change]").first).to_be_focused()
    pledge = page.locator("[data-change]", has_text="Disabilities that nobody sees").first
    expect(pledge.locator("ins", has_text="visible or invisible")).to_be_visible()
    pledge.get_by_role("link", name=said["pledge"]).click()
    expect(page.locator(f"#c-{said['pledge']}")).to_be_visible()
    page.get_by_role("link", name=re.compile("compare|change", re.IGNORECASE)).first.click()
    expect(page).to_have_url(re.compile("/compare/1/2"))
    page.goto(f"/zh{DRAFT}/compare/1/2?text=zh&view=side")
    expect(page.locator("[data-change] [lang=zh] ins").first).to_be_visible()


def find_the_comments_again(page: Page, said: dict[str, str]) -> None:
    """Each comment says what became of its place, in the version it was made on and in the next."""
    fates = {
        "pledge": "the words are gone",
        "respect": "the text is as it was",
        "leaders": "the text is gone",
    }
    for name, words in fates.items():
        page.goto(f"/en/contributions/{said[name]}")
        expect(page.locator("main")).to_contain_text(re.compile(words))
    page.goto(f"/en{DRAFT}/gone")
    expect(page.locator(f"#c-{said['leaders']}")).to_be_visible()
    page.goto(f"/en{DRAFT}?version=1")
    expect(
        page.locator("[data-block]", has_text="Project maintainers who do not follow")
        .locator(".margin__open, summary")
        .first
    ).to_be_visible()


def bring_arabic_up_to_date(editor: Page, reader: Page, folder: Path) -> None:
    """One block here, one by an agency's file; readers have both, and what is left says that it is out of date."""
    reader.goto(f"/ar{DRAFT}")
    stale = say("ar", "The original has changed since this translation was made.")
    before = reader.get_by_text(stale).count()
    assert before > 2
    editor.goto(f"/en{DESK}/versions/2/translate/ar")
    card = editor.locator("section.pair", has_text="visible or invisible disability").first
    expect(card.locator("ins", has_text="visible or invisible").first).to_be_visible()
    card.locator("textarea").fill("نتعهد نحن الأعضاء والمساهمين والقادة بمشاركة خالية من المضايقات للجميع.")
    card.get_by_label(say("en", "Ready")).check()
    card.get_by_role("button", name=say("en", "Save")).first.click()
    expect(card).to_contain_text(say("en", "Ready to publish"))
    with editor.expect_download() as taken:
        press(editor, "Take away as XLIFF")
    back = folder / "back.xlf"
    back.write_bytes(translated(Path(taken.value.path()).read_bytes()))
    press(editor, "Bring in a file")
    editor.set_input_files("#file", back)
    press(editor, "Look at the file")
    press(editor, "Keep these translations as ready")
    press(editor, "Publish translations")
    reader.goto(f"/ar{DRAFT}")
    expect(reader.get_by_text("نتعهد نحن الأعضاء والمساهمين والقادة").first).to_be_visible()
    expect(reader.get_by_text("احترام الآراء ووجهات النظر والخبرات المختلفة").first).to_be_visible()
    assert reader.get_by_text(stale).count() == before - 2


def translated(file: bytes) -> bytes:
    """What an agency sends back: one unit's target in the file is translated."""
    root = etree.fromstring(file)
    space = {"x": "urn:oasis:names:tc:xliff:document:2.0"}
    (segment,) = root.xpath(
        "//x:segment[contains(x:source, 'differing opinions, viewpoints')]", namespaces=space
    )
    (target,) = segment.xpath("x:target", namespaces=space)
    target.text = "احترام الآراء ووجهات النظر والخبرات المختلفة"
    segment.set("state", "translated")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def look_for_what_is_out_of_date(page: Page, said: dict[str, str]) -> None:
    """Version 3 has no Russian file: its translation stays, and says where the original changed."""
    page.goto(f"/en{DRAFT}")
    expect(page.get_by_role("link", name="Go to version 1")).to_be_visible()
    page.goto(f"/en/contributions/{said['heading']}")
    expect(page.get_by_text("Version 3: the text has changed.")).to_be_visible()
    page.goto(f"/ru{DRAFT}")
    expect(
        page.get_by_text(say("ru", "The original has changed since this translation was made.")).first
    ).to_be_visible()
    expect(page.locator(".margin__peek", has_text="Хорошо").first).to_be_visible()
    page.goto(f"/en{DRAFT}/compare/1/3")
    expect(page.locator("[data-change] ins", has_text="caste, color").first).to_be_visible()
    page.goto(f"/en/contributions/{said['public']}")
    expect(page.locator("main")).to_contain_text("3")


def open_the_files(page: Page) -> None:
    """The newest version as PDF, Word, EPUB and Markdown, in Arabic and in English."""
    page.goto(f"/en{DRAFT}")
    page.get_by_role("link", name=re.compile("^Record, files and citation")).first.click()
    page.wait_for_url("**/versions/*")
    reference = page.url.rpartition("/")[2]
    assert len(page.locator("main code", has_text=re.compile("[0-9a-f]{64}")).all()) >= 5
    files = {
        name: fetch(page, f"/files/versions/{reference}.{name}")
        for name in ("en.md", "en.pdf", "ar.docx", "ar.epub")
    }
    assert b"caste, color" in files["en.md"]
    text = subprocess.run(
        ["pdftotext", "-", "-"], input=files["en.pdf"], capture_output=True, check=True
    ).stdout.decode()
    assert reference in text
    assert "caste, color" in " ".join(text.split())
    words = "\n".join(each.text for each in Document(BytesIO(files["ar.docx"])).paragraphs)
    assert "التنفيذ" in words
    with ZipFile(BytesIO(files["ar.epub"])) as book:
        assert book.read("mimetype") == b"application/epub+zip"


def fetch(page: Page, address: str) -> bytes:
    """A file, once the worker has made it."""
    request = page.context.request
    wait_until(
        lambda: "html" not in request.get(address).headers["content-type"], f"the worker to make {address}"
    )
    return request.get(address).body()
