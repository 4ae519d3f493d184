"""Where first posts wait nobody sees them before a moderator; what is hidden is nowhere."""

from __future__ import annotations

from consult.models.people import Role
from tests.comments.talking import (
    DISCUSSION,
    HX,
    READING,
    block_page,
    disagreements,
    do,
    moderate,
    opened_form,
    reference_in,
    reply,
    row,
    say,
    words,
)
from tests.people import Browser, Site

CANARY = "canary7f3a"


def public_places(keys: list[str], *references: str) -> list[str]:
    """Every address at which a comment's words could be."""
    own = [
        f"/en/contributions/{each}{tail}"
        for each in references
        for tail in ("", "/history", "/reply", "/report", "/cite.bib")
    ]
    return [
        "/en/", "/en/consultations", "/en/consultations/charter", DISCUSSION, f"{DISCUSSION}?order=newest", READING,
        "/fr/consultations/charter/drafts/text", *(block_page(key) for key in keys), "/en/log", "/en/feed.atom",
        "/en/consultations/charter/feed.atom", f"/en/search?q={CANARY}", "/api/v1/consultations/charter/comments",
        f"/api/v1/search?q={CANARY}", "/api/v1/consultations/charter", "/sitemap.xml",
        *(f"/en/consultations/charter/export.{ending}" for ending in ("jsonl", "csv")), *own,
    ]  # fmt: skip


async def assert_nowhere(browser: Browser, places: list[str], canary: str = CANARY) -> None:
    """The words are at none of the places, nor in a part that htmx asks for."""
    for address in places:
        for headers in ({}, HX):
            page = await browser.get(address, headers=headers)
            assert page.status_code in (200, 404, 503), (address, page.status_code)
            found = page.text.lower().replace(f"q={canary}", "").replace(f'value="{canary}"', "")
            assert canary not in found.replace(f"“{canary}”", "") or "/search" in address, address


async def test_a_first_post_waits_where_the_consultation_asks_for_it(site: Site) -> None:
    await site.consultation(first_posts_wait=True)
    keys = await site.draft()
    author = await site.signed_in(name="Ana Canarywing")
    answer = await author.post_form(block_page(keys[1]), {"text": f"{CANARY} sings.", "lang": "en"})
    reference = reference_in(answer)
    assert answer.headers["location"].startswith(f"/en/contributions/{reference}")
    own = await author.get(f"/en/contributions/{reference}")
    assert CANARY in own.text
    assert own.headers["cache-control"] == "private, no-store"
    assert CANARY in (await author.get("/en/mine")).text
    places = public_places(keys, reference)
    await assert_nowhere(site.browser(), places)
    await assert_nowhere(await site.signed_in(name="Bo"), places)
    await assert_nowhere(site.browser(), places, "canarywing")
    assert (await site.browser().get(f"/en/contributions/{reference}")).status_code == 404
    assert (
        await (await site.signed_in(name="Cleo")).get(f"/en/contributions/{reference}/reply")
    ).status_code == 404
    assert await disagreements(site) == []


async def test_htmx_says_that_it_waits(site: Site) -> None:
    await site.consultation(first_posts_wait=True)
    keys = await site.draft()
    for name, address in (("Ana", DISCUSSION), ("Bo", block_page(keys[1]))):
        author = await site.signed_in(name=name)
        fields = await opened_form(author, address)
        part = await author.post(address, data={**fields, "text": "I am new."}, headers=HX)
        assert part.status_code in (200, 201)
        assert "moderator" in words(part)


async def test_a_moderator_lets_it_through_and_the_next_one_need_not_wait(site: Site) -> None:
    await site.consultation(first_posts_wait=True)
    keys = await site.draft()
    author, moderator = await site.signed_in(name="Ana"), await site.signed_in(Role.MODERATOR)
    reference = await say(author, "Hello, I am new.", block_page(keys[1]))
    assert "Hello, I am new." not in (await site.browser().get(READING)).text
    await moderate(moderator, reference, "publish")
    for address in (READING, block_page(keys[1]), f"/en/contributions/{reference}"):
        assert "Hello, I am new." in (await site.browser().get(address)).text
    second = await say(author, "I am no longer new.")
    assert (await row(site, second)).state == "published"
    assert await disagreements(site) == []


async def test_who_withdraws_while_it_waits_leaves_no_count_behind(site: Site) -> None:
    await site.consultation(first_posts_wait=True)
    author = await site.signed_in(name="Ana")
    reference = await say(author, "Never mind.")
    assert (await do(author, reference, "edit", text="Oubliez cela.", lang="fr")).status_code == 303
    assert (await do(author, reference, "withdraw")).status_code == 303
    assert await disagreements(site) == []


async def test_hidden_words_are_nowhere(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    author, other = await site.signed_in(name="Ana Canarywing"), await site.signed_in(name="Bo")
    moderator = await site.signed_in(Role.MODERATOR)
    on_block = await say(author, f"Old {CANARY}.", block_page(keys[1]), quote="Members share", lang="en")
    await do(author, on_block, "edit", text=f"New {CANARY}.", lang="en")
    on_all = await say(author, f"{CANARY} again.")
    answer = await reply(other, on_block, "How rude.")
    places = public_places(keys, on_block, on_all, answer)
    assert CANARY in (await site.browser().get(READING)).text
    for reference in (on_block, on_all):
        await moderate(moderator, reference, "hide")
    await assert_nowhere(site.browser(), places)
    await assert_nowhere(other, places)
    await assert_nowhere(site.browser(), places, "canarywing")
    stub = words(await site.browser().get(f"/en/contributions/{on_block}"))
    assert "A moderator hid this comment." in stub
    assert "It insults." in stub
    assert "How rude." in stub
    assert "<mark" not in (await site.browser().get(READING)).text
    assert await disagreements(site) == []
    await moderate(moderator, on_block, "restore")
    assert f"New {CANARY}." in (await site.browser().get(READING)).text
    assert f"Old {CANARY}." in (await site.browser().get(f"/en/contributions/{on_block}/history")).text
    assert await disagreements(site) == []
