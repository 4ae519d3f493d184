"""What the first view of the reading page costs, and that it serves on a slow line."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.people import Doors
from tests.browser.steps import DISCUSSION, DRAFT, compose, send

MOST_BYTES = 50_000
MOST_REQUESTS = 6
SLOW = 50_000 / 8
"""Bytes a second of a 50 kbit/s line."""


@dataclass(slots=True)
class Answered:
    """One request's address and what came of it, in bytes."""

    url: str
    bytes: int = 0


def listen(page: Page) -> dict[str, Answered]:
    """Requests by their id: address, and bytes of the bodies as they came, compressed."""
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    seen: dict[str, Answered] = {}

    def asked(each: dict[str, Any]) -> None:
        seen[each["requestId"]] = Answered(each["request"]["url"])

    def came(each: dict[str, Any]) -> None:
        seen[each["requestId"]].bytes += each["encodedDataLength"]

    client.on("Network.requestWillBeSent", asked)
    client.on("Network.dataReceived", came)
    return seen


def test_the_first_view_of_a_draft_is_small_and_all_from_here(windows: Doors) -> None:
    page = windows.open()
    requests = listen(page)
    page.goto("/en" + DRAFT, wait_until="networkidle")
    seen = list(requests.values())
    assert len(seen) <= MOST_REQUESTS, seen
    assert sum(each.bytes for each in seen) <= MOST_BYTES, seen
    assert all(each.url.startswith(windows.site.base + "/") for each in seen), seen


def test_a_draft_is_read_and_a_comment_sent_over_50_kbit_a_second(doors: Doors) -> None:
    page = doors.open("h.thackeray@harrowgate.example.org")
    page.set_default_timeout(60_000)
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    line = {"offline": False, "latency": 300, "downloadThroughput": SLOW, "uploadThroughput": SLOW}
    client.send("Network.emulateNetworkConditions", line)
    began = time.monotonic()
    page.goto("/en" + DRAFT, wait_until="commit")
    page.locator("[data-text] p").first.wait_for()
    assert time.monotonic() - began < 12, "the text must be there before one gives up"
    page.goto("/en" + DISCUSSION)
    compose(page, "Sent over a slow line.")
    send(page)
    expect(page.locator("article.contribution", has_text="Sent over a slow line.")).to_be_visible(
        timeout=30_000
    )
