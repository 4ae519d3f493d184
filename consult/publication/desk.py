"""The desk's pages on formal responses.

| address under /desk/consultations/{slug} | what | who |
| --- | --- | --- |
| responses | those that were sent, by state; how many were begun | moderators and above |
| responses/{reference} | one: its public part, what was received, what was done with it | moderators and above |
| responses/{reference}/read | POST: all of it, and a line in the audit log | the roles that the questionnaire names |
| responses/{reference}/files/{attachment} | POST: a file as it was received, and such a line | the same |
| responses/{reference}/request | withdraw, remove, publish with less; with a public note | editors and above |

Reading what is confidential is recorded, so it is a POST: a GET changes nothing.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.downloads import send
from consult.attachments.pages import receiver_of
from consult.attachments.queries import list_attachments
from consult.consultations.queries import get_consultation
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.addresses import with_query
from consult.kernel.errors import FormInvalid, NotFound
from consult.ledger.audit import record
from consult.models.questionnaire import Content
from consult.models.response import Action
from consult.models.submission import Publication, SubmissionState
from consult.publication.desk_queries import (
    ON_PAGE,
    SHOWN,
    Sent,
    count_begun,
    count_sent,
    get_sent,
    list_sent,
    sender_of,
)
from consult.publication.desk_views import filters_of, request_choices, view_lines
from consult.publication.forms import read_request
from consult.publication.queries import content_of
from consult.publication.reading import FullView, may_read, received_files, view_full
from consult.publication.service import end_on_request, narrow_on_request
from consult.publication.showing import show_sent
from consult.publication.words import AT_DESK, readers_text
from consult.responses.form_view import language_fields
from consult.security.map import allows
from consult.security.permissions import Permission
from consult.submissions.checking import MOST_SUMMARY
from consult.submissions.document import Document, read_document
from consult.submissions.queries import kept_files, last_sending
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of

LIST = "/desk/consultations/{slug:str}/responses"
ONE = LIST + "/{reference:str}"


@get(LIST, opt={"permission": Permission.MODERATE})
async def show_list(request: Ask, session: AsyncSession, slug: str) -> Response[Any]:
    """Responses by state."""
    consultation = await get_consultation(session, slug, actor_of(request))
    locale, query = locale_of(request), request.query_params
    shown = query.get("show", "") if query.get("show", "") in SHOWN else "all"
    after = query.get("after", "")
    at = int(after) if after.isascii() and after.isdigit() and len(after) <= 9 else 0
    rows = await list_sent(session, consultation.id, shown, at)
    here = f"/{locale}/desk/consultations/{slug}/responses"
    context = {
        "title": pick(consultation.title, locale),
        "reference": consultation.reference,
        "slug": slug,
        "begun": await count_begun(session, consultation.id),
        "filters": filters_of(here, shown, await count_sent(session, consultation.id), locale),
        "lines": view_lines(rows[:ON_PAGE], here, locale),
        "next": with_query(here, show=shown, after=rows[ON_PAGE - 1].Contribution.id)
        if len(rows) > ON_PAGE
        else "",
        "first": with_query(here, show=shown) if at else "",
        "may_edit": allows(Permission.EDIT, actor_of(request)),
    }
    return respond(request, "publication/desk_responses.html", context)


async def _find(request: Ask, session: AsyncSession, *, hold: bool = False) -> tuple[Sent, Content]:
    path = request.path_params
    sent = await get_sent(session, path["slug"], path["reference"], actor_needed(request), hold=hold)
    return sent, await content_of(session, sent.submission.round_id, sent.submission.edition)


async def _show_one(
    request: Ask, session: AsyncSession, sent: Sent, content: Content, full: FullView | None = None
) -> Response[Any]:
    locale, actor = locale_of(request), actor_needed(request)
    contribution = sent.contribution
    context = {
        "reference": contribution.reference,
        "slug": sent.consultation.slug,
        "title": pick(sent.consultation.title, locale),
        "state": contribution.state,
        "late": contribution.late,
        "sent": await show_sent(session, contribution, locale),
        "full": full,
        "readers": readers_text(content.readers, locale, AT_DESK),
        "may_read": may_read(actor, content) and sent.submission.state == SubmissionState.SENT,
        "may_edit": allows(Permission.EDIT, actor),
        "is_sent": sent.submission.state == SubmissionState.SENT,
        "here": f"/{locale}/desk/consultations/{sent.consultation.slug}/responses/{contribution.reference}",
    }
    return respond(request, "publication/desk_response.html", context)


@get(ONE, opt={"permission": Permission.MODERATE})
async def show_response(request: Ask, session: AsyncSession, slug: str, reference: str) -> Response[Any]:
    """One response: what is public of it, and what is known of its sendings."""
    sent, content = await _find(request, session)
    return await _show_one(request, session, sent, content)


async def _open(request: Ask, session: AsyncSession) -> tuple[Sent, Content]:
    """A response whose confidential part may be read by whoever asks. Raises NotFound."""
    sent, content = await _find(request, session)
    if not may_read(actor_needed(request), content) or sent.submission.state != SubmissionState.SENT:
        raise NotFound
    return sent, content


async def _document(session: AsyncSession, sent: Sent) -> Document:
    """What was received last. Raises NotFound where its text was erased."""
    sending = await last_sending(session, sent.submission.id)
    if sending is None or not sending.text:
        raise NotFound
    return read_document(sending.text)


@post(ONE + "/read", opt={"permission": Permission.MODERATE, "form_at": ONE}, status_code=200)
async def read_response(request: Ask, session: AsyncSession, slug: str, reference: str) -> Response[Any]:
    """All of a response. That it was read, and by whom, is recorded."""
    sent, _ = await _open(request, session)
    document = await _document(session, sent)
    asked = await content_of(session, sent.submission.round_id, document.edition)
    files = await kept_files(session, sent.submission.id)
    full = view_full(document, asked, files, await sender_of(session, sent.submission), locale_of(request))
    record(
        session,
        actor_needed(request),
        "submission.read",
        sent.contribution.reference,
        site_of(request).clock.now(),
    )
    return await _show_one(request, session, sent, asked, full)


@post(
    ONE + "/files/{attachment:str}",
    opt={"permission": Permission.MODERATE, "form_at": ONE, "uncompressed": True},
    status_code=200,
)
async def read_file(
    request: Ask, session: AsyncSession, slug: str, reference: str, attachment: str
) -> Response[Any]:
    """A file as it was received. That it was taken, and by whom, is recorded."""
    sent, _ = await _open(request, session)
    files = await kept_files(session, sent.submission.id)
    names = {each.key: each.name for each in received_files(await _document(session, sent), files)}
    found = next((each for each in files if each.key == attachment and each.key in names), None)
    if found is None:
        raise NotFound
    now = site_of(request).clock.now()
    record(session, actor_needed(request), "submission.file-read", sent.contribution.reference, now)
    return await send(request, found.sha256, names[found.key], found.media_type, found.size)


async def show_request(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The form for what respondents ask for, or the law."""
    sent, _ = await _find(request, session)
    locale = locale_of(request)
    if sent.submission.state != SubmissionState.SENT:
        raise NotFound
    actions, publications = request_choices(sent.contribution.publication, locale)
    context = {
        "reference": sent.contribution.reference,
        "slug": sent.consultation.slug,
        "form": form_state(failed, catalogue(locale), {"original": locale}),
        "actions": actions,
        "publications": publications,
        "languages": language_fields(locale),
        "limit": MOST_SUMMARY,
        "here": f"/{locale}/desk/consultations/{sent.consultation.slug}/responses/{sent.contribution.reference}",
    }
    return respond(request, "publication/desk_request.html", context, has_errors=failed is not None)


@get(ONE + "/request", opt={"permission": Permission.EDIT})
async def get_request(request: Ask, session: AsyncSession, slug: str, reference: str) -> Response[Any]:
    """Deal with a request."""
    return await show_request(request, session)


@post(
    ONE + "/request",
    opt={"permission": Permission.EDIT, "redisplay": show_request, "form_at": ONE + "/request"},
)
async def post_request(request: Ask, session: AsyncSession, slug: str, reference: str) -> Response[Any]:
    """Withdraw, remove, or publish less; with a note that everybody can read."""
    sent, content = await _find(request, session, hold=True)
    contribution, actor, now = sent.contribution, actor_needed(request), site_of(request).clock.now()
    asked = read_request(await read_form(request), contribution.publication, locale_of(request))
    if asked.action is Action.NARROW:
        narrower = Publication(asked.publication)
        await narrow_on_request(
            session, sent.submission, contribution, content, narrower, asked.summary, asked.note, actor, now
        )
    else:
        files = await list_attachments(session, sent.submission.id) if asked.erase else []
        await end_on_request(
            session, sent.submission, contribution, asked.action, asked.note, actor, now, erase=asked.erase
        )
        if files:
            hashes = [sha256 for each in files for sha256 in (each.sha256, each.public_sha256)]
            await site_of(request).database.commit(session)
            await receiver_of(request).drop_unused(hashes)
    home = f"/desk/consultations/{slug}/responses/{reference}"
    return see_other(request, home, "request-done")


HANDLERS = (show_list, show_response, read_response, read_file, get_request, post_request)
