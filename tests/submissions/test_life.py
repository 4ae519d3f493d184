"""Whatever two members of an organisation do to their response, in whatever order: nothing typed is lost, what was sent
last counts, and every sending that was acknowledged has a receipt and its entry in the log."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.queries import find_actor
from consult.consultations.queries import tallies
from consult.db.database import Database
from consult.kernel.clock import SetClock
from consult.kernel.errors import Conflict, FormInvalid, RoundClosed
from consult.models.consultation import Round
from consult.models.contribution import Contribution
from consult.models.log import LogLeaf
from consult.models.people import MemberRole, Membership, Organisation
from consult.models.submission import Rule, Submission, SubmissionSending
from consult.receipts.signing import Signer, load_signer
from consult.security.actor import Actor
from consult.settings import Settings
from consult.submissions.beginning import begin_submission
from consult.submissions.document import read_document
from consult.submissions.ending import withdraw_submission
from consult.submissions.going_back import go_back
from consult.submissions.queries import answers_of, get_own, open_set_asides, sendings_of
from consult.submissions.rules import may_correct, rule_at
from consult.submissions.saving import save_answer, save_who, settle_set_aside
from consult.submissions.service import send_submission
from consult.submissions.targets import Target, find_target, target_of
from consult.teams.digesting import digest_now
from consult.teams.sign_offs import sign_off
from tests.conftest import NOW
from tests.people import Site
from tests.submissions.scene import asking

ADA, BEN = "Ada, who signs", "Ben, who writes"
QUESTIONS = ("change", "why")
TEXTS = st.sampled_from(["One.", "Two.", "Three.", "نعم"])
ALL = {"sent", "corrected", "again", "withdrawn", "went back", "mine", "theirs", "both", "in-time", "grace", "late",
       "FormInvalid", "Conflict", "RoundClosed"}  # fmt: skip
"""What the lives together have to go through, or the test would say nothing."""
WHO = {"name": "Ada", "interest": "independent", "publication": "named"}


class Life(RuleBasedStateMachine):
    """`answers` and `aside` are what should be kept; `sent` the answers of every sending that was acknowledged."""

    take: Callable[[], Settings]
    reached: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = SetClock(NOW)
        self.settings = type(self).take()
        self.database = Database(self.settings.url)
        self.answers: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.seen: dict[tuple[str, str], int] = {}
        self.aside: dict[tuple[str, str], str] = {}
        self.sent: list[dict[str, str]] = []
        self.rules: list[str] = []
        self.state, self.signed, self.who = "begun", None, False
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        site = Site(None, self.settings, self.clock)  # type: ignore[arg-type]
        site.database = self.database
        round_ = await asking(site, late_days=5)
        self.period = round_.period
        people = {ADA: await site.person(name="Ada"), BEN: await site.person(name="Ben")}
        roles = {ADA: MemberRole.SIGNATORY, BEN: MemberRole.DRAFTER}
        async with self.database.writing() as session:
            organisation = Organisation(
                name="Haki", fold="haki", kind="civil-society", verified_by="staff", created_at=NOW
            )
            session.add(organisation)
            await session.flush()
            for name, user in people.items():
                session.add(
                    Membership(user_id=user.id, organisation_id=organisation.id, role=roles[name], since=NOW)
                )
            await session.flush()
            self.actors = {name: await _actor(session, user.id) for name, user in people.items()}
            target = await find_target(session, "charter", NOW)
            begun = await begin_submission(session, target, self.actors[BEN], organisation.id, "en", NOW)
            self.key, self.organisation_id = begun.key, organisation.id

    def _do(self, work: Callable[[AsyncSession, Submission, Target], Awaitable[Any]], who: str = ADA) -> Any:
        async def run() -> Any:
            async with self.database.writing() as session:
                submission = await get_own(session, self.key, self.actors[who], hold=True)
                return await work(session, submission, await target_of(session, submission))

        return self.runner.run(run())

    @rule(who=st.sampled_from([ADA, BEN]))
    def open_the_page(self, who: str) -> None:
        for question in QUESTIONS:
            self.seen[who, question] = self.versions.get(question, 0)

    @rule(who=st.sampled_from([ADA, BEN]), question=st.sampled_from(QUESTIONS), text=TEXTS)
    def type_an_answer(self, who: str, question: str, text: str) -> None:
        seen = self.seen.get((who, question), 0)

        async def save(session: AsyncSession, submission: Submission, _: Target) -> Any:
            user_id = self.actors[who].id
            return await save_answer(session, submission, question, text, seen, user_id, self.clock.now())

        saved = self._do(save, who)
        if saved.set_aside is None:
            changed = seen == self.versions.get(question, 0)
            self.answers[question] = text
            self.versions[question] = self.versions.get(question, 0) + changed
            self.seen[who, question] = self.versions[question]
        else:
            assert seen != self.versions[question]
            self.aside[question, who] = text

    @rule(choice=st.sampled_from(["theirs", "mine", "both"]))
    def settle_two_texts(self, choice: str) -> None:
        if not self.aside:
            return
        (question, who), text = next(iter(self.aside.items()))

        async def settle(session: AsyncSession, submission: Submission, _: Target) -> None:
            user_id = self.actors[who].id
            waiting = await open_set_asides(session, submission.id)
            found = next(each for each in waiting if (each.question, each.user_id) == (question, user_id))
            await settle_set_aside(session, submission, found.id, choice, user_id, self.clock.now())

        self._do(settle)
        del self.aside[question, who]
        self.reached.add(choice)
        if choice != "theirs":
            before = self.answers[question]
            self.answers[question] = f"{before}\n\n{text}" if choice == "both" else text
            self.versions[question] += 1

    @rule()
    def say_who(self) -> None:
        async def say(session: AsyncSession, submission: Submission, _: Target) -> None:
            await save_who(session, submission, WHO, self.clock.now())

        self._do(say)
        self.who = True

    @rule(ready=st.sampled_from([False, False, True]))
    def time_passes(self, ready: bool) -> None:
        """Within the round, and now and then into its next stretch: the extra time, the late lane, the end."""
        now, hour = self.clock.now(), timedelta(hours=1)
        ends = (self.period.closes_at, self.period.grace_ends_at, self.period.late_ends_at)
        following = next((each for each in ends if each > now), None)
        self.clock.set(
            following if ready and following else now + timedelta(seconds=5) if following else now + hour
        )

    @rule()
    def ada_signs_off(self) -> None:
        async def sign(session: AsyncSession, submission: Submission, target: Target) -> None:
            digest = await digest_now(session, submission, target)
            await sign_off(
                session, submission, self.organisation_id, self.actors[ADA], digest, self.clock.now()
            )

        self._do(sign)
        self.signed = self._substance()

    @rule(who=st.sampled_from([ADA, ADA, BEN]))
    def send(self, who: str) -> None:
        async def send(session: AsyncSession, submission: Submission, target: Target) -> Any:
            return await send_submission(
                session, submission, target, self.actors[who], self._signer, "https://x", self.clock.now()
            )

        expected = self._expected(who)
        try:
            sent = self._do(send, who)
        except (RoundClosed, FormInvalid, Conflict) as error:
            met = type(error)
        else:
            met = None
        assert met is expected
        self.reached.add(met.__name__ if met else "again" if sent.again else "sent")
        if met:
            return
        assert sent.again == self._is_sent_already()
        if not sent.again:
            self.sent.append(self._shown())
            self.rules.append(sent.sending.rule)
            self.reached |= {str(sent.sending.rule), "corrected" if len(self.sent) > 1 else "sent"}
            assert sent.sending.rule == rule_at(self.period, NOW, self.clock.now())
            self.signed = self._substance()
        self.state = "sent"

    @rule()
    def withdraw(self) -> None:
        async def end(session: AsyncSession, submission: Submission, target: Target) -> None:
            await withdraw_submission(session, submission, target.round, self.clock.now())

        may = self.state == "sent" and may_correct(self.period, NOW, self.rules[-1], self.clock.now())
        try:
            self._do(end)
        except Conflict:
            assert not may
            return
        assert may
        self.reached.add("withdrawn")
        self.state = "withdrawn"

    @rule()
    def go_back_to_what_was_sent(self) -> None:
        if not self.sent:
            return

        async def back(session: AsyncSession, submission: Submission, _: Target) -> None:
            sendings = await sendings_of(session, submission.id)
            user_id = self.actors[ADA].id
            await go_back(session, submission, sendings[-1], user_id, self.clock.now())

        self._do(back)
        self.reached.add("went back")
        for question in self.answers:
            self.versions[question] += 1
        self.answers = {key: self.sent[-1].get(key, "") for key in self.answers}

    # ---- What should be so -------------------------------------------------------------------------------------

    @property
    def _signer(self) -> Signer:
        return load_signer(self.settings)

    def _shown(self) -> dict[str, str]:
        """ "why" depends on an answer that nobody gives here."""
        return {key: text for key, text in self.answers.items() if text and key != "why"}

    def _substance(self) -> tuple[bool, tuple[tuple[str, str], ...]]:
        return self.who, tuple(sorted(self._shown().items()))

    def _is_sent_already(self) -> bool:
        return self.state == "sent" and self._shown() == self.sent[-1]

    def _expected(self, who: str) -> type[Exception] | None:
        if self._is_sent_already():
            return None
        now = self.clock.now()
        if rule_at(self.period, NOW, now) is None:
            return RoundClosed
        if self.sent and not may_correct(self.period, NOW, self.rules[-1], now):
            return RoundClosed
        if not self.who or "change" not in self._shown():
            return FormInvalid
        return Conflict if who == BEN and self.signed != self._substance() else None

    @invariant()
    def nothing_typed_is_lost_and_what_was_sent_last_counts_and_is_proved(self) -> None:
        kept, waiting, sendings, faces, leaves, counts = self.runner.run(self._books())
        names = {actor.id: name for name, actor in self.actors.items()}
        assert {key: each.value or "" for key, each in kept.items()} == self.answers
        assert {(each.question, names[each.user_id or 0]): each.value for each in waiting} == self.aside
        assert [_answers(each) for each in sendings] == self.sent
        assert [each.rule for each in sendings] == self.rules
        assert all(each.receipt for each in sendings)
        assert [each.number for each in leaves] == list(range(len(leaves)))
        assert {each.leaf for each in sendings} == {each.number for each in leaves if each.kind == "received"}
        assert len(faces) == (1 if self.sent else 0)
        if self.state == "sent":
            [face] = faces
            assert face.state == "published"
            assert all(text in face.text for text in self.sent[-1].values())
            assert face.late == (self.rules[-1] == Rule.LATE)
        else:
            assert all(face.text == "" for face in faces)
        assert counts.get("type", {}).get("submission", 0) == (1 if self.state == "sent" else 0)

    async def _books(self) -> Any:
        async with self.database.reading() as session:
            of = (await session.execute(select(Submission.id))).scalar_one()
            faces = (await session.execute(select(Contribution))).scalars().all()
            leaves = (await session.execute(select(LogLeaf).order_by(LogLeaf.number))).scalars().all()
            consultation_id = (await session.execute(select(Round.consultation_id))).scalar_one()
            counts = (await tallies(session, [consultation_id]))[consultation_id]
            kept, waiting = await answers_of(session, of), await open_set_asides(session, of)
            return kept, waiting, await sendings_of(session, of), faces, leaves, counts

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()


def _answers(sending: SubmissionSending) -> dict[str, str]:
    return {each.question: str(each.value) for each in read_document(sending.text).answers}


async def _actor(session: AsyncSession, user_id: int) -> Actor:
    found = await find_actor(session, user_id)
    assert found is not None
    return found


def _settings(url: str, folder: Path) -> Settings:
    return Settings(
        data_dir=folder,
        database_url=url,
        base_url="https://consult.test",
        secret_key="a secret for tests only",
        log_level="error",
    )


def test_the_life_of_a_response_on_sqlite(migrated_sqlite: Path, tmp_path: Path) -> None:
    def take() -> Settings:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        path = folder / "consult.sqlite3"
        path.write_bytes(migrated_sqlite.read_bytes())
        return _settings(f"sqlite:///{path}", tmp_path)

    assert _live(take, 6) >= ALL


def test_the_life_of_a_response_on_postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    postgres = request.getfixturevalue("postgres")
    names: list[str] = []

    def take() -> Settings:
        if names:
            postgres.give_back(names.pop())
        names.append(postgres.take())
        return _settings(postgres.address(names[-1]), tmp_path)

    assert _live(take, 6) >= ALL


def _full(life: Life) -> None:
    """A life through every turn that there is in time; each line is one step, as hypothesis takes them."""
    steps: tuple[Callable[[], Any], ...] = (
        lambda: life.send(ADA),
        life.say_who,
        lambda: life.type_an_answer(BEN, "change", "One."),
        lambda: life.send(BEN),
        life.ada_signs_off,
        lambda: life.send(BEN),
        lambda: life.send(BEN),
        *(step for choice in ("mine", "theirs", "both") for step in _two_texts(life, choice)),
        lambda: life.send(ADA),
        lambda: life.type_an_answer(ADA, "why", "Three."),
        life.go_back_to_what_was_sent,
        life.withdraw,
        lambda: life.send(ADA),
    )
    _take(life, steps)


def _two_texts(life: Life, choice: str) -> tuple[Callable[[], Any], ...]:
    return (
        lambda: life.open_the_page(ADA),
        lambda: life.open_the_page(BEN),
        lambda: life.type_an_answer(ADA, "change", f"Ada's, {choice}."),
        lambda: life.type_an_answer(BEN, "change", f"Ben's, {choice}."),
        lambda: life.settle_two_texts(choice),
    )


def _ended(life: Life, ends: int) -> None:
    """A life whose response is sent after so many ends: in the extra time, in the late lane, or not at all."""
    passing = [lambda: life.time_passes(ready=True)] * ends
    _take(
        life,
        (life.say_who, lambda: life.type_an_answer(ADA, "change", "نعم"), *passing, lambda: life.send(ADA)),
    )


def _take(life: Life, steps: Sequence[Callable[[], Any]]) -> None:
    try:
        for step in steps:
            step()
            life.nothing_typed_is_lost_and_what_was_sent_last_counts_and_is_proved()
    finally:
        life.teardown()


def _live(take: Callable[[], Settings], examples: int) -> set[str]:
    """Lives that are told, and lives that nobody thought of."""
    machine: Any = type("ALife", (Life,), {"take": staticmethod(take), "reached": set()})
    _full(machine())
    for ends in (1, 2, 3):
        _ended(machine(), ends)
    wanted = settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=wanted)  # type: ignore[no-untyped-call]
    found: set[str] = machine.reached
    return found
