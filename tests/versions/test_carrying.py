"""A new version comes: every comment's place is found in it, none is lost, counts stay true."""

from __future__ import annotations

from sqlalchemy import select

from consult.models.contribution import Anchor, Fate
from consult.models.people import Role
from tests.comments.talking import READING, disagreements, do, moderate, reply, say
from tests.people import Site
from tests.versions.scene import (
    FEE,
    FIRST,
    MEETS,
    MINUTES,
    OBSERVERS,
    SECOND,
    carry,
    count_at,
    next_version,
    on_block,
    place,
    set_up,
    words_at,
)


async def test_each_comment_finds_its_place_and_says_what_became_of_it(site: Site) -> None:
    keys = await set_up(site)
    ana = await site.signed_in(name="Ana")
    kept = await on_block(ana, keys[MEETS], "Why twice?", quote="twice a year")
    moved = await on_block(ana, keys[FEE], "Who sets it?", quote="the assembly sets")
    changed = await on_block(ana, keys[MINUTES], "Ten are too few.", quote="within ten working days")
    whole = await on_block(ana, keys[MINUTES], "Good.")
    gone = await on_block(ana, keys[OBSERVERS], "They should vote, too.", quote="may speak")
    await next_version(site)
    await carry(site)
    fates = [(await place(site, each)).fate for each in (kept, moved, changed, whole, gone)]
    assert fates == [Fate.KEPT, Fate.MOVED, Fate.CHANGED, Fate.CHANGED, Fate.ORPHANED]
    assert await words_at(site, kept) == (keys[MEETS], "twice a year")
    assert await words_at(site, moved) == (keys[FEE], "the assembly sets")
    assert (await words_at(site, changed))[0] == keys[MINUTES]
    assert "twenty working days" in (await words_at(site, changed))[1]
    assert await words_at(site, gone) == ("", "")
    assert await words_at(site, gone, 1) == (keys[OBSERVERS], "may speak")
    assert await disagreements(site) == []


async def test_what_is_posted_on_the_old_version_afterwards_arrives_as_well(site: Site) -> None:
    keys = await set_up(site)
    ana = await site.signed_in(name="Ana")
    await next_version(site)
    await carry(site)
    late = await on_block(ana, keys[FEE], "Too high.", version=1)
    await carry(site)
    assert (await place(site, late)).fate == Fate.MOVED
    assert await count_at(site, keys[FEE], 1) == await count_at(site, keys[FEE], 2) == 1
    assert await disagreements(site) == []


async def test_replies_and_what_moderators_do_count_on_both_versions(site: Site) -> None:
    keys = await set_up(site)
    ana, mo = await site.signed_in(name="Ana"), await site.signed_in(Role.MODERATOR)
    said = await on_block(ana, keys[FEE], "Too high.")
    early = await reply(ana, said, "I mean it.", lang="en")
    hidden = await on_block(ana, keys[FEE], "Something rude.")
    await moderate(mo, hidden, "hide")
    await next_version(site)
    await carry(site)
    assert await count_at(site, keys[FEE], 2) == 2
    await reply(ana, said, "Really.", lang="en")
    await moderate(mo, hidden, "restore")
    assert [await count_at(site, keys[FEE], number) for number in (1, 2)] == [4, 4]
    await do(ana, early, "withdraw")
    assert [await count_at(site, keys[FEE], number) for number in (1, 2)] == [3, 3]
    assert await disagreements(site) == []


async def test_a_withdrawn_comment_leaves_its_words_in_no_version(site: Site) -> None:
    keys = await set_up(site)
    ana = await site.signed_in(name="Ana")
    said = await on_block(ana, keys[FEE], "Too high.", quote="pays a fee")
    await next_version(site)
    await carry(site)
    await do(ana, said, "withdraw")
    assert [(await place(site, said, number)).exact for number in (1, 2)] == ["", ""]
    assert await disagreements(site) == []


async def test_three_versions_later_a_place_says_all_that_happened_to_it(site: Site) -> None:
    keys = await set_up(site)
    ana = await site.signed_in(name="Ana")
    said = await on_block(ana, keys[MINUTES], "Ten are too few.", quote="within ten working days")
    gone = await on_block(ana, keys[OBSERVERS], "They should vote.")
    await next_version(site)
    await next_version(site, SECOND.replace("each spring", "each autumn"))
    await carry(site)
    assert [(await place(site, said, number)).fate for number in (1, 2, 3)] == ["made", "changed", "changed"]
    assert [(await place(site, gone, number)).fate for number in (2, 3)] == ["orphaned", "orphaned"]
    assert await disagreements(site) == []


FRENCH = """# Règles

Le Forum se réunit deux fois par an dans une ville que ses membres choisissent.

Les comptes rendus de chaque réunion sont publics sous dix jours ouvrables.

Chaque membre paie une cotisation que l'assemblée fixe au printemps.

Les observateurs parlent quand la présidence leur donne la parole.

Rien ici ne limite ce que la loi du pays d'un membre exige.
"""


async def test_words_of_a_translation_are_found_in_that_translation(site: Site) -> None:
    await site.consultation()
    keys = await site.draft(texts={"en": FIRST, "fr": FRENCH})
    ana = await site.signed_in(name="Ana")
    at = f"{READING}/blocks/{keys[2]}?text=fr"
    said = await say(ana, "Dix, c'est peu.", at, lang="fr", quote="sous dix jours ouvrables")
    await next_version(site)  # in English alone: the translation is as it was, and out of date
    await next_version(site, SECOND + "\nThat is all.\n", fr=FRENCH.replace("dix jours", "vingt jours"))
    await carry(site)
    places = [await place(site, said, number) for number in (1, 2, 3)]
    assert [(each.lang, each.fate, each.exact) for each in places] == [
        ("fr", "made", "sous dix jours ouvrables"),
        ("fr", "kept", "sous dix jours ouvrables"),
        ("fr", "changed", "sous vingt jours ouvrables"),
    ]
    assert await disagreements(site) == []


async def test_words_that_a_translation_has_lost_are_said_to_be_lost(site: Site) -> None:
    await site.consultation()
    keys = await site.draft(texts={"en": FIRST, "fr": FRENCH})
    ana = await site.signed_in(name="Ana")
    at = f"{READING}/blocks/{keys[2]}?text=fr"
    said = await say(ana, "Dix, c'est peu.", at, lang="fr", quote="sous dix jours ouvrables")
    async with site.database.writing() as session:  # as bringing the translation up to date does
        anchor = (await session.execute(select(Anchor))).scalar_one()
        anchor.start = anchor.end = 0
    await next_version(site)
    await carry(site)
    found = await place(site, said)
    assert (found.fate, found.exact, (await words_at(site, said))[0]) == (Fate.CHANGED, "", keys[2])
    assert await disagreements(site) == []
