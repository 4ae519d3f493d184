"""A draft whose second version changed in English after it was translated, and the people who translate it."""

from __future__ import annotations

import re
from html import unescape

import httpx
from sqlalchemy import select

from consult.documents.storing import KeptBlock, load_kept
from consult.models.document import Version
from consult.models.people import Role
from tests.people import Browser, Site

FIRST = {
    "en": "# Charter\n\nThe board meets twice a year.\n\nMembers share what they learn[^1].\n\n- one\n\n| who | when |\n| --- | --- |\n| board | May |\n\n[^1]: Within a month.\n",
    "fr": "# Charte\n\nLe conseil se réunit deux fois par an.\n\nLes membres partagent ce qu'ils apprennent[^1].\n\n- un\n\n| qui | quand |\n| --- | --- |\n| conseil | mai |\n\n[^1]: Dans le mois.\n",
}
SECOND = {
    "en": FIRST["en"].replace("twice a year", "four times a year")
    + "\nObservers may come to every meeting.\n"
}
SHEET = "/en/desk/consultations/charter/drafts/text/versions/2/translate/fr"


async def two_versions(site: Site) -> list[str]:
    """The consultation with both versions; the keys of version 2 in reading order."""
    await site.consultation()
    before = await site.draft(texts=FIRST)
    keys = await site.draft(texts=SECOND)
    return keys[len(before) :]


async def translator(site: Site, name: str = "Tara") -> Browser:
    """An editor who is signed in."""
    return await site.signed_in(Role.EDITOR, name)


def field(html: str, name: str, key: str = "") -> str:
    """The value of a block's field on a page: `seen`, or the text where `name` is text."""
    card = html.partition(f'id="t-{key}"')[2].partition("</section>")[0] if key else html
    if name == "text":
        return unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", card, re.DOTALL)[1])  # type: ignore[index]
    return unescape(re.search(rf'name="{name}" value="([^"]*)"', card)[1])  # type: ignore[index]


async def save(
    browser: Browser, key: str, text: str, *, ready: bool = True, sheet: str = SHEET
) -> httpx.Response:
    """Save a block as its own page sends it."""
    address = f"{sheet}/blocks/{key}"
    page = (await browser.get(address)).text
    fields = {"text": text, "seen": field(page, "seen"), **({"ready": "yes"} if ready else {})}
    return await browser.post_form(address, fields)


async def kept(site: Site, number: int = 2) -> tuple[Version, tuple[KeptBlock, ...]]:
    """A version and its blocks."""
    async with site.database.reading() as session:
        version = (await session.execute(select(Version).where(Version.number == number))).scalar_one()
        return version, await load_kept(session, version)
