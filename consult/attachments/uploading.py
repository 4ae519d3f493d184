"""Uploads in pieces that go on after a lost line, a reload, or on another device.

`POST …/files/begin` makes room and says how much of the same file has arrived before. `PATCH …/pieces?offset=N` carries
bytes; sent twice they are taken once, and after a gap 409 says where to go on. With the last byte the file is looked
into, and the answer says what came of it. `GET …/pieces` says how things stand. All answers are
`{key, name, size, received, state, problem}`, or `{problem}`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from anyio import to_thread
from litestar import Response, get, patch, post
from litestar.exceptions import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.kinds import PIECE
from consult.attachments.pages import FILE, FILES, finish, receiver_of
from consult.attachments.parts import TooMuchError, WrongOffsetError
from consult.attachments.problems import SENTENCES, Problem
from consult.attachments.queries import get_attachment, may_be_private
from consult.attachments.receiving import Receiver
from consult.attachments.service import Wanted, begin_upload
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import ConsultError, FormInvalid
from consult.models.submission import Attachment, AttachmentState
from consult.security.permissions import Permission
from consult.submissions.queries import get_own
from consult.web.forms import Typed, read_form
from consult.web.respond import actor_needed, text
from consult.web.site import Ask, locale_of, site_of

LONGEST_SIZE = 12
"""Digits."""


class Told(msgspec.Struct):
    """How an upload stands. `state`: uploading, waiting (to be checked), kept, refused; `problem` in words."""

    key: str
    name: str
    size: int
    received: int
    state: str
    problem: str = ""


@post(FILES + "/begin", opt={"permission": Permission.RESPOND})
async def begin(request: Ask, key: str) -> Response[bytes]:
    """Make room for a file of `name` and `size`; `mark` (a digest of its first bytes) finds one that was begun before."""
    typed = await read_form(request)
    site = site_of(request)
    try:
        async with site.database.writing() as session:
            submission = await get_own(session, key, actor_needed(request), hold=True)
            private = typed.checked("private") and await may_be_private(session, submission)
            attachment = await begin_upload(session, submission, _wanted(typed, private), site.clock.now())
    except ConsultError as error:
        return _problem(request, error)
    return _told(request, attachment, receiver_of(request))


def _wanted(typed: Typed, private: bool) -> Wanted:
    digits = typed["size"]
    size = int(digits) if digits.isdecimal() and len(digits) <= LONGEST_SIZE else 0
    return Wanted(typed["name"], size, typed["question"][:100], private, typed["mark"][:100])


@get(FILE + "/pieces", opt={"permission": Permission.RESPOND})
async def show_pieces(request: Ask, session: AsyncSession, key: str, attachment: str) -> Response[bytes]:
    """How much of a file has arrived, and what came of it."""
    submission = await get_own(session, key, actor_needed(request))
    return _told(request, await get_attachment(session, submission.id, attachment), receiver_of(request))


@patch(FILE + "/pieces", opt={"permission": Permission.RESPOND}, request_max_body_size=PIECE)
async def take_piece(request: Ask, key: str, attachment: str, offset: int) -> Response[bytes]:
    """Bytes from `offset` on. With none, a complete file that waits is looked into again."""
    receiver = receiver_of(request)
    found = await _find(request, key, attachment)
    if found.state != AttachmentState.UPLOADING:
        return _told(request, found, receiver)
    try:
        received = await _append(request, receiver, found, offset)
    except WrongOffsetError:
        return _told(request, found, receiver, status=409)
    except TooMuchError:
        return _told(request, found, receiver, status=413)
    if received == found.size:
        await finish(receiver, found.key)
        found = await _find(request, key, attachment)
    return _told(request, found, receiver)


async def _append(request: Ask, receiver: Receiver, found: Attachment, offset: int) -> int:
    """Write what arrives, also where the line breaks before all of it has."""
    piece = bytearray()
    try:
        async for chunk in request.stream():
            piece += chunk
    except HTTPException as error:
        if error.status_code < 500:
            raise
        # The line broke: what came through is the file's as much as if it had been sent as a smaller piece.
    return await to_thread.run_sync(
        receiver.parts.append, found.key, max(0, offset), bytes(piece), found.size
    )


async def _find(request: Ask, key: str, attachment: str) -> Attachment:
    async with site_of(request).database.reading() as session:
        submission = await get_own(session, key, actor_needed(request))
        return await get_attachment(session, submission.id, attachment)


def _told(request: Ask, found: Attachment, receiver: Receiver, status: int = 200) -> Response[bytes]:
    received, state = found.size, str(found.state)
    if found.state == AttachmentState.UPLOADING:
        received = receiver.parts.received(found.key)
        state = "waiting" if received >= found.size else state
    say = catalogue(locale_of(request)).gettext
    problem = say(SENTENCES[Problem(found.problem)]) if found.problem else ""
    return _json(Told(found.key, found.name, found.size, received, state, problem), status)


def _problem(request: Ask, error: ConsultError) -> Response[bytes]:
    message = error.errors[0].message if isinstance(error, FormInvalid) else error.message
    return _json({"problem": text(request, message)}, error.status)


def _json(body: Any, status: int) -> Response[bytes]:
    headers = {"cache-control": "private, no-store"}
    return Response(
        msgspec.json.encode(body), status_code=status, media_type="application/json", headers=headers
    )


HANDLERS = (begin, show_pieces, take_piece)
