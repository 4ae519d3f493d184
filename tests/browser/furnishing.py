"""What the demo lacks so that every page can be seen in every state, and where in it the states are found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.links import Purpose, make_link
from consult.accounts.queries import find_actor
from consult.accounts.service import add_person, create_token, want_link
from consult.accounts.unfinished import save_unfinished
from consult.comments.service import Sending, post_comment
from consult.comments.written import Written
from consult.consultations.fields import ConsultationFields
from consult.consultations.queries import get_consultation
from consult.consultations.service import create_consultation
from consult.documents.importing import prepare
from consult.documents.imports import start_import
from consult.documents.markdown import render_comment
from consult.i18n.content import write
from consult.kernel.clock import SystemClock
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution
from consult.models.document import Block, Draft, Version
from consult.models.ledger import Mail
from consult.models.people import Role, User
from consult.security.actor import Actor
from tests.browser.people import EDITOR, MEMBER
from tests.browser.serving import Served, wait_until

NEWCOMER = "newcomer@example.org"
UNCONFIRMED = "unconfirmed@example.org"
OPEN = "charter-and-governance"
ORIGINAL = "# Plain words\n\nThe Forum speaks plainly.\n\nIt answers what it is asked. It says why.\n\nIt keeps its word.\n"
JOINED = "# Mots simples\n\nLe Forum parle simplement. Il répond à ce qu'on lui demande. Il dit pourquoi.\n\nIl tient parole.\n"
Places = Mapping[str, str]


def furnish(served: Served) -> Places:
    """Fill the gaps, and name the places: parameter of an address → value."""
    places = {**served.ask(_add_states), **served.ask(_find_places)}
    wait_until(lambda: served.ask(_newest_mail) != "", "the worker to write a mail")
    return {**places, "mail": served.ask(_newest_mail)}


async def _add_states(session: AsyncSession) -> dict[str, str]:
    now = SystemClock().now()
    newcomer = await _person(session, NEWCOMER, "Ana New", now)
    unconfirmed = await _person(session, UNCONFIRMED, "Ben Unconfirmed", now)
    member, editor = await _actor(session, MEMBER), await _actor(session, EDITOR)
    unconfirmed.confirmed_at = None
    want_link(session, unconfirmed.id, Purpose.CONFIRM, now)
    await create_token(session, member.id, "My reading list", now)
    at = f"/consultations/{OPEN}/comments"
    await save_unfinished(session, member.id, at, at, {"text": "Half a thought that <b>waits</b>."}, now)
    return {
        "confirm": await make_link(session, unconfirmed.id, Purpose.CONFIRM, "", now),
        "reset": await make_link(session, newcomer.id, Purpose.RESET, "", now),
        "email": await make_link(session, member.id, Purpose.EMAIL, "other@example.org", now),
        "import": str(await _waiting_import(session, editor, now)),
        "hidden_consultation": await _unpublished(session, editor, now),
        "pending": await _pending(session, newcomer, now),
    }


async def _person(session: AsyncSession, email: str, name: str, now: datetime) -> User:
    return await add_person(session, email, name, Role.RESPONDENT, now, None)


async def _actor(session: AsyncSession, email: str) -> Actor:
    user_id = (await session.execute(select(User.id).where(User.email == email))).scalar_one()
    actor = await find_actor(session, user_id)
    assert actor is not None
    return actor


async def _waiting_import(session: AsyncSession, editor: Actor, now: datetime) -> int:
    consultation = await get_consultation(session, "research-questions", editor)
    files = {"en": ORIGINAL, "fr": JOINED}
    title = write({"en": "Plain words"}, "en")
    return (
        await start_import(session, consultation, "plain", title, prepare(files), files, {}, editor, now)
    ).id


async def _unpublished(session: AsyncSession, editor: Actor, now: datetime) -> str:
    fields = ConsultationFields(
        slug="not-yet", original="en", languages=("en", "fr"), title={"en": "Not yet public"}, summary={}, asks={},
        use={}, topics=(), first_posts_wait=False, answer_promised_at=None,
    )  # fmt: skip
    return (await create_consultation(session, fields, editor, now)).slug


async def _pending(session: AsyncSession, newcomer: User, now: datetime) -> str:
    """A first comment that waits for a moderator."""
    waits = update(Consultation).where(Consultation.slug == "responsible-disclosure")
    await session.execute(waits.values(first_posts_wait=True))
    await session.flush()
    consultation = await get_consultation(session, "responsible-disclosure", None)
    author = await find_actor(session, newcomer.id)
    assert author is not None
    written = Written("My first words here.", render_comment("My first words here."), "en")
    sending = Sending(send_key="a-first-post", begun_at=now, as_forum=False)
    return (await post_comment(session, consultation, None, author, written, sending, now)).reference


async def _find_places(session: AsyncSession) -> dict[str, str]:
    member = await _actor(session, MEMBER)
    is_open = select(Consultation.id).where(Consultation.slug == OPEN).scalar_subquery()
    said = select(Contribution.reference).where(Contribution.consultation_id == is_open).limit(1)
    public = said.where(Contribution.state == "published")
    block = (
        select(Block.key)
        .join(Version, Version.id == Block.version_id)
        .join(Draft, Draft.id == Version.draft_id)
    )
    block = block.where(Draft.slug == "charter").limit(1)
    return {
        "normal": await _one(session, public.where(Contribution.reply_count > 1)),
        "own": await _one(session, public.where(Contribution.author_id == member.id)),
        "edited": await _one(session, public.where(Contribution.edited_at.is_not(None))),
        "hidden": await _one(session, said.where(Contribution.state == "hidden")),
        "withdrawn": await _one(session, said.where(Contribution.state == "withdrawn")),
        "busy": await _one(session, block.order_by(Block.comment_count.desc())),
        "bare": await _one(session, block.where(Block.comment_count == 0, Block.kind == "paragraph")),
        "row": await _one(session, block.where(Block.kind == "table_row")),
        "heading": await _one(session, block.where(Block.kind == "heading")),
    }


async def _one(session: AsyncSession, wanted: object) -> str:
    return str((await session.execute(wanted)).scalars().one())  # type: ignore[call-overload]


async def _newest_mail(session: AsyncSession) -> str:
    return str((await session.execute(select(Mail.id).order_by(Mail.id.desc()).limit(1))).scalar() or "")
