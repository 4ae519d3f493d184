"""Mails to all who follow a consultation: opened, extended, closing soon, outcome.

They go out in chunks and begin again where they stopped: who has the mail already is left out. Each is written once
a language, zone and list; only the unsubscribe address differs from person to person.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.consultations.deadline import make_deadline
from consult.db.database import Database
from consult.i18n.content import pick
from consult.kernel.addresses import in_path
from consult.kernel.clock import Clock
from consult.models.consultation import Consultation, Extension, Round, RoundState
from consult.models.response import Outcome
from consult.notifications.composing import Composed, Composer
from consult.notifications.people import Recipient, followers_without
from consult.notifications.post import MailDraft, keep_mails, once_key
from consult.notifications.unsubscribing import FOLLOW, list_of_follower, make_token

SOON = timedelta(hours=48)
"""How long before its end a round's followers are reminded."""

NEW = timedelta(hours=24)
"""A round that opened longer ago is no news; one that is open for less time needs no reminder."""


@dataclass(frozen=True, slots=True)
class News:
    """What followers are told. `about` makes the mail one of a kind: a round, an end, an extension."""

    kind: str
    consultation: Consultation
    about: str
    round: Round | None = None
    extension: Extension | None = None
    outcome: Outcome | None = None

    @property
    def prefix(self) -> str:
        """The `once` of its mails without the person."""
        return once_key(self.kind, self.consultation.reference, self.about, "")


class Broadcasts:
    """Finds what followers have to be told, and makes their mails."""

    def __init__(self, database: Database, composer: Composer, secret_key: str, clock: Clock) -> None:
        self._database = database
        self._composer = composer
        self._secret_key = secret_key
        self._clock = clock
        self._mark = f"https://{secrets.token_hex(16)}.invalid/"

    async def of_opening(self, session: AsyncSession, round_id: int) -> None:
        """A round was set: told when it is open, now or later (`of_the_hour`)."""
        round = await _find_round(session, Round.id == round_id)
        now = self._clock.now()
        if round is not None and round.period.state(now) is RoundState.OPEN:
            await self._send(session, News("opened", round.consultation, f"r{round.id}", round))

    async def of_extension(self, session: AsyncSession, extension_id: int) -> None:
        """A round was extended."""
        extension = await session.get(Extension, extension_id)
        round = await _find_round(session, Round.id == extension.round_id) if extension else None
        if round is not None:
            await self._send(
                session, News("extended", round.consultation, f"e{extension_id}", round, extension)
            )

    async def of_outcome(self, session: AsyncSession, consultation_id: int) -> None:
        """An outcome was published."""
        statement = (
            select(Consultation, Outcome)
            .join(Outcome, Outcome.consultation_id == Consultation.id)
            .where(Consultation.id == consultation_id, Consultation.published_at.is_not(None))
            .where(Outcome.published_at.is_not(None))
        )
        row = (await session.execute(statement)).first()
        if row is not None:
            consultation, outcome = row
            await self._send(session, News("outcome", consultation, "outcome", outcome=outcome))

    async def of_the_hour(self, session: AsyncSession) -> None:
        """What the clock has brought about: rounds that opened within NEW, rounds that end within SOON."""
        now = self._clock.now()
        opened = (Round.opens_at <= now, Round.opens_at > now - NEW, Round.closes_at > now)
        for round in await _find_rounds(session, *opened):
            await self._send(session, News("opened", round.consultation, f"r{round.id}", round))
        closing = (Round.closes_at > now, Round.closes_at <= now + SOON, Round.opens_at <= now - NEW)
        for round in await _find_rounds(session, *closing):
            end = int(round.closes_at.timestamp())
            await self._send(session, News("closing", round.consultation, f"r{round.id}-{end}", round))

    async def _send(self, session: AsyncSession, news: News) -> None:
        written: dict[tuple[str, str, str], Composed] = {}
        after = 0
        while people := await followers_without(session, news.consultation.id, news.prefix, after):
            drafts = [self._draft(news, person, written) for person in people]
            async with self._database.writing() as writing:
                await keep_mails(writing, drafts, self._clock.now())
            after = people[-1].id

    def _draft(
        self, news: News, person: Recipient, written: dict[tuple[str, str, str], Composed]
    ) -> MailDraft:
        mail_list = list_of_follower(
            person.id, news.consultation.id, this=person.this, all_of_them=person.all_of_them
        )
        why = FOLLOW if mail_list.consultation_id else mail_list.name
        key = (person.locale, person.zone, why)
        if key not in written:
            written[key] = self._compose(news, *key)
        token = make_token(mail_list, self._secret_key)
        unsubscribe = self._composer.address(person.locale, f"/unsubscribe/{token}")
        words = self._addressed(written[key], unsubscribe)
        once = f"{news.prefix}{person.id}"
        return MailDraft(once, person.id, person.email, news.kind, person.locale, words, unsubscribe)

    def _compose(self, news: News, locale: str, zone: str, why: str) -> Composed:
        consultation = news.consultation
        about = self._composer.about(locale, consultation.title, consultation.reference, consultation.slug)
        context = {"about": about, **self._round(news, locale, zone), **self._rest(news, locale)}
        return self._composer.compose(news.kind, locale, context, unsubscribe=self._mark, why=why)

    def _round(self, news: News, locale: str, zone: str) -> Mapping[str, Any]:
        if news.round is None:
            return {}
        ics = self._composer.address(locale, f"{_page(news)}/deadline.ics")
        extensions = [news.extension] if news.extension else []
        now = self._clock.now()
        return {"deadline": make_deadline(news.round.period, extensions, locale, now, ics=ics, zone=zone)}

    def _rest(self, news: News, locale: str) -> Mapping[str, Any]:
        summary = pick(news.consultation.summary, locale)
        address = self._composer.address(locale, f"{_page(news)}/outcome")
        return {"summary": summary, "outcome_address": address}

    def _addressed(self, words: Composed, unsubscribe: str) -> Composed:
        return replace(
            words,
            text=words.text.replace(self._mark, unsubscribe),
            html=words.html.replace(self._mark, unsubscribe),
        )


def _page(news: News) -> str:
    return f"/consultations/{in_path(news.consultation.slug)}"


async def _find_round(session: AsyncSession, *conditions: Any) -> Round | None:
    return next(iter(await _find_rounds(session, *conditions)), None)


async def _find_rounds(session: AsyncSession, *conditions: Any) -> list[Round]:
    """Rounds of public consultations."""
    statement = (
        select(Round)
        .join(Consultation, Consultation.id == Round.consultation_id)
        .where(Consultation.published_at.is_not(None), *conditions)
        .options(selectinload(Round.consultation), selectinload(Round.extensions))
        .order_by(Round.id)
    )
    return list((await session.execute(statement)).scalars())
