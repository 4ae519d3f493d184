"""Sending what waits: claimed first, so that two workers don't send the same, then sent, then noted, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.kernel.clock import Clock
from consult.models.ledger import Mail, MailState
from consult.notifications.message import BadAddressError, make_message
from consult.notifications.transport import MailTransport, RefusedError, UnreachableError
from consult.settings import Settings

log = structlog.get_logger()

RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""After how long a mail that the server put off is tried again; after the last one it has failed."""

UNREACHABLE_AGAIN = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(days=3)
"""A server that can't be reached is no mail's fault: mails wait for it so long."""

LEASE = timedelta(minutes=10)
"""A mail whose sender died is sent by another one after this; its Message-ID is the same."""

CLAIMED = 20


class Sender:
    """Sends mails that are due."""

    def __init__(
        self, database: Database, transport: MailTransport, settings: Settings, clock: Clock
    ) -> None:
        self._database = database
        self._transport = transport
        self._settings = settings
        self._clock = clock

    async def send_due(self) -> int:
        """Send a batch. Returns how many were handed over or given up; 0 when there is nothing to do now."""
        if not await self._any_due():
            return 0
        mails = await self._claim()
        settled = 0
        for at, mail in enumerate(mails):
            try:
                await self._send(mail)
            except UnreachableError as error:
                log.warning("mail server unreachable", error=error.reason, count=len(mails) - at)
                await self._put_off(mails[at:], error.reason)
                break
            settled += 1
        return settled

    async def close(self) -> None:
        """End the connection to the server."""
        await self._transport.close()

    async def _any_due(self) -> bool:
        """Asked first, because claiming makes writers wait on SQLite and there is mostly nothing to claim."""
        async with self._database.reading() as session:
            return (await session.execute(self._due().limit(1))).first() is not None

    def _due(self) -> Select[int]:
        return select(Mail.id).where(Mail.state == MailState.WAITING, Mail.next_at <= self._clock.now())

    async def _claim(self) -> Sequence[Mail]:
        now = self._clock.now()
        async with self._database.writing() as session:
            due = (
                self._due()
                .with_only_columns(Mail)
                .order_by(Mail.next_at, Mail.id)
                .limit(CLAIMED)
                .with_for_update(skip_locked=True)
            )
            mails = (await session.execute(due)).scalars().all()
            await _note(session, mails, next_at=now + LEASE)
        return mails

    async def _send(self, mail: Mail) -> None:
        if not await self._still_waits(mail):
            return
        try:
            await self._transport.send(make_message(mail, self._settings), mail.recipient)
        except BadAddressError:
            await self._fail(mail, "bad address")
        except RefusedError as error:
            await self._refused(mail, error)
        else:
            await self._sent(mail)

    async def _still_waits(self, mail: Mail) -> bool:
        """Whether nobody has taken the mail back since it was claimed, because what it tells was hidden."""
        async with self._database.reading() as session:
            statement = select(Mail.id).where(Mail.once == mail.once, Mail.state == MailState.WAITING)
            return (await session.execute(statement)).first() is not None

    async def _sent(self, mail: Mail) -> None:
        """The text is not needed any more, so it is not kept; the demo shows it in its mailbox."""
        now = self._clock.now()
        words: dict[str, object] = {} if self._settings.demo else {"text": "", "html": "", "subject": ""}
        async with self._database.writing() as session:
            changes = {"state": MailState.SENT, "sent_at": now, "next_at": now, "error": "", **words}
            await _note(session, [mail], attempts=mail.attempts + 1, **changes)

    async def _refused(self, mail: Mail, error: RefusedError) -> None:
        if error.permanent or mail.attempts >= len(RETRY_AFTER):
            await self._fail(mail, str(error.code))
            return
        next_at = self._clock.now() + RETRY_AFTER[mail.attempts]
        async with self._database.writing() as session:
            await _note(session, [mail], attempts=mail.attempts + 1, next_at=next_at, error=str(error.code))

    async def _fail(self, mail: Mail, error: str) -> None:
        log.error("mail failed", kind=mail.kind, error=error, count=mail.attempts + 1)
        now = self._clock.now()
        async with self._database.writing() as session:
            changes = {"state": MailState.FAILED, "next_at": now, "error": error}
            await _note(session, [mail], attempts=mail.attempts + 1, **changes)

    async def _put_off(self, mails: Sequence[Mail], reason: str) -> None:
        now = self._clock.now()
        late = [mail for mail in mails if mail.created_at < now - GIVE_UP_AFTER]
        for mail in late:
            await self._fail(mail, reason)
        rest = [mail for mail in mails if mail not in late]
        async with self._database.writing() as session:
            await _note(session, rest, next_at=now + UNREACHABLE_AGAIN, error=reason)


async def _note(session: AsyncSession, mails: Sequence[Mail], **changes: object) -> None:
    """Change rows that may be gone by now, as a reply's mail is taken back when the reply is hidden.

    By `once` and not by id: SQLite gives the id of a row that is gone to the next one.
    """
    if mails:
        statement = update(Mail).where(Mail.once.in_([mail.once for mail in mails])).values(**changes)
        await session.execute(statement.execution_options(synchronize_session=False))


async def send_again(session: AsyncSession, mail_id: int, now: datetime) -> Mail | None:
    """Put a failed or waiting mail first in line. None where there is no such mail."""
    mail = await session.get(Mail, mail_id)
    if mail is None or mail.state == MailState.SENT:
        return None
    mail.state, mail.attempts, mail.next_at, mail.error = MailState.WAITING, 0, now, ""
    return mail
