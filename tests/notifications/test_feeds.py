"""Feeds and calendars: valid, public things only, the same address for the same thing for ever."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as Xml

import httpx
import pytest
from icalendar import Calendar

from consult.models.contribution import State
from consult.models.people import Role
from tests.notifications.scene import DAY, Scene
from tests.people import Site

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
CANARY = "canary-91cc"


@pytest.fixture
def scene(site: Site) -> Scene:
    """A stage within the running site."""
    return Scene(site.database, site.settings, site.clock)


def parse(response: httpx.Response) -> Xml.Element:
    """The feed, held to what RFC 4287 asks of feeds and entries."""
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = Xml.fromstring(response.content)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        assert (element.findtext(f"{ATOM}id") or "").startswith("tag:consult.test,2026:")
        assert element.findtext(f"{ATOM}title")
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
            element.findtext(f"{ATOM}updated") or "",
        )
        assert element.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [each.findtext(f"{ATOM}id") for each in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    return root


def titles(root: Xml.Element) -> str:
    return "\n".join(each.findtext(f"{ATOM}title") or "" for each in root.findall(f"{ATOM}entry"))


async def test_the_sites_feed_tells_what_the_forum_did_and_who_commented(
    scene: Scene, reader: httpx.AsyncClient
) -> None:
    consultation = await scene.consultation("The charter")
    round = await scene.round(consultation)
    await scene.extended(round, DAY, "A holiday.")
    amina = await scene.person("Amina")
    await scene.comment(consultation, amina, "نص بالعربية", lang="ar", organisation_name="Acme")
    await scene.concluded(consultation)
    root = parse(await reader.get("/en/feed.atom"))
    said = titles(root)
    for words in ("New consultation", "Open for comments", "More time to comment", "The outcome of", "Amina"):
        assert words in said
    entry = next(
        each for each in root.findall(f"{ATOM}entry") if "Amina" in (each.findtext(f"{ATOM}title") or "")
    )
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Amina (Acme)"
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert (content.get("type"), content.get(LANG)) == ("html", "ar")
    assert 'dir="rtl"' in (content.text or "")


async def test_what_is_not_public_is_in_no_feed(scene: Scene, reader: httpx.AsyncClient) -> None:
    consultation, amina = await scene.consultation(), await scene.person(f"Amina {CANARY}")
    secret = await scene.consultation(CANARY, "secret", published_at=None)
    await scene.round(secret)
    await scene.comment(secret, None, CANARY)
    shown = await scene.comment(consultation, None, "Shown.")
    for state in (State.HIDDEN, State.PENDING, State.WITHDRAWN):
        await scene.comment(consultation, amina, CANARY, shown, state=state)
    await scene.comment(consultation, amina, "No name.", shown, anonymous=True, organisation_name=CANARY)
    addresses = ("feed.atom", "consultations/charter/feed.atom", f"contributions/{shown.reference}/feed.atom")
    for address in addresses:
        response = await reader.get(f"/en/{address}")
        assert CANARY not in response.text
        assert "Name withheld" in response.text
        parse(response)


async def test_a_feed_of_what_nobody_may_see_does_not_exist(scene: Scene, reader: httpx.AsyncClient) -> None:
    secret = await scene.consultation("Secret", "secret", published_at=None)
    consultation = await scene.consultation()
    inside = await scene.comment(secret, None, "Inside.")
    hidden = await scene.comment(consultation, None, "Hidden.", state=State.HIDDEN)
    for address in (
        "consultations/secret/feed.atom",
        "consultations/secret/deadline.ics",
        f"contributions/{inside.reference}/feed.atom",
        f"contributions/{hidden.reference}/feed.atom",
    ):
        assert (await reader.get(f"/en/{address}")).status_code == 404


async def test_a_feed_is_not_sent_again_until_something_changed(
    scene: Scene, reader: httpx.AsyncClient
) -> None:
    consultation = await scene.consultation()
    first = await reader.get("/en/consultations/charter/feed.atom")
    etag = {"if-none-match": first.headers["etag"]}
    scene.clock.advance(timedelta(hours=3))
    assert (await reader.get("/en/consultations/charter/feed.atom", headers=etag)).status_code == 304
    await scene.comment(consultation, None, "New.")
    assert (await reader.get("/en/consultations/charter/feed.atom", headers=etag)).status_code == 200


async def test_text_that_xml_can_not_hold_breaks_no_feed(scene: Scene, reader: httpx.AsyncClient) -> None:
    consultation = await scene.consultation("A\x0bB ]]> <script>")
    await scene.comment(consultation, await scene.person("E\x1bvil & Co"), "Bell\x07 \ufffe <b>")
    root = parse(await reader.get("/en/feed.atom"))
    assert "Evil & Co" in titles(root)


async def test_an_empty_site_has_a_valid_feed(scene: Scene, reader: httpx.AsyncClient) -> None:
    for locale in ("en", "ar", "zh"):
        assert parse(await reader.get(f"/{locale}/feed.atom")).get(LANG) == locale


async def test_a_calendar_keeps_its_events_when_a_round_is_extended(
    scene: Scene, reader: httpx.AsyncClient
) -> None:
    consultation = await scene.consultation("Charter; with, signs\nand lines")
    round = await scene.round(consultation)
    before = await reader.get("/en/consultations/charter/deadline.ics")
    assert before.headers["content-type"] == "text/calendar; charset=utf-8"
    opens, closes = Calendar.from_ical(before.content).walk("VEVENT")
    assert closes.decoded("dtstart") == round.closes_at
    assert closes["sequence"] == 0
    assert opens.decoded("dtstart") == round.opens_at
    assert closes.walk("VALARM")[0].decoded("trigger") == -DAY
    assert closes["url"] == "https://consult.test/en/consultations/charter"
    await scene.extended(round, 7 * DAY, "A holiday.")
    after = await reader.get("/en/consultations/charter/deadline.ics")
    moved = Calendar.from_ical(after.content).walk("VEVENT")[1]
    assert moved["uid"] == closes["uid"]
    assert moved["sequence"] == 1
    assert moved.decoded("dtstart") == round.closes_at + 7 * DAY
    assert "A holiday." in moved["description"]
    assert after.headers["etag"] != before.headers["etag"]


async def test_the_demos_mailbox_exists_in_the_demo_alone(scene: Scene, reader: httpx.AsyncClient) -> None:
    assert (await reader.get("/en/demo/mail")).status_code == 404


async def test_an_administrator_sends_a_failed_mail_again(scene: Scene, site: Site) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, boris, "I replied.", first)
    await scene.worker_runs()
    (mail,) = await scene.mails()
    mail.state, mail.error, mail.attempts = "failed", "451", 6
    async with scene.database.writing() as session:
        await session.merge(mail)
    editor = await site.signed_in(Role.EDITOR)
    assert (await editor.get("/en/desk/mail")).status_code == 404
    administrator = await site.signed_in(Role.ADMINISTRATOR)
    page = await administrator.get("/en/desk/mail")
    assert "amina@example.org" in page.text
    assert "451" in page.text
    done = await administrator.post_form(f"/en/desk/mail/{mail.id}/retry", {}, form_at="/en/desk/mail")
    assert done.status_code == 303
    (mail,) = await scene.mails()
    assert (mail.state, mail.attempts, mail.error) == ("waiting", 0, "")
