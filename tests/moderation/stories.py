"""Comments that tests about moderators and answers begin with."""

from __future__ import annotations

from consult.accounts.queries import find_actor
from consult.comments.changing import report_comment
from consult.comments.forms import rendered
from consult.comments.service import Sending, post_comment
from consult.comments.written import Report, Written
from consult.consultations.queries import get_consultation
from consult.models.contribution import Contribution
from consult.models.people import User
from consult.security.actor import Actor
from tests.people import Site


async def actor_of(site: Site, user: User) -> Actor:
    """What the rest of the program knows of a person."""
    async with site.database.reading() as session:
        actor = await find_actor(session, user.id)
    assert actor is not None
    return actor


async def comment(
    site: Site,
    author: User,
    text: str,
    *,
    slug: str = "charter",
    parent: Contribution | None = None,
    lang: str = "en",
    anonymous: bool = False,
    key: str = "",
) -> Contribution:
    """A comment that a person posts."""
    actor = await actor_of(site, author)
    async with site.database.writing() as session:
        consultation = await get_consultation(session, slug, None)
        written = Written(text, rendered(text), lang, anonymous=anonymous)
        sending = Sending(send_key=key)
        return await post_comment(session, consultation, parent, actor, written, sending, site.clock.now())


async def report(
    site: Site, reporter: User, about: Contribution, reason: str = "abuse", text: str = ""
) -> None:
    """A report that a person makes."""
    actor = await actor_of(site, reporter)
    async with site.database.writing() as session:
        there = await session.get(Contribution, about.id)
        assert there is not None
        await report_comment(session, there, actor, Report(reason, text), site.clock.now())
