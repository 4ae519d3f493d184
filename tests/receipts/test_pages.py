"""A respondent takes the receipt away, has it checked, and is told what happened since; programs read the log."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from io import BytesIO

import anyio.to_thread
import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from consult.models.ledger import Mail
from consult.models.people import User
from consult.notifications.composing import Composer
from consult.notifications.draining import Drain
from consult.notifications.making import MailMaker
from consult.notifications.message import make_message
from consult.receipts.checking import check_file, is_good
from consult.receipts.files import read_file
from consult.receipts.heads import publish_head
from consult.receipts.machines import entry_lines
from consult.receipts.queries import ON_PAGE
from consult.receipts.signing import load_signer
from consult.settings import ROOT, Settings
from consult.web.rendering import Renderer
from tests.cli.terminal import Terminal
from tests.people import BASE, Browser, Site
from tests.receipts.scene import Sending
from tests.receipts.test_verifier import verifier
from tests.submissions.links import links_mailed
from tests.submissions.scene import (
    asking,
    begin,
    begin_as_guest,
    complete,
    fill,
    say_who,
    send,
    sendings_at,
)

pytestmark = pytest.mark.anyio


async def responded(site: Site, name: str = "Wanjiru") -> tuple[Browser, str]:
    """Somebody who has sent a response: their browser, and its address."""
    await asking(site)
    browser = await site.signed_in(name=name)
    address = await begin(browser)
    await complete(site, browser, address, "Publish the minutes, canary-5d1e.")
    await send(browser, address)
    return browser, address


async def publish(site: Site) -> None:
    async with site.database.writing() as session:
        await publish_head(session, load_signer(site.settings), site.clock.now())


def from_the_shell(settings: Settings, text: str) -> str:
    """What `consult verify receipt` says of a receipt."""
    (settings.data_dir / "receipt.json").write_text(text)
    place = {"CONSULT_DATA_DIR": str(settings.data_dir), "CONSULT_DATABASE_URL": settings.database_url}
    return Terminal(settings.data_dir).does("verify", "receipt", "receipt.json", **place)


async def checked(browser: Browser, text: str) -> str:
    answer = await browser.post("/en/receipts", data={"receipt": text}, headers={"origin": BASE})
    assert answer.status_code in (200, 422)
    return answer.text


async def test_a_receipt_is_taken_away_and_proves_what_was_sent_without_the_site(site: Site) -> None:
    browser, address = await responded(site)
    file = await browser.get(f"{address}/receipt.json")
    keys = (await site.browser().get("/log/keys.json")).json()
    log = (await site.browser().get("/log/entries.jsonl")).text.split("\n")
    said, received = verifier.check(file.text, {each["key"] for each in keys["keys"]}, None, log)
    assert said[0].startswith("signature: right")
    body = (await browser.get(f"{address}/received.json")).content
    assert hashlib.sha256(body).hexdigest() == received["sha256"]
    assert b"Publish the minutes" in body
    [sending] = await sendings_at(site, address)
    assert sending.leaf == 0
    stranger = await site.signed_in()
    for ending in ("receipt.json", "receipt.pdf", "received.json"):
        assert (await stranger.get(f"{address}/{ending}")).status_code == 404
        assert (await browser.get(f"{address}/{ending}?number=7")).status_code == 404


async def test_the_receipt_on_paper_has_the_file_in_it(site: Site) -> None:
    browser, address = await responded(site)
    for locale in ("ar", "zh"):
        answer = await browser.get(address.replace("/en/", f"/{locale}/") + "/receipt.pdf")
        assert answer.status_code == 200, locale
        pdf = PdfReader(BytesIO(answer.content))
        file = read_file(pdf.attachments["receipt.json"][0].decode())
        assert is_good(check_file(file, load_signer(site.settings).keys))
        printed = "".join(page.extract_text() for page in pdf.pages)
        assert "BEGIN CONSULT RECEIPT" in printed
        assert "canary-5d1e" not in printed
        assert file.head["at"] not in printed, "dates are written as the language writes them"


async def test_the_page_checks_step_by_step_and_says_what_happened_since(site: Site) -> None:
    browser, address = await responded(site)
    reader, file = site.browser(), (await browser.get(f"{address}/receipt.json")).text
    page = await checked(reader, file)
    assert "This receipt is genuine" in page
    assert "No head has been published yet" in page
    await publish(site)
    page = await checked(reader, file)
    assert "The entry is under the newest signed head of the log" in page
    assert "neither withdrawn nor removed" in page
    bent = await checked(reader, file.replace("in-time", "grace"))
    assert "This receipt is not right" in bent
    assert "FMF-" not in bent.partition("<main")[2].partition("</main")[0], "what it says is not repeated"
    assert "Paste the receipt, or choose its file." in await checked(reader, "")
    assert "not a receipt of this site" in await checked(reader, '{"format": "x"}')
    assert "damaged" in await checked(reader, "{" * 10_000)
    site.clock.advance(timedelta(minutes=1))
    await browser.post_form(f"{address}/withdraw", {"sure": "yes"})
    page = await checked(reader, file)
    assert "A response was withdrawn by its sender" in page


async def test_each_receipt_says_what_came_after_it(site: Site) -> None:
    browser, address = await responded(site)
    await fill(browser, address, "views", a_change="Publish them at once.")
    await send(browser, address)
    await browser.post_form(f"{address}/withdraw", {})
    await send(browser, address)
    reader = site.browser()

    async def said_of(number: int) -> tuple[list[str], bool]:
        page = await checked(reader, (await browser.get(f"{address}/receipt.json?number={number}")).text)
        assert "This receipt is genuine" in page
        linked = re.findall(r'href="/en/receipts/log\?entry=(\d+)#entry-\1"', page)
        what = re.findall("A later version of this response was received|withdrawn by its sender", page)
        return [f"{entry} {each[:9]}" for entry, each in zip(linked, what, strict=True)], (
            "neither withdrawn nor removed" in page
        )

    assert await said_of(1) == (["1 A later v", "2 withdrawn", "3 A later v"], False)
    assert await said_of(2) == (["2 withdrawn", "3 A later v"], False)
    assert await said_of(3) == ([], True)
    first = await browser.get(f"{address}/receipt.json?number=1")
    said = await anyio.to_thread.run_sync(from_the_shell, site.settings, first.text)
    assert [line for line in said.splitlines() if line.startswith("since then")] == [
        "since then: a later version received, entry 1",
        "since then: withdrawn, entry 2",
        "since then: a later version received, entry 3",
    ]
    page = (await reader.get("/en/receipts/log?entry=2")).text
    assert "Entries are numbered from 0." in page


async def test_a_receipt_that_is_newer_than_the_last_head_is_told_so(site: Site) -> None:
    browser, address = await responded(site)
    await publish(site)
    await fill(browser, address, "views", a_change="Publish them at once.")
    await send(browser, address)
    page = await checked(site.browser(), (await browser.get(f"{address}/receipt.json")).text)
    assert "The newest head is older than this entry; the next one comes within a day." in page
    assert "No head has been published yet" not in page


async def test_programs_read_the_log_and_find_no_text_and_no_names_in_it(site: Site) -> None:
    await responded(site)
    reader = site.browser()
    assert (await reader.get("/log/head.json")).status_code == 404
    await publish(site)
    head = (await reader.get("/log/head.json")).json()
    proof = (await reader.get("/log/proof/0.json")).json()
    assert (head["size"], proof["size"], proof["root"], proof["path"]) == (1, 1, head["root"], [])
    entries = await reader.get("/log/entries.jsonl")
    assert set(json.loads(entries.text)) == {"number", "kind", "entry"}
    assert entries.headers["access-control-allow-origin"] == "*"
    consistency = (await reader.get("/log/consistency.json?from=1&to=1")).json()
    assert consistency == {"from": 1, "to": 1, "root": head["root"], "path": []}
    for unknown in ("proof/1.json", "proof/x.json", "proof/0.json?size=9", "consistency.json?from=1&to=9",
                    "nothing.json"):  # fmt: skip
        assert (await reader.get(f"/log/{unknown}")).status_code == 404, unknown
    page = (await reader.get("/en/receipts/log")).text
    assert head["root"][:4] in page
    assert "canary-5d1e" not in page + entries.text


async def test_every_entry_of_a_long_log_has_a_place_on_a_page(site: Site) -> None:
    sending = await Sending(site.database, site.clock).open()
    for _ in range(ON_PAGE + 2):
        await sending.send()

    async def entries(query: str) -> tuple[list[int], list[str]]:
        page = (await site.browser().get(f"/en/receipts/log{query}")).text
        shown = [int(each) for each in re.findall(r'id="entry-(\d+)"', page)]
        return shown, re.findall(r'class="pager__step" href="[^"?]*([^"]*)"', page)

    newest = ON_PAGE + 1
    assert await entries("") == (list(range(newest, 1, -1)), ["?entry=1#entries"])
    assert await entries("?entry=1") == ([1, 0], [f"?entry={newest}#entries"])
    for odd in ("?entry=99999999999999", "?entry=-1", "?entry=x", f"?entry={'9' * 40}"):
        assert (await entries(odd))[0][0] == newest, odd


async def test_who_reads_the_log_slowly_keeps_no_connection(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consult.receipts.queries.BATCH", 2)
    monkeypatch.setattr("consult.receipts.machines.BATCH", 2)
    sending = await Sending(site.database, site.clock).open()
    for _ in range(5):
        await sending.send()
    pool, numbers = site.database.engine.pool, []
    async for piece in entry_lines(site.database, 1):
        assert pool.checkedout() == 0  # type: ignore[attr-defined]
        numbers.append([json.loads(line)["number"] for line in piece.splitlines()])
    assert numbers == [[1, 2], [3, 4], []]


async def receipts_mailed(site: Site, recipient: str) -> int:
    """How many receipts the worker has mailed to an address by now."""
    await links_mailed(site, recipient)
    async with site.database.reading() as session:
        counted = select(func.count()).where(Mail.kind == "receipt", Mail.recipient == recipient)
        return int((await session.execute(counted)).scalar_one())


async def test_an_address_that_nobody_has_proven_gets_one_receipt_an_hour(site: Site) -> None:
    await asking(site)
    address = "victim@example.net"
    for name in ("Mallory", "Trudy"):
        browser, response = await begin_as_guest(site, name, f"{name}@example.net")
        await complete(site, browser, response)
        await say_who(browser, response, email=address)
        for number in range(2):
            await fill(browser, response, "views", a_change=f"Again {number}")
            assert (await send(browser, response)).status_code == 303
        assert await receipts_mailed(site, address) == 1
    page = (await browser.get(f"{response}/receipt")).text
    assert "at most one an hour" in page
    site.clock.advance(timedelta(hours=1))
    await fill(browser, response, "views", a_change="And later")
    await send(browser, response)
    assert await receipts_mailed(site, address) == 2


async def test_who_has_an_account_gets_each_receipt(site: Site) -> None:
    browser, address = await responded(site)
    await fill(browser, address, "views", a_change="Corrected.")
    await send(browser, address)
    assert await receipts_mailed(site, "respondent-wanjiru@example.org") == 2


async def test_the_receipt_comes_by_mail_once_in_the_person_s_language(site: Site) -> None:
    await responded(site)
    async with site.database.writing() as session:
        author = (await session.execute(select(User).where(User.name == "Wanjiru"))).scalar_one()
        author.locale, author.zone = "ar", "Africa/Nairobi"
    composer = Composer(Renderer(ROOT / "templates"), site.settings)
    drain = Drain(site.database, [MailMaker(site.database, composer, site.settings, site.clock)], site.clock)
    while await drain.drain():
        pass
    async with site.database.reading() as session:
        [mail] = (await session.execute(select(Mail).where(Mail.kind == "receipt"))).scalars()
    assert (mail.recipient, mail.locale) == (author.email, "ar")
    assert "canary-5d1e" not in mail.text + mail.html + mail.subject
    [attached] = make_message(mail, site.settings).iter_attachments()
    for text in (mail.text, attached.get_payload(decode=True).decode()):
        assert is_good(check_file(read_file(text), load_signer(site.settings).keys))
