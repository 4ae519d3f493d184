"""People, a consultation and what they write, put straight into the database, as tests of mails and feeds need them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from consult.db.database import Database
from consult.kernel.clock import SetClock
from consult.kernel.events import Event, consultation_scope
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation, Extension, Round
from consult.models.contribution import Contribution, State
from consult.models.ledger import Mail, OutboxEvent, Subscription
from consult.models.people import User
from consult.models.response import Decision, Disposition, Outcome
from consult.notifications.composing import Composer
from consult.notifications.draining import Drain
from consult.notifications.making import MailMaker
from consult.settings import ROOT, Settings
from consult.web.rendering import Renderer
from tests.people import said

RENDERER = Renderer(ROOT / "templates")
DAY = timedelta(days=1)


class Scene:
    """A stage: what happens on it is committed at once, with its event."""

    def __init__(self, database: Database, settings: Settings, clock: SetClock) -> None:
        self.database = database
        self.settings = settings
        self.clock = clock
        self.maker = MailMaker(database, Composer(RENDERER, settings), settings, clock)
        self.drain = Drain(database, [self.maker], clock)
        self._numbers = 0

    async def add(self, *rows: Any) -> None:
        async with self.database.writing() as session:
            session.add_all(rows)

    async def happens(self, kind: str, *scopes: str, **data: object) -> None:
        async with self.database.writing() as session:
            emit(session, Event(kind, scopes, data), self.clock.now())

    async def person(self, name: str, **more: Any) -> User:
        now = self.clock.now()
        values: dict[str, Any] = {"email": f"{name.split()[0].lower()}@example.org", "confirmed_at": now}
        user = User(name=name, password_hash="!", created_at=now, **{**values, **more})
        await self.add(user)
        return user

    async def consultation(
        self, title: str = "The charter", slug: str = "charter", **more: Any
    ) -> Consultation:
        now = self.clock.now()
        self._numbers += 1
        values: dict[str, Any] = {"published_at": now - 3 * DAY, "title": said(en=title, ar="الميثاق")}
        consultation = Consultation(
            reference=f"FMF-2026-{self._numbers:02d}",
            slug=slug,
            summary=said(en="What it is about."),
            asks=said(en="What should change?"),
            use=said(en="We read everything."),
            languages=["en", "ar"],
            created_at=now - 4 * DAY,
            **{**values, **more},
        )
        await self.add(consultation)
        return consultation

    async def round(
        self, consultation: Consultation, opens: timedelta = -2 * DAY, closes: timedelta = 7 * DAY
    ) -> Round:
        now = self.clock.now()
        made = Round(
            consultation_id=consultation.id,
            number=1,
            opens_at=now + opens,
            closes_at=now + closes,
            time_zone="Europe/Brussels",
            grace_minutes=60,
            created_at=now - 4 * DAY,
        )
        await self.add(made)
        return made

    async def extended(self, round: Round, by: timedelta, reason: str) -> Extension:
        extension = Extension(
            round_id=round.id,
            from_at=round.closes_at,
            to_at=round.closes_at + by,
            reason=said(en=reason),
            created_at=self.clock.now(),
        )
        async with self.database.writing() as session:
            session.add(extension)
            await session.execute(
                update(Round).where(Round.id == round.id).values(closes_at=round.closes_at + by)
            )
        await self.happens("round.extended", round_id=round.id, extension_id=extension.id)
        return extension

    async def follows(self, user: User, consultation: Consultation | None) -> None:
        await self.add(
            Subscription(
                user_id=user.id,
                consultation_id=consultation.id if consultation else None,
                created_at=self.clock.now(),
            )
        )

    async def comment(
        self,
        consultation: Consultation,
        author: User | None,
        text: str,
        under: Contribution | None = None,
        **more: Any,
    ) -> Contribution:
        self._numbers += 1
        values: dict[str, Any] = {
            "author_id": author.id if author else None,
            "author_name": author.name if author else "",
            "lang": "en",
        }
        made = Contribution(
            reference=f"{consultation.reference}-C{self._numbers:04d}",
            consultation_id=consultation.id,
            place="reply" if under else "consultation",
            parent_id=under.id if under else None,
            thread_id=(under.thread_id or under.id) if under else None,
            text=text,
            html=f"<p>{text}</p>",
            created_at=self.clock.now(),
            **{**values, **more},
        )
        await self.add(made)
        kind = "comment.waiting" if made.state == State.PENDING else "comment.posted"
        await self.happens(
            kind,
            consultation_scope(consultation.id),
            contribution_id=made.id,
            consultation_id=consultation.id,
        )
        return made

    async def moderated(self, comment: Contribution, action: str, state: str, reason: str = "") -> None:
        decision = Decision(
            contribution_id=comment.id,
            action=action,
            reason=said(en=reason) if reason else said(),
            decided_at=self.clock.now(),
        )
        async with self.database.writing() as session:
            session.add(decision)
            await session.execute(
                update(Contribution).where(Contribution.id == comment.id).values(state=state)
            )
        await self.happens(
            "comment.moderated",
            contribution_id=comment.id,
            consultation_id=comment.consultation_id,
            decision_id=decision.id,
            action=action,
        )

    async def answered(self, comment: Contribution, reason: str) -> None:
        await self.add(
            Disposition(
                contribution_id=comment.id,
                kind="accepted",
                reason=said(en=reason),
                change=said(),
                decided_at=self.clock.now(),
            )
        )
        await self.happens(
            "disposition.given", contribution_id=comment.id, consultation_id=comment.consultation_id
        )

    async def concluded(self, consultation: Consultation) -> None:
        now = self.clock.now()
        texts = {"asked": said(en="We asked."), "said": said(en="You said."), "did": said(en="We did.")}
        await self.add(Outcome(consultation_id=consultation.id, published_at=now, edited_at=now, **texts))
        await self.happens("outcome.published", consultation_id=consultation.id)

    async def worker_runs(self) -> None:
        while await self.drain.drain():
            pass

    async def clock_strikes(self) -> None:
        async with self.database.reading() as session:
            await self.maker.broadcasts.of_the_hour(session)

    async def forgets_what_is_done(self) -> None:
        """As if the worker had been killed after taking events and before marking them."""
        async with self.database.writing() as session:
            await session.execute(update(OutboxEvent).values(done_at=None))

    async def mails(self, kind: str = "") -> list[Mail]:
        async with self.database.reading() as session:
            found = (await session.execute(select(Mail).order_by(Mail.id))).scalars().all()
        return [mail for mail in found if not kind or mail.kind == kind]

    async def undone(self) -> int:
        async with self.database.reading() as session:
            statement = select(OutboxEvent.id).where(OutboxEvent.done_at.is_(None))
            return len((await session.execute(statement)).all())
