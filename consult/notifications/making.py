"""The mail maker: a consumer of the outbox that turns what happened into mails."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.links import LASTS, Purpose, make_link
from consult.db.database import Database
from consult.kernel.addresses import with_query
from consult.kernel.clock import Clock
from consult.models.response import ON_REQUEST, Action
from consult.notifications.broadcasts import Broadcasts
from consult.notifications.composing import Composer
from consult.notifications.draining import Recorded
from consult.notifications.letters import Letters, reply_mails_about
from consult.notifications.organisations import OrganisationLetters
from consult.notifications.people import find_account
from consult.notifications.post import MailDraft, is_kept, keep_mails, once_key, take_back
from consult.notifications.receipt_letters import ReceiptLetters
from consult.notifications.resuming import make_resume_mail, want_resume_mails
from consult.notifications.team_letters import TeamLetters
from consult.receipts.signing import load_signer
from consult.settings import Settings

LINKS = {
    "confirm": "/confirm/",
    "reset": "/reset/",
    "email": "/email/",
    "organisation": "/mine/organisation/address/",
}
"""Where the link of each purpose leads."""


class MailMaker:
    """Makes each mail once, however often an event comes by."""

    def __init__(self, database: Database, composer: Composer, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._letters = Letters(composer, settings.secret_key)
        self._receipts = ReceiptLetters(composer, load_signer(settings), clock)
        self._team_letters = TeamLetters(composer)
        self._organisations = OrganisationLetters(database, composer, clock)
        self.broadcasts = Broadcasts(database, composer, settings.secret_key, clock)

    async def consume(self, session: AsyncSession, events: Sequence[Recorded]) -> None:
        """Make the mails of some events."""
        drafts: list[MailDraft] = []
        gone: list[str] = []
        for event in events:
            drafts += await self._letters_about(session, event)
            gone += await _taken_back(session, event)
        if drafts or gone:
            async with self._database.writing() as writing:
                await take_back(writing, gone)
                await keep_mails(writing, drafts, self._clock.now())
        for event in events:
            if event.kind == "link.wanted" and event.data["purpose"] == Purpose.RESUME:
                await make_resume_mail(self._database, self._composer, event, self._clock.now())
            elif event.kind == "link.wanted":
                await self._make_link_mail(event)
            elif event.kind == "resume.wanted":
                await want_resume_mails(self._database, event.data["email"], self._clock.now())
            elif event.kind == "invitation.wanted":
                await self._organisations.invite(event)
            await self._broadcast(session, event)

    async def _letters_about(self, session: AsyncSession, event: Recorded) -> list[MailDraft]:
        data = event.data
        if event.kind == "comment.posted":
            return await self._letters.of_reply(session, data["contribution_id"])
        if event.kind == "comment.moderated":
            told = await self._letters.of_decision(session, data["contribution_id"], data["decision_id"])
            return told + await self._letters.of_reply(session, data["contribution_id"])
        if event.kind == "decision.logged" and data["action"] in ON_REQUEST:
            return await self._letters.of_decision(session, data["contribution_id"], data["decision_id"])
        if event.kind == "disposition.given":
            return await self._letters.of_disposition(session, data["contribution_id"])
        if event.kind in ("submission.sent", "submission.corrected"):
            receipt = await self._receipts.of_sending(session, data["submission_id"], data["sending"])
            return [*receipt, *await self._team_letters.about(session, event)]
        if event.kind == "account.known":
            return await self._known(session, event)
        if event.kind == "organisation.changed":
            return await self._organisations.about(session, event)
        return await self._team_letters.about(session, event)

    async def _known(self, session: AsyncSession, event: Recorded) -> list[MailDraft]:
        """At most one an hour, so that nobody can fill another's mailbox."""
        person = await find_account(session, event.data["user_id"])
        if person is None:
            return []
        context = {
            "sign_in": self._composer.address(person.locale, "/sign-in"),
            "forgotten": self._composer.address(person.locale, "/reset"),
        }
        words = self._composer.compose("known", person.locale, context)
        once = once_key("known", "account", int(event.at.timestamp()) // 3600, person.id)
        return [MailDraft(once, person.id, person.email, "known", person.locale, words)]

    async def _broadcast(self, session: AsyncSession, event: Recorded) -> None:
        if event.kind == "round.opened":
            await self.broadcasts.of_opening(session, event.data["round_id"])
        elif event.kind == "round.extended":
            await self.broadcasts.of_extension(session, event.data["extension_id"])
        elif event.kind == "outcome.published":
            await self.broadcasts.of_outcome(session, event.data["consultation_id"])

    async def _make_link_mail(self, event: Recorded) -> None:
        """The link and its mail are made in one transaction: there is never one without the other."""
        purpose, now = event.data["purpose"], self._clock.now()
        once = once_key(purpose, "account", event.id, event.data["user_id"])
        async with self._database.writing() as session:
            person = await find_account(session, event.data["user_id"])
            if person is None or await is_kept(session, once):
                return
            token = await make_link(session, person.id, purpose, event.data.get("data", ""), now)
            path = with_query(f"{LINKS[purpose]}{token}", next=event.data.get("next", ""))
            context = {"address": self._composer.address(person.locale, path), "lasts": LASTS[purpose]}
            words = self._composer.compose(purpose, person.locale, context)
            recipient = _recipient(event, person.email)
            draft = MailDraft(once, person.id, recipient, purpose, person.locale, words)
            await keep_mails(session, [draft], now)


def _recipient(event: Recorded, own: str) -> str:
    """Links that prove an address go to it, all others to the person's own."""
    purpose, data = event.data["purpose"], event.data.get("data", "")
    if purpose == "organisation":
        return str(data.partition(":")[2])
    return str(data) if purpose == "email" else own


async def _taken_back(session: AsyncSession, event: Recorded) -> list[str]:
    """Mails that repeat a text which is no longer public."""
    hidden = event.kind == "comment.moderated" and event.data["action"] == Action.HIDE
    if not hidden and event.kind != "comment.withdrawn":
        return []
    return await reply_mails_about(session, event.data["contribution_id"])
