"""A draft in two versions, comments on the first, and somebody who carries them over."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from consult.models.contribution import Anchor, Contribution
from consult.models.document import Block, Version
from consult.places.jobs import Carrier
from tests.comments.talking import READING, say
from tests.people import Browser, Site

FIRST = """# Rules

The Forum meets twice a year in a city that its members choose.

Minutes of every meeting are public within ten working days.

Every member pays a fee that the assembly sets each spring.

Observers may speak when the chair gives them the floor.

Nothing here limits what the law of a member's country demands.
"""

SECOND = """# Rules

Every member pays a fee that the assembly sets each spring.

The Forum meets twice a year in a city that its members choose.

Minutes of every meeting are public within twenty working days, with the names of those who spoke.

Nothing here limits what the law of a member's country demands.
"""
"""The fee moved up, minutes were edited, observers are gone."""

FEE = "Every member pays"
MEETS = "The Forum meets"
MINUTES = "Minutes of every meeting"
OBSERVERS = "Observers may speak"


async def set_up(site: Site) -> Mapping[str, str]:
    """An open consultation with version 1; block keys by their first words."""
    await site.consultation()
    keys = await site.draft(texts={"en": FIRST})
    names = ("Rules", MEETS, MINUTES, FEE, OBSERVERS, "Nothing here")
    return dict(zip(names, keys, strict=True))


async def next_version(site: Site, text: str = SECOND, **more: str) -> None:
    """Publish the next version."""
    await site.draft(texts={"en": text, **more})


async def carry(site: Site) -> None:
    """Do what the worker does until nothing waits."""
    await Carrier(site.database, site.clock).carry_all()


async def on_block(browser: Browser, key: str, text: str, *, version: int = 0, quote: str = "") -> str:
    """A comment on a block of version 1 (0: the newest); its reference."""
    tail = f"?version={version}" if version else ""
    return await say(browser, text, f"{READING}/blocks/{key}{tail}", lang="en", quote=quote)


async def place(site: Site, reference: str, number: int = 2) -> Anchor:
    """Where a comment is in a version."""
    statement = (
        select(Anchor)
        .join(Contribution, Contribution.id == Anchor.contribution_id)
        .join(Version, Version.id == Anchor.version_id)
        .where(Contribution.reference == reference, Version.number == number)
    )
    async with site.database.reading() as session:
        return (await session.execute(statement)).scalar_one()


async def words_at(site: Site, reference: str, number: int = 2) -> tuple[str, str]:
    """The key of the block that a comment is on in a version ("" for none), and the words it marks."""
    anchor = await place(site, reference, number)
    async with site.database.reading() as session:
        block = await session.get(Block, anchor.block_id) if anchor.block_id else None
    return (block.key if block else "", anchor.exact)


async def count_at(site: Site, key: str, number: int) -> int:
    """What a block of a version says how many comments it has."""
    statement = select(Block.comment_count).join(Version).where(Block.key == key, Version.number == number)
    async with site.database.reading() as session:
        return (await session.execute(statement)).scalar_one()


REWRITTEN = SECOND.replace(
    "Every member pays a fee that the assembly sets each spring.",
    "Every member pays a fee. The board proposes how high it is, and the assembly votes on it in spring.",
)
"""As SECOND, with the fee so changed that nobody is sure where its words are."""
