"""What pages send while somebody reads and types: unsent text, and what to be told of."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.addresses import own_address
from consult.accounts.following import find_followable, follow, is_following, unfollow
from consult.accounts.unfinished import forget_unfinished, save_unfinished
from consult.kernel.errors import invalid
from consult.kernel.messages import N_
from consult.security.permissions import Permission
from consult.web.forms import read_form
from consult.web.respond import actor_needed, see_other
from consult.web.site import Ask, site_of


@post("/unfinished", opt={"permission": Permission.OWN_ACCOUNT}, status_code=204)
async def save(request: Ask, session: AsyncSession) -> None:
    """Keep a form's fields as they are now. `target` (where the form posts) and `address` (where it is shown) come in
    this address's query, so that a page can send the form as it stands; or as fields."""
    typed = await read_form(request)
    target, address = (
        own_address(request.query_params.get(name) or typed[name]) for name in ("target", "address")
    )
    if not target:
        raise invalid("target", N_("This is no address of this site."))
    fields = {name: value for name, value in typed.values.items() if name not in ("target", "address")}
    await save_unfinished(
        session, actor_needed(request).id, target, address, fields, site_of(request).clock.now()
    )


@post("/unfinished/discard", opt={"permission": Permission.OWN_ACCOUNT})
async def discard(request: Ask, session: AsyncSession) -> Response[Any]:
    """Throw an unsent text away."""
    typed = await read_form(request)
    await forget_unfinished(session, actor_needed(request).id, typed["target"])
    return see_other(request, own_address(typed["next"]) or "/mine", "discarded")


@post("/follow", opt={"permission": Permission.OWN_ACCOUNT})
async def toggle_follow(request: Ask, session: AsyncSession) -> Response[Any]:
    """Be told of a consultation (`consultation` its slug, empty for all), or no longer: `follow` yes or no, else the other
    of what is so now."""
    typed = await read_form(request)
    slug, user_id, now = typed["consultation"], actor_needed(request).id, site_of(request).clock.now()
    consultation_id = await find_followable(session, slug)
    follows = await is_following(session, user_id, consultation_id)
    wanted = typed["follow"] == "yes" if typed["follow"] else not follows
    change = follow if wanted else unfollow
    await change(session, user_id, consultation_id, now)
    back = own_address(typed["next"]) or (f"/consultations/{slug}" if slug else "/")
    return see_other(request, back, "followed" if wanted else "unfollowed")


HANDLERS = (save, discard, toggle_follow)
