"""A formal response, from its first word to its receipt."""

from __future__ import annotations

import pytest

from tests.people import Site
from tests.submissions.scene import (
    START,
    asking,
    begin,
    begin_as_guest,
    complete,
    faces,
    fill,
    send,
    sendings_at,
    submission_at,
)

pytestmark = pytest.mark.anyio


async def test_somebody_with_an_account_responds_and_gets_a_receipt(site: Site) -> None:
    await asking(site)
    browser = await site.signed_in(name="Wanjiru")
    assert "Until when" in (await browser.get(START)).text
    address = await begin(browser)
    assert (await browser.get(address)).status_code == 200
    await complete(site, browser, address, "Publish the minutes.")
    check = await browser.get(f"{address}/check")
    assert "Publish the minutes." in check.text
    sent = await send(browser, address)
    assert sent.headers["location"].startswith(f"{address}/receipt")
    receipt = (await browser.get(sent.headers["location"])).text
    [face] = await faces(site)
    [sending] = await sendings_at(site, address)
    assert face.reference in receipt
    assert sending.sha256 in receipt
    assert face.text.endswith("Publish the minutes.")
    file = await browser.get(f"{address}/receipt.json")
    assert file.json()["received"]["reference"] == face.reference


async def test_somebody_without_an_account_responds(site: Site) -> None:
    await asking(site)
    browser, address = await begin_as_guest(site)
    await complete(site, browser, address)
    assert (await fill(browser, address, "more", a_members="12")).status_code == 303
    assert (await send(browser, address)).status_code == 303
    [face] = await faces(site)
    assert face.state == "pending", "nobody vouched for the address"
    assert (await submission_at(site, address)).state == "sent"
