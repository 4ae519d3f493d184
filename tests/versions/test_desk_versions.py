"""An editor works on a version that readers don't see, mends what the matching got wrong, says why, and publishes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import httpx
import pytest
from sqlalchemy import select

from consult.documents.storing import KeptBlock, load_kept
from consult.documents.succession import load_succession
from consult.kernel.translated import digest
from consult.models.contribution import Anchor, Contribution
from consult.models.document import Block, Draft, Version
from consult.models.people import Role
from consult.models.version import Change, Match
from tests.people import TOKEN, Browser, Site

ENGLISH = """# Rules

The Forum meets twice a year.[^1]

Minutes are public within a month of every meeting.

- one
- two

| Body | Seats |
| --- | --- |
| Board | 9 |

[^1]: In spring and autumn.
"""
FRENCH = ENGLISH.replace(
    "Minutes are public within a month of every meeting.", "Les comptes rendus sont publics."
)
HOME = "/en/desk/consultations/charter"
TWO = f"{HOME}/drafts/text/versions/2"
PUBLIC = "/en/consultations/charter/drafts/text"


@dataclass
class Desk:
    """An editor at a draft in two languages whose second version is in preparation."""

    site: Site
    editor: Browser
    keys: list[str]

    async def blocks(self, number: int = 2) -> tuple[KeptBlock, ...]:
        async with self.site.database.reading() as session:
            version = (await session.execute(select(Version).where(Version.number == number))).scalar_one()
            return await load_kept(session, version)

    async def matches(self) -> list[Match]:
        async with self.site.database.reading() as session:
            version = (await session.execute(select(Version).where(Version.number == 2))).scalar_one()
            return await load_succession(session, version.id)

    async def plains(self) -> list[str]:
        return [block.texts["en"].plain for block in await self.blocks()]

    async def send(self, tail: str, fields: dict[str, str], form_at: str = "") -> httpx.Response:
        """Fill in a form of the workbench."""
        page = await self.editor.get(TWO + (form_at or tail))
        seen = re.search(r'name="seen" value="([^"]*)"', page.text)
        return await self.editor.post_form(
            TWO + tail, {**({"seen": seen[1]} if seen else {}), **fields}, form_at=TWO + (form_at or tail)
        )

    async def write(self, key: str, source: str) -> httpx.Response:
        return await self.send(f"/blocks/{key}", {"source": source})


@pytest.fixture
async def desk(site: Site) -> Desk:
    await site.consultation()
    keys = await site.draft(texts={"en": ENGLISH, "fr": FRENCH})
    editor = await site.signed_in(Role.EDITOR)
    begun = await editor.post_form(f"{HOME}/drafts/text/versions/begin", {}, form_at=HOME)
    assert begun.headers["location"] == TWO + "/text"
    return Desk(site, editor, keys)


async def comment_on(site: Site, key: str, words: str = "") -> str:
    """A comment on a block of the first version; its reference."""
    async with site.database.writing() as session:
        block, version, draft = (
            await session.execute(
                select(Block, Version, Draft)
                .join(Version, Version.id == Block.version_id)
                .join(Draft, Draft.id == Version.draft_id)
                .where(Block.key == key, Version.number == 1)
            )
        ).one()
        found = Contribution(
            reference="FMF-2026-90-C0001", consultation_id=draft.consultation_id, place="block", lang="en",
            text="A month is too long.", html="<p>A month is too long.</p>", created_at=site.clock.now(),
        )  # fmt: skip
        session.add(found)
        await session.flush()
        session.add(
            Anchor(
                contribution_id=found.id,
                version_id=version.id,
                block_id=block.id,
                lang="en",
                exact=words,
                start=26,
                end=26 + len(words),
            )
        )
    return found.reference


async def test_readers_see_nothing_of_a_version_in_preparation(desk: Desk) -> None:
    await desk.write(desk.keys[2], "Minutes are secret.")
    reader = desk.site.browser()
    api = "/api/v1/consultations/charter/drafts/text"
    for address in (PUBLIC, "/en/consultations/charter", api, f"{PUBLIC}/blocks/{desk.keys[2]}"):
        page = await reader.get(address)
        assert page.status_code == 200, address
        assert "secret" not in page.text
        assert "version=2" not in page.text
    for address in (f"{PUBLIC}?version=2", f"{api}?version=2"):
        assert (await reader.get(address)).status_code == 404
    assert "secret" in (await desk.editor.get(TWO)).text


async def test_a_block_is_edited_keeps_its_key_and_its_translation_is_out_of_date(desk: Desk) -> None:
    key = desk.keys[2]
    done = await desk.write(key, "Minutes are public within a week of every meeting.")
    assert done.headers["location"].startswith(f"{TWO}/text")
    block = (await desk.blocks())[2]
    assert block.key == key
    assert block.texts["en"].plain == "Minutes are public within a week of every meeting."
    assert block.texts["fr"].of == digest("Minutes are public within a month of every meeting.")
    (match,) = [row for row in await desk.matches() if row.kind != "unchanged"]
    assert (match.before, match.key, match.kind, match.edited) == (key, key, "edited", True)
    assert "Translations" in (await desk.editor.get(TWO + "/publish")).text


@pytest.mark.parametrize(
    ("place", "source", "says"),
    [
        (1, "", "There is no text in it."),
        (1, "![](cat.png)", "has no text alternative"),
        (1, "![A cat](cat.png)", "There is no figure “cat.png” in this draft."),
        (1, "![A cat](https://elsewhere.example/cat.png)", "not a file of this draft"),
        (1, "New.[^2]\n\n[^1]: Mine.", "There is a footnote “1” already"),
        (6, "| Board |", "its 2 cells parted by"),
        (7, "[^9]: Another.", "Keep the footnote's mark"),
    ],
)
async def test_what_can_not_stand_in_a_document_is_said_beside_the_field(
    desk: Desk, place: int, source: str, says: str
) -> None:
    refused = await desk.write(desk.keys[place], source)
    assert refused.status_code == 422
    assert says in unescape(refused.text)
    assert 'href="#source"' in refused.text
    assert unescape(refused.text).count(source) >= 1


async def test_two_editors_do_not_overwrite_each_other(desk: Desk) -> None:
    key, page = desk.keys[2], await desk.editor.get(f"{TWO}/blocks/{desk.keys[2]}")
    found, seen = TOKEN.search(page.text), re.search(r'name="seen" value="([^"]*)"', page.text)
    assert found
    assert seen
    await desk.write(key, "Minutes are public at once.")
    sent = {"csrf": found[1], "seen": seen[1], "source": "Minutes are public in a year."}
    second = await desk.editor.post(
        f"{TWO}/blocks/{key}", data=sent, headers={"origin": "https://consult.test"}
    )
    assert second.status_code == 409
    assert "Somebody else changed this block" in second.text
    assert "Minutes are public at once." in second.text
    assert "Minutes are public in a year." in second.text
    assert (await desk.plains())[2] == "Minutes are public at once."


async def test_blocks_are_added_moved_and_removed(desk: Desk) -> None:
    await desk.send(f"/blocks/{desk.keys[2]}/after", {"source": "## More\n\nIt also eats together."})
    assert (await desk.plains())[2:5] == [
        "Minutes are public within a month of every meeting.", "More", "It also eats together.",
    ]  # fmt: skip
    added = (await desk.blocks())[4].key
    assert added not in desk.keys
    await desk.send(f"/blocks/{added}/move", {"to": "up"}, f"/blocks/{added}")
    assert (await desk.plains())[3:5] == ["It also eats together.", "More"]
    await desk.send(f"/blocks/{desk.keys[3]}/remove", {}, f"/blocks/{desk.keys[3]}")
    assert "one" not in await desk.plains()
    kinds = {(row.before, row.key): row.kind for row in await desk.matches()}
    assert kinds["", added] == "added"
    assert kinds[desk.keys[3], ""] == "removed"


async def test_rows_join_their_table_and_footnotes_that_are_referred_to_stay(desk: Desk) -> None:
    await desk.send(f"/blocks/{desk.keys[6]}/after", {"source": "| Council | 30 |"})
    blocks = await desk.blocks()
    assert [block.kind for block in blocks[5:8]] == ["table_row"] * 3
    assert len({block.shape["group"] for block in blocks[5:8]}) == 1
    gone = await desk.send(f"/blocks/{desk.keys[7]}/remove", {}, f"/blocks/{desk.keys[7]}")
    assert gone.status_code == 409
    assert "still refers to this footnote" in gone.text
    await desk.write(desk.keys[1], "The Forum meets twice a year.")
    refused = await desk.editor.post_form(TWO + "/publish", {})
    assert refused.status_code == 422
    assert "nothing in the text refers to it" in refused.text


async def test_a_preview_keeps_nothing_and_foresees_what_becomes_of_comments(desk: Desk) -> None:
    reference = await comment_on(desk.site, desk.keys[2], "month")
    at = f"/blocks/{desk.keys[2]}"
    typed = {"source": "Minutes are public within a week of every meeting."}
    shown = await desk.send(f"{at}/preview", typed, at)
    assert shown.status_code == 200
    assert typed["source"] in shown.text
    assert reference in shown.text
    typed = {"source": "Within a month of every meeting, minutes are public."}
    assert "stays where it is" in (await desk.send(f"{at}/preview", typed, at)).text
    wrong = await desk.send(f"{at}/preview", {"source": "![](x.png)"}, at)
    assert (wrong.status_code, "has no text alternative" in wrong.text) == (200, True)
    assert (await desk.plains())[2] == "Minutes are public within a month of every meeting."


async def test_the_matching_is_mended_by_hand_and_stays_so(desk: Desk) -> None:
    old = desk.keys[2]
    await desk.send(f"/blocks/{old}/remove", {}, f"/blocks/{old}")
    await desk.send(f"/blocks/{desk.keys[1]}/after", {"source": "Notes come out soon."})
    new = (await desk.blocks())[2]
    assert "fr" not in new.texts
    assert (await desk.editor.get(f"{TWO}/matching/{new.key}")).text.index("Minutes are public") > 0
    await desk.send(f"/changes/{new.key}", {"reason.en": "Shorter."})
    done = await desk.send(f"/matching/{new.key}", {"ruling": "is", "block": old})
    assert done.status_code == 303, done.text
    mended = (await desk.blocks())[2]
    assert mended.key == old
    assert mended.texts["fr"].plain == "Les comptes rendus sont publics."
    async with desk.site.database.reading() as session:
        change = (await session.execute(select(Change))).scalar_one()
    assert (change.key, change.reason.get("en")) == (old, "Shorter.")
    await desk.write(desk.keys[0], "# The rules")
    (row,) = [each for each in await desk.matches() if each.key == old]
    assert (row.before, row.by_hand) == (old, True)
    page = (await desk.editor.get(TWO)).text
    assert "Decided by hand" in page
    await desk.send(f"/matching/{old}", {"ruling": "new"})
    fresh = (await desk.blocks())[2]
    assert fresh.key not in desk.keys
    assert "fr" not in fresh.texts


async def test_blocks_can_be_said_to_be_split_and_merged(desk: Desk) -> None:
    old, keys = desk.keys[2], desk.keys
    await desk.write(old, "Minutes are public.\n\nThat is within a month of every meeting.")
    part = (await desk.blocks())[3].key
    await desk.send(f"/matching/{part}", {"ruling": "part", "block": old})
    assert {(row.key, row.kind) for row in await desk.matches() if row.before == old} == {
        (old, "split"), (part, "split"),
    }  # fmt: skip
    await desk.send(f"/blocks/{keys[4]}/remove", {}, f"/blocks/{keys[4]}")
    await desk.send(f"/matching/{keys[4]}", {"ruling": "holds", "block": keys[3]})
    assert {(row.before, row.kind) for row in await desk.matches() if row.key == keys[3]} == {
        (keys[3], "merged"), (keys[4], "merged"),
    }  # fmt: skip
    wrong = await desk.send(f"/matching/{part}", {"ruling": "is", "block": "nothing"})
    assert wrong.status_code == 422


async def test_a_reason_names_the_contributions_that_it_answers_also_after_publishing(desk: Desk) -> None:
    key = desk.keys[2]
    reference = await comment_on(desk.site, key)
    await desk.write(key, "Minutes are public within a week of every meeting.")
    page = (await desk.editor.get(f"{TWO}/changes/{key}")).text
    assert "A month is too long." in page
    refused = await desk.send(f"/changes/{key}", {"reason.en": "Sooner.", "references": "FMF-1999-01-C0001"})
    assert refused.status_code == 422
    assert "no public contributions to this consultation: FMF-1999-01-C0001" in refused.text
    assert "Sooner." in refused.text
    await desk.send(f"/changes/{key}", {"reason.en": "Sooner.", "picked": reference})
    assert reference in (await desk.editor.get(TWO)).text
    published = await desk.send("/publish", {"note.en": "After round 1."})
    assert published.headers["location"].startswith(TWO)
    await desk.send(f"/changes/{key}", {"reason.en": "Sooner is better.", "picked": reference})
    assert "Sooner is better." in (await desk.editor.get(TWO)).text
    assert "week" in (await desk.site.browser().get(PUBLIC)).text


async def test_what_is_public_never_changes(desk: Desk) -> None:
    key = desk.keys[2]
    token = TOKEN.search((await desk.editor.get(f"{TWO}/blocks/{key}")).text)
    assert token
    await desk.write(key, "Minutes are public at once.")
    await desk.send("/publish", {"note.en": "Mends the minutes.", "correction": "yes"})
    for tail in (f"blocks/{key}", f"blocks/{key}/remove", f"matching/{key}", "publish", "discard"):
        sent = {"csrf": token[1], "source": "x", "ruling": "new"}
        answer = await desk.editor.post(
            f"{TWO}/{tail}", data=sent, headers={"origin": "https://consult.test"}
        )
        assert answer.status_code == 409, tail
    async with desk.site.database.reading() as session:
        version = (await session.execute(select(Version).where(Version.number == 2))).scalar_one()
    assert (version.correction, version.note.get("en")) == (True, "Mends the minutes.")
    assert (await desk.plains())[2] == "Minutes are public at once."


async def test_nothing_new_is_not_published_and_a_correction_says_what_it_corrects(desk: Desk) -> None:
    refused = await desk.send("/publish", {})
    assert "Nothing has changed since version 1." in refused.text
    await desk.write(desk.keys[2], "Minutes are public at once.")
    refused = await desk.send("/publish", {"correction": "yes"})
    assert "Say what is corrected" in refused.text


async def test_a_draft_has_one_version_in_preparation_which_can_be_discarded(desk: Desk) -> None:
    page = await desk.editor.get(HOME)
    assert "Go on with version 2" in page.text
    assert "In preparation" in page.text or "Not published yet" in page.text
    assert "Versions in preparation" in (await desk.editor.get("/en/desk")).text
    again = await desk.editor.post_form(f"{HOME}/drafts/text/versions/begin", {}, form_at=TWO)
    assert again.status_code == 422
    gone = await desk.send("/discard", {}, "/publish")
    assert gone.headers["location"].startswith(HOME)
    assert (await desk.editor.get(TWO)).status_code == 404
    assert "Go on with version 2" not in (await desk.editor.get(HOME)).text
