"""Writing a round's questions: flush, never commit. What may change when says `stages.Stage`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import Conflict, FieldError, FormInvalid, Message, NotFound, invalid
from consult.kernel.events import SITE, Event, consultation_scope
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.ledger.audit import record
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation, Round
from consult.models.questionnaire import Content, Questionnaire
from consult.questionnaires.queries import latest_edition
from consult.questionnaires.shapes import differences, shape_of
from consult.questionnaires.stages import Stage, stage_of
from consult.questionnaires.validating import Flaw, find_flaws
from consult.security.actor import Actor

MOST_NOTE = 1_000
CHANGED_MEANWHILE = N_(
    "Somebody else changed this while you were writing. Nothing of yours is saved yet. "
    "Open it in another window to compare; saving again replaces what they wrote."
)
NOT_NOW = N_("These questions can't be changed now. Open them again to see what can be done.")


async def lock_questions(session: AsyncSession, round_: Round, now: datetime) -> tuple[Questionnaire, Stage]:
    """The newest edition, for writing: who else wants to write waits. Raises NotFound where nobody has begun."""
    # The round's row stands for its questions: an edition that is yet to be made can't be locked.
    await session.execute(select(Round.id).where(Round.id == round_.id).with_for_update())
    latest = await latest_edition(session, round_.id)
    if latest is None:
        raise NotFound
    await session.refresh(latest)
    return latest, stage_of(latest, round_, now)


async def begin_questions(
    session: AsyncSession,
    consultation: Consultation,
    round_: Round,
    content: Content,
    actor: Actor | None,
    now: datetime,
) -> Questionnaire:
    """The first edition, to be worked on. Raises Conflict where there is one or the round has ended, FormInvalid."""
    await session.execute(select(Round.id).where(Round.id == round_.id).with_for_update())
    latest = await latest_edition(session, round_.id)
    if latest is not None or stage_of(latest, round_, now) is Stage.ENDED:
        raise Conflict(NOT_NOW)
    refuse_flaws(find_flaws(content, consultation.original))
    made = _edition(round_, 1, content, actor, now)
    session.add(made)
    await session.flush()
    record(session, actor, "questions.begun", _about(consultation, round_), now)
    return made


async def save_questions(
    session: AsyncSession,
    consultation: Consultation,
    round_: Round,
    content: Content,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Put a content into the edition that is worked on. Raises Conflict where nothing may change now, and FormInvalid
    for flaws or, once people answer, for anything but other words.
    """
    latest, stage = await lock_questions(session, round_, now)
    if stage not in (Stage.COMPOSING, Stage.REWORDING):
        raise Conflict(NOT_NOW)
    refuse_flaws(find_flaws(content, consultation.original))
    if stage is Stage.REWORDING:
        refuse_other_shape(latest.read(), content, consultation.original)
    latest.content, latest.shape = _stored(content), shape_of(content)
    latest.version += 1
    await session.flush()
    record(session, actor, "questions.edited", _about(consultation, round_), now)


async def make_ready(
    session: AsyncSession, consultation: Consultation, round_: Round, actor: Actor | None, now: datetime
) -> None:
    """Show the first edition in public; people are asked it once the round opens. Raises Conflict."""
    latest, stage = await lock_questions(session, round_, now)
    if stage is not Stage.COMPOSING:
        raise Conflict(NOT_NOW)
    if not latest.read().questions():
        raise Conflict(N_("Ask at least one question first."))
    latest.ready_at = now
    await session.flush()
    _changed(session, consultation, now)
    record(session, actor, "questions.ready", _about(consultation, round_), now)


async def take_back(
    session: AsyncSession, consultation: Consultation, round_: Round, actor: Actor | None, now: datetime
) -> None:
    """Work on the first edition once more. Raises Conflict once the round has opened."""
    latest, stage = await lock_questions(session, round_, now)
    if stage is not Stage.READY:
        raise Conflict(N_("The round has opened, so the questions stay. Their wording can still be changed."))
    latest.ready_at = None
    await session.flush()
    _changed(session, consultation, now)
    record(session, actor, "questions.taken-back", _about(consultation, round_), now)


async def begin_rewording(
    session: AsyncSession, consultation: Consultation, round_: Round, actor: Actor | None, now: datetime
) -> Questionnaire:
    """A new edition with the same words, to be changed; nobody sees it before it is published. Raises Conflict."""
    latest, stage = await lock_questions(session, round_, now)
    if stage is not Stage.ASKED:
        raise Conflict(NOT_NOW)
    made = _edition(round_, latest.edition + 1, latest.read(), actor, now)
    session.add(made)
    await session.flush()
    record(session, actor, "questions.rewording-begun", _about(consultation, round_), now)
    return made


async def publish_rewording(
    session: AsyncSession,
    consultation: Consultation,
    round_: Round,
    note: Translated,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Ask in the new words from now on, with a public note. Raises Conflict, FormInvalid for a missing note."""
    latest, stage = await lock_questions(session, round_, now)
    if stage is not Stage.REWORDING:
        raise Conflict(NOT_NOW)
    before = await _edition_before(session, round_, latest)
    _refuse_note(note, consultation.original)
    refuse_other_shape(before.read(), latest.read(), consultation.original)
    if before.content == latest.content:
        raise Conflict(N_("No words were changed yet."))
    latest.note, latest.ready_at = note, now
    await session.flush()
    _changed(session, consultation, now)
    record(session, actor, "questions.reworded", _about(consultation, round_), now)


async def discard_rewording(
    session: AsyncSession, consultation: Consultation, round_: Round, actor: Actor | None, now: datetime
) -> None:
    """Forget the words that were being prepared; what is asked stays. Raises Conflict."""
    latest, stage = await lock_questions(session, round_, now)
    if stage is not Stage.REWORDING:
        raise Conflict(NOT_NOW)
    await session.delete(latest)
    await session.flush()
    record(session, actor, "questions.rewording-discarded", _about(consultation, round_), now)


def refuse_flaws(flaws: Sequence[Flaw]) -> None:
    """Raises FormInvalid where there are any; the fields are those of the form about the piece."""
    if flaws:
        raise FormInvalid([FieldError(each.field, each.message) for each in flaws])


def refuse_other_shape(old: Content, new: Content, locale: str) -> None:
    """Raises FormInvalid naming what changed where that is more than words."""
    if shape_of(old) == shape_of(new):
        return
    first = Message(N_("People are answering these questions, so only their wording can change."))
    messages = (first, *differences(old, new, locale))
    raise FormInvalid([FieldError("", each) for each in messages])


def _refuse_note(note: Translated, original: str) -> None:
    if not note.source:
        raise invalid(f"note-{original}", N_("Say what you changed and why. The note is public."))
    for lang in note:
        if len(note.get(lang)) > MOST_NOTE:
            raise invalid(f"note-{lang}", N_("Keep the note under 1,000 characters."))


async def _edition_before(session: AsyncSession, round_: Round, latest: Questionnaire) -> Questionnaire:
    statement = select(Questionnaire).where(
        Questionnaire.round_id == round_.id, Questionnaire.edition == latest.edition - 1
    )
    found: Questionnaire = (await session.execute(statement)).scalar_one()
    return found


def _edition(
    round_: Round, number: int, content: Content, actor: Actor | None, now: datetime
) -> Questionnaire:
    return Questionnaire(
        round_id=round_.id,
        edition=number,
        content=_stored(content),
        shape=shape_of(content),
        note=None,
        ready_at=None,
        created_by=actor.id if actor else None,
        created_at=now,
    )


def _stored(content: Content) -> dict[str, object]:
    stored: dict[str, object] = msgspec.to_builtins(content)
    return stored


def _changed(session: AsyncSession, consultation: Consultation, now: datetime) -> None:
    data = {"consultation_id": consultation.id}
    scopes = (consultation_scope(consultation.id), SITE)
    emit(session, Event("consultation.changed", scopes, data), now)


def _about(consultation: Consultation, round_: Round) -> str:
    return f"{consultation.reference}/{round_.number}"
