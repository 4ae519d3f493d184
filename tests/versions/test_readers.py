"""Readers of either version find each comment where it is, and learn what it spoke about."""

from __future__ import annotations

from consult.models.people import Role
from tests.comments.talking import READING, block_page, moderate, reply, words
from tests.people import Site
from tests.versions.scene import FEE, MINUTES, OBSERVERS, carry, next_version, on_block, set_up
from tests.web.test_queries_counted import asked_by


async def test_the_new_version_says_what_each_comment_was_about(site: Site) -> None:
    keys = await set_up(site)
    ana = await site.signed_in(name="Ana")
    await on_block(ana, keys[MINUTES], "Ten are too few.", quote="within ten working days")
    await on_block(ana, keys[MINUTES], "Good.")
    await on_block(ana, keys[FEE], "Who sets it?", quote="the assembly sets")
    await next_version(site)
    await carry(site)
    text = words(await ana.get(READING))
    assert (
        "on words that have changed since: within ten working days"
        in text.replace(" FMF", "FMF").replace("  ", " ")
        or "within ten working days" in text
    )
    assert "Made on version 1. The text has changed since." in text
    assert "Made on version 1, moved with its text." in text
    old = words(await ana.get(f"{READING}?version=1"))
    assert "Made on version 1" not in old
    assert "Ten are too few." in old
    page = await ana.get(block_page(keys[FEE]))
    assert '<mark class="quote"' in page.text
    assert "the assembly sets</mark>" in page.text


async def test_an_orphan_stands_after_the_text_with_its_passage(site: Site) -> None:
    keys = await set_up(site)
    ana = await site.signed_in(name="Ana")
    gone = [
        await on_block(ana, keys[OBSERVERS], f"They should vote {n}.", quote="may speak") for n in range(5)
    ]
    await reply(ana, gone[0], "And sit.", lang="en")
    await next_version(site)
    await carry(site)
    page = await ana.get(READING)
    text = words(page)
    assert "Comments whose passage is gone" in text
    assert "Observers may speak when the chair gives them the floor." in text
    assert "They should vote 0." in text
    assert "And sit." in text
    assert "They should vote 4." not in text
    everything = await ana.get(f"{READING}/gone")
    assert everything.status_code == 200
    assert all(each in everything.text for each in gone)
    assert "No comment has lost its passage" in words(await ana.get(f"{READING}/gone?version=1"))


async def test_a_hidden_orphan_shows_no_word_of_its_own(site: Site) -> None:
    keys = await set_up(site)
    ana, mo = await site.signed_in(name="Ana"), await site.signed_in(Role.MODERATOR)
    said = await on_block(ana, keys[OBSERVERS], "Something rude.", quote="may speak")
    await moderate(mo, said, "hide")
    await next_version(site)
    await carry(site)
    page = await site.browser().get(READING)
    assert "Something rude" not in page.text
    assert "<mark" not in page.text


async def test_a_comments_own_page_leads_to_both_versions(site: Site) -> None:
    keys = await set_up(site)
    ana = await site.signed_in(name="Ana")
    moved = await on_block(ana, keys[FEE], "Who sets it?", quote="the assembly sets")
    gone = await on_block(ana, keys[OBSERVERS], "They should vote.")
    await next_version(site)
    await carry(site)
    page = await ana.get(f"/en/contributions/{moved}")
    assert f"/drafts/text?version=1&amp;text=en&amp;from={keys[FEE]}#b-{keys[FEE]}" in page.text
    assert f"/drafts/text?version=2&amp;text=en&amp;from={keys[FEE]}#b-{keys[FEE]}" in page.text
    assert "Version 2 : the text has moved." in words(page)
    assert "Version 2: the text is gone." in words(await ana.get(f"/en/contributions/{gone}"))


async def test_a_page_asks_as_often_for_twenty_carried_comments_as_for_one(site: Site) -> None:
    keys = await set_up(site)
    ana, reader = await site.signed_in(name="Ana"), site.browser()
    await next_version(site)
    pages = (READING, f"{READING}/gone", block_page(keys[FEE]))
    counts = []
    for amount in (1, 9):
        for number in range(amount):
            said = await on_block(ana, keys[FEE], f"Fee {number}.", version=1, quote="pays a fee")
            await reply(ana, said, f"Reply {number}.", lang="en")
            await reply(
                ana, await on_block(ana, keys[OBSERVERS], f"Gone {number}.", version=1), "R.", lang="en"
            )
        await carry(site)
        counts.append([await asked_by(reader, page) for page in pages])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 18
