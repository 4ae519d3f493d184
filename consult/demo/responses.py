"""The demo's formal responses, sent at their time through the same services that people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.guests import make_guest
from consult.accounts.queries import find_actor
from consult.consultations.queries import get_consultation
from consult.demo.content import read_tables
from consult.demo.schedule import Schedule
from consult.models.submission import Submission
from consult.questionnaires.queries import current_questionnaire
from consult.receipts.signing import Signer
from consult.security.actor import Actor
from consult.submissions.beginning import begin_submission
from consult.submissions.ending import withdraw_submission
from consult.submissions.saving import save_answer, set_marks
from consult.submissions.service import send_submission
from consult.submissions.targets import Target
from consult.teams.notes import add_note

Schedules = Mapping[str, tuple[Schedule, Any]]


@dataclass(frozen=True, slots=True)
class ResponseLoader:
    """What all responses share: the site's key and address, who there is, when rounds were."""

    session: AsyncSession
    signer: Signer
    site: str
    people: Mapping[str, Actor]
    schedules: Schedules
    now: datetime

    async def load(self) -> None:
        """All responses in the order of their time, so that references tell who was first."""
        for each in sorted(read_tables("responses")["response"], key=self._sent_at):
            await self._load_one(each)

    def _sent_at(self, each: Mapping[str, Any]) -> datetime:
        schedule = self.schedules[each["consultation"]][0]
        if each.get("grace"):
            return schedule.closes_at + timedelta(minutes=40)
        return schedule.at(each["when"], self.now)

    async def _load_one(self, each: Mapping[str, Any]) -> None:
        at = self._sent_at(each)
        actor = await self._author(each, at)
        target = await self._target(each["consultation"], actor)
        organisation_id = actor.organisation_id if each.get("for_organisation") else None
        begun_at = at - timedelta(hours=3)
        submission = await begin_submission(
            self.session, target, actor, organisation_id, each["lang"], begun_at,
            each.get("guest", {}).get("email", ""),
        )  # fmt: skip
        _say_who(submission, each)
        await self._answer(submission, target, actor, each, begun_at)
        if each.get("unfinished"):
            await self._note(submission, each, at)
            return
        await send_submission(self.session, submission, target, actor, self.signer, self.site, at)
        if each.get("withdrawn"):
            await withdraw_submission(self.session, submission, target.round, at + timedelta(hours=1))

    async def _author(self, each: Mapping[str, Any], at: datetime) -> Actor:
        if "person" in each:
            return self.people[each["person"]]
        user = await make_guest(self.session, each["guest"]["name"], each["lang"], at)
        user.confirmed_at = at
        await self.session.flush()
        actor = await find_actor(self.session, user.id)
        assert actor is not None
        return actor

    async def _target(self, slug: str, actor: Actor) -> Target:
        consultation = await get_consultation(self.session, slug, actor)
        round_ = consultation.rounds[-1]
        questionnaire = await current_questionnaire(self.session, round_.id)
        assert questionnaire is not None
        return Target(consultation, round_, questionnaire.read(), questionnaire.edition)

    async def _answer(
        self, submission: Submission, target: Target, actor: Actor, each: Mapping[str, Any], at: datetime
    ) -> None:
        for question in target.content.questions():
            if question.key not in each:
                continue
            value = each[question.key]
            text = value.strip() if isinstance(value, str) else value
            await save_answer(self.session, submission, question.key, text, 0, actor.id, at)
        for key, words in each.get("marks", {}).items():
            text = each[key].strip()
            spans = [(text.index(one), text.index(one) + len(one)) for one in words]
            await set_marks(self.session, submission, key, text, spans)

    async def _note(self, submission: Submission, each: Mapping[str, Any], at: datetime) -> None:
        for note in each.get("notes", ()):
            await add_note(
                self.session, submission, note["question"], note["text"], self.people[note["person"]], at
            )


def _say_who(submission: Submission, each: Mapping[str, Any]) -> None:
    guest = each.get("guest", {})
    submission.interest = each["interest"]
    submission.funder = each.get("funder", "")
    submission.publication = each["publication"]
    submission.summary = each.get("summary", "").strip()
    if guest:
        submission.organisation_name = guest.get("organisation", "")
        submission.kind = guest.get("kind", "individual")
        submission.country = guest["country"]
