"""People comment: on the consultation, on a paragraph, on words in it, and to each other."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from consult.models.contribution import Anchor
from tests.comments.talking import (
    DISCUSSION,
    HX,
    READING,
    block_page,
    disagreements,
    do,
    opened_form,
    reference_in,
    reply,
    row,
    say,
    words,
)
from tests.people import Site


async def anchor(site: Site, reference: str) -> Anchor:
    """Where a comment points."""
    found = await row(site, reference)
    async with site.database.reading() as session:
        return (await session.execute(select(Anchor).where(Anchor.contribution_id == found.id))).scalar_one()


async def test_a_comment_on_the_consultation_stands_where_the_browser_is_sent(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in(name="Ana")
    answer = await author.post_form(DISCUSSION, {"text": "I agree with *all* of it."})
    reference = reference_in(answer)
    address, _, place = answer.headers["location"].partition("#")
    page = await author.get(address)
    assert place == f"c-{reference}"
    assert f'id="{place}"' in page.text
    assert "<em>all</em>" in page.text
    for reader in (author, site.browser(), await site.signed_in(name="Bo")):
        assert "I agree with all of it." in words(await reader.get(f"/en/contributions/{reference}"))
    assert await disagreements(site) == []


async def test_a_comment_on_a_paragraph_stands_beside_it(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    author = await site.signed_in(name="Ana")
    answer = await author.post_form(block_page(keys[1]), {"text": "With everybody?"})
    reference = reference_in(answer)
    assert answer.headers["location"].endswith(f"#c-{reference}")
    for address in (READING, block_page(keys[1]), f"/en/contributions/{reference}"):
        page = await site.browser().get(address)
        assert f'id="c-{reference}"' in page.text
        assert "With everybody?" in page.text
    assert (
        "Members share what they learn" in (await site.browser().get(f"/en/contributions/{reference}")).text
    )
    assert (await anchor(site, reference)).exact == ""
    assert await disagreements(site) == []


async def test_marked_words_are_kept_and_shown_marked_only_in_the_language_that_was_read(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    author = await site.signed_in(name="Ana")
    reference = await say(
        author, "Partager avec qui ?", f"{block_page(keys[1])}?text=fr",
        quote="membres  partagent", prefix="Les ", suffix=" ce qu'ils",
    )  # fmt: skip
    found = await anchor(site, reference)
    assert (found.exact, found.lang, found.start, found.end) == ("membres partagent", "fr", 4, 21)
    assert (found.prefix, found.suffix) == ("Les ", " ce qu'ils apprennent.")
    french = await site.browser().get("/fr/consultations/charter/drafts/text")
    english = await site.browser().get(READING)
    assert "<mark" in french.text
    assert "membres partagent</mark>" in french.text
    assert "<mark" not in english.text
    assert "membres partagent" in english.text  # as the quotation of the comment
    assert 'lang="fr" dir="ltr"><p><span class="unseen">About these words:' in english.text


async def test_words_that_are_no_longer_there_leave_the_comment_on_the_whole_paragraph(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    author = await site.signed_in()
    reference = await say(author, "Which?", block_page(keys[1]), quote="words that nobody wrote")
    found = await anchor(site, reference)
    assert (found.exact, found.start, found.end) == ("", 0, 0)
    assert "<mark" not in (await site.browser().get(READING)).text


async def test_a_thread_thirty_deep_is_readable_and_nests_three(site: Site) -> None:
    await site.consultation()
    people = [await site.signed_in(name="Ana"), await site.signed_in(name="Bo")]
    last = first = await say(people[0], "Depth 0.")
    for depth in range(1, 31):
        last = await reply(people[depth % 2], last, f"Depth {depth}.")
    page = await site.browser().get(f"/en/contributions/{first}")
    for depth in range(31):
        assert f"Depth {depth}." in page.text
    assert (await row(site, last)).depth == 30
    assert page.text.count("in reply to Ana") + page.text.count("in reply to Bo") == 27
    deep = await site.browser().get(f"/en/contributions/{last}")
    assert "Depth 30." in deep.text
    assert (await row(site, first)).reply_count == 30
    assert await disagreements(site) == []


async def test_numbers_have_no_gap_though_some_posts_fail(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in()
    got = []
    for text in ("One.", "", "Two.", "x" * 20_001, "Three."):
        answer = await author.post_form(DISCUSSION, {"text": text})
        got += [reference_in(answer)] if answer.status_code == 303 else []
    assert [reference[-4:] for reference in got] == ["0001", "0002", "0003"]
    assert await disagreements(site) == []


async def test_the_address_to_cite_leads_to_the_readers_language(site: Site) -> None:
    await site.consultation()
    reference = await say(await site.signed_in(), "To be cited.")
    answer = await site.browser().get(
        f"/contributions/{reference}", headers={"accept-language": "ar, en;q=0.5"}
    )
    assert (answer.status_code, answer.headers["location"]) == (302, f"/ar/contributions/{reference}")
    assert (await site.browser().get(f"/en/contributions/{reference.lower()}")).status_code == 200


async def test_htmx_gets_the_discussion_with_the_new_comment_and_nothing_around_it(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    author = await site.signed_in(name="Ana")
    for address in (DISCUSSION, block_page(keys[1])):
        fields = await opened_form(author, address)
        part = await author.post(address, data={**fields, "text": f"By htmx at {address}."}, headers=HX)
        assert part.status_code in (200, 201)
        assert f"By htmx at {address}." in part.text
        assert "<html" not in part.text
        assert "You wrote this" in part.text
        assert part.headers["cache-control"] == "private, no-store"


async def test_htmx_gets_a_reply_alone(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in(name="Ana")
    parent = await say(author, "First.")
    at = f"/en/contributions/{parent}/reply"
    form = await author.get(at, headers=HX)
    assert "<html" not in form.text
    assert "<form" in form.text
    fields = await opened_form(author, at)
    part = await author.post(at, data={**fields, "text": "Second."}, headers=HX)
    assert "Your reply is posted." in part.text
    assert "Second." in part.text
    assert "First." not in part.text


TEXTS = {
    "en": "We believe that the members of the board should be elected by everybody who takes part.",
    "fr": "Nous pensons que les membres du conseil devraient être élus par tous les participants.",
    "es": "Creemos que los miembros del consejo deberían ser elegidos por todos los participantes.",
    "ar": "نعتقد أن أعضاء المجلس يجب أن ينتخبوا من قبل جميع المشاركين في هذه العملية.",
    "zh": "我们认为理事会成员应当由所有参与者选举产生。",
    "ru": "Мы считаем, что члены совета должны избираться всеми участниками этого процесса.",
}


async def test_the_language_is_found_and_marked_up(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in()
    for lang, text in TEXTS.items():
        reference = await say(author, text)
        page = await site.browser().get(f"/en/contributions/{reference}")
        assert f'prose" lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"><p>{text[:20]}' in page.text
    assert await disagreements(site) == []


async def test_the_author_knows_the_language_better(site: Site) -> None:
    await site.consultation()
    reference = await say(await site.signed_in(), TEXTS["en"], lang="ur")
    page = await site.browser().get(f"/en/contributions/{reference}")
    assert 'lang="ur" dir="rtl"' in page.text
    assert "Urdu" in page.text


@pytest.mark.parametrize("lang", ["xx", "en-<b>", "klingon", "e", "fr-!!", "../en", "x" * 36])
async def test_a_language_that_is_none_is_refused(site: Site, lang: str) -> None:
    await site.consultation()
    answer = await (await site.signed_in()).post_form(DISCUSSION, {"text": "My own words.", "lang": lang})
    assert answer.status_code == 422
    assert "Choose a language from the list." in words(answer)
    assert "My own words." in answer.text


async def test_an_anonymous_author_is_named_nowhere(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    author = await site.signed_in(name="Canary Nightingale")
    bo = await site.signed_in(name="Bo")
    reference = await say(author, "I would rather not say who I am.", anonymous="yes")
    on_block = await say(author, "Here as well.", block_page(keys[1]), anonymous="yes")
    await reply(bo, reference, "Who are you?")
    assert (await row(site, reference)).author_name == ""
    reader = site.browser()
    for address in (
        DISCUSSION, READING, block_page(keys[1]), "/en/", "/en/consultations/charter",
        f"/en/contributions/{reference}", f"/en/contributions/{on_block}", f"/en/contributions/{reference}/history",
        f"/en/contributions/{reference}/cite.bib", f"/en/contributions/{reference}/reply",
        "/api/v1/consultations/charter/comments", "/en/feed.atom", "/en/consultations/charter/feed.atom",
        "/en/consultations/charter/export.jsonl", "/en/consultations/charter/export.csv",
    ):  # fmt: skip
        page = await reader.get(address)
        assert page.status_code == 200, address
        assert "Canary" not in page.text, address
        assert "Nightingale" not in page.text, address
    assert "Name withheld" in words(await bo.get(f"/en/contributions/{reference}"))


async def test_before_typing_people_see_how_they_will_be_shown(site: Site) -> None:
    await site.consultation()
    page = await (await site.signed_in(name="Ana Preview")).get(DISCUSSION)
    assert "Everyone can read what you post. It appears like this:" in words(page)
    assert page.text.count("Ana Preview") > 1
    assert "Withhold my name" in words(page)
    stranger = await site.browser().get(DISCUSSION)
    assert "To post you need to sign in." in words(stranger)


async def test_a_citation_names_the_author_and_no_brace_ends_a_field(site: Site) -> None:
    await site.consultation()
    reference = await say(await site.signed_in(name="Ana {Evil} \\x"), "To be cited.")
    entry = (await site.browser().get(f"/en/contributions/{reference}/cite.bib")).text
    assert entry.startswith(f"@misc{{{reference},")
    assert "author = {Ana (Evil) x}" in entry
    assert entry.count("{") == entry.count("}")
    assert f"https://consult.test/contributions/{reference}" in entry
    page = words(await site.browser().get(f"/en/contributions/{reference}"))
    assert f"comment {reference} on “The charter”" in page


async def test_nobody_comments_on_what_is_not_public_or_not_there(site: Site) -> None:
    await site.consultation("secret", published=False)
    await site.consultation()
    await site.draft()
    author = await site.signed_in()
    for address in (
        "/en/consultations/secret/comments", "/en/consultations/none/comments", f"{READING}/blocks/none",
        "/en/contributions/FMF-2026-99-C0001/reply", f"{READING}/blocks/none?version=²", f"{READING}?version=²",
    ):  # fmt: skip
        fields = await opened_form(author, "/en/consultations/charter/comments")
        answer = await author.post(
            address, data={**fields, "text": "Hello?"}, headers={"origin": "https://consult.test"}
        )
        assert answer.status_code in (404, 405), address


@pytest.mark.parametrize("after", ["²", "9" * 40, "-1", "x", "%00"])
async def test_a_page_number_that_is_none_is_the_first_page(site: Site, after: str) -> None:
    await site.consultation()
    keys = await site.draft()
    reference = await say(await site.signed_in(), "The first one.", block_page(keys[1]))
    for address in (DISCUSSION, block_page(keys[1]), f"/en/contributions/{reference}"):
        assert (await site.browser().get(f"{address}?after={after}")).status_code == 200


async def test_supporting_a_strangers_comment_can_be_taken_back(site: Site) -> None:
    await site.consultation()
    author, other = await site.signed_in(name="Ana"), await site.signed_in(name="Bo")
    reference = await say(author, "Support me.")
    assert (await do(other, reference, "support", support="yes")).status_code == 303
    assert (await do(other, reference, "support", support="yes")).status_code == 303
    assert (await row(site, reference)).support_count == 1
    assert "You support this" in words(await other.get(f"/en/contributions/{reference}"))
    assert "1 supports this" in words(await site.browser().get(f"/en/contributions/{reference}"))
    assert (await do(other, reference, "support", support="no")).status_code == 303
    assert (await row(site, reference)).support_count == 0
    assert "You support this" not in words(await other.get(f"/en/contributions/{reference}"))
    assert (await do(author, reference, "support", support="yes")).status_code == 403
    assert await disagreements(site) == []
