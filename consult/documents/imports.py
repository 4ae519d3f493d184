"""Imports: files that wait until an editor has looked at what came of them, and imports from the shell.

Flushes, never commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.describing import describe_notes, describe_unsettled
from consult.documents.figures import FigureFile
from consult.documents.importing import Choices, Prepared, prepare
from consult.documents.pending import import_figures, next_number
from consult.documents.preparing import drop_version, in_preparation
from consult.documents.received.notes import Note, to_json
from consult.documents.service import (
    figure_row,
    find_draft,
    lock_drafts,
    name_figures,
    store_version,
)
from consult.documents.translating import add_translations
from consult.i18n.content import write
from consult.kernel.errors import Conflict, NotFound, invalid
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.ledger.audit import record
from consult.models.consultation import Consultation
from consult.models.document import Draft, Figure, Import, Version
from consult.security.actor import Actor


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What `consult import draft` did. `version` None: nothing was kept; `lines` say what has to be settled."""

    version: Version | None
    lines: tuple[str, ...]


async def start_import(
    session: AsyncSession,
    consultation: Consultation,
    draft_slug: str,
    title: Translated,
    prepared: Prepared,
    files: Mapping[str, str],
    figures: Mapping[str, bytes],
    actor: Actor | None,
    now: datetime,
    *,
    notes: Mapping[str, Sequence[Note]] | None = None,
    version: Version | None = None,
) -> Import:
    """Keep files until an editor has looked at what came of them; nothing of it is public.

    With `version` they are translations for that version. `notes` are shown with what came of them. Raises FormInvalid about figures.
    """
    draft = await find_draft(session, consultation.id, draft_slug)
    new: dict[str, FigureFile] = {}
    if version is None:
        _, new = await name_figures(session, draft, prepared, figures)
    waiting = Import(
        consultation_id=consultation.id,
        draft_slug=draft_slug,
        version_id=version.id if version else None,
        title=title,
        original=prepared.original,
        files=dict(files),
        notes=to_json(notes or {}),
        choices={},
        actor_id=actor.id if actor else None,
        created_at=now,
    )
    session.add(waiting)
    await session.flush()
    session.add_all(figure_row(each, import_id=waiting.id) for each in new.values())
    return waiting


async def settle_import(
    session: AsyncSession,
    waiting: Import,
    consultation: Consultation,
    prepared: Prepared,
    choices: Choices,
    actor: Actor | None,
    now: datetime,
    *,
    number: int | None = None,
    publish: bool = True,
    replace: bool = False,
) -> Version:
    """Publish what waited, with an editor's choices, which are kept; without `publish` it stays in preparation.

    `number` is the version that the editor was shown it would be; with `replace` a version in preparation gives way.
    Raises Conflict where it was done before, and FormInvalid where that number was given to another one in the
    meantime or a version is in preparation already.
    """
    await lock_drafts(session, consultation.id)
    await session.refresh(waiting)
    if waiting.settled_at is not None:
        raise Conflict(N_("This was published already."))
    await _check_number(session, waiting, number)
    if waiting.version_id is None:
        await _make_room(session, waiting, replace=replace)
        figures = await import_figures(session, waiting.id)
        title = waiting.title
        version = await store_version(session, consultation, waiting.draft_slug, title, prepared, choices, actor, now,
                                      figures=figures, publish=publish)  # fmt: skip
        await session.execute(delete(Figure).where(Figure.import_id == waiting.id))
    else:
        version = await session.get_one(Version, waiting.version_id)
        draft = await session.get_one(Draft, version.draft_id)
        await add_translations(session, consultation, draft, version, prepared, choices, actor, now)
    waiting.choices = {
        lang: {bead: str(choice) for bead, choice in made.items()} for lang, made in choices.items()
    }
    waiting.settled_at = now
    await session.flush()
    return version


async def discard_import(
    session: AsyncSession, waiting: Import, consultation: Consultation, actor: Actor | None, now: datetime
) -> None:
    """Throw away what waited, with its pictures. Raises Conflict where it was published."""
    if waiting.settled_at is not None:
        raise Conflict(N_("This was published already."))
    record(session, actor, "import.discarded", f"{consultation.reference}/{waiting.draft_slug}", now)
    await session.delete(waiting)
    await session.flush()


async def import_draft(
    session: AsyncSession,
    slug: str,
    draft_slug: str,
    title: str,
    files: Mapping[str, str],
    accept: bool,
    now: datetime,
    *,
    figures: Mapping[str, bytes] | None = None,
    publish: bool = True,
    notes: Mapping[str, Sequence[Note]] | None = None,
) -> ImportReport:
    """`consult import draft`: keep and publish what pairs; the rest only where the proposals are accepted.

    Notes that say that something of the text was lost must be accepted as well. Without `publish` the version stays in
    preparation.

    `title` is in the language of the first file, "" to take the first headings. Raises NotFound and FormInvalid.
    """
    prepared = prepare(files)
    unsettled = describe_unsettled(prepared, "en")
    lines = (*describe_notes(notes or {}, "en"), *unsettled)
    loses = any(note.loses for each in (notes or {}).values() for note in each)
    if (unsettled or loses) and not accept:
        return ImportReport(None, lines)
    consultation = await _find_consultation(session, slug)
    named = write({prepared.original: title}, prepared.original) if title else None
    version = await store_version(
        session, consultation, draft_slug, named, prepared, {}, None, now, figures=figures, publish=publish
    )
    return ImportReport(version, lines)


async def _make_room(session: AsyncSession, waiting: Import, *, replace: bool) -> None:
    present = in_preparation(await find_draft(session, waiting.consultation_id, waiting.draft_slug))
    if present and replace:
        await drop_version(session, present)


async def _check_number(session: AsyncSession, waiting: Import, number: int | None) -> None:
    if number is None or waiting.version_id is not None:
        return
    following = await next_number(session, waiting.consultation_id, waiting.draft_slug)
    if following != number:
        text = N_(
            "Version %(number)s was published in the meantime. Yours becomes version %(following)s: publish it again."
        )
        raise invalid("", text, number=number, following=following)


async def _find_consultation(session: AsyncSession, slug: str) -> Consultation:
    found = (
        await session.execute(select(Consultation).where(Consultation.slug == slug))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(N_("There is no consultation %(slug)s."), slug=slug)
    return found
