"""What the public reads of a response is the public part of what was received, or it shows."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from consult.exchange.verifying_responses import check_responses
from consult.models.contribution import Contribution
from tests.people import Site
from tests.submissions.scene import asking, begin, complete, faces, send


async def faults(site: Site) -> list[str]:
    """What `consult verify` says of responses."""
    async with site.database.reading() as session:
        return [each async for each in check_responses(session)]


@pytest.mark.parametrize("column", ["text", "html", "author_name"])
async def test_a_public_text_that_somebody_altered_in_the_database_shows(site: Site, column: str) -> None:
    await asking(site)
    amal = await site.signed_in(name="Amal Haddad")
    address = await begin(amal)
    await complete(site, amal, address)
    await send(amal, address)
    assert await faults(site) == []
    async with site.database.writing() as session:
        await session.execute(update(Contribution).values({column: "Something else."}))
    [face] = await faces(site)
    assert await faults(site) == [
        f"{face.reference}: its public text is not the public part of what was received"
    ]
