"""What happened, as values: services put events in the outbox, the worker and the page cache read them.

A scope names what changed, coarsely: pages remember the scopes they show. `consultation:12`, `account:3`,
`activity:3`, or `site` for what is on every list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SITE = "site"


def consultation_scope(consultation_id: int) -> str:
    """The scope of everything in one consultation."""
    return f"consultation:{consultation_id}"


def responses_scope(consultation_id: int) -> str:
    """The scope of a consultation's formal responses: drafts show none of them, and stay in the cache at a deadline."""
    return f"responses:{consultation_id}"


def scopes_with_responses(consultation_id: int) -> frozenset[str]:
    """The scopes of a page that shows formal responses, or counts them."""
    return frozenset({consultation_scope(consultation_id), responses_scope(consultation_id)})


def account_scope(user_id: int) -> str:
    """The scope of who a person is: name, role, sessions."""
    return f"account:{user_id}"


def activity_scope(user_id: int) -> str:
    """The scope of what a person did: which contributions are theirs, which they support."""
    return f"activity:{user_id}"


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` such as "comment.posted"; `scopes` that changed; `data` of plain JSON values (ids, references)."""

    kind: str
    scopes: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)


KINDS: dict[str, str] = {
    "comment.posted": "contribution_id consultation_id: public at once",
    "comment.waiting": "contribution_id consultation_id: held for a moderator",
    "comment.edited": "contribution_id consultation_id",
    "comment.withdrawn": "contribution_id consultation_id",
    "comment.moderated": "contribution_id consultation_id decision_id action",
    "decision.logged": "contribution_id consultation_id decision_id action: the public log grew",
    "comment.reported": "contribution_id consultation_id",
    "comment.supported": "contribution_id consultation_id: its count changed, its text did not",
    "contributions.imported": "consultation_id first_id last_id: a batch, ids inclusive",
    "files.changed": "contribution_id consultation_id: its public files, their names or their texts are others",
    "disposition.given": "contribution_id consultation_id",
    "submission.sent": "contribution_id consultation_id submission_id sending: for the first time",
    "submission.corrected": "contribution_id consultation_id submission_id sending: what was sent before no longer counts",
    "submission.narrowed": "contribution_id consultation_id submission_id: less of it is public than before",
    "submission.ended": "contribution_id consultation_id submission_id: withdrawn, or taken down",
    "sign-off.asked": "submission_id organisation_id actor_id: its own signatories are asked to sign a response off",
    "sign-off.invited": "submission_id organisation_id actor_id: another organisation is asked to co-sign a response",
    "sign-off.signed": "submission_id organisation_id actor_id words",
    "sign-off.declined": "submission_id organisation_id actor_id words: perhaps why",
    "sign-off.taken-back": "submission_id organisation_id actor_id words",
    "sign-off.ended": "submission_id organisation_id actor_id words: whoever gave it may no longer sign",
    "sign-off.lapsed": "submission_id organisation_id: the response was changed afterwards",
    "consultation.changed": "consultation_id: its texts, topics or languages",
    "round.opened": "consultation_id round_id",
    "round.extended": "consultation_id round_id extension_id",
    "draft.published": "consultation_id version_id: also when translations of the version were added or renewed",
    "comments.carried": "consultation_id version_id: places of earlier comments were found in a version, or mended",
    "change.explained": "consultation_id version_id key: why a block of a public version changed",
    "outcome.published": "consultation_id",
    "link.wanted": "user_id purpose (confirm, reset, email, organisation, resume) data next: the worker makes the link and mails it",
    "account.known": "user_id: somebody registered an address that has an account",
    "resume.wanted": "email: links that go on with the responses of an address are to be mailed to it",
    "account.unknown": "a link was asked for an address that nobody has: as much work as for a known one",
    "account.changed": "user_id",
    "account.closed": "user_id",
    "session.ended": "",
    "organisation.changed": "organisation_id event_id user_ids: one step of its history, and who is told of it",
    "organisation.marked": "organisation_id: its mark was taken off what was sent under it, or it was merged",
    "invitation.wanted": "invitation_id: the worker makes the link and mails it",
}
"""Every kind of event and the names in its data."""
