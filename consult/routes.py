"""Every route of the site, under the path that it hangs from. `tests/audits` hold each of them to the rules."""

from __future__ import annotations

from typing import Any

from consult.accounts import handlers as accounts
from consult.api.openapi import ROUTERS as API
from consult.attachments import downloads as attachments_downloads
from consult.attachments import pages as attachments
from consult.attachments import uploading as attachments_uploading
from consult.comments import acting
from consult.comments import pages as comments
from consult.consultations import desk as consultations_desk
from consult.consultations import information
from consult.consultations import pages as consultations
from consult.desk import pages as desk
from consult.documents import desk as documents_desk
from consult.documents import files
from consult.documents import pages as documents
from consult.editions import desk as editions_desk
from consult.editions import files as editions_files
from consult.editions import pages as editions
from consult.exchange import machines as exchange_machines
from consult.exchange import pages as exchange
from consult.moderation import desk as moderation_desk
from consult.moderation import pages as moderation
from consult.notifications import desk as notifications_desk
from consult.notifications import mailbox
from consult.notifications import pages as notifications
from consult.offline import pages as offline
from consult.organisations import handlers as organisations
from consult.places import desk as places_desk
from consult.places import gone as places_gone
from consult.preparing import desk as preparing_desk
from consult.publication import choosing, marking
from consult.publication import desk as publication_desk
from consult.publication import pages as publication
from consult.questionnaires import desk as questionnaires_desk
from consult.questionnaires import pages as questionnaires
from consult.receipts import machines as receipts_machines
from consult.receipts import own_files as receipts_own
from consult.receipts import pages as receipts
from consult.responses import desk as responses_desk
from consult.responses import pages as responses
from consult.search import pages as search
from consult.submissions import handlers as submissions
from consult.translations import desk as translations_desk
from consult.versions import pages as versions
from consult.web import machines

PAGES = (
    consultations,
    information,
    documents,
    places_gone,
    versions,
    comments,
    acting,
    responses,
    moderation,
    search,
    notifications,
    mailbox,
    exchange,
    accounts,
    submissions,
    offline,
    organisations,
    desk,
    consultations_desk,
    documents_desk,
    places_desk,
    responses_desk,
    moderation_desk,
    notifications_desk,
    editions,
    editions_desk,
    translations_desk,
    preparing_desk,
    attachments,
    attachments_uploading,
    attachments_downloads,
    questionnaires,
    questionnaires_desk,
    receipts,
    receipts_own,
    publication,
    choosing,
    marking,
    publication_desk,
)
MACHINES = (machines, exchange_machines, receipts_machines, files, editions_files)

ROUTES: tuple[tuple[str, list[Any]], ...] = (
    ("/{locale:str}", [handler for module in PAGES for handler in module.HANDLERS]),
    ("/api/v1", list(API)),
    ("/", [handler for module in MACHINES for handler in module.HANDLERS]),
)
