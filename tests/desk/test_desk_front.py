"""What needs me today, as far as my role goes; and who did what."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from consult.ledger.audit import record
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, Report, State
from consult.models.document import Import
from consult.models.ledger import Mail, MailState, Tally
from consult.models.people import Organisation, OrganisationRequest, RequestKind, Role
from tests.conftest import DAY, HOUR, NOW
from tests.people import Browser, Site, said

XSS = "<script>alert(1)</script>"


def words(page: httpx.Response) -> str:
    """The text of a page, white space collapsed."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


async def put(site: Site, *rows: object) -> None:
    """Put rows in the database."""
    async with site.database.writing() as session:
        session.add_all(rows)


def comment(consultation: Consultation, number: int, state: State) -> Contribution:
    """A comment written two days ago."""
    return Contribution(
        id=number,
        reference=f"{consultation.reference}-C{number:04d}",
        consultation_id=consultation.id,
        place="consultation",
        lang="en",
        text="T",
        html="<p>T</p>",
        state=state,
        created_at=NOW - 2 * DAY,
    )


async def test_an_empty_site_says_that_nothing_waits(site: Site) -> None:
    for role in (Role.MODERATOR, Role.EDITOR, Role.ADMINISTRATOR):
        page = await (await site.signed_in(role)).get("/en/desk")
        assert page.status_code == 200
        assert "Nothing waits for a moderator." in words(page)


async def test_the_desk_does_not_exist_for_respondents(site: Site) -> None:
    assert (await (await site.signed_in()).get("/en/desk")).status_code == 404
    assert (await site.browser().get("/en/desk")).status_code == 401


async def full_site(site: Site) -> None:
    """A site in which something of every kind waits."""
    open_ = await site.consultation("charter", closes=30 * HOUR)
    over = await site.consultation("membership", opens=-30 * DAY, closes=-10 * DAY)
    await put(site, comment(open_, 1, State.PENDING), comment(open_, 2, State.PUBLISHED))
    await put(
        site,
        Report(contribution_id=2, user_id=None, reason="spam", created_at=NOW - 3 * HOUR),
        Tally(consultation_id=over.id, dimension="type", value="comment", count=12),
        Tally(consultation_id=over.id, dimension="disposition", value="noted", count=5),
        Tally(consultation_id=open_.id, dimension="type", value="comment", count=99),
        Import(consultation_id=open_.id, draft_slug="d", title=said(en="Draft charter"), original="en",
               files={}, choices={}, created_at=NOW - HOUR * 5),
        Mail(once="m", recipient="a@example.org", kind="reply", locale="en", subject="s", text="t", html="h",
             state=MailState.FAILED, created_at=NOW - DAY * 3, next_at=NOW),
    )  # fmt: skip
    asking = Organisation(name="River Trust", fold="river trust", kind="civil-society", created_at=NOW)
    person = await site.person("Petra")
    await put(site, asking)
    await put(site, OrganisationRequest(organisation_id=asking.id, user_id=person.id, kind=RequestKind.VERIFY,
                                        created_at=NOW - 4 * DAY))  # fmt: skip
    async with site.database.writing() as session:
        kept = await session.get_one(Consultation, over.id)
        kept.answer_promised_at = NOW - 3 * DAY


async def test_an_editor_sees_what_waits_with_its_age_and_date(site: Site) -> None:
    await full_site(site)
    text = words(await (await site.signed_in(Role.EDITOR)).get("/en/desk"))
    for expected in (
        "1 first post waits",
        "The oldest has waited for 2 days.",
        "1 report is open",
        "The oldest has waited for 3 hours.",
        "30 hours left",
        "7 contributions have no answer yet",
        "overdue by 3 days",
        "Draft charter",
        "It has waited for 5 hours.",
        "1 organisation asks to be verified The oldest has waited for 4 days.",
        "Missing in French: Summary, What is asked, How contributions are used.",
    ):
        assert expected in text, expected
    assert "99 contributions" not in text
    assert "could not be sent" not in text


async def test_a_moderator_sees_only_moderation(site: Site) -> None:
    await full_site(site)
    page = await (await site.signed_in(Role.MODERATOR)).get("/en/desk")
    text = words(page)
    assert "1 first post waits" in text
    for hidden in ("no answer yet", "Draft charter", "Missing in", "could not be sent", "to be verified"):
        assert hidden not in text
    for address in ("consultations", "topics", "answers", "people", "mail", "log"):
        assert f'href="/en/desk/{address}"' not in page.text


async def test_an_administrator_sees_failed_mail_and_the_way_everywhere(site: Site) -> None:
    await full_site(site)
    page = await (await site.signed_in(Role.ADMINISTRATOR)).get("/en/desk")
    assert "1 mail could not be sent" in words(page)
    for address in ("consultations", "topics", "moderation", "answers", "people", "mail", "log"):
        assert f'href="/en/desk/{address}"' in page.text


@pytest.fixture
async def administrator(site: Site) -> Browser:
    async with site.database.writing() as session:
        for number in range(120):
            record(session, None, "round.extended", f"FMF-2026-01/{number}", NOW)
        record(session, None, "topic.created", XSS, NOW)
        record(session, None, "consultation.created", "FMF-2027-01", NOW)
    return await site.signed_in(Role.ADMINISTRATOR)


async def test_the_log_is_read_from_page_to_page_and_back(administrator: Browser) -> None:
    seen: list[str] = []
    address = "/en/desk/log"
    for _ in range(3):
        page = await administrator.get(address)
        seen += re.findall(r"FMF-2026-01/\d+", page.text)
        step = re.search(r'href="([^"]+)" rel="next"', page.text)
        address = unescape(step[1]) if step else ""
    assert address == ""
    assert len(seen) == len(set(seen)) == 120
    back = re.search(r'href="([^"]+)" rel="prev"', page.text)
    assert back
    newer = await administrator.get(unescape(back[1]))
    assert re.findall(r"FMF-2026-01/\d+", newer.text)[-1] == "FMF-2026-01/22"


async def test_the_log_is_filtered(site: Site, administrator: Browser) -> None:
    assert "FMF-2027-01" in (await administrator.get("/en/desk/log?about=fmf-2027")).text
    topics = await administrator.get("/en/desk/log?action=topic.created")
    assert XSS not in topics.text
    assert "FMF-2027-01" not in topics.text.replace("FMF-2026-01;", "")
    for nothing in (
        "person=Nobody",
        "about=%25",
        "action=%27%20OR%201%3D1--",
        "before=-1&person=x",
        "before=9e9&person=x",
    ):
        page = await administrator.get(f"/en/desk/log?{nothing}")
        assert page.status_code == 200
        assert "The log holds nothing like that." in words(page)


async def test_the_log_is_for_administrators(site: Site) -> None:
    for role in (Role.RESPONDENT, Role.MODERATOR, Role.EDITOR):
        assert (await (await site.signed_in(role)).get("/en/desk/log")).status_code == 404
