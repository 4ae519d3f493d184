"""Links that the worker puts into mails."""

from __future__ import annotations

import re

from sqlalchemy import select

from consult.models.ledger import Mail
from consult.notifications.composing import Composer
from consult.notifications.draining import Drain
from consult.notifications.making import MailMaker
from consult.settings import ROOT
from consult.web.rendering import Renderer
from tests.people import Site

LINK = re.compile(r"https://consult\.test(/\w\w/respond/(?:resume/)?[\w-]{20,})")


async def links_mailed(site: Site, email: str) -> list[str]:
    """Let the worker write its mails; the links in all of them that go on with a response."""
    composer = Composer(Renderer(ROOT / "templates"), site.settings)
    maker = MailMaker(site.database, composer, site.settings, site.clock)
    drain = Drain(site.database, [maker], site.clock)
    while await drain.drain():
        pass
    async with site.database.reading() as session:
        statement = select(Mail.text).where(Mail.kind == "resume", Mail.recipient == email).order_by(Mail.id)
        texts = (await session.execute(statement)).scalars().all()
    return [found[1] for text in texts if (found := LINK.search(text))]
