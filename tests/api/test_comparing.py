"""Programs read what changed from one version of a draft to another, and why."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select

from consult.documents.imports import import_draft
from consult.models.contribution import Contribution
from consult.models.document import Block, Version
from consult.models.version import Change, change_contributions
from tests.api.scene import API, post, script_of, with_draft
from tests.people import Site, said

pytestmark = pytest.mark.anyio
SECOND = {
    "en": "# Charter\n\nMembers share what they learn.\n\nThe board meets in public twice a year.\n\nMinutes are kept.\n",
    "fr": "# Charte\n\nLes membres partagent ce qu'ils apprennent.\n\nLe conseil se réunit en public deux fois par an.\n\n"
    "Il en est tenu procès-verbal.\n",
}
HERE = f"{API}/consultations/charter/drafts/text/compare"


async def two_versions(site: Site) -> None:
    await site.consultation()
    await with_draft(site)
    async with site.database.writing() as session:
        await import_draft(session, "charter", "text", "", SECOND, True, site.clock.now())


async def explained(site: Site, reference: str) -> None:
    """The editor says why the board's block changed, and that it answers a comment."""
    async with site.database.writing() as session:
        version = (await session.execute(select(Version).where(Version.number == 2))).scalar_one()
        blocks = select(Block.key).where(Block.version_id == version.id).order_by(Block.position)
        key = (await session.execute(blocks)).scalars().all()[2]
        change = Change(
            version_id=version.id,
            key=key,
            reason=said(en="Many asked how often."),
            decided_at=site.clock.now(),
        )
        session.add(change)
        await session.flush()
        comment = (await session.execute(select(Contribution).filter_by(reference=reference))).scalar_one()
        link = {"change_id": change.id, "contribution_id": comment.id}
        await session.execute(insert(change_contributions).values(link))


async def read(reader: httpx.AsyncClient, address: str) -> Any:
    answer = await reader.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_change_says_what_was_there_before_and_after(
    site: Site, reader: httpx.AsyncClient
) -> None:
    await two_versions(site)
    found = await read(reader, f"{HERE}/1/2")
    assert (found["first"], found["second"], found["lang"]) == (1, 2, "en")
    assert found["url"] == "https://consult.test/consultations/charter/drafts/text/compare/1/2?text=en"
    edited, added = found["changes"]
    assert (edited["kind"], edited["edited"]) == ("edited", True)
    assert (edited["before"], edited["after"]) == (
        "The board meets in public.", "The board meets in public twice a year."
    )  # fmt: skip
    assert edited["key"] == edited["key_before"] == edited["key_after"]
    assert (added["kind"], added["before"], added["after"]) == ("added", None, "Minutes are kept.")


async def test_a_change_carries_its_reason_and_the_comments_that_it_answers(
    site: Site, reader: httpx.AsyncClient
) -> None:
    await two_versions(site)
    reference = (await post(await script_of(site), text="How often does it meet?")).json()["reference"]
    await explained(site, reference)
    edited, _ = (await read(reader, f"{HERE}/1/2?lang=fr"))["changes"]
    assert edited["after"] == "Le conseil se réunit en public deux fois par an."
    assert edited["reasons"] == [
        {"version": 2, "reason": "Many asked how often.", "lang": "en", "contributions": [reference]}
    ]


@pytest.mark.parametrize(
    ("address", "status"), [("2/1", 422), ("1/1", 422), ("1/3", 404), ("1/2?lang=ru", 422), ("0/2", 404)]
)
async def test_what_cannot_be_compared_is_said(
    address: str, status: int, site: Site, reader: httpx.AsyncClient
) -> None:
    await two_versions(site)
    answer = await reader.get(f"{HERE}/{address}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
