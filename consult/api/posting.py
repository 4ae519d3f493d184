"""From the body of a request to what the comments' service takes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from consult.api.shapes import NewComment
from consult.comments.forms import parse_comment
from consult.comments.queries import get_contribution
from consult.comments.service import Sending, find_sent, post_comment
from consult.comments.written import Written
from consult.documents.anchors import from_quote
from consult.documents.queries import BlockPlace, BlockRow, get_draft, get_version, load_blocks
from consult.kernel.characters import plain_text
from consult.kernel.errors import NotFound, RoundClosed, invalid
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, ContributionType
from consult.models.document import Version
from consult.security.actor import Actor
from consult.security.tokens import token_hash
from consult.web.forms import Typed

NUL = "\x00"
NO_PARENT = N_("There is no such comment in this consultation.")


def read_comment(data: NewComment, fallback_lang: str) -> Written:
    """The comment as written. Raises FormInvalid, with fields named as in the body."""
    values = {name: getattr(data, name) or "" for name in ("text", "lang", "quote")}
    for name, value in values.items():
        if NUL in value:
            raise invalid(name, N_("The text holds a character that can't be stored."))
    values["anonymous"] = "yes" if data.anonymous else ""
    return parse_comment(Typed({name: plain_text(value) for name, value in values.items()}), fallback_lang)


async def find_target(
    session: AsyncSession, consultation: Consultation, data: NewComment, actor: Actor
) -> BlockPlace | Contribution | None:
    """What the comment is on. Raises FormInvalid for what is not there or makes no sense together."""
    if data.parent and (data.draft or data.block):
        raise invalid("parent", N_("An answer stands where its thread stands: leave out draft and block."))
    if bool(data.draft) != bool(data.block):
        raise invalid("block" if data.draft else "draft", N_("Send draft and block together."))
    if data.quote and not data.block:
        raise invalid("quote", N_("Words are quoted from a block: send draft and block too."))
    if data.parent:
        return await _find_parent(session, consultation, data.parent, actor)
    if data.draft and data.block:
        return await _find_block(session, consultation, data.draft, data.block, data.quote or "")
    return None


async def post_once(
    session: AsyncSession,
    consultation: Consultation,
    target: BlockPlace | Contribution | None,
    author: Actor,
    written: Written,
    send_key: str,
    now: datetime,
) -> Contribution:
    """Post a comment; sent again with its key, it is the one that is there. Raises RoundClosed and Conflict."""
    try:
        return await post_comment(session, consultation, target, author, written, Sending(send_key), now)
    except RoundClosed:
        raise RoundClosed(N_("No comment period takes this now.")) from None
    except IntegrityError:
        # The same key in the same moment: the other one has committed by now.
        await session.rollback()
        if sent := await find_sent(session, author.id, send_key):
            return sent
        raise


def send_key(consultation_id: int, idempotency_key: str | None) -> str:
    """The key under which a resend is known, "" for none; the same length whatever was sent."""
    return f"api:{token_hash(f'{consultation_id}:{idempotency_key}')}" if idempotency_key else ""


async def _find_parent(
    session: AsyncSession, consultation: Consultation, reference: str, actor: Actor
) -> Contribution:
    try:
        parent, its_consultation = await get_contribution(session, reference.replace(NUL, ""), actor)
    except NotFound:
        raise invalid("parent", NO_PARENT) from None
    if its_consultation.id != consultation.id:
        raise invalid("parent", NO_PARENT)
    if parent.type != ContributionType.COMMENT:
        raise invalid("parent", N_("Only comments can be answered."))
    return parent


async def _find_block(
    session: AsyncSession, consultation: Consultation, draft: str, key: str, quote: str
) -> BlockPlace:
    version, rows = await _load(session, consultation, draft.replace(NUL, ""), key.replace(NUL, ""))
    row = rows[0]
    if quote:
        row = next((each for each in rows if from_quote(quote, each.plain)), None) or _refuse_quote()
    return BlockPlace(row.id, version.id, row.lang, row.plain)


async def _load(
    session: AsyncSession, consultation: Consultation, draft: str, key: str
) -> tuple[Version, list[BlockRow]]:
    """The block in each of its languages, the original first."""
    try:
        version = get_version(await get_draft(session, consultation.id, draft), "")
    except NotFound:
        raise invalid("draft", N_("There is no such draft in this consultation.")) from None
    others = [lang for lang in version.languages if lang != version.original]
    found = [
        row for lang in (version.original, *others) for row in await load_blocks(session, version, lang, key)
    ]
    if not found:
        raise invalid("block", N_("There is no such block in this draft."))
    return version, found


def _refuse_quote() -> BlockRow:
    raise invalid("quote", N_("These words are not in the block, in any of its languages."))
