"""A program learns on which version a comment was made and where it is in later ones."""

from __future__ import annotations

from tests.people import Site
from tests.versions.scene import FEE, OBSERVERS, carry, next_version, on_block, set_up

COMMENTS = "/api/v1/consultations/charter/comments"


async def test_comments_come_with_their_places(site: Site) -> None:
    keys = await set_up(site)
    ana = await site.signed_in(name="Ana")
    moved = await on_block(ana, keys[FEE], "Who sets it?", quote="the assembly sets")
    await on_block(ana, keys[OBSERVERS], "They should vote.")
    await next_version(site)
    await carry(site)
    reader = site.browser()
    first, second = (await reader.get(COMMENTS)).json()["items"]
    assert (first["version"], first["block"], first["quote"]) == (1, keys[FEE], "the assembly sets")
    assert first["places"] == [
        {"version": 2, "block": keys[FEE], "fate": "moved", "quote": "the assembly sets", "confirmed": True}
    ]
    assert second["places"] == [
        {"version": 2, "block": None, "fate": "orphaned", "quote": None, "confirmed": True}
    ]
    assert (await reader.get(f"/api/v1/contributions/{moved}")).json()["places"] == first["places"]
