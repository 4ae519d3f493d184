"""An organisation of three people, another one that may co-sign, and the response that the three have begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.queries import find_actor
from consult.kernel.clock import SystemClock
from consult.models.consultation import Consultation, Round
from consult.models.people import MemberRole, Membership, Organisation, User, VerifiedBy
from consult.models.questionnaire import Questionnaire
from consult.models.submission import Submission
from consult.submissions.beginning import begin_submission
from consult.submissions.queries import answers_of, open_set_asides
from consult.submissions.saving import save_answer
from consult.submissions.targets import target_of
from tests.browser.serving import Served
from tests.people import said
from tests.teams.scene import asked

LAKE, RIVER = "Lake Watch", "River Trust"
ROLES = {
    "Rim Haddad": (LAKE, MemberRole.DRAFTER),
    "Sami Okello": (LAKE, MemberRole.SIGNATORY),
    "Olga Lind": (LAKE, MemberRole.OWNER),
    "Cora Diaz": (RIVER, MemberRole.SIGNATORY),
}


@dataclass(frozen=True, slots=True)
class Begun:
    """The response's address without locale, and the people's addresses by first name."""

    address: str
    people: dict[str, str]

    def texts(self, served: Served, question: str) -> list[str]:
        """Every text that is kept for an answer: the saved one and those set aside."""

        async def find(session: AsyncSession) -> list[str]:
            wanted = select(Submission).where(Submission.key == self.address.rpartition("/")[2])
            submission = (await session.execute(wanted)).scalar_one()
            saved = (await answers_of(session, submission.id)).get(question)
            aside = [
                each for each in await open_set_asides(session, submission.id) if each.question == question
            ]
            return [str(saved.value) if saved else "", *(str(each.value) for each in aside)]

        return served.ask(find)


def begin_together(served: Served) -> Begun:
    """All of it."""
    people = {name.split()[0]: served.newcomer(name) for name in ROLES}

    async def make(session: AsyncSession) -> str:
        now = SystemClock().now()
        round_id = await _round(session, now)
        organisations = {name: _organisation(name, now) for name in (LAKE, RIVER)}
        session.add_all(organisations.values())
        await session.flush()
        for name, (organisation, role) in ROLES.items():
            user = await _person(session, people[name.split()[0]])
            tie = {"organisation_id": organisations[organisation].id, "role": role, "since": now}
            session.add(Membership(user_id=user.id, **tie))
        await session.flush()
        rim = await find_actor(session, (await _person(session, people["Rim"])).id)
        assert rim is not None
        target = await target_of(session, Submission(round_id=round_id))
        begun = await begin_submission(session, target, rim, organisations[LAKE].id, "en", now)
        begun.interest, begun.publication = "independent", "named"
        await save_answer(session, begun, "board", "The board should meet in public.", 0, rim.id, now)
        return begun.key

    return Begun(f"/respond/{served.ask(make)}", people)


async def _person(session: AsyncSession, email: str) -> User:
    return (await session.execute(select(User).where(User.email == email))).scalar_one()


async def _round(session: AsyncSession, now: datetime) -> int:
    consultation = Consultation(
        reference="FMF-2026-77",
        slug="together",
        title=said(en="How the board works", ar="كيف يعمل المجلس"),
        summary=said(en="What it is about."),
        asks=said(en="What should change?"),
        use=said(en="We read everything."),
        languages=["en", "ar"],
        published_at=now - timedelta(days=2),
        created_at=now - timedelta(days=3),
    )
    session.add(consultation)
    await session.flush()
    round_ = Round(
        consultation_id=consultation.id,
        number=1,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=9),
        time_zone="Europe/Brussels",
        grace_minutes=60,
        created_at=now,
    )
    session.add(round_)
    await session.flush()
    content, before = msgspec.to_builtins(asked()), now - timedelta(days=2)
    session.add(
        Questionnaire(round_id=round_.id, content=content, note=None, ready_at=before, created_at=before)
    )
    await session.flush()
    return round_.id


def _organisation(name: str, now: datetime) -> Organisation:
    return Organisation(
        name=name,
        fold=name.lower(),
        kind="civil-society",
        country="KE",
        domain=name.lower().replace(" ", "-") + ".example",
        verified_by=VerifiedBy.ADDRESS,
        verified_at=now,
        created_at=now,
    )
