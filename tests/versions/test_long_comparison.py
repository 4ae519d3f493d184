"""A long draft that was rewritten is compared part by part, so that it opens on a slow line."""

from __future__ import annotations

import gzip
import random
import re

import pytest

from consult.documents.imports import import_draft
from tests.documents.rewriting import Plan, draft, markdown, rewrite
from tests.people import Site
from tests.versions.compared import HERE

pytestmark = pytest.mark.anyio
LIGHT = 20_000
"""Bytes compressed, of the 50 kB that a first view may have with its style and scripts."""


async def rewritten(site: Site, blocks: int) -> None:
    await site.consultation()
    chance = random.Random(1)
    text = rewrite(chance, "en", draft(chance, "en", blocks, 60), Plan(0.3))
    for source in (text.old, text.new):
        async with site.database.writing() as session:
            await import_draft(
                session, "charter", "text", "", {"en": markdown(source)}, True, site.clock.now()
            )


def ids(page: str) -> list[str]:
    return re.findall(r'<section class="change[^"]*" id="([^"]+)"', page)


@pytest.mark.parametrize("view", ["", "?view=side"])
async def test_every_change_is_in_one_part_and_each_part_is_light(site: Site, view: str) -> None:
    await rewritten(site, 300)
    browser, address, found, pages = site.browser(), f"{HERE}/1/2{view}", list[str](), 0
    while address:
        answer = await browser.get(address)
        assert answer.status_code == 200
        assert len(gzip.compress(answer.content)) < LIGHT
        found, pages = found + ids(answer.text), pages + 1
        onward = re.search(r'<a href="([^"]+)" rel="next"', answer.text)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert pages > 2
    assert len(found) == len(set(found)) > 100


async def test_a_link_to_a_change_leads_to_the_part_that_has_it(site: Site) -> None:
    await rewritten(site, 300)
    browser = site.browser()
    first = (await browser.get(f"{HERE}/1/2")).text
    onward = re.search(r'<a href="([^"]+)" rel="next"', first)
    assert onward
    second = (await browser.get(onward[1])).text
    wanted = ids(second)[3]
    there = await browser.get(f"{HERE}/1/2?from={wanted}")
    assert (there.status_code, there.headers["location"]) == (303, onward[1])
    assert f'href="{onward[1]}" aria-current="true"' in second
    assert (await browser.get(f"{HERE}/1/2?from=change-nothing")).headers["location"] == f"{HERE}/1/2"


async def test_both_ends_of_a_move_lead_to_each_other_whatever_part_they_are_in(site: Site) -> None:
    await rewritten(site, 300)
    browser, address, links, at = site.browser(), f"{HERE}/1/2", dict[str, str](), dict[str, str]()
    while address:
        page = (await browser.get(address)).text
        at |= dict.fromkeys(ids(page), address)
        for id_, body in re.findall(r'<section class="change[^"]*" id="([^"]+)"(.*?)</section>', page, re.S):
            if move := re.search(r'href="([^"]*#(?:from|change)-[^"]+)">Go to where', body):
                links[id_] = move[1]
        onward = re.search(r'<a href="([^"]+)" rel="next"', page)
        address = onward[1] if onward else ""
    assert links
    for id_, link in links.items():
        there, _, end = link.partition("#")
        assert at[end] == (there or at[id_])


async def test_a_short_comparison_has_all_its_changes_on_one_page(site: Site) -> None:
    await rewritten(site, 30)
    page = (await site.browser().get(f"{HERE}/1/2")).text
    assert 'rel="next"' not in page
    assert "Part 1 of" not in page
