"""Working on a version until it is public, and saying why it changed. Flushes, never commits.

Everybody who changes a draft of a consultation waits for whoever does so already, so what is decided here is decided on
what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.blocks import BlockKind
from consult.documents.matching.matches import match_blocks
from consult.documents.pending import drop_unused_figures
from consult.documents.preparing import drop_version, refuse_published, refuse_second
from consult.documents.service import find_draft, lock_drafts, publish_version
from consult.documents.storing import KeptBlock, insert_blocks, load_kept
from consult.documents.succession import record_succession
from consult.kernel.errors import Conflict, NotFound, invalid
from consult.kernel.events import Event, consultation_scope
from consult.kernel.messages import N_
from consult.kernel.references import version_reference
from consult.kernel.translated import Translated, digest
from consult.ledger.audit import record
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation
from consult.models.document import Draft, Version
from consult.models.version import Change, change_contributions
from consult.preparing.arranging import Arrangement
from consult.preparing.keeping import keep_arrangement, load_arrangement
from consult.preparing.rereading import dangling
from consult.security.actor import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """A version of a draft, with the one before it (None for a first one)."""

    consultation: Consultation
    draft: Draft
    version: Version
    last: Version | None

    @property
    def about(self) -> str:
        """As the audit log names it."""
        return f"{self.consultation.reference}/{self.draft.slug}/{self.version.number}"


async def find_version(
    session: AsyncSession, consultation: Consultation, draft_slug: str, number: int
) -> Place:
    """A version, public or not. Raises NotFound."""
    draft = await find_draft(session, consultation.id, draft_slug)
    versions = {version.number: version for version in draft.versions} if draft else {}
    if draft is None or number not in versions:
        raise NotFound
    earlier = [each for each in draft.versions if each.number < number]
    return Place(consultation, draft, versions[number], earlier[-1] if earlier else None)


async def hold_version(
    session: AsyncSession, consultation: Consultation, draft_slug: str, number: int
) -> Place:
    """A version in preparation; others who change it wait. Raises NotFound, and Conflict where it is public."""
    await lock_drafts(session, consultation.id)
    place = await find_version(session, consultation, draft_slug, number)
    refuse_published(place.version)
    return place


async def begin_version(
    session: AsyncSession, consultation: Consultation, draft_slug: str, actor: Actor, now: datetime
) -> Version:
    """A version in preparation with the text of the newest one.

    Raises NotFound where nothing is public, and FormInvalid where one is in preparation.
    """
    await lock_drafts(session, consultation.id)
    draft = await find_draft(session, consultation.id, draft_slug)
    refuse_second(draft)
    if draft is None or not draft.versions:
        raise NotFound
    last = draft.versions[-1]
    number = last.number + 1
    version = Version(
        draft_id=draft.id,
        number=number,
        reference=version_reference(consultation.reference, draft.number, number),
        original=last.original,
        languages=list(last.languages),
        note=Translated(last.original),
        created_at=now,
    )
    session.add(version)
    await session.flush()
    blocks = await load_kept(session, last)
    await insert_blocks(session, version.id, blocks)
    parsed = [block.parsed(last.original, last.original) for block in blocks]
    matches = match_blocks([(block.key, each) for block, each in zip(blocks, parsed, strict=True)], parsed)
    await record_succession(session, version.id, blocks, blocks, matches)
    record(session, actor, "version.begun", f"{consultation.reference}/{draft.slug}/{number}", now)
    await session.flush()
    return version


async def discard_version(session: AsyncSession, place: Place, actor: Actor, now: datetime) -> None:
    """Throw away a version in preparation, and a draft that has no other. Raises Conflict where it is public."""
    await drop_version(session, place.version)
    if len(place.draft.versions) == 1:
        await session.execute(delete(Draft).where(Draft.id == place.draft.id))
    record(session, actor, "version.discarded", place.about, now)
    await session.flush()


async def rearrange(
    session: AsyncSession, place: Place, work: Callable[[Arrangement], Arrangement]
) -> Arrangement:
    """Change a version in preparation that is held. Raises whatever `work` does, and Conflict where it is public."""
    refuse_published(place.version)
    was = await load_arrangement(session, place.version, place.last)
    held = work(was)
    await keep_arrangement(session, place.version, was, held)
    return held


async def publish_prepared(
    session: AsyncSession, place: Place, note: Translated, correction: bool, actor: Actor, now: datetime
) -> None:
    """Make a version public, for ever as it stands.

    Raises FormInvalid where it says nothing new or can't stand as a document, and where a correction has no note;
    Conflict where it is public.
    """
    refuse_published(place.version)
    held = await load_arrangement(session, place.version, place.last)
    _check_document(held)
    if place.last and _is_unchanged(held, await load_kept(session, place.last)):
        raise invalid("", N_("Nothing has changed since version %(number)s."), number=place.last.number)
    if correction and not note:
        raise invalid(
            f"note.{place.version.original}", N_("Say what is corrected: readers see it beside the version.")
        )
    place.version.note = note
    place.version.correction = correction and place.last is not None
    await publish_version(session, place.consultation, place.draft, place.version, actor, now)
    await drop_unused_figures(session, place.draft)


def _check_document(held: Arrangement) -> None:
    blocks = held.parsed()
    if not any(block.kind is BlockKind.HEADING for block in blocks):
        raise invalid("", N_("The document has no heading. Begin it with a line such as “# Charter”."))
    for label in dangling(blocks):
        text = N_("The footnote “%(label)s” is written but nothing in the text refers to it.")
        raise invalid("", text, label=label)


def _is_unchanged(held: Arrangement, before: Sequence[KeptBlock]) -> bool:
    now = [piece.block for piece in held.pieces]
    return len(now) == len(before) and all(
        old.key == new.key and old.same_as(new) for old, new in zip(before, now, strict=True)
    )


async def explain_change(
    session: AsyncSession,
    place: Place,
    key: str,
    reason: Translated,
    contributions: Collection[int],
    actor: Actor,
    now: datetime,
) -> None:
    """Say why a block changed and which contributions (ids) that answers; also of a version that is public.

    Blank and without contributions it takes back what was said.
    """
    await lock_drafts(session, place.consultation.id)
    found = await find_change(session, place.version.id, key)
    if found is None:
        found = Change(version_id=place.version.id, key=key, reason=reason, decided_at=now)
        session.add(found)
    found.reason, found.actor_id, found.decided_at = reason, actor.id, now
    await session.flush()
    await session.execute(delete(change_contributions).where(change_contributions.c.change_id == found.id))
    if contributions:
        rows = [{"change_id": found.id, "contribution_id": each} for each in sorted(set(contributions))]
        await session.execute(insert(change_contributions), rows)
    elif not reason:
        await session.delete(found)
    record(session, actor, "change.explained", f"{place.about}/{key}", now)
    if place.version.published_at is not None:
        data = {"consultation_id": place.consultation.id, "version_id": place.version.id, "key": key}
        emit(session, Event("change.explained", (consultation_scope(place.consultation.id),), data), now)
    await session.flush()


async def find_change(session: AsyncSession, version_id: int, key: str) -> Change | None:
    """What was said of why a block changed."""
    statement = select(Change).where(Change.version_id == version_id, Change.key == key)
    return (await session.execute(statement)).scalar_one_or_none()


def refuse_overtaken(held: Arrangement, key: str, seen: str) -> None:
    """Raises Conflict where a block is no longer as it was seen (`fingerprint`)."""
    if fingerprint(held, key) != seen:
        raise Conflict(N_("Somebody else changed this block in the meantime."))


def fingerprint(held: Arrangement, key: str) -> str:
    """A block's text as one reads it, for telling whether it changed. Raises Conflict where it is gone."""
    return seen_of(held.pieces[held.place(key)].block.texts[held.original].source)


def seen_of(source: str) -> str:
    """The fingerprint of a block's Markdown."""
    return digest(source)
