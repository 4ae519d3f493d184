"""Writing consultations and topics, and (from `rounds.py`) their comment periods: flush, never commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.fields import LIMITS, MARKDOWN, ConsultationFields, check_fields, check_slug
from consult.consultations.rounds import add_versions, announce_rounds, edit_round, extend_round, open_round
from consult.i18n.content import write
from consult.i18n.locales import CODES
from consult.kernel.errors import Conflict, FieldError, FormInvalid, Message, invalid
from consult.kernel.events import SITE, Event, consultation_scope
from consult.kernel.messages import N_
from consult.kernel.references import consultation_reference
from consult.kernel.translated import Translated, digest
from consult.ledger.audit import record
from consult.ledger.counters import take_number
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation, Round, Topic, consultation_topics
from consult.security.actor import Actor
from consult.text.prose import render_prose

__all__ = (
    "CHANGED_MEANWHILE",
    "add_versions",
    "create_consultation",
    "create_topic",
    "edit_consultation",
    "edit_round",
    "edit_topic",
    "extend_round",
    "fingerprint",
    "missing_texts",
    "open_round",
    "publish_consultation",
    "unpublish_consultation",
)


async def create_consultation(
    session: AsyncSession, fields: ConsultationFields, actor: Actor | None, now: datetime
) -> Consultation:
    """A new consultation with the year's next reference, not yet public. Raises FormInvalid."""
    _refuse(check_fields(fields))
    # The counter's row stays locked until the commit, so two of the same slug can't pass the next check together.
    number = await take_number(session, f"consultation:{now.year}")
    await _refuse_taken_slug(session, fields.slug, 0)
    consultation = Consultation(
        reference=consultation_reference(now.year, number),
        created_at=now,
        published_at=None,
        topics=await _find_topics(session, fields.topics),
    )
    _write_fields(consultation, fields, {})
    session.add(consultation)
    await session.flush()
    _changed(session, consultation.id, now)
    record(session, actor, "consultation.created", consultation.reference, now)
    return consultation


async def edit_consultation(
    session: AsyncSession,
    consultation: Consultation,
    fields: ConsultationFields,
    actor: Actor | None,
    now: datetime,
) -> None:
    """New texts, languages and topics (which must be loaded). Raises FormInvalid.

    Address and original language stay once it is public: people have cited the one and translated from the other.
    """
    errors = [*check_fields(fields), *_check_unchanged(consultation, fields)]
    if fields.seen and fields.seen != fingerprint(consultation):
        errors.insert(0, FieldError("", Message(CHANGED_MEANWHILE)))
    _refuse(errors)
    await _refuse_taken_slug(session, fields.slug, consultation.id)
    consultation.topics = await _find_topics(session, fields.topics)
    # Another original: what there is becomes its translation, and is taken to fit.
    same_original = fields.original == consultation.original
    _write_fields(consultation, fields, _texts_of(consultation) if same_original else {})
    await session.flush()
    _changed(session, consultation.id, now)
    record(session, actor, "consultation.edited", consultation.reference, now)


CHANGED_MEANWHILE = N_(
    "Somebody else changed this consultation while you were writing. Nothing of yours is saved yet. "
    "Open it in another window to compare; saving again replaces what they wrote."
)


async def publish_consultation(
    session: AsyncSession, consultation: Consultation, actor: Actor | None, now: datetime
) -> None:
    """Make it public, with the rounds it has. Whether its texts are complete is for the caller (`missing_texts`)."""
    if consultation.published_at is not None:
        return
    consultation.published_at = now
    await session.flush()
    _changed(session, consultation.id, now)
    await announce_rounds(session, consultation, now)
    record(session, actor, "consultation.published", consultation.reference, now)


async def unpublish_consultation(
    session: AsyncSession, consultation: Consultation, actor: Actor | None, now: datetime
) -> None:
    """Take it back. Raises Conflict once a round has opened: from then on people may have taken part."""
    statement = select(Round.id).where(Round.consultation_id == consultation.id, Round.opens_at <= now)
    if (await session.execute(statement)).first() is not None:
        raise Conflict(N_("A round has opened, so this consultation stays public."))
    if consultation.published_at is None:
        return
    consultation.published_at = None
    await session.flush()
    _changed(session, consultation.id, now)
    record(session, actor, "consultation.unpublished", consultation.reference, now)


def missing_texts(consultation: Consultation, lang: str = "") -> tuple[str, ...]:
    """Names of the texts that are not written in a language, by default the original."""
    texts = _texts_of(consultation)
    return tuple(name for name in LIMITS if not texts[name].get(lang or consultation.original))


def fingerprint(consultation: Consultation) -> str:
    """Changes with whatever the desk's form can change, so that a form knows whether it is out of date."""
    parts = (
        consultation.slug,
        consultation.original,
        consultation.languages,
        _texts_of(consultation),
        [topic.slug for topic in consultation.topics],
        consultation.first_posts_wait,
        consultation.answer_promised_at,
    )
    return digest(msgspec.json.encode(parts, order="sorted").decode())


async def create_topic(
    session: AsyncSession,
    slug: str,
    name: Mapping[str, str],
    original: str,
    actor: Actor | None,
    now: datetime,
) -> Topic:
    """A subject that consultations are found by. Raises FormInvalid."""
    _refuse([*check_slug(slug), *_check_name(name, original)])
    if (await session.execute(select(Topic.id).where(Topic.slug == slug))).first():
        raise invalid("slug", N_("There is a topic with this address already."))
    topic = Topic(slug=slug, name=write(name, original))
    session.add(topic)
    await session.flush()
    emit(session, Event("consultation.changed", (SITE,)), now)
    record(session, actor, "topic.created", slug, now)
    return topic


async def edit_topic(
    session: AsyncSession,
    topic: Topic,
    name: Mapping[str, str],
    original: str,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Another name for a topic; its address stays. Every consultation that has it is told. Raises FormInvalid."""
    _refuse(_check_name(name, original))
    before = topic.name if topic.name.original == original else None
    topic.name = write(name, original, before=before)
    await session.flush()
    statement = select(consultation_topics.c.consultation_id).where(
        consultation_topics.c.topic_id == topic.id
    )
    for consultation_id in (await session.execute(statement)).scalars():
        _changed(session, consultation_id, now)
    record(session, actor, "topic.edited", topic.slug, now)


def _check_name(name: Mapping[str, str], original: str) -> list[FieldError]:
    if original not in CODES:
        return [FieldError("original", Message(N_("Choose from the languages of this site.")))]
    if not name.get(original, "").strip():
        return [
            FieldError(f"name-{original}", Message(N_("Give the topic a name in its original language.")))
        ]
    return [
        FieldError(f"name-{lang}", Message(N_("Keep a topic's name under 80 characters.")))
        for lang, text in name.items()
        if len(text) >= 80
    ]


def _refuse(errors: Sequence[FieldError]) -> None:
    if errors:
        raise FormInvalid(errors)


async def _refuse_taken_slug(session: AsyncSession, slug: str, own_id: int) -> None:
    statement = select(Consultation.id).where(Consultation.slug == slug, Consultation.id != own_id)
    if (await session.execute(statement)).first():
        raise invalid("slug", N_("Another consultation has this address already."))


def _check_unchanged(consultation: Consultation, fields: ConsultationFields) -> list[FieldError]:
    if consultation.published_at is None:
        return []
    fixed = {"slug": (fields.slug, consultation.slug), "original": (fields.original, consultation.original)}
    return [
        FieldError(name, Message(N_("This can't be changed any more: the consultation is public.")))
        for name, (typed, kept) in fixed.items()
        if typed != kept
    ]


async def _find_topics(session: AsyncSession, slugs: Sequence[str]) -> list[Topic]:
    found = (
        (await session.execute(select(Topic).where(Topic.slug.in_(slugs)).order_by(Topic.slug)))
        .scalars()
        .all()
    )
    unknown = set(slugs) - {topic.slug for topic in found}
    if unknown:
        raise invalid("topics", N_("There is no topic %(topic)s."), topic=min(unknown)[:60])
    return list(found)


def _texts_of(consultation: Consultation) -> dict[str, Translated]:
    return {name: getattr(consultation, name) for name in LIMITS}


def _write_fields(
    consultation: Consultation, fields: ConsultationFields, before: Mapping[str, Translated]
) -> None:
    consultation.slug = fields.slug
    consultation.original = fields.original
    offered = {fields.original, *fields.languages}
    consultation.languages = [
        fields.original,
        *(code for code in CODES if code in offered - {fields.original}),
    ]
    consultation.first_posts_wait = fields.first_posts_wait
    consultation.answer_promised_at = fields.answer_promised_at
    for name in LIMITS:
        render = render_prose if name in MARKDOWN else None
        old = _without(before.get(name), fields.current)
        setattr(consultation, name, write(getattr(fields, name), fields.original, before=old, render=render))


def _without(before: Translated | None, languages: frozenset[str]) -> Translated | None:
    """The earlier texts without those of `languages`, which then count as made from the present original."""
    if before is None or not languages:
        return before
    kept = {lang: piece for lang, piece in before.texts.items() if lang not in languages}
    return Translated(before.original, kept)


def _changed(session: AsyncSession, consultation_id: int, now: datetime) -> None:
    data = {"consultation_id": consultation_id}
    emit(session, Event("consultation.changed", (consultation_scope(consultation_id), SITE), data), now)
