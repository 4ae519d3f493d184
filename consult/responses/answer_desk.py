"""Answering one contribution at the desk: its disposition, and a reply as the Forum."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.unfinished import find_unfinished, forget_unfinished
from consult.comments.form_view import FormPlace, PersonView, comment_form
from consult.comments.posting import receive_comment
from consult.comments.queries import get_contribution, rows_by_id
from consult.consultations.queries import get_consultation
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid, NotFound
from consult.kernel.messages import N_
from consult.models.contribution import State
from consult.models.response import Disposition
from consult.responses.form_view import Preview, form_context, is_fresh, list_address, preview_of
from consult.responses.forms import parse_answer, typed_from
from consult.responses.giving import give
from consult.responses.queries import find_disposition, lock_contribution
from consult.responses.service import mark_of
from consult.responses.views import view_in_context
from consult.security.permissions import Permission
from consult.web.forms import FormState, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

ONE = "/desk/contributions/{reference:str}"
ANSWER_AT = "/desk/contributions/{reference}/answer"
REPLY_AT = "/desk/contributions/{reference}/reply"


async def show_answer(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None, preview: Preview | None = None
) -> Response[bytes]:
    """One contribution and the form of its answer."""
    locale, actor = locale_of(request), actor_needed(request)
    contribution, _ = await get_contribution(session, request.path_params["reference"], actor)
    if failed is None and (contribution.state != State.PUBLISHED or contribution.forum_voice):
        raise NotFound
    (item,) = await view_in_context(session, await rows_by_id(session, [contribution.id]), locale)
    given = await find_disposition(session, contribution.id)
    target = request.scope["path"].removeprefix(f"/{locale}")
    kept = await find_unfinished(session, actor.id, target)
    initial = {**_typed_of(given, locale), **(kept.fields if kept else {})}
    state = preview.state if preview else form_state(failed, catalogue(locale), initial)
    context = {
        "item": item,
        "given": given is not None,
        "seen": mark_of(given) if is_fresh(failed, preview) else state.value("seen"),
        "restored": bool(kept) and failed is None and preview is None,
        "tail": list_address(request).partition("?")[2],
        **form_context(request, state, preview),
    }
    return respond(request, "responses/answer.html", context, has_errors=bool(failed))


def _typed_of(given: Disposition | None, locale: str) -> dict[str, str]:
    if given is None:
        return {"original": locale}
    texts = {**typed_from(given.reason, "reason"), **typed_from(given.change, "change")}
    return {"kind": given.kind, "original": given.reason.original, **texts}


@get(ONE + "/answer", opt={"permission": Permission.ANSWER})
async def get_answer(request: Ask, session: AsyncSession, reference: str) -> Response[bytes]:
    """Answer one contribution."""
    return await show_answer(request, session)


@post(
    ONE + "/answer",
    opt={
        "permission": Permission.ANSWER,
        "redisplay": show_answer,
        "form_at": ANSWER_AT,
    },
    status_code=200,
)
async def post_answer(request: Ask, session: AsyncSession, reference: str) -> Response[Any]:
    """Give or change the answer to one contribution."""
    typed, locale, now = await read_form(request), locale_of(request), site_of(request).clock.now()
    actor = actor_needed(request)
    contribution = await lock_contribution(session, reference)
    given = await find_disposition(session, contribution.id)
    answer = parse_answer(typed, locale, given)
    if typed["then"] == "preview":
        preview = Preview(FormState(typed.values), preview_of(answer, locale, now))
        return await show_answer(request, session, preview=preview)
    await give(session, reference, answer, actor, now, typed, typed["seen"])
    await forget_unfinished(session, actor.id, ANSWER_AT.format(reference=reference))
    return see_other(
        request,
        list_address(request) if request.query_params else ANSWER_AT.format(reference=reference),
        "answered",
    )


async def show_reply(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[bytes]:
    """A reply in the Forum's own voice."""
    locale, actor = locale_of(request), actor_needed(request)
    contribution, _ = await get_contribution(session, request.path_params["reference"], actor)
    if failed is None and contribution.state != State.PUBLISHED:
        raise NotFound
    (item,) = await view_in_context(session, await rows_by_id(session, [contribution.id]), locale)
    place = FormPlace(
        action=REPLY_AT.format(reference=contribution.reference),
        key=f"forum-{contribution.id}",
        label=catalogue(locale).gettext(N_("Reply of the Forum")),
        submit=catalogue(locale).gettext(N_("Post the Forum's reply")),
        cancel=f"/{locale}/contributions/{contribution.reference}",
        may_be_anonymous=False,
    )
    form = await comment_form(request, session, place, None, failed)
    context = {"item": item, "form": replace(form, publish_as=PersonView("", is_forum=True))}
    return respond(request, "responses/reply.html", context, has_errors=bool(failed))


@get(ONE + "/reply", opt={"permission": Permission.ANSWER})
async def get_reply(request: Ask, session: AsyncSession, reference: str) -> Response[bytes]:
    """Reply as the Forum."""
    return await show_reply(request, session)


@post(
    ONE + "/reply",
    opt={
        "permission": Permission.ANSWER,
        "redisplay": show_reply,
        "form_at": REPLY_AT,
    },
)
async def post_reply(request: Ask, session: AsyncSession, reference: str) -> Response[Any]:
    """Post a reply as the Forum; it may come after the round has ended."""
    actor = actor_needed(request)
    parent, short = await get_contribution(session, reference, actor)
    answered = parent.reference  # a resend rolls back, and what was loaded is forgotten with it
    consultation = await get_consultation(session, short.slug, actor)
    comment = await receive_comment(request, session, consultation, parent, as_forum=True)
    return see_other(request, f"/contributions/{answered}#c-{comment.reference}", "posted")


HANDLERS = (get_answer, post_answer, get_reply, post_reply)
