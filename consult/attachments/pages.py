"""The files of a response: seen, added by a plain form, and changed. Piece by piece they come through `uploading.py`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from anyio import to_thread
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.kinds import MOST_BYTES
from consult.attachments.parts import Parts
from consult.attachments.queries import find_label, get_attachment, list_attachments, may_be_private
from consult.attachments.receiving import Receiver
from consult.attachments.scanning import ScannerAwayError
from consult.attachments.service import (
    Wanted,
    begin_upload,
    may_change,
    move,
    need_change,
    remove,
    rename,
    set_private,
)
from consult.attachments.views import FilesView, room_left, size_label, view_files
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.errors import FormInvalid, NotFound, invalid
from consult.kernel.messages import N_
from consult.models.submission import Attachment, Submission
from consult.security.permissions import Permission
from consult.submissions.own_page import Own, context_of
from consult.submissions.queries import get_own
from consult.submissions.targets import target_of
from consult.teams.sign_offs import check_may_hide_file
from consult.web.forms import Typed, form_of, form_state, read_form
from consult.web.respond import actor_needed, is_partial, respond, see_other
from consult.web.site import Ask, locale_of, site_of

FILES = "/respond/{key:str}/files"
FILE = FILES + "/{attachment:str}"
FORM = 1_000_000
"""What a form has beside its files."""
COPIED = 256 * 1024
"""Bytes of an upload copied at once."""


def home_of(submission: Submission) -> str:
    """Where a response's files are (an address without locale)."""
    return f"/respond/{submission.key}/files"


def receiver_of(request: Ask) -> Receiver:
    """What takes complete uploads in."""
    site = site_of(request)
    return Receiver(site.database, site.settings, site.clock)


async def show_upload(
    request: Ask,
    session: AsyncSession,
    submission: Submission,
    question: str = "",
    back: str = "",
    *,
    within: bool = True,
    failed: FormInvalid | None = None,
) -> FilesView:
    """The files of one question, or with "" of the whole response, for `attachments/upload.html`.

    `within` the page `back` (an address without locale); otherwise on the page of files, which one leaves for `back`.
    """
    locale = locale_of(request)
    every = await list_attachments(session, submission.id)
    shown = [each for each in every if not question or each.question == question]
    parts = Parts(site_of(request).settings.data_dir / "uploads")
    received = {each.key: parts.received(each.key) for each in shown if each.state == "uploading"}
    files_left, bytes_left = room_left(every)
    return FilesView(
        address=home_of(submission),
        question=question,
        back=back,
        within=within,
        files=view_files(shown, received, home_of(submission), locale),
        room=size_label(bytes_left, locale),
        files_left=files_left,
        bytes_left=bytes_left,
        can_change=await may_change(session, submission, site_of(request).clock.now()),
        can_be_private=await may_be_private(session, submission),
        form=form_state(failed, catalogue(locale)),
    )


async def show_files(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """All files of a response, or those of the question that the address names."""
    submission = await get_own(session, request.path_params["key"], actor_needed(request))
    asked = {**request.query_params, **(dict(failed.values) if failed else {})}
    question, back = str(asked.get("question", "")), _inside(submission.key, str(asked.get("back", "")))
    within = bool(asked.get("within")) and is_partial(request)
    view = await show_upload(request, session, submission, question, back, within=within, failed=failed)
    return await _answer(request, session, submission, view, has_errors=bool(failed))


async def _answer(
    request: Ask, session: AsyncSession, submission: Submission, view: FilesView, *, has_errors: bool = False
) -> Response[Any]:
    """The page of files, or the list alone for htmx."""
    label = await find_label(session, submission, view.question)
    context: dict[str, Any] = {
        "files": view,
        "leave": view.back or f"/respond/{submission.key}",
        "label": pick(label, locale_of(request)) if label else None,
    }
    if not is_partial(request):
        context |= context_of(request, Own(submission, await target_of(session, submission)))
    return respond(request, "attachments/files.html", context, block="files", has_errors=has_errors)


@get(FILES, opt={"permission": Permission.RESPOND})
async def files_page(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """All files of a response."""
    return await show_files(request, session)


@post(
    FILES,
    opt={"permission": Permission.RESPOND, "redisplay": show_files, "form_at": FILES},
    request_max_body_size=MOST_BYTES + FORM,
)
async def add_files(request: Ask, key: str) -> Response[Any]:
    """Files from a plain form. Each is taken or refused by itself; what was refused says why on the page."""
    typed = await read_form(request)
    form = await form_of(request)
    uploads = [each for each in form.getall("files", []) if isinstance(each, UploadFile) and each.filename]
    if not uploads:
        raise FormInvalid(invalid("files", N_("Choose a file.")).errors, typed.values)
    for upload in uploads:
        await _add(request, key, upload, typed)
    return await _done(request, key, typed)


async def _add(request: Ask, key: str, upload: UploadFile, typed: Typed) -> None:
    site, receiver = site_of(request), receiver_of(request)
    size = await to_thread.run_sync(upload.file.seek, 0, 2)
    await upload.seek(0)
    async with site.database.writing() as session:
        submission = await get_own(session, key, actor_needed(request), hold=True)
        private = typed.checked("private") and await may_be_private(session, submission)
        wanted = Wanted(upload.filename, size, typed["question"], private)
        attachment = await begin_upload(session, submission, wanted, site.clock.now())
        begun = attachment.key
    offset = 0
    while piece := await upload.read(COPIED):
        offset = await to_thread.run_sync(receiver.parts.append, begun, offset, piece, size)
    await finish(receiver, begun)


async def finish(receiver: Receiver, key: str) -> bool:
    """Settle a complete upload; False where it waits for the scanner."""
    try:
        await receiver.finish(key)
    except ScannerAwayError:
        return False
    return True


@post(FILE + "/change", opt={"permission": Permission.RESPOND, "redisplay": show_files, "form_at": FILES})
async def change_file(request: Ask, session: AsyncSession, key: str, attachment: str) -> Response[Any]:
    """Rename a file, move it, keep it confidential or not."""
    typed = await read_form(request)
    now = site_of(request).clock.now()
    submission, found = await _held(request, session, key, attachment)
    match typed["do"]:
        case "rename":
            await rename(session, submission, found, typed["name"], now)
        case "earlier" | "later":
            await move(session, submission, found, -1 if typed["do"] == "earlier" else 1, now)
        case "private":
            private = typed.checked("private") and await may_be_private(session, submission)
            if private:
                await _check_may_hide(request, session, submission, found)
            await set_private(session, submission, found, private, now)
        case _:
            raise NotFound
    await site_of(request).database.commit(session)
    return await _done(request, key, typed)


@post(FILE + "/remove", opt={"permission": Permission.RESPOND, "redisplay": show_files, "form_at": FILES})
async def remove_file(request: Ask, session: AsyncSession, key: str, attachment: str) -> Response[Any]:
    """Take a file out; its bytes go when nothing else stands on them."""
    typed = await read_form(request)
    submission, found = await _held(request, session, key, attachment)
    await _check_may_hide(request, session, submission, found)
    await remove(session, submission, found, site_of(request).clock.now())
    await site_of(request).database.commit(session)
    receiver = receiver_of(request)
    await to_thread.run_sync(receiver.parts.remove, found.key)
    await receiver.drop_unused([found.sha256, found.public_sha256])
    return await _done(request, key, typed)


async def _held(
    request: Ask, session: AsyncSession, key: str, attachment: str
) -> tuple[Submission, Attachment]:
    submission = await get_own(session, key, actor_needed(request), hold=True)
    return submission, await get_attachment(session, submission.id, attachment)


async def _check_may_hide(
    request: Ask, session: AsyncSession, submission: Submission, attachment: Attachment
) -> None:
    """What is public ceases to be at once, as long as files may change, by whoever may do that."""
    if attachment.public_number:
        await need_change(session, submission, site_of(request).clock.now())
        await check_may_hide_file(session, submission, actor_needed(request))


async def _done(request: Ask, key: str, typed: Typed) -> Response[Any]:
    """The list anew for htmx, else back to the page that shows it."""
    back, within = _inside(key, typed["back"]), typed.checked("within")
    if is_partial(request):
        async with site_of(request).database.reading() as session:
            submission = await get_own(session, key, actor_needed(request))
            view = await show_upload(request, session, submission, typed["question"], back, within=within)
            return await _answer(request, session, submission, view)
    if within and back:
        return see_other(request, f"{back}#files-list")
    asked = {name: value for name, value in (("question", typed["question"]), ("back", back)) if value}
    return see_other(request, f"/respond/{key}/files{'?' if asked else ''}{urlencode(asked)}#files-list")


def _inside(key: str, address: str) -> str:
    """An address without locale among the response's own pages; "" for any other."""
    home = f"/respond/{key}"
    return address if address == home or address.startswith((f"{home}/", f"{home}?")) else ""


HANDLERS = (files_page, add_files, change_file, remove_file)
