"""Mails about organisations: steps of their history to those whom they concern, and invitations."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.i18n.locales import DEFAULT
from consult.kernel.clock import Clock
from consult.models.people import Invitation, Organisation, OrganisationEvent
from consult.notifications.composing import Composer
from consult.notifications.draining import Recorded
from consult.notifications.people import Recipient, find_account, find_recipients
from consult.notifications.post import MailDraft, is_kept, keep_mails, once_key
from consult.organisations.inviting import LASTS, make_token
from consult.organisations.words import apart, event_words, role_name


class OrganisationLetters:
    """Writes what members, owners, staff and invited people are told."""

    def __init__(self, database: Database, composer: Composer, clock: Clock) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock

    async def about(self, session: AsyncSession, event: Recorded) -> list[MailDraft]:
        """One step, to the people noted with it."""
        step = await session.get(OrganisationEvent, event.data["event_id"])
        organisation = await session.get(Organisation, event.data["organisation_id"])
        if step is None or organisation is None or not event.data["user_ids"]:
            return []
        people = await find_recipients(session, event.data["user_ids"])
        return [self._told(organisation, step, person) for person in people]

    async def invite(self, event: Recorded) -> None:
        """The link and its mail in one transaction, as with every one-time link."""
        invitation_id = event.data["invitation_id"]
        once = once_key("invitation", "organisation", event.id, invitation_id)
        async with self._database.writing() as session:
            if await is_kept(session, once):
                return
            made = await make_token(session, invitation_id)
            if made is None:
                return
            token, invitation = made
            inviter = await find_account(session, invitation.invited_by or 0)
            draft = await self._invitation(session, once, token, invitation, inviter)
            await keep_mails(session, [draft], self._clock.now())

    def _told(self, organisation: Organisation, step: OrganisationEvent, person: Recipient) -> MailDraft:
        locale = person.locale
        context = {
            "organisation": apart(organisation.name),
            "step": event_words(step, locale),
            "address": self._composer.address(locale, "/mine/organisation"),
        }
        words = self._composer.compose("membership", locale, context)
        once = once_key("membership", f"organisation-{organisation.id}", step.id, person.id)
        return MailDraft(once, person.id, person.email, "membership", locale, words)

    async def _invitation(
        self, session: AsyncSession, once: str, token: str, invitation: Invitation, inviter: Recipient | None
    ) -> MailDraft:
        """In the language of whoever invites: nothing is known of the other's."""
        locale = inviter.locale if inviter else DEFAULT
        organisation = await session.get_one(Organisation, invitation.organisation_id)
        context = {
            "organisation": apart(organisation.name),
            "role": role_name(invitation.role, locale),
            "address": self._composer.address(locale, f"/invitation/{token}"),
            "lasts": LASTS,
        }
        words = self._composer.compose("invitation", locale, context)
        return MailDraft(once, None, invitation.email, "invitation", locale, words)
