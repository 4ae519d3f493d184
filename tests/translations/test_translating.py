"""Editors bring a translation up to date, block by block, without writing over each other."""

from __future__ import annotations

import anyio
from sqlalchemy import select

from consult.kernel.translated import digest
from consult.models.contribution import Anchor
from consult.models.ledger import OutboxEvent
from consult.models.people import Role
from consult.models.response import Audit
from consult.models.translation import TranslationWork
from tests.people import BASE, TOKEN, Browser, Site
from tests.translations.scene import FIRST, SECOND, SHEET, field, kept, save, translator, two_versions

OLD = "Le conseil se réunit deux fois par an."
NEW = "Le conseil se réunit quatre fois par an."


async def test_a_translator_sees_what_is_to_do_beside_the_original(site: Site) -> None:
    keys = await two_versions(site)
    tara = await translator(site)
    page = (await tara.get(SHEET)).text
    assert page.count('class="pair"') == 2
    assert "6 of 8 blocks are translated" in page
    assert "Translation out of date" in page
    assert "Not translated yet" in page
    assert field(page, "text", keys[1]) == OLD
    assert "<del>" in page
    assert "twice" in page.partition("<del>")[2].partition("</del>")[0]
    everything = (await tara.get(f"{SHEET}?show=all")).text
    assert everything.count('class="pair"') == 8


async def test_publishing_makes_what_is_ready_public_and_leaves_the_original(site: Site) -> None:
    keys = await two_versions(site)
    tara = await translator(site)
    before = (await kept(site))[1]
    assert (await save(tara, keys[1], NEW)).status_code == 303
    assert (await save(tara, keys[5], "Pas encore fini", ready=False)).status_code == 422
    assert (await kept(site))[1] == before
    done = await tara.post_form(f"{SHEET}/publish", {}, form_at=SHEET)
    assert done.status_code == 303
    _, after = await kept(site)
    assert after[1].texts["fr"].plain == NEW
    assert after[1].texts["fr"].of == digest(after[1].texts["en"].plain)
    assert [block.texts["en"] for block in after] == [block.texts["en"] for block in before]
    reader = site.browser()
    page = (await reader.get("/fr/consultations/charter/drafts/text")).text
    assert NEW in page
    async with site.database.reading() as session:
        assert list((await session.execute(select(TranslationWork))).scalars()) == []
        logged = (
            await session.execute(select(Audit.about).where(Audit.what == "draft.translated"))
        ).scalars()
        assert any(line.endswith("text/2 fr") for line in logged)
        told = (await session.execute(select(OutboxEvent).where(OutboxEvent.kind == "draft.published"))).all()
        assert len(told) == 3


async def test_a_language_is_added_block_by_block(site: Site) -> None:
    keys = await two_versions(site)
    tara = await translator(site)
    sheet = SHEET.removesuffix("fr") + "ar"
    address = f"{sheet}/blocks/{keys[0]}"
    seen = field((await tara.get(address)).text, "seen")
    sent = await tara.post_form(address, {"text": "الميثاق", "seen": seen, "ready": "yes"})
    assert sent.status_code == 303
    await tara.post_form(f"{sheet}/publish", {}, form_at=sheet)
    version, blocks = await kept(site)
    assert version.languages == ["en", "fr", "ar"]
    assert [("ar" in block.texts) for block in blocks] == [True] + [False] * 7
    page = (await site.browser().get("/ar/consultations/charter/drafts/text")).text
    assert 'lang="ar" dir="rtl"><h2>الميثاق</h2>' in page
    assert 'lang="en" dir="ltr"><p>The board meets four times a year.</p>' in page


async def test_nothing_ready_is_nothing_published(site: Site) -> None:
    await two_versions(site)
    tara = await translator(site)
    told = await tara.post_form(f"{SHEET}/publish", {}, form_at=SHEET)
    assert told.status_code == 422
    assert "Nothing is ready to be published." in told.text


async def test_the_second_who_saves_is_told_and_brings_both_texts_together(site: Site) -> None:
    keys = await two_versions(site)
    tara, tom = await translator(site), await translator(site, "Tom")
    address = f"{SHEET}/blocks/{keys[1]}"
    seen = field((await tom.get(address)).text, "seen")
    await save(tara, keys[1], NEW)
    told = await tom.post_form(address, {"text": "Le conseil siège quatre fois.", "seen": seen})
    assert told.status_code == 422
    assert "Somebody else changed this translation in the meantime." in told.text
    assert field(told.text, "text") == "Le conseil siège quatre fois."
    assert "twice" in told.text.partition("<del>")[2].partition("</del>")[0]
    assert "Discard this work" not in told.text
    assert NEW in told.text
    assert "Tara" in told.text
    both = {"text": "Le conseil siège quatre fois par an.", "seen": field(told.text, "seen"), "ready": "yes"}
    assert (await tom.post_form(address, both)).status_code == 303
    async with site.database.reading() as session:
        work = (await session.execute(select(TranslationWork))).scalar_one()
    assert (work.source, work.revision, work.ready) == (both["text"], 2, True)


async def test_what_was_published_meanwhile_is_not_written_over_either(site: Site) -> None:
    keys = await two_versions(site)
    tara, tom = await translator(site), await translator(site, "Tom")
    address = f"{SHEET}/blocks/{keys[1]}"
    seen = field((await tom.get(address)).text, "seen")
    await save(tara, keys[1], NEW)
    await tara.post_form(f"{SHEET}/publish", {}, form_at=SHEET)
    told = await tom.post_form(address, {"text": "Autre chose.", "seen": seen})
    assert told.status_code == 422
    assert NEW in told.text


async def test_htmx_gets_the_card_and_the_progress_again(site: Site) -> None:
    keys = await two_versions(site)
    tara = await translator(site)
    address = f"{SHEET}/blocks/{keys[1]}"
    page = (await tara.get(address)).text
    token = TOKEN.search(page)
    assert token is not None
    data = {"csrf": token[1], "text": NEW, "seen": field(page, "seen"), "ready": "yes"}
    card = await tara.post(address, data=data, headers={"origin": BASE, "hx-request": "true"})
    assert card.status_code == 200
    assert card.text.lstrip().startswith('<section class="pair"')
    assert "Ready to publish" in card.text
    assert 'id="progress" hx-swap-oob="true"' in card.text
    assert "7 of 8 blocks are translated" in card.text


async def test_an_error_stands_beside_its_field_with_the_text_kept(site: Site) -> None:
    keys = await two_versions(site)
    tara = await translator(site)
    refused = await save(tara, keys[2], "Les membres partagent.")
    assert refused.status_code == 422
    assert "Keep the footnote marks of the original: [^1]." in refused.text
    assert f'href="#text-{keys[2]}"' in refused.text
    assert field(refused.text, "text") == "Les membres partagent."


async def test_what_was_typed_and_not_saved_is_there_again(site: Site) -> None:
    keys = await two_versions(site)
    tara = await translator(site)
    target = f"{SHEET.removeprefix('/en')}/blocks/{keys[1]}"
    page = (await tara.get(SHEET)).text
    token = TOKEN.search(page)
    assert token is not None
    data = {"csrf": token[1], "text": "Le conseil se réunit qua", "seen": field(page, "seen", keys[1])}
    kept_ = await tara.post(
        f"/en/unfinished?target={target}&address={target}", data=data, headers={"origin": BASE}
    )
    assert kept_.status_code == 204
    again = (await tara.get(SHEET)).text
    assert field(again, "text", keys[1]) == "Le conseil se réunit qua"
    assert again.count("You wrote this here on") == 1
    await save(tara, keys[1], NEW)
    assert "You wrote this here on" not in (await tara.get(f"{SHEET}?show=all")).text


async def test_work_can_be_thrown_away(site: Site) -> None:
    keys = await two_versions(site)
    tara = await translator(site)
    await save(tara, keys[1], NEW, ready=False)
    address = f"{SHEET}/blocks/{keys[1]}"
    seen = field((await tara.get(address)).text, "seen")
    assert (await tara.post_form(address, {"discard": "yes", "seen": seen})).status_code == 303
    page = (await tara.get(address)).text
    assert field(page, "text") == OLD


async def test_words_that_a_comment_quotes_are_found_again_in_the_new_translation(site: Site) -> None:
    keys = await two_versions(site)
    member = await site.signed_in()
    block = f"/fr/consultations/charter/drafts/text/blocks/{keys[1]}?version=1"
    fields = {"text": "Pourquoi ?", "quote": "se réunit", "prefix": "Le conseil ", "suffix": " deux"}
    assert (await member.post_form(block, fields)).status_code == 303
    tara = await translator(site)
    sheet = SHEET.replace("/2/", "/1/")
    await save(tara, keys[1], f"Ouvert à tous, {OLD[0].lower()}{OLD[1:]}", sheet=sheet)
    assert (await tara.post_form(f"{sheet}/publish", {}, form_at=sheet)).status_code == 303
    async with site.database.reading() as session:
        anchor = (await session.execute(select(Anchor))).scalar_one()
    _, blocks = await kept(site, 1)
    assert blocks[1].texts["fr"].plain[anchor.start : anchor.end] == "se réunit"
    assert "Quoted from the text in French." in (await member.get(block.replace("/fr/", "/en/"))).text
    assert "Quoted from" not in (await member.get(f"{block.replace('/fr/', '/en/')}&text=fr")).text


async def test_the_desk_counts_what_waits_for_translators(site: Site) -> None:
    await two_versions(site)
    tara = await translator(site)
    for address in ("/en/desk", "/en/desk/consultations/charter"):
        page = (await tara.get(address)).text
        row = page.partition(f'href="{SHEET}"')[2].partition("</tr>")[0]
        assert row.count('<td class="number">1</td>') == 2, address


async def test_moderators_and_strangers_find_no_such_page(site: Site) -> None:
    await two_versions(site)
    moderator = await site.signed_in(Role.MODERATOR)
    assert (await moderator.get(SHEET)).status_code == 404
    tara = await translator(site)
    for wrong in ("en", "de", "xx"):
        assert (await tara.get(SHEET.removesuffix("fr") + wrong)).status_code == 404
    assert (await tara.get(SHEET.replace("/2/", "/9/"))).status_code == 404
    assert (await tara.get(f"{SHEET}/blocks/nothing")).status_code == 404


async def test_a_reader_is_told_what_changed_since_the_translation(site: Site) -> None:
    keys = await two_versions(site)
    reader = site.browser()
    page = (await reader.get("/fr/consultations/charter/drafts/text")).text
    assert f'/blocks/{keys[1]}#changed"' in page
    block = (await reader.get(f"/en/consultations/charter/drafts/text/blocks/{keys[1]}?text=fr")).text
    assert 'id="changed"' in block
    assert "twice" in block.partition("<del>")[2].partition("</del>")[0]
    assert "four times" in block.partition("<ins>")[2].partition("</ins>")[0]
    current = (await reader.get(f"/en/consultations/charter/drafts/text/blocks/{keys[0]}?text=fr")).text
    assert 'id="changed"' not in current


async def test_of_two_who_save_at_the_same_instant_one_is_told(site: Site) -> None:
    keys = await two_versions(site)
    people = [await translator(site), await translator(site, "Tom")]
    address = f"{SHEET}/blocks/{keys[1]}"
    pages = [(await each.get(address)).text for each in people]
    answers: list[int] = []

    async def send(browser: Browser, page: str, text: str) -> None:
        token = TOKEN.search(page)
        assert token is not None
        data = {"csrf": token[1], "seen": field(page, "seen"), "text": text}
        answers.append((await browser.post(address, data=data, headers={"origin": BASE})).status_code)

    async with anyio.create_task_group() as group:
        for number, (browser, page) in enumerate(zip(people, pages, strict=True)):
            group.start_soon(send, browser, page, f"Texte {number}.")
    assert sorted(answers) == [303, 422]


async def test_work_goes_on_in_the_next_version(site: Site) -> None:
    keys = await two_versions(site)
    tara = await translator(site)
    await save(tara, keys[1], NEW)
    await save(tara, keys[0], "La charte", ready=False)
    third = SECOND["en"].replace("four times", "six times") + "\nThe end.\n"
    later = (await site.draft(texts={"en": third}))[-9:]
    sheet = SHEET.replace("/2/", "/3/")
    assert later[:2] == keys[:2]
    page = (await tara.get(sheet)).text
    assert field(page, "text", keys[0]) == "La charte"
    assert field(page, "text", keys[1]) == NEW
    assert "four" in page.partition("<del>")[2].partition("</del>")[0]
    assert "In work: 2" in page


async def test_a_row_that_is_not_translated_says_so_under_its_table(site: Site) -> None:
    await site.consultation()
    await site.draft(texts=FIRST)
    await site.draft(texts={"en": FIRST["en"].replace("| May |", "| June |") + "\nMore.\n"})
    page = (await site.browser().get("/fr/consultations/charter/drafts/text")).text
    note = page.partition("</table>")[2].partition('class="row-margins"')[0]
    assert note.count("L’original a changé") == 1
    assert "#changed" in note
