"""What people do with a contribution: reply, edit, withdraw, support, report."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.unfinished import forget_unfinished
from consult.comments.changing import edit_comment, report_comment, set_support, withdraw_comment
from consult.comments.form_view import FormPlace, comment_form
from consult.comments.forms import REASONS, parse_comment, parse_report
from consult.comments.posting import receive_comment, to_comment
from consult.comments.queries import (
    get_contribution,
    rows_by_id,
)
from consult.comments.subject import ONE, Subject, find_subject, viewer_of
from consult.comments.views import ContributionView, view_contributions
from consult.consultations.queries import current_round, get_brief
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid
from consult.kernel.messages import N_
from consult.models.contribution import State
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, is_partial, respond, see_other
from consult.web.site import Ask, Viewer, actor_of, locale_of, site_of


@get(f"{ONE}/reply", opt={"permission": Permission.READ})
async def read_reply(request: Ask, session: AsyncSession) -> Response[bytes]:
    """The form for a reply: a page, or the form alone for htmx."""
    return await show_reply(request, session)


async def show_reply(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[bytes]:
    """The reply form under the comment that it answers."""
    subject = await find_subject(request, session)
    locale = locale_of(request)
    views = await view_contributions(session, await rows_by_id(session, [subject.row.id]), locale)
    place = FormPlace(
        action=f"{subject.address}/reply",
        key=f"reply-{subject.row.reference}",
        label=catalogue(locale).gettext(N_("Your reply")),
        target=f"#reply-{subject.row.reference}",
        cancel=f"/{locale}{subject.address}",
        submit=catalogue(locale).gettext(N_("Post reply")),
    )
    form = await comment_form(request, session, place, subject.view.deadline, failed)
    context = {"subject": subject, "consultation": subject.view, "contribution": views[0], "form": form}
    return respond(
        request,
        "comments/reply.html",
        context,
        block="form",
        section="consultations",
        has_errors=failed is not None,
        viewer=await viewer_of(request, session, subject),
    )


@post(
    f"{ONE}/reply",
    opt={"permission": Permission.COMMENT, "redisplay": show_reply, "form_at": f"{ONE}/reply"},
)
async def post_reply(request: Ask, session: AsyncSession) -> Response[Any]:
    """A reply."""
    parent, short = await get_contribution(session, request.path_params["reference"], actor_of(request))
    answered = parent.reference  # a resend rolls back, and what was loaded is forgotten with it
    comment = await receive_comment(request, session, await get_brief(session, short.slug), parent)
    if not is_partial(request):
        return to_comment(request, comment, f"/contributions/{comment.reference}")
    views = await view_contributions(session, await rows_by_id(session, [comment.id]), locale_of(request))
    viewer = Viewer(frozenset({comment.id}))
    context = {"contribution": views[0], "parent": answered}
    return respond(request, "comments/posted_reply.html", context, viewer=viewer)


@get(f"{ONE}/edit", opt={"permission": Permission.COMMENT})
async def read_edit(request: Ask, session: AsyncSession) -> Response[bytes]:
    """The form to change one's own comment."""
    return await show_edit(request, session)


async def show_edit(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[bytes]:
    """The edit form; outside the comment period it says why there is none."""
    subject = await find_subject(request, session, own=True)
    locale = locale_of(request)
    place = FormPlace(
        action=f"{subject.address}/edit",
        key=f"edit-{subject.row.reference}",
        label=catalogue(locale).gettext(N_("Your comment")),
        cancel=f"/{locale}{subject.address}",
        submit=catalogue(locale).gettext(N_("Save the change")),
        may_be_anonymous=False,
    )
    values = {"text": subject.row.text, "lang": subject.row.lang}
    form = await comment_form(request, session, place, subject.view.deadline, failed, values)
    context = {
        "subject": subject,
        "consultation": subject.view,
        "form": form,
        "may_edit": _may_edit(request, subject),
    }
    return respond(
        request, "comments/edit.html", context, section="consultations", has_errors=failed is not None
    )


def _may_edit(request: Ask, subject: Subject) -> bool:
    now = site_of(request).clock.now()
    round_ = current_round(subject.consultation, now)
    is_there = subject.row.state in (State.PUBLISHED, State.PENDING)
    return is_there and round_ is not None and round_.period.accepts(now, subject.row.created_at)


@post(
    f"{ONE}/edit",
    opt={"permission": Permission.COMMENT, "redisplay": show_edit, "form_at": f"{ONE}/edit"},
)
async def post_edit(request: Ask, session: AsyncSession) -> Response[Any]:
    """Change one's own comment."""
    subject = await find_subject(request, session, own=True, hold=True)
    written = parse_comment(await read_form(request), subject.row.lang)
    await edit_comment(session, subject.row, subject.consultation, written, site_of(request).clock.now())
    await forget_unfinished(session, actor_needed(request).id, f"{subject.address}/edit")
    return see_other(request, subject.address, "edited")


@get(f"{ONE}/withdraw", opt={"permission": Permission.COMMENT})
async def read_withdraw(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What withdrawing means, and the button."""
    subject = await find_subject(request, session, own=True)
    views = await view_contributions(session, await rows_by_id(session, [subject.row.id]), locale_of(request))
    context = {"subject": subject, "consultation": subject.view, "contribution": views[0]}
    return respond(request, "comments/withdraw.html", context, section="consultations")


@post(f"{ONE}/withdraw", opt={"permission": Permission.COMMENT, "form_at": f"{ONE}/withdraw"})
async def post_withdraw(request: Ask, session: AsyncSession) -> Response[Any]:
    """Take one's own comment back."""
    subject = await find_subject(request, session, own=True, hold=True)
    await withdraw_comment(session, subject.row, site_of(request).clock.now())
    return see_other(request, subject.address, "withdrawn")


@post(f"{ONE}/support", opt={"permission": Permission.COMMENT, "form_at": ONE})
async def post_support(request: Ask, session: AsyncSession) -> Response[Any]:
    """Support a comment, or take that back."""
    subject = await find_subject(request, session, hold=True)
    actor, now = actor_needed(request), site_of(request).clock.now()
    on = (await read_form(request))["support"] != "no"
    await set_support(session, subject.row, subject.consultation, actor, on, now)
    if not is_partial(request):
        return see_other(
            request, f"{subject.address}#c-{subject.row.reference}", "supported" if on else "unsupported"
        )
    views = await view_contributions(session, await rows_by_id(session, [subject.row.id]), locale_of(request))
    context = {"contribution": views[0]}
    return respond(request, "comments/one.html", context, viewer=await viewer_of(request, session, subject))


@get(f"{ONE}/report", opt={"permission": Permission.READ})
async def read_report(request: Ask, session: AsyncSession) -> Response[bytes]:
    """The form to report a comment."""
    return await show_report(request, session)


async def show_report(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[bytes]:
    """Reasons to choose from."""
    subject = await find_subject(request, session)
    locale = locale_of(request)
    say = catalogue(locale)
    views: list[ContributionView] = await view_contributions(
        session, await rows_by_id(session, [subject.row.id]), locale
    )
    context = {
        "subject": subject,
        "consultation": subject.view,
        "contribution": views[0],
        "form": form_state(failed, say),
        "reasons": [(key, say.gettext(name)) for key, name in REASONS.items()],
    }
    return respond(
        request, "comments/report.html", context, section="consultations", has_errors=failed is not None
    )


@post(
    f"{ONE}/report",
    opt={"permission": Permission.COMMENT, "redisplay": show_report, "form_at": f"{ONE}/report"},
)
async def post_report(request: Ask, session: AsyncSession) -> Response[Any]:
    """Ask moderators to look."""
    subject = await find_subject(request, session, hold=True)
    report = parse_report(await read_form(request))
    await report_comment(session, subject.row, actor_needed(request), report, site_of(request).clock.now())
    return see_other(request, subject.address, "reported")


HANDLERS = (
    read_reply,
    post_reply,
    read_edit,
    post_edit,
    read_withdraw,
    post_withdraw,
    post_support,
    read_report,
    post_report,
)
