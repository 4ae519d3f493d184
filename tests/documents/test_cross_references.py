"""A link to a heading of the same draft leads to its block, in each language by that language's words."""

from __future__ import annotations

from consult.documents.crossing import heading_names, link_headings
from consult.documents.markdown import parse_document
from consult.documents.storing import KeptBlock, KeptText
from tests.people import Site

ENGLISH = "# Charter\n\n## Our aim\n\nText.\n\n## Members\n\nSee [our aim](#our-aim) and [more](#nowhere).\n"
FRENCH = "# Charte\n\n## Nos buts : à venir\n\nTexte.\n\n## Membres\n\nVoir [nos buts](#nos-buts--à-venir).\n"


def test_headings_are_named_as_in_markdown_files_elsewhere() -> None:
    assert heading_names(["Our Aim!", "Our aim", "1.2 Who?", "为什么"]) == [
        "our-aim",
        "our-aim-1",
        "12-who",
        "为什么",
    ]


def test_a_link_leads_to_the_heading_of_its_own_language() -> None:
    pairs = zip(parse_document(ENGLISH), parse_document(FRENCH), strict=True)
    blocks = [
        KeptBlock(f"k{at}", en.kind, {}, {lang: KeptText(one.source, one.html, one.plain) for lang, one in (("en", en), ("fr", fr))})
        for at, (en, fr) in enumerate(pairs)
    ]  # fmt: skip
    last = link_headings(blocks)[-1]
    assert 'href="#b-k1"' in last.texts["en"].html
    assert 'href="#nowhere"' in last.texts["en"].html
    assert 'href="#b-k1"' in last.texts["fr"].html
    assert last.texts["en"].source == "See [our aim](#our-aim) and [more](#nowhere)."


async def test_a_reader_follows_a_cross_reference(site: Site) -> None:
    await site.consultation()
    keys = await site.draft("charter", {"en": ENGLISH})
    page = (await site.browser().get("/en/consultations/charter/drafts/text")).text
    assert f'<a href="#b-{keys[1]}"' in page
    assert f'id="b-{keys[1]}"' in page
