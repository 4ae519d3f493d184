"""The translator's page: a version in one language, side by side with its original.

| address under /desk/consultations/{slug}/drafts/{draft}/versions/{number}/translate/{lang} | what |
| --- | --- |
| (itself) | the blocks, some at a time: `show` all or to-do, `from` the place of the first |
| blocks/{key} | one block alone; POST saves its translation |
| publish | POST: what is ready becomes public |

Files for agencies are in `desk_files.py`, the glossary in `desk_glossary.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.unfinished import find_unfinished, forget_unfinished, list_unfinished
from consult.i18n.catalogues import catalogue
from consult.kernel.addresses import with_query
from consult.kernel.errors import FormInvalid
from consult.models.ledger import Unfinished
from consult.security.permissions import Permission
from consult.translations import desk_files, desk_glossary
from consult.translations.places import SHEET, SHEET_AT, find_place, sheet_context
from consult.translations.queries import Pair, earlier_originals, get_pair, list_terms, load_pairs
from consult.translations.service import (
    CHANGED_MEANWHILE,
    ORIGINAL_CHANGED,
    discard_work,
    publish_work,
    save_work,
)
from consult.translations.states import DONE, count_progress
from consult.translations.views import BlockCard, Sheet, view_card
from consult.web.forms import FormState, form_state, read_form
from consult.web.respond import actor_needed, is_partial, respond, see_other
from consult.web.site import Ask, locale_of, site_of

BLOCK = SHEET + "/blocks/{key:str}"
ON_PAGE = 40


@dataclass(frozen=True, slots=True)
class Steps:
    """Addresses of the blocks before and after those shown, "" for none."""

    previous: str
    next: str


async def show_sheet(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The blocks side by side; with what kept them from being published."""
    place = await find_place(request, session)
    sheet, locale = place.sheet, locale_of(request)
    pairs = await load_pairs(session, sheet.version, sheet.lang)
    shows_all = request.query_params.get("show", "") == "all"
    chosen = [pair for pair in pairs if shows_all or pair.state not in DONE]
    start = _from(request.query_params.get("from", ""), chosen)
    shown = chosen[start : start + ON_PAGE]
    context = {
        **sheet_context(place, locale),
        "cards": await _cards(request, session, sheet, shown),
        "progress": count_progress(pair.state for pair in pairs),
        "shows_all": shows_all,
        "steps": _steps(f"/{locale}{sheet.address}", shows_all, chosen, start),
        "form": form_state(failed, catalogue(locale)),
    }
    return respond(request, "translations/sheet.html", context, has_errors=failed is not None)


def _from(text: str, chosen: Sequence[Pair]) -> int:
    """How many of the chosen blocks stand before the place (from 1) that the address names."""
    wanted = int(text) - 1 if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    before = sum(pair.position < wanted for pair in chosen)
    return before if before < len(chosen) else 0


def _steps(address: str, shows_all: bool, chosen: Sequence[Pair], start: int) -> Steps:
    show = "all" if shows_all else ""
    later, earlier = chosen[start + ON_PAGE : start + ON_PAGE + 1], max(start - ON_PAGE, 0)
    return Steps(
        with_query(address, show=show, **{"from": chosen[earlier].position + 1}) if start else "",
        with_query(address, show=show, **{"from": later[0].position + 1}) if later else "",
    )


async def _cards(request: Ask, session: AsyncSession, sheet: Sheet, pairs: Sequence[Pair]) -> list[BlockCard]:
    locale, actor = locale_of(request), actor_needed(request)
    unsent = {each.target: each for each in await list_unfinished(session, actor.id)}
    terms = await list_terms(session)
    before = await _originals_before(session, sheet, pairs)
    return [
        view_card(
            pair,
            sheet,
            terms,
            before.get(pair.key),
            unsent.get(f"{sheet.address}/blocks/{pair.key}"),
            FormState(),
            locale,
            actor.zone,
        )
        for pair in pairs
    ]


async def _originals_before(session: AsyncSession, sheet: Sheet, pairs: Sequence[Pair]) -> dict[str, str]:
    stale = {pair.key: pair.changed_from for pair in pairs if pair.changed_from}
    return await earlier_originals(session, sheet.version, stale)


@get(SHEET, opt={"permission": Permission.EDIT})
async def translate(request: Ask, session: AsyncSession) -> Response[Any]:
    """The blocks side by side."""
    return await show_sheet(request, session)


async def show_block(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """One block: a page of its own, or its card for htmx."""
    place = await find_place(request, session)
    card = await _one_card(request, session, place.sheet, failed)
    pairs = await load_pairs(session, place.sheet.version, place.sheet.lang)
    context = {
        **sheet_context(place, locale_of(request)),
        "card": card,
        "progress": count_progress(pair.state for pair in pairs),
        "saved": False,
    }
    return respond(request, "translations/block.html", context, block="card", has_errors=failed is not None)


async def _one_card(
    request: Ask, session: AsyncSession, sheet: Sheet, failed: FormInvalid | None
) -> BlockCard:
    locale, actor = locale_of(request), actor_needed(request)
    pair = await get_pair(session, sheet.version, sheet.lang, request.path_params["key"])
    before = await _originals_before(session, sheet, [pair])
    unsent: Unfinished | None = None
    if failed is None:
        unsent = await find_unfinished(session, actor.id, f"{sheet.address}/blocks/{pair.key}")
    told = (CHANGED_MEANWHILE, ORIGINAL_CHANGED)
    return view_card(
        pair,
        sheet,
        await list_terms(session),
        before.get(pair.key),
        unsent,
        form_state(failed, catalogue(locale)),
        locale,
        actor.zone,
        conflict=failed is not None and any(error.message.text in told for error in failed.errors),
    )


@get(BLOCK, opt={"permission": Permission.EDIT})
async def block_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """One block on a page of its own."""
    return await show_block(request, session)


@post(
    BLOCK, opt={"permission": Permission.EDIT, "redisplay": show_block, "form_at": SHEET_AT + "/blocks/{key}"}
)
async def post_block(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Save a block's translation, or with `discard` go back to the public one."""
    typed = await read_form(request)
    place = await find_place(request, session)
    sheet, actor, now = place.sheet, actor_needed(request), site_of(request).clock.now()
    if typed.checked("discard"):
        await discard_work(session, sheet.version, sheet.lang, key, typed["seen"])
    else:
        await save_work(session, sheet.version, sheet.lang, key, typed.raw("text"), typed["seen"],
                        typed.checked("ready"), actor, now)  # fmt: skip
    await forget_unfinished(session, actor.id, f"{sheet.address}/blocks/{key}")
    if not is_partial(request):
        pair = await get_pair(session, sheet.version, sheet.lang, key)
        back = f"{sheet.address}?show=all&from={pair.position // ON_PAGE * ON_PAGE + 1}"
        return see_other(request, f"{back}#t-{key}", notice="saved")
    pairs = await load_pairs(session, sheet.version, sheet.lang)
    context = {
        **sheet_context(place, locale_of(request)),
        "card": await _one_card(request, session, sheet, None),
        "progress": count_progress(pair.state for pair in pairs),
        "saved": True,
    }
    return respond(request, "translations/block.html", context, block="card")


@post(SHEET + "/publish", opt={"permission": Permission.EDIT, "redisplay": show_sheet, "form_at": SHEET_AT})
async def post_publish(request: Ask, session: AsyncSession) -> Response[Any]:
    """Make what is ready public."""
    place = await find_place(request, session)
    sheet, now = place.sheet, site_of(request).clock.now()
    await publish_work(session, place.consultation, place.draft, sheet.version, sheet.lang,
                       actor_needed(request), now)  # fmt: skip
    return see_other(request, sheet.address, notice="published")


HANDLERS = (translate, block_page, post_block, post_publish, *desk_files.HANDLERS, *desk_glossary.HANDLERS)
