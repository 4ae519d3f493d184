"""Agencies get XLIFF or PO, and what they bring back is looked at before it is kept."""

from __future__ import annotations

import json
from html import unescape
from io import BytesIO
from xml.etree import ElementTree as ET

import httpx
import pytest
from babel.messages.pofile import read_po
from sqlalchemy import select
from translate.storage.pypo import pofile
from translate.storage.xliff2 import Xliff2File

from consult.models.translation import TranslationWork
from consult.translations.bringing import read_file
from consult.translations.po import read_po_file, write_po_file
from consult.translations.states import BlockState
from consult.translations.units import Brought, FileRefusedError, Unit, UnitsFile
from consult.translations.xliff import CORE, METADATA, read_xliff, write_xliff
from tests.people import BASE, TOKEN, Browser, Site
from tests.translations.scene import SHEET, save, translator, two_versions

NEW = "Le conseil se réunit quatre fois par an."
WRITERS = {"xliff": (write_xliff, read_xliff), "po": (write_po_file, read_po_file)}
HARD = (
    'A "quote", 100 % sure & <b>, {x} %(y)s\\n\n\n> second\tline\u2028[a]: <https://example.org> \u4e2d\u6587'
)
NAMES = {"c": CORE, "m": METADATA}


def hard_file(state: BlockState = BlockState.PUBLISHED) -> UnitsFile:
    unit = Unit("abc2345", "paragraph", HARD, HARD + "!", "0123456789abcdef", "1-a-b", state, "Before")
    return UnitsFile("FMF-2026-01-D1-V2", "en", "zh", (unit,))


@pytest.mark.parametrize("format", list(WRITERS))
def test_whatever_a_text_holds_comes_back_as_it_was(format: str) -> None:
    write, read = WRITERS[format]
    assert read(write(hard_file()), "zh") == [Brought("abc2345", HARD + "!", "0123456789abcdef", "1-a-b")]


def test_xliff_has_the_structure_of_the_standard() -> None:
    """XLIFF 2.1, 4.2: xliff > file > unit > (modules, notes, segment > source, target), ids, languages, states."""
    root = ET.fromstring(write_xliff(hard_file(BlockState.STALE)))
    assert root.tag == f"{{{CORE}}}xliff"
    assert {root.get("version"), root.get("srcLang"), root.get("trgLang")} == {"2.1", "en", "zh"}
    (file,) = root
    assert (file.get("id"), file.get("original")) == ("f1", "FMF-2026-01-D1-V2")
    (unit,) = file
    assert unit.get("id") == "abc2345"
    assert [child.tag for child in unit] == [
        f"{{{METADATA}}}metadata", f"{{{CORE}}}notes", f"{{{CORE}}}segment",
    ]  # fmt: skip
    segment = unit.find("c:segment", NAMES)
    assert segment is not None
    assert (segment.get("state"), segment.get("subState")) == ("initial", "consult:stale")
    assert [child.tag for child in segment] == [f"{{{CORE}}}source", f"{{{CORE}}}target"]


def test_po_says_what_is_fuzzy_and_what_it_was_made_from() -> None:
    body = write_po_file(hard_file(BlockState.STALE))
    assert b'"Language: zh\\n"' in body
    (message,) = [each for each in read_po(BytesIO(body)) if each.id]
    assert (message.context, message.fuzzy) == ("abc2345", True)
    assert b"python-format" not in body
    assert b'#| msgid "Before"' in body
    assert read_po_file(body, "zh") == []


def test_segments_that_a_tool_made_are_joined_again() -> None:
    body = f"""<xliff xmlns="{CORE}" version="2.0" srcLang="en" trgLang="fr"><file id="f"><unit id="k">
    <segment><source>One. </source><target>Un. </target></segment><ignorable><source> </source></ignorable>
    <segment><source>Two.</source><target>De<mrk id="m" type="term">ux</mrk>.</target></segment></unit>
    <unit id="l"><segment><source>One</source><target>Un</target></segment><segment><source>Two</source></segment></unit>
    </file></xliff>"""
    assert read_xliff(body.encode(), "fr") == [Brought("k", "Un.  Deux.")]


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xliff>&b;</xliff>'
CODED = f"""<xliff xmlns="{CORE}" version="2.1" srcLang="en" trgLang="fr"><file id="f"><unit id="k"><segment>
<source>a</source><target>a<ph id="1"/></target></segment></unit></file></xliff>"""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (BOMB.encode(), "document type"),
        (BOMB.encode("utf-16"), "not UTF-8"),
        (b"<xliff", "not well-formed XML, at line 1"),
        (b"<xliff version='1.2'/>", "not an XLIFF 2 file"),
        (f"<xliff xmlns='{CORE}' version='2.1' trgLang='es'/>".encode(), "for the language “es”, not “fr”"),
        (f"<xliff xmlns='{CORE}' version='2.1' trgLang='fr'/>".encode(), "no finished translation"),
        (b"<a>" * 200_000, "not well-formed XML"),
        (b"<a>" * 2_000_000, "more than 15000 paragraphs"),
        (b"<xliff>" + b'<x:unit id="a"/>' * 15_001, "more than 15000 paragraphs"),
        (b'msgctxt "a"\nmsgid "a"\nmsgstr "b"\n\n' * 15_002, "more than 15000 paragraphs"),
        (CODED.encode(), "inline codes"),
        (b'msgid "a', "not a PO file"),
        (b"hello there", "not a PO file"),
        (b'msgid ""\nmsgstr ""\n"Language: es\\n"\n', "for the language “es”, not “fr”"),
        (b"", "There is no text in it."),
        (b"<" + b"a" * 9_000_000, "larger than 8 MB"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(body: bytes, says: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read_file(body, "fr")
    assert says in str(refused.value)


async def test_a_translator_is_told_what_is_wrong_with_a_file(
    site_of_two: tuple[Site, list[str], Browser],
) -> None:
    _, _, tara = site_of_two
    told = await send(tara, BOMB.encode())
    assert told.status_code == 422
    assert "The file has a document type in it, which is not read." in told.text
    assert 'href="#file"' in told.text


@pytest.fixture
async def site_of_two(site: Site) -> tuple[Site, list[str], Browser]:
    """Both versions and somebody who translates."""
    return site, await two_versions(site), await translator(site)


async def send(browser: Browser, body: bytes) -> httpx.Response:
    token = TOKEN.search((await browser.get(f"{SHEET}/import")).text)
    assert token is not None
    files = {"file": ("fr.xlf", body, "application/octet-stream")}
    return await browser.post(
        f"{SHEET}/import", data={"csrf": token[1]}, files=files, headers={"origin": BASE}
    )


async def keep(browser: Browser, checked: httpx.Response, **more: str) -> httpx.Response:
    """Press the button on the page that says what a file would change."""
    units = unescape(checked.text.partition('name="units" value="')[2].partition('"')[0])
    return await browser.post_form(
        f"{SHEET}/import/keep", {"units": units, **more}, form_at=f"{SHEET}/import"
    )


def translated(body: bytes, changes: dict[str, str], state: str = "translated") -> bytes:
    """An agency's work on an XLIFF file."""
    root = ET.fromstring(body)
    for unit in root.iter(f"{{{CORE}}}unit"):
        if (text := changes.get(unit.get("id", ""))) is not None:
            segment = unit.find("c:segment", NAMES)
            assert segment is not None
            target = segment.find("c:target", NAMES)
            target = ET.SubElement(segment, f"{{{CORE}}}target") if target is None else target
            target.text = text
            segment.set("state", state)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


async def works(site: Site) -> dict[str, bool]:
    async with site.database.reading() as session:
        return {
            each.source: each.ready for each in (await session.execute(select(TranslationWork))).scalars()
        }


async def test_an_agency_brings_a_version_up_to_date(site_of_two: tuple[Site, list[str], Browser]) -> None:
    site, keys, tara = site_of_two
    file = await tara.get(f"{SHEET}/files/xliff")
    assert file.headers["content-disposition"].endswith('-D1-V2-fr.xlf"')
    back = translated(file.content, {keys[1]: NEW, keys[2]: "Sans la note."})
    checked = await send(tara, back)
    assert checked.status_code == 200
    for line in ("Changed translations: 1", "Refused: 1", "New translations: 0", "Same as here: 5"):
        assert line in checked.text, line
    assert "Keep the footnote marks of the original: [^1]." in checked.text
    assert await works(site) == {}
    assert (await keep(tara, checked)).status_code == 303
    assert await works(site) == {NEW: True}


async def test_what_was_changed_here_meanwhile_is_kept_unless_somebody_chooses(
    site_of_two: tuple[Site, list[str], Browser],
) -> None:
    site, keys, tara = site_of_two
    back = translated((await tara.get(f"{SHEET}/files/xliff")).content, {keys[1]: NEW})
    await save(tara, keys[1], "Fait ici entre-temps.")
    checked = await send(tara, back)
    assert "Changed here meanwhile: 1" in checked.text
    assert "Fait ici entre-temps." in checked.text
    await keep(tara, checked)
    assert await works(site) == {"Fait ici entre-temps.": True}
    await keep(tara, checked, replace=keys[1])
    assert await works(site) == {NEW: True}


async def test_a_file_made_from_an_earlier_original_is_refused_there(
    site_of_two: tuple[Site, list[str], Browser],
) -> None:
    _, keys, tara = site_of_two
    old = (await tara.get(f"{SHEET.replace('/2/', '/1/')}/files/xliff")).content
    back = translated(old, {keys[1]: NEW, keys[0]: "La charte"})
    unknown = back.replace(f'id="{keys[3]}"'.encode(), b'id="zzzzzzz"')
    checked = await send(tara, unknown)
    assert "The original has changed since the file was made." in checked.text
    assert "This version has no such block." in checked.text
    assert "Changed translations: 1" in checked.text


async def test_an_untouched_file_changes_nothing(site_of_two: tuple[Site, list[str], Browser]) -> None:
    _, _, tara = site_of_two
    for format in WRITERS:
        checked = await send(tara, (await tara.get(f"{SHEET}/files/{format}")).content)
        assert "Changed translations: 0" in checked.text
        assert "Keep these translations" not in checked.text


async def test_po_comes_back_too(site_of_two: tuple[Site, list[str], Browser]) -> None:
    site, _, tara = site_of_two
    body = (await tara.get(f"{SHEET}/files/po")).content.decode()
    old = 'msgstr "Le conseil se réunit deux fois par an."'
    assert old in body
    assert '#| msgid "The board meets twice a year."' in body
    done = body.replace(old, f'msgstr "{NEW}"').replace("#, fuzzy\n", "")
    await keep(tara, await send(tara, done.encode()))
    assert await works(site) == {NEW: True}


async def test_what_is_kept_is_judged_anew(site_of_two: tuple[Site, list[str], Browser]) -> None:
    site, keys, tara = site_of_two
    forged = json.dumps([{"key": keys[2], "target": "Sans note"}, {"key": "zz", "target": "rien"}])
    form = f"{SHEET}/import"
    assert (await tara.post_form(f"{form}/keep", {"units": forged}, form_at=form)).status_code == 303
    assert (await tara.post_form(f"{form}/keep", {"units": "{"}, form_at=form)).status_code == 422
    assert await works(site) == {}


def test_a_tool_of_agencies_reads_the_files_and_its_own_come_back() -> None:
    """Translate Toolkit, which Virtaal, Pootle and Weblate read files with."""
    unit = Unit("abc2345", "paragraph", "Members & **friends**", "", "01", "0--01", BlockState.MISSING)
    file = UnitsFile("FMF-2026-01-D1-V2", "en", "fr", (unit,))
    store = Xliff2File.parsestring(write_xliff(file))
    (found,) = store.units
    assert (found.getid(), found.source) == ("abc2345", "Members & **friends**")
    found.target = "Membres & **amis**"
    (brought,) = read_xliff(bytes(store), "fr")
    assert (brought.key, brought.target, brought.of) == ("abc2345", "Membres & **amis**", "01")
    catalog = pofile.parsestring(write_po_file(file))
    assert catalog.units[-1].getcontext() == "abc2345"
