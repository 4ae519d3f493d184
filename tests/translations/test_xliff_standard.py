"""XLIFF files hold to OASIS's own schema in every language, and come back right from tools that are not ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from consult.documents.blocks import BlockKind
from consult.translations.bringing import FORMATS, read_file
from consult.translations.states import BlockState
from consult.translations.units import Brought, FileRefusedError, Unit, UnitsFile
from consult.translations.xliff import CORE, METADATA, read_xliff, write_xliff
from tests.editions.scene import in_languages, publish
from tests.people import Site
from tests.translations.scene import translator
from tests.translations.test_files import HARD

SCHEMAS = Path("/usr/share/php/Symfony/Component/Translation/Resources/schemas")
"""The schema that OASIS publishes, as Debian's package php-symfony-translation has it. 2.1 has the same core as 2.0."""
LANGUAGES = ("fr", "es", "ar", "zh", "ru")
MORE = {
    "en": "\n\nSee[^1] the *rules* & [site](https://forum.example/a).\n\n> Quoted\n\n    code <b>\n\n| Who | What |\n| --- | --- |\n| Board | decides |\n\n[^1]: A note.\n",
    "ar": "\n\nانظر[^1] *القواعد* و[الموقع](https://forum.example/a).\n\n> مقتبس\n\n    code <b>\n\n| من | ماذا |\n| --- | --- |\n| المجلس | يقرر |\n\n[^1]: حاشية.\n",
}
NAMES = {"x": CORE, "m": METADATA}


class _Beside(etree.Resolver):
    """The schema names a folder of the standard's for `xml.xsd`, which the package has beside it."""

    def resolve(self, url: str, public_id: str | None, context: object) -> object:
        return self.resolve_filename(str(SCHEMAS / "xml.xsd"), context) if url.endswith("xml.xsd") else None


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    file = SCHEMAS / "xliff-core-2.0.xsd"
    if not file.is_file():
        pytest.skip("the schema is not here: apt-get install php-symfony-translation")
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Beside())
    return etree.XMLSchema(etree.parse(file, parser))


def check(body: bytes, schema: etree.XMLSchema) -> etree._Element:
    """The file's root, which keeps the schema and what the standard says beyond it."""
    root = etree.fromstring(body)
    assert schema.validate(root), schema.error_log
    ids = root.xpath("//x:unit/@id", namespaces=NAMES)
    assert len(ids) == len(set(ids))
    for segment in root.iterfind(".//x:segment", NAMES):
        assert segment.get("state")
        assert ":" in segment.get("subState", "a:b")
        assert segment.find("x:target", NAMES) is not None or segment.get("state") == "initial"
    for metadata in root.iterfind(".//m:metadata", NAMES):
        assert [child.tag for child in metadata] == [f"{{{METADATA}}}metaGroup"]
        assert all(meta.get("type") for group in metadata for meta in group)
        assert metadata.getnext().tag == f"{{{CORE}}}notes"
    return root


def test_the_schema_finds_what_is_wrong(schema: etree.XMLSchema) -> None:
    unit = Unit("abc2345", "paragraph", "a", "b", "01", "1-a", BlockState.READY)
    body = write_xliff(UnitsFile("FMF-2026-01-D1-V2", "en", "fr", (unit,)))
    check(body, schema)
    for old, new in ((b'state="reviewed"', b'state="done"'), (b"segment", b"part"), (b' srcLang="en"', b"")):
        assert not schema.validate(etree.fromstring(body.replace(old, new)))


@pytest.mark.parametrize("state", list(BlockState))
def test_every_state_of_a_block_is_valid(state: BlockState, schema: etree.XMLSchema) -> None:
    target = "" if state is BlockState.MISSING else HARD
    unit = Unit("abc2345", "paragraph", HARD, target, "01", "1-a", state, "Before")
    check(write_xliff(UnitsFile("FMF-2026-01-D1-V2", "en", "ar", (unit,))), schema)


async def test_files_of_every_language_are_valid(site: Site, schema: etree.XMLSchema) -> None:
    """Of a draft with a figure, a table, notes, a quote and code."""
    texts = in_languages("en", *LANGUAGES)
    await site.consultation()
    await publish(site, {lang: text + MORE["ar" if lang == "ar" else "en"] for lang, text in texts.items()})
    tara = await translator(site)
    for lang in LANGUAGES:
        sheet = f"/en/desk/consultations/charter/drafts/text/versions/1/translate/{lang}"
        answer = await tara.get(f"{sheet}/files/xliff")
        assert answer.status_code == 200
        root = check(answer.content, schema)
        (file,) = root
        assert (file.get("srcDir"), file.get("trgDir")) == ("ltr", "rtl" if lang == "ar" else "ltr")
        kinds = {note.text for note in root.iterfind(".//x:note[@category='kind']", NAMES)}
        assert kinds == set(BlockKind)
        targets = {
            each.getparent().getparent().get("id"): each.text for each in file.iterfind(".//x:target", NAMES)
        }
        assert len(targets) > 40
        assert {each.key: each.target for each in read_xliff(answer.content, lang)} == targets


AS_A_TOOL_WRITES = f"""<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<!-- written by another tool -->
<x:xliff xmlns:x="{CORE}" xmlns:m="{METADATA}" xmlns:t="urn:example:tool" xmlns:c="urn:oasis:names:tc:xliff:matches:2.0"
    version="2.1" srcLang="en-GB" trgLang="fr-FR" t:build="7">
  <x:file id="f1" original="FMF-2026-01-D1-V2">
    <t:project><t:target>not this</t:target></t:project>
    <x:group id="g"><x:unit id="abc2345" t:seen="yes">
      <c:matches><c:match ref="#1"><x:source>One.</x:source><x:target>Jamais.</x:target>
        <m:metadata><m:metaGroup category="consult"><m:meta type="of">never</m:meta></m:metaGroup></m:metadata></c:match></c:matches>
      <m:metadata>
        <m:metaGroup category="tool"><m:meta type="of">not ours</m:meta><m:meta type="seen">nor this</m:meta></m:metaGroup>
        <m:metaGroup category="consult"><m:meta type="of">0123456789abcdef</m:meta><m:meta type="seen">1-a-b</m:meta></m:metaGroup>
      </m:metadata>
      <x:notes><x:note appliesTo="target" priority="2">Checked &amp; done</x:note></x:notes>
      <x:segment id="s1" state="translated"><x:source xml:space="preserve">One **and** </x:source><x:target xml:space="preserve"><![CDATA[Un **et**]]><!-- no --> &amp;</x:target></x:segment>
      <x:ignorable><x:source xml:space="preserve"> </x:source></x:ignorable>
      <x:segment id="s2" state="final" subState="tool:checked"><x:source>two.</x:source><x:target>d<x:mrk id="m1" type="term">eu</x:mrk>x.</x:target></x:segment>
    </x:unit></x:group>
    <x:unit id="bcd2345"><x:segment state="translated"><x:source>A</x:source><x:target order="3">c.</x:target></x:segment>
      <x:ignorable><x:source> </x:source></x:ignorable>
      <x:segment state="translated"><x:source>C</x:source><x:target order="1">A,</x:target></x:segment></x:unit>
    <x:unit id="cde2345"><x:segment state="translated"><x:source>A </x:source><x:target>Fait. </x:target></x:segment>
      <x:segment state="initial"><x:source>B</x:source><x:target>Ancien.</x:target></x:segment></x:unit>
    <x:unit id="def2345"><x:segment state="final"><x:source>A </x:source><x:target>Un </x:target></x:segment>
      <x:segment><x:source>B</x:source></x:segment></x:unit>
    <x:unit id="efg2345"><x:segment><x:source>A</x:source><x:target></x:target></x:segment></x:unit>
  </x:file>
</x:xliff>""".encode()


def test_what_another_tool_made_of_a_file_comes_back_right(schema: etree.XMLSchema) -> None:
    assert schema.validate(etree.fromstring(AS_A_TOOL_WRITES)), schema.error_log
    assert read_file(b"\xef\xbb\xbf" + AS_A_TOOL_WRITES, "fr") == [
        Brought("abc2345", "Un **et** & deux.", "0123456789abcdef", "1-a-b"),
        Brought("bcd2345", "A, c."),
        Brought("cde2345", "Fait. Ancien.", unfinished=True),
    ]


@pytest.mark.parametrize("format", list(FORMATS))
@pytest.mark.parametrize(
    ("found", "lang", "is_taken"),
    [
        ("fr", "fr", True), ("fr-CA", "fr", True), ("FR_ca", "fr", True), ("es-419", "es", True), ("zh-CN", "zh", True),
        ("zh-TW", "zh", False), ("zh-Hant", "zh", False), ("pt-BR", "pt", False), ("pt-br", "pt-BR", True),
        ("fr", "fr-CA", False), ("frr", "fr", False), ("en", "fr", False),
    ],
)  # fmt: skip
def test_a_region_that_a_tool_adds_does_not_make_another_language(
    format: str, found: str, lang: str, is_taken: bool
) -> None:
    write, read, _, _ = FORMATS[format]
    unit = Unit("abc2345", "paragraph", "a", "b", "01", "1-a", BlockState.READY)
    body = write(UnitsFile("FMF-2026-01-D1-V2", "en", found, (unit,)))
    if is_taken:
        assert [each.target for each in read(body, lang)] == ["b"]
    else:
        with pytest.raises(FileRefusedError, match="for the language"):
            read(body, lang)
