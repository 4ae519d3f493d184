"""Writing drafts and their versions. Flushes, never commits. Imports that wait are in `imports.py`, translations of what
is there in `translating.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.consultations.fields import MOST_TITLE, check_slug
from consult.documents.crossing import link_headings
from consult.documents.figures import FigureFile, check_figures
from consult.documents.importing import Choices, Prepared
from consult.documents.keeping import keep_editions
from consult.documents.matching.matches import keys_of, match_blocks
from consult.documents.pending import draft_figures
from consult.documents.preparing import refuse_published, refuse_second
from consult.documents.storing import (
    KeptBlock,
    carry_translations,
    carry_work,
    insert_blocks,
    load_kept,
    make_blocks,
)
from consult.documents.succession import record_succession
from consult.i18n.content import write
from consult.kernel.errors import FieldError, FormInvalid, Message, invalid
from consult.kernel.events import SITE, Event, consultation_scope
from consult.kernel.messages import N_
from consult.kernel.references import version_reference
from consult.kernel.translated import Translated
from consult.ledger.audit import record
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation, Round, round_versions
from consult.models.document import Draft, Figure, Version
from consult.security.actor import Actor


async def store_version(
    session: AsyncSession,
    consultation: Consultation,
    draft_slug: str,
    title: Translated | None,
    prepared: Prepared,
    choices: Choices,
    actor: Actor | None,
    now: datetime,
    *,
    figures: Mapping[str, bytes] | None = None,
    publish: bool = True,
) -> Version:
    """The next version of a draft, the first one of a draft that is not there yet.

    Without a title a new draft takes the document's first headings. Blocks that stayed keep their keys. `figures`
    are the pictures' files by name; those of earlier versions need not come again. Languages that no file came for
    keep their translations, which are stale where the original changed. Raises FormInvalid, also where the last
    version says all of this already.
    """
    settled = prepared.settled(choices)
    await lock_drafts(session, consultation.id)
    present = await find_draft(session, consultation.id, draft_slug)
    refuse_second(present)
    names, new = await name_figures(session, present, prepared, figures or {})
    draft = await _keep_draft(session, consultation, present, draft_slug, title, prepared, now)
    last = present.versions[-1] if present and present.versions else None
    before = await load_kept(session, last) if last else ()
    addresses = {file_name: f"/files/{draft.id}/{name}" for file_name, name in names.items()}
    old = [(block.key, block.parsed(prepared.original, last.original)) for block in before] if last else []
    matches = match_blocks(old, prepared.blocks) if last else ()
    keys = keys_of(old, prepared.blocks, matches)
    blocks = link_headings(make_blocks(prepared, settled, keys, addresses))
    carried = _languages_to_carry(last, prepared)
    blocks = carry_translations(before, blocks, carried)
    if last and _says_nothing_new(before, blocks):
        raise invalid("", N_("Nothing has changed since version %(number)s."), number=last.number)
    await insert_figures(session, draft.id, new)
    languages = [*prepared.languages, *carried]
    version = await _add_version(session, consultation, draft, last, languages, blocks, now)
    await record_succession(session, version.id, before, blocks, matches)
    if last and carried:
        await carry_work(session, last.id, version.id, carried)
    if publish:
        await publish_version(session, consultation, draft, version, actor, now)
    return version


async def publish_version(
    session: AsyncSession,
    consultation: Consultation,
    draft: Draft,
    version: Version,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Make a version public. Rounds to come or open that take no version of this draft take this one.

    Raises Conflict where it is public already.
    """
    refuse_published(version)
    version.published_at = now
    served = select(round_versions.c.round_id).join(Version, Version.id == round_versions.c.version_id)
    unserved = select(Round.id).where(
        Round.consultation_id == consultation.id,
        Round.closes_at > now,
        Round.id.not_in(served.where(Version.draft_id == draft.id)),
    )
    rows = [
        {"round_id": each, "version_id": version.id} for each in (await session.execute(unserved)).scalars()
    ]
    if rows:
        await session.execute(insert(round_versions), rows)
    await keep_editions(session, version, now)
    announce(session, consultation, version, now)
    record(session, actor, "draft.published", f"{consultation.reference}/{draft.slug}/{version.number}", now)
    await session.flush()


async def find_draft(session: AsyncSession, consultation_id: int, slug: str) -> Draft | None:
    """A draft with its versions, published or not."""
    statement = select(Draft).options(selectinload(Draft.versions)).execution_options(populate_existing=True)
    statement = statement.where(Draft.consultation_id == consultation_id, Draft.slug == slug)
    return (await session.execute(statement)).scalar_one_or_none()


def title_of(title: Translated | None, prepared: Prepared) -> Translated:
    """A new draft's title, else the document's first heading in each language. Raises FormInvalid."""
    if title:
        return _check_title(title)
    short = {lang: heading for lang, heading in prepared.titles().items() if len(heading) < MOST_TITLE}
    return _check_title(write(short, prepared.original))


def _check_title(title: Translated) -> Translated:
    """A draft's title. Raises FormInvalid where it is too long or there is none in the original language."""
    text = N_("Keep a title under %(most)s characters.")
    errors = [
        FieldError(f"title-{lang}", Message(text, {"most": MOST_TITLE}))
        for lang, piece in title.texts.items()
        if len(piece.text) >= MOST_TITLE
    ]
    if not title:
        errors.append(
            FieldError(
                f"title-{title.original}", Message(N_("Give the draft a title in its original language."))
            )
        )
    if errors:
        raise FormInvalid(errors)
    return title


async def lock_drafts(session: AsyncSession, consultation_id: int) -> None:
    """Others who write drafts of this consultation wait for this transaction, so no number is given twice."""
    await session.execute(select(Consultation.id).where(Consultation.id == consultation_id).with_for_update())


async def name_figures(
    session: AsyncSession, draft: Draft | None, prepared: Prepared, figures: Mapping[str, bytes]
) -> tuple[dict[str, str], dict[str, FigureFile]]:
    """File name → name in addresses of all pictures that the text wants, and those that are new."""
    kept = await draft_figures(session, draft.id) if draft else {}
    new = check_figures(figures, prepared.figures(), kept)
    return {**kept, **{file_name: figure.name for file_name, figure in new.items()}}, new


def _languages_to_carry(last: Version | None, prepared: Prepared) -> list[str]:
    """The languages of the last version that no file came for. With another original none of them pairs."""
    if last is None or last.original != prepared.original:
        return []
    return [lang for lang in last.languages if lang not in prepared.languages]


def _says_nothing_new(before: tuple[KeptBlock, ...], after: tuple[KeptBlock, ...]) -> bool:
    return len(before) == len(after) and all(
        old.key == new.key and old.same_as(new) for old, new in zip(before, after, strict=True)
    )


async def _keep_draft(
    session: AsyncSession,
    consultation: Consultation,
    draft: Draft | None,
    slug: str,
    title: Translated | None,
    prepared: Prepared,
    now: datetime,
) -> Draft:
    """The draft, made where it is not there yet, with its title."""
    if draft is not None:
        draft.title = _check_title(title) if title else draft.title
        return draft
    if errors := check_slug(slug):
        raise FormInvalid(errors)
    named = title_of(title, prepared)
    last = select(func.max(Draft.number)).where(Draft.consultation_id == consultation.id)
    number = ((await session.execute(last)).scalar_one() or 0) + 1
    draft = Draft(
        consultation_id=consultation.id, slug=slug, number=number, title=named, position=0, created_at=now
    )
    session.add(draft)
    await session.flush()
    return draft


async def _add_version(
    session: AsyncSession,
    consultation: Consultation,
    draft: Draft,
    last: Version | None,
    languages: list[str],
    blocks: tuple[KeptBlock, ...],
    now: datetime,
) -> Version:
    """The first of `languages` is the original."""
    number = last.number + 1 if last else 1
    version = Version(
        draft_id=draft.id,
        number=number,
        reference=version_reference(consultation.reference, draft.number, number),
        original=languages[0],
        languages=languages,
        note=Translated(languages[0]),
        created_at=now,
    )
    session.add(version)
    await session.flush()
    await insert_blocks(session, version.id, blocks)
    return version


async def insert_figures(session: AsyncSession, draft_id: int, new: Mapping[str, FigureFile]) -> None:
    """Keep pictures of a draft; what is there already stays."""
    known = set((await session.execute(select(Figure.name).where(Figure.draft_id == draft_id))).scalars())
    session.add_all(figure_row(each, draft_id=draft_id) for each in new.values() if each.name not in known)
    await session.flush()


def figure_row(figure: FigureFile, *, draft_id: int | None = None, import_id: int | None = None) -> Figure:
    """A row for a picture of a draft, or of an import that waits."""
    return Figure(draft_id=draft_id, import_id=import_id, name=figure.name, file_name=figure.file_name,
                  type=figure.type, body=figure.body)  # fmt: skip


def announce(session: AsyncSession, consultation: Consultation, version: Version, now: datetime) -> None:
    """Say that readers see a version, or more of it."""
    data = {"consultation_id": consultation.id, "version_id": version.id}
    emit(session, Event("draft.published", (consultation_scope(consultation.id), SITE), data), now)
