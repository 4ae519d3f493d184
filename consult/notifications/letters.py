"""Mails to single people about what they wrote: replies, decisions of moderators, answers of the Forum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.i18n.content import pick
from consult.i18n.locales import direction
from consult.i18n.words import disposition_label
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, ContributionType, State
from consult.models.response import Action, Decision, Disposition
from consult.notifications.composing import LONGEST_EXCERPT, Composer, shorten
from consult.notifications.people import Recipient, authors_of
from consult.notifications.post import MailDraft, once_key
from consult.notifications.unsubscribing import REPLIES, MailList, make_token

TOLD_OF = (
    Action.PUBLISH,
    Action.HIDE,
    Action.RESTORE,
    Action.WITHDRAW,
    Action.REMOVE,
    Action.NARROW,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A contribution in its thread, with the consultation it belongs to."""

    contribution: Contribution
    consultation: Consultation
    parent: Contribution | None
    first: Contribution | None

    @property
    def thread(self) -> str:
        """The reference of the thread."""
        return self.first.reference if self.first else self.contribution.reference

    @property
    def is_public(self) -> bool:
        """Whether readers see it."""
        return self.contribution.state == State.PUBLISHED and self.consultation.published_at is not None


class Letters:
    """Writes the mails to one person or two."""

    def __init__(self, composer: Composer, secret_key: str) -> None:
        self._composer = composer
        self._secret_key = secret_key

    async def of_reply(self, session: AsyncSession, contribution_id: int) -> list[MailDraft]:
        """To the author of the comment that was replied to and to the first of the thread; to nobody twice."""
        found = await find_subject(session, contribution_id)
        if found is None or not found.is_public or found.parent is None:
            return []
        people = await _told_of_reply(session, found)
        above = {person.id for person in await authors_of(session, found.parent)}
        return [
            self._reply(found, person, started=person.id not in above)
            for person in people
            if person.mail_replies
        ]

    async def of_decision(
        self, session: AsyncSession, contribution_id: int, decision_id: int
    ) -> list[MailDraft]:
        """To the author, with the public reason; the text itself is not repeated."""
        found = await find_subject(session, contribution_id)
        decision = await session.get(Decision, decision_id)
        if found is None or decision is None or decision.action not in TOLD_OF:
            return []
        people = await authors_of(session, found.contribution)
        return [self._decision(found, decision, person) for person in people]

    async def of_disposition(self, session: AsyncSession, contribution_id: int) -> list[MailDraft]:
        """To the author, when the Forum has answered."""
        found = await find_subject(session, contribution_id)
        disposition = await session.get(Disposition, contribution_id)
        if found is None or disposition is None or not found.is_public:
            return []
        people = await authors_of(session, found.contribution)
        return [self._disposition(found, disposition, person) for person in people if person.mail_replies]

    def _reply(self, found: Subject, person: Recipient, *, started: bool) -> MailDraft:
        reply = found.contribution
        context = {
            "name": "" if reply.anonymous else reply.author_name,
            "is_forum": reply.forum_voice,
            "excerpt": shorten(reply.text, LONGEST_EXCERPT),
            "lang": reply.lang,
            "excerpt_dir": direction(reply.lang),
            "started": started,
        }
        return self._draft("reply", found, reply.reference, person, context, REPLIES)

    def _decision(self, found: Subject, decision: Decision, person: Recipient) -> MailDraft:
        context = {"action": decision.action, "reason": pick(decision.reason, person.locale)}
        return self._draft("moderated", found, f"d{decision.id}", person, context)

    def _disposition(self, found: Subject, disposition: Disposition, person: Recipient) -> MailDraft:
        label = disposition_label(disposition.kind, person.locale)
        context = {
            "label": label,
            "reason": pick(disposition.reason, person.locale),
            "change": pick(disposition.change, person.locale),
        }
        about = f"a{disposition.contribution_id}-{int(disposition.decided_at.timestamp())}"
        return self._draft("answered", found, about, person, context, REPLIES)

    def _draft(
        self, kind: str, found: Subject, about: str, person: Recipient, context: dict[str, Any], why: str = ""
    ) -> MailDraft:
        to, locale = found.contribution.reference, person.locale
        unsubscribe = self._unsubscribe(person, why) if why else ""
        consultation = found.consultation
        everything = {
            "about": self._composer.about(
                locale, consultation.title, consultation.reference, consultation.slug
            ),
            "reference": to,
            "is_response": found.contribution.type == ContributionType.SUBMISSION,
            "address": self._composer.address(locale, f"/contributions/{to}"),
            **context,
        }
        words = self._composer.compose(kind, locale, everything, unsubscribe=unsubscribe, why=why)
        once = once_key(kind, found.thread, about, person.id)
        return MailDraft(once, person.id, person.email, kind, locale, words, unsubscribe)

    def _unsubscribe(self, person: Recipient, name: str) -> str:
        token = make_token(MailList(person.id, name), self._secret_key)
        return self._composer.address(person.locale, f"/unsubscribe/{token}")


async def _told_of_reply(session: AsyncSession, found: Subject) -> list[Recipient]:
    """People of the contribution above and of the first one in the thread, while these are public; not the replier."""
    people: dict[int, Recipient] = {}
    for each in (found.parent, found.first):
        if each is not None and each.state == State.PUBLISHED:
            people |= {person.id: person for person in await authors_of(session, each)}
    people.pop(found.contribution.author_id or 0, None)
    return [people[id] for id in sorted(people)]


async def find_subject(session: AsyncSession, contribution_id: int) -> Subject | None:
    """A contribution with what stands above it, None where there is no such contribution."""
    parent, first = aliased(Contribution), aliased(Contribution)
    statement = (
        select(Contribution, Consultation, parent, first)
        .join(Consultation, Consultation.id == Contribution.consultation_id)
        .outerjoin(parent, parent.id == Contribution.parent_id)
        .outerjoin(first, first.id == Contribution.thread_id)
        .where(Contribution.id == contribution_id)
    )
    row = (await session.execute(statement)).first()
    return Subject(*row) if row else None


async def reply_mails_about(session: AsyncSession, contribution_id: int) -> list[str]:
    """The `once` of the mails that repeat a reply's text."""
    found = await find_subject(session, contribution_id)
    if found is None:
        return []
    above = {
        person.id
        for each in (found.parent, found.first)
        if each is not None
        for person in await authors_of(session, each)
    }
    return [once_key("reply", found.thread, found.contribution.reference, id) for id in sorted(above)]
