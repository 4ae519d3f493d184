"""Translations that a file brings back: what each would change, what is refused and why, and keeping them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.blocks import DocumentError
from consult.kernel.errors import Message
from consult.kernel.messages import N_
from consult.models.document import Version
from consult.security.actor import Actor
from consult.translations.po import read_po_file, write_po_file
from consult.translations.queries import Pair, load_pairs
from consult.translations.service import lock_blocks, put_work
from consult.translations.units import Brought, FileRefusedError
from consult.translations.wording import read_wording
from consult.translations.xliff import read_xliff, write_xliff

FORMATS = {
    "xliff": (write_xliff, read_xliff, "application/xliff+xml", "xlf"),
    "po": (write_po_file, read_po_file, "text/x-gettext-translation", "po"),
}
"""Format → what writes it, what reads it, its media type, how its files' names end."""


class Verdict(StrEnum):
    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    CONFLICT = "conflict"
    REFUSED = "refused"


VERDICTS: dict[Verdict, str] = {
    Verdict.NEW: N_("New translation"),
    Verdict.CHANGE: N_("Changes the translation"),
    Verdict.SAME: N_("Same as here"),
    Verdict.CONFLICT: N_("Changed here meanwhile"),
    Verdict.REFUSED: N_("Refused"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A translation from a file with what it would do. `pair` is None where there is no such block."""

    brought: Brought
    verdict: Verdict
    pair: Pair | None
    source: str = ""
    reason: Message | None = None


def read_file(body: bytes, lang: str) -> list[Brought]:
    """A file of either format, known by its content. Raises FileRefusedError."""
    is_xml = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    brought = (read_xliff if is_xml else read_po_file)(body, lang)
    if not brought:
        raise FileRefusedError(N_("The file has no finished translation in it."))
    return brought


async def judge(
    session: AsyncSession, version: Version, lang: str, brought: Sequence[Brought]
) -> list[Judged]:
    """What each would change, in the order of the version; those without a block last."""
    pairs = {pair.key: pair for pair in await load_pairs(session, version, lang)}
    judged = [_judge(each, pairs.get(each.key)) for each in {each.key: each for each in brought}.values()]
    return sorted(judged, key=lambda each: each.pair.position if each.pair else len(pairs))


async def keep_brought(
    session: AsyncSession,
    version: Version,
    lang: str,
    brought: Sequence[Brought],
    replace: Collection[str],
    actor: Actor | None,
    now: datetime,
) -> int:
    """Keep as ready what is new or changes something, and of what was changed here meanwhile what is in `replace`
    (block keys). How many were kept."""
    await lock_blocks(session, version)
    kept = 0
    for each in await judge(session, version, lang, brought):
        wanted = each.verdict in (Verdict.NEW, Verdict.CHANGE) or (
            each.verdict is Verdict.CONFLICT and each.brought.key in replace
        )
        if wanted and each.pair is not None:
            await put_work(session, each.pair, lang, each.source, True, actor, now)
            kept += 1
    return kept


def _judge(brought: Brought, pair: Pair | None) -> Judged:
    if pair is None:
        return Judged(brought, Verdict.REFUSED, None, reason=Message(N_("This version has no such block.")))
    if brought.of and brought.of != pair.now:
        changed = Message(N_("The original has changed since the file was made."))
        return Judged(brought, Verdict.REFUSED, pair, reason=changed)
    try:
        source = read_wording(pair.original, brought.target).source
    except DocumentError as error:
        return Judged(brought, Verdict.REFUSED, pair, reason=Message(error.message, error.params))
    return Judged(brought, _verdict(brought, pair, source), pair, source)


def _verdict(brought: Brought, pair: Pair, source: str) -> Verdict:
    if source == pair.source and (pair.made_from == pair.now or brought.unfinished):
        return Verdict.SAME
    if brought.seen != pair.seen and pair.work is not None:
        return Verdict.CONFLICT
    if brought.seen and brought.seen != pair.seen:
        return Verdict.CONFLICT
    return Verdict.CHANGE if pair.source else Verdict.NEW
