"""A round that asks for formal responses, and responses to it: begun, answered and sent as their people would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import func, select

from consult.accounts.queries import find_actor
from consult.consultations.queries import get_consultation
from consult.kernel.translated import Translated
from consult.models.consultation import Round
from consult.models.contribution import Contribution
from consult.models.people import Role, User
from consult.models.questionnaire import Content, Option, Question, QuestionKind, Questionnaire, Section
from consult.models.submission import Submission
from consult.receipts.signing import load_signer
from consult.security.actor import Actor
from consult.submissions.beginning import begin_submission
from consult.submissions.ending import withdraw_submission
from consult.submissions.queries import answers_of
from consult.submissions.saving import save_answer, set_marks, set_private
from consult.submissions.service import Sent, send_submission
from consult.submissions.targets import Target
from tests.people import Browser, Site, said

SLUG = "charter"


def word(english: str) -> Translated:
    """Words of the questionnaire."""
    return said(en=english, fr=f"{english} (fr)")


QUESTIONS = Content(
    sections=(
        Section(
            key="views",
            title=word("Your views"),
            questions=(
                Question(key="why", kind=QuestionKind.LONG, label=word("Why do you respond?"), required=True),
                Question(key="costs", kind=QuestionKind.LONG, label=word("What does it cost you?")),
                Question(
                    key="agree",
                    kind=QuestionKind.ONE,
                    label=word("Do you agree?"),
                    options=(Option(key="yes", label=word("Yes")), Option(key="no", label=word("No"))),
                ),
            ),
        ),
        Section(
            key="more",
            title=word("More"),
            questions=(Question(key="letter", kind=QuestionKind.LETTER, label=word("A letter")),),
        ),
    )
)


@dataclass(frozen=True)
class Said:
    """What a respondent says and wants; `marks` are words to leave out, by question."""

    name: str = "Rana Respondent"
    organisation: str = ""
    answers: Mapping[str, Any] = field(default_factory=lambda: {"why": "Because it matters.", "agree": "yes"})
    publication: str = "named"
    summary: str = ""
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    private: Sequence[str] = ()
    lang: str = "en"
    interest: str = "independent"
    funder: str = ""
    email: str = ""


class Responses:
    """The round, its people and their responses."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.people: dict[str, User] = {}

    async def ask(self, content: Content = QUESTIONS, *, late_days: int = 0, **more: Any) -> None:
        """A public consultation whose open round asks these questions."""
        consultation = await self.site.consultation(SLUG, **more)
        async with self.site.database.writing() as session:
            round_ = (
                await session.execute(select(Round).where(Round.consultation_id == consultation.id))
            ).scalar_one()
            round_.late_days = late_days
            now = self.site.clock.now()
            session.add(
                Questionnaire(
                    round_id=round_.id,
                    content=msgspec.to_builtins(content),
                    ready_at=now,
                    created_at=now,
                )
            )

    async def target(self, session: Any) -> Target:
        """The round with its questions."""
        consultation = await get_consultation(session, SLUG, None)
        round_ = consultation.rounds[0]
        found = select(Questionnaire).where(Questionnaire.round_id == round_.id)
        questionnaire = (await session.execute(found)).scalar_one()
        return Target(consultation, round_, questionnaire.read(), 1)

    async def person(self, name: str, *, confirmed: bool = True) -> User:
        """Somebody with an account; the same one for the same name."""
        if name not in self.people:
            self.people[name] = await self.site.person(name=name, confirmed=confirmed)
        return self.people[name]

    async def browser(self, name: str) -> Browser:
        """Their browser."""
        return await self.site.browser_of(await self.person(name))

    async def begin(self, told: Said) -> str:
        """The key of a response that was written and not sent."""
        user = await self.person(told.name)
        now = self.site.clock.now()
        async with self.site.database.writing() as session:
            actor = await self.actor(session, user)
            target = await self.target(session)
            submission = await begin_submission(session, target, actor, None, told.lang, now, told.email)
            await self._write(session, submission, told, actor)
            return submission.key

    async def _write(self, session: Any, submission: Submission, told: Said, actor: Actor) -> None:
        now = self.site.clock.now()
        submission.name, submission.organisation_name = told.name, told.organisation
        submission.interest, submission.funder = told.interest, told.funder
        submission.publication, submission.summary = told.publication, told.summary
        if told.organisation:
            submission.kind = "civil-society"
        for question, value in told.answers.items():
            await save_answer(session, submission, question, value, 0, actor.id, now)
        for question, words in told.marks.items():
            text = told.answers[question]
            spans = [(text.index(each), text.index(each) + len(each)) for each in words]
            await set_marks(session, submission, question, text, spans)
        await set_private(session, submission, dict.fromkeys(told.private, True))

    async def send(self, told: Said, *, after: timedelta = timedelta()) -> str:
        """Write and send; the reference of its public face. `after` beginning the clock moves on."""
        key = await self.begin(told)
        if after:
            self.site.clock.set(self.site.clock.now() + after)
        return (await self.send_again(key, told.name)).contribution.reference

    async def send_again(self, key: str, name: str) -> Sent:
        """Send what is written now."""
        user = await self.person(name)
        signer = load_signer(self.site.settings)
        async with self.site.database.writing() as session:
            actor = await self.actor(session, user)
            submission = (await session.execute(select(Submission).where(Submission.key == key))).scalar_one()
            target = await self.target(session)
            base = self.site.settings.base_url
            return await send_submission(
                session, submission, target, actor, signer, base, self.site.clock.now()
            )

    async def say(self, key: str, name: str, question: str, value: object) -> None:
        """Change an answer."""
        user = await self.person(name)
        async with self.site.database.writing() as session:
            submission = (await session.execute(select(Submission).where(Submission.key == key))).scalar_one()
            seen = (await answers_of(session, submission.id))[question].version
            await save_answer(session, submission, question, value, seen, user.id, self.site.clock.now())

    async def withdraw(self, key: str) -> None:
        """Take it back while the round is open."""
        async with self.site.database.writing() as session:
            submission = (await session.execute(select(Submission).where(Submission.key == key))).scalar_one()
            round_ = (await self.target(session)).round
            await withdraw_submission(session, submission, round_, self.site.clock.now())

    async def guest(self, name: str) -> None:
        """Make somebody one who has no account."""
        async with self.site.database.writing() as session:
            user = await session.get(User, (await self.person(name)).id)
            assert user is not None
            user.guest, user.email = True, f"guest-{user.id}@invalid"

    async def count(self, table: Any) -> int:
        """How many rows a table has."""
        async with self.site.database.reading() as session:
            return int((await session.execute(select(func.count()).select_from(table))).scalar_one())

    async def actor(self, session: Any, user: User) -> Actor:
        """Somebody as the rest of the program knows them."""
        found = await find_actor(session, user.id)
        assert found is not None
        return found

    async def face(self, reference: str) -> Contribution:
        """The public face as it is stored."""
        async with self.site.database.reading() as session:
            found = select(Contribution).where(Contribution.reference == reference)
            return (await session.execute(found)).scalar_one()

    async def submission(self, reference: str) -> Submission:
        """The response behind a public face."""
        async with self.site.database.reading() as session:
            found = select(Submission).join(Contribution, Contribution.id == Submission.contribution_id)
            return (await session.execute(found.where(Contribution.reference == reference))).scalar_one()

    async def staff(self, role: Role) -> Browser:
        """A browser of somebody at the desk."""
        return await self.site.signed_in(role, f"Staff {role}")
