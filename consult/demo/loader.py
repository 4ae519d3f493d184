"""Fills an empty site with the demo, through the same services that people use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.organisations import speak_for
from consult.accounts.queries import find_actor
from consult.accounts.service import add_person
from consult.consultations.fields import ConsultationFields
from consult.consultations.queries import get_consultation
from consult.consultations.rounds import extend_round, open_round
from consult.consultations.service import create_consultation, create_topic, publish_consultation
from consult.db.database import Database
from consult.demo.content import read_draft, read_figures, read_tables
from consult.demo.questionnaires import late_days, load_questionnaires
from consult.demo.responses import ResponseLoader
from consult.demo.schedule import Schedule, make_schedule
from consult.demo.threads import load_threads
from consult.demo.versions import load_versions
from consult.documents.importing import prepare
from consult.documents.service import store_version
from consult.i18n.content import write
from consult.kernel.clock import Clock
from consult.models.consultation import Consultation
from consult.models.ledger import OutboxEvent
from consult.models.people import MemberRole, Organisation, Role, User, VerifiedBy
from consult.organisations.domains import read_domain
from consult.organisations.events import note
from consult.organisations.membership import give_role
from consult.receipts.signing import load_signer
from consult.responses.service import OutcomeTexts, publish_outcome, save_outcome
from consult.security.actor import Actor
from consult.security.passwords import hash_password
from consult.settings import Settings
from consult.text.prose import render_prose

PASSWORD = "frontier-consult-demo"  # noqa: S105 - the demo's sign-ins are open to everybody
People = dict[str, Actor]


async def load_demo(database: Database, settings: Settings, clock: Clock) -> None:
    """Everything in one transaction: an interrupted demo is an empty one."""
    now = clock.now()
    async with database.writing() as session:
        people = await _load_people(session, now - timedelta(days=200))
        editor = next(actor for actor in people.values() if actor.role is Role.EDITOR)
        schedules = await _load_consultations(session, editor, now)
        await _load_drafts(session, schedules, editor)
        await _load_rounds(session, schedules, editor)
        await load_questionnaires(session, schedules, editor)
        posted = await load_threads(session, people, schedules, now)
        await load_versions(session, schedules, posted, editor)
        await ResponseLoader(session, load_signer(settings), settings.base_url, people, schedules, now).load()
        await _load_outcomes(session, schedules, editor)
        # The worker has nothing to tell anybody of what happened before the demo began.
        await session.execute(update(OutboxEvent).values(done_at=now))


async def _load_people(session: AsyncSession, at: datetime) -> People:
    tables = read_tables("people")
    organisations = {each["id"]: each for each in tables["organisation"]}
    password_hash = await hash_password(PASSWORD)
    return {
        each["id"]: await _load_person(
            session, each, organisations.get(each.get("organisation", "")), password_hash, at
        )
        for each in tables["person"]
    }


async def _load_person(
    session: AsyncSession, each: Any, organisation: Any, password_hash: str, at: datetime
) -> Actor:
    user: User = await add_person(session, each["email"], each["name"], Role(each["role"]), at, None)
    user.password_hash = password_hash
    user.country, user.locale, user.zone = each["country"], each["lang"], each["zone"]
    if organisation is not None:
        await _join(session, user, organisation, at, each.get("member_role", ""))
    await session.flush()
    actor = await find_actor(session, user.id)
    assert actor is not None
    return actor


async def _join(session: AsyncSession, user: User, organisation: Any, at: datetime, role: str) -> None:
    found = await speak_for(
        session, user, organisation["name"], organisation["kind"], organisation["country"], at
    )
    assert found is not None
    found.url = organisation["url"]
    if organisation.get("verified"):
        await _act(session, user, found, organisation, at, role)


async def _act(
    session: AsyncSession, user: User, found: Organisation, organisation: Any, at: datetime, role: str
) -> None:
    """The first of a verified organisation is its owner, those after them what the file says of them."""
    role = (role or MemberRole.SIGNATORY) if found.verified_by else MemberRole.OWNER
    if not found.verified_by:
        found.verified_by, found.verified_at = organisation["verified"], at
        found.verified_reason = organisation.get("reason", "")
        if found.verified_by == VerifiedBy.STAFF:
            await note(session, found.id, "verified-by-staff", None, at, {"reason": found.verified_reason})
        else:
            found.domain = read_domain(found.url)
            await note(session, found.id, "verified", None, at, {"domain": found.domain})
    await give_role(session, user.id, found.id, MemberRole(role), at)


async def _load_consultations(
    session: AsyncSession, editor: Actor, now: datetime
) -> dict[str, tuple[Schedule, Any]]:
    tables = read_tables("consultations")
    for topic in tables["topic"]:
        await create_topic(session, topic["slug"], topic["name"], "en", editor, now - timedelta(days=200))
    made = [(make_schedule(each["state"], each["zone"], now), each) for each in tables["consultation"]]
    for schedule, each in sorted(made, key=lambda pair: pair[0].created_at):
        consultation = await create_consultation(
            session, _fields(each, schedule), editor, schedule.created_at
        )
        await publish_consultation(session, consultation, editor, schedule.created_at)
    return {each["slug"]: (schedule, each) for schedule, each in made}


def _fields(each: Any, schedule: Schedule) -> ConsultationFields:
    return ConsultationFields(
        slug=each["slug"],
        original=each["original"],
        languages=tuple(each["languages"]),
        title=each["title"],
        summary=each["summary"],
        asks=each["asks"],
        use=each["use"],
        topics=tuple(each["topics"]),
        first_posts_wait=each["state"] == "scheduled",
        answer_promised_at=schedule.promised_at,
    )


async def _load_drafts(
    session: AsyncSession, schedules: dict[str, tuple[Schedule, Any]], editor: Actor
) -> None:
    for each in read_tables("drafts")["draft"]:
        schedule = schedules[each["consultation"]][0]
        consultation = await get_consultation(session, each["consultation"], editor)
        prepared = prepare(read_draft(each["slug"]))
        await store_version(
            session, consultation, each["slug"], write(each["title"], "en"), prepared, {}, editor,
            schedule.created_at, figures=read_figures(each["slug"]),
        )  # fmt: skip


async def _load_rounds(
    session: AsyncSession, schedules: dict[str, tuple[Schedule, Any]], editor: Actor
) -> None:
    for slug, (schedule, each) in schedules.items():
        consultation: Consultation = await get_consultation(session, slug, editor)
        period = schedule.period
        round_ = await open_round(
            session, consultation, period.opens_at, period.closes_at, period.time_zone,
            int(period.grace.total_seconds() // 60), None, editor, schedule.created_at, late_days(slug),
        )  # fmt: skip
        if schedule.extended_to is not None and schedule.extended_at is not None:
            reason = write(each["extension"]["reason"], "en")
            await extend_round(session, round_, schedule.extended_to, reason, editor, schedule.extended_at)
        session.expire_all()


async def _load_outcomes(
    session: AsyncSession, schedules: dict[str, tuple[Schedule, Any]], editor: Actor
) -> None:
    for slug, (schedule, each) in schedules.items():
        if schedule.answered_at is None:
            continue
        consultation = await get_consultation(session, slug, editor)
        parts = {
            name: write(each["outcome"][name], "en", render=render_prose) for name in ("asked", "said", "did")
        }
        await save_outcome(session, consultation, OutcomeTexts(**parts), editor, schedule.answered_at)
        await publish_outcome(session, consultation, editor, schedule.answered_at)


async def is_empty(session: AsyncSession) -> bool:
    """Whether nobody has an account here yet."""
    return (await session.execute(select(User.id).limit(1))).first() is None
