"""A formal response on a phone, in Arabic, by keyboard, with a line that drops; killed browsers, ended sessions, ended rounds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import msgspec
import pytest
from playwright.sync_api import Browser, Error, Page, expect
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db import migrate
from consult.kernel.clock import SystemClock
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution
from consult.models.questionnaire import Content, Questionnaire
from tests.browser.people import PHONE, Doors
from tests.browser.serving import Served, apart, serving
from tests.browser.steps import say, tab_to
from tests.demo_site import DemoSite
from tests.people import said
from tests.submissions.scene import CONTENT, FULLER

ENGLISH = "Published for all to read."


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site of its own: rounds end here, and nobody else's pages may."""
    folder = tmp_path_factory.mktemp("asking")
    apart(lambda: migrate.upgrade(f"sqlite+aiosqlite:///{folder / 'consult.sqlite3'}"))
    with serving(DemoSite(folder), tmp_path_factory.mktemp("asked")) as served:
        yield served


@pytest.fixture
def doors(chromium: Browser, asking: Served) -> Iterator[Doors]:
    """Ways into it."""
    opened = Doors(chromium, asking)
    yield opened
    opened.close()


def ask(served: Served, slug: str, asked: Content = CONTENT) -> str:
    """A consultation whose round asks for responses: its start page."""

    async def make(session: AsyncSession) -> None:
        now = SystemClock().now()
        consultation = Consultation(
            reference=f"FMF-2026-R{slug[-1]}",
            slug=slug,
            title=said(en="The observatory", ar="المرصد"),
            summary=said(en="What it is about."),
            asks=said(en="What should change?"),
            use=said(en="We read everything."),
            languages=["en", "ar"],
            published_at=now,
            created_at=now,
        )
        session.add(consultation)
        await session.flush()
        round_ = Round(
            consultation_id=consultation.id,
            number=1,
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(minutes=59),
            time_zone="Asia/Beirut",
            grace_minutes=30,
            created_at=now,
        )
        session.add(round_)
        await session.flush()
        content = msgspec.to_builtins(asked)
        session.add(Questionnaire(round_id=round_.id, content=content, ready_at=now, created_at=now))

    served.ask(make)
    return f"/consultations/{slug}/respond"


def end(served: Served, slug: str) -> None:
    """The round is over, with its extra time."""

    async def close(session: AsyncSession) -> None:
        of = select(Consultation.id).where(Consultation.slug == slug).scalar_subquery()
        at = SystemClock().now() - timedelta(hours=2)
        await session.execute(update(Round).where(Round.consultation_id == of).values(closes_at=at))

    served.ask(close)


def received(served: Served, slug: str) -> list[str]:
    """Texts of the responses to a consultation."""

    async def find(session: AsyncSession) -> list[str]:
        statement = select(Contribution.text).join(
            Consultation, Consultation.id == Contribution.consultation_id
        )
        return list((await session.execute(statement.where(Consultation.slug == slug))).scalars())

    return served.ask(find)


def type_in(page: Page, selector: str, text: str) -> None:
    """Tab to a field and type, as one does without a mouse."""
    tab_to(page, selector)
    page.keyboard.type(text)


def press(page: Page, selector: str) -> None:
    """Tab to a button or link and press it."""
    tab_to(page, selector)
    page.keyboard.press("Enter")


def saved(page: Page, locale: str) -> None:
    """Until the page says that it is saved."""
    words = say(locale, "Saved at {time}").partition("{")[0]
    expect(page.locator("[data-state]")).to_contain_text(words)


def test_a_whole_response_in_arabic_on_a_phone_by_keyboard_while_the_line_drops(doors: Doors) -> None:
    start = ask(doors.site, "observatory-1")
    page = doors.open(screen=PHONE, locale="ar")
    page.goto(f"/ar{start}")
    type_in(page, "#name", "أمل حداد")
    type_in(page, "#email", "amal@observatory.example.org")
    press(page, "button[value=guest]")
    page.wait_for_url("**/ar/respond/*")
    press(page, "a[href$='/who']")
    page.wait_for_url("**/who")
    tab_to(page, "#interest")
    page.keyboard.press("Space")
    press(page, "main form [type=submit]")
    page.wait_for_url("**/ar/respond/*notice=*")
    press(page, "a[href$='/sections/views']")
    page.wait_for_url("**/sections/views")
    type_in(page, "#a_change", "ليجتمع المجلس علنا")
    saved(page, "ar")
    page.context.set_offline(True)
    page.keyboard.type(" ولتنشر المحاضر")
    expect(page.locator("[data-state]")).to_contain_text(
        say(
            "ar",
            "No connection. What you write is kept in this browser, and saved as soon as the line is back.",
        )
    )
    tab_to(page, "[name=a_agree]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#a_why")).to_be_visible()
    page.context.set_offline(False)
    saved(page, "ar")
    press(page, "main [data-end] [type=submit]")
    page.wait_for_url("**/sections/more*")
    type_in(page, "#a_members", "١٢٠")
    press(page, "main [data-end] [type=submit]")
    page.wait_for_url("**/ar/respond/*saved=more")
    press(page, "a[href$='/publication']")
    page.wait_for_url("**/publication")
    tab_to(page, "[name=publication]")
    page.keyboard.press("Space")
    press(page, "main form [type=submit]")
    page.wait_for_url("**/ar/respond/*")
    press(page, "main a[href$='/check']")
    page.wait_for_url("**/check")
    tab_to(page, "#declared")
    page.keyboard.press("Space")
    press(page, "form[action$='/send'] [type=submit]")
    page.wait_for_url("**/receipt*")
    expect(page.locator("main")).to_contain_text("FMF-2026-R1-S0001")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
    [text] = received(doors.site, "observatory-1")
    assert "ليجتمع المجلس علنا ولتنشر المحاضر" in text
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('consult:response')).length")
        == 0
    )


def crash(page: Page) -> None:
    """As when the system ends the browser: no script runs any more, and nothing of the last words reaches the site."""
    with suppress(Error):
        page.goto("chrome://crash")
    page.close()


def test_a_killed_browser_an_ended_session_and_an_ended_round_lose_nothing(doors: Doors) -> None:
    start = ask(doors.site, "observatory-2")
    member = doors.site.newcomer("Wanjiru Mwangi")
    page = doors.open(member)
    context = page.context
    page.goto(f"/en{start}")
    page.locator("button[value=self]").click()
    page.wait_for_url("**/en/respond/*")
    address = page.url.partition("?")[0]
    page.goto(f"{address}/sections/views")
    page.locator("#a_change").press_sequentially(ENGLISH)
    saved(page, "en")
    context.set_offline(True)
    page.locator("#a_change").press_sequentially(" Killed here.")
    crash(page)
    context.set_offline(False)

    page = context.new_page()
    page.goto(f"{address}/sections/views")
    expect(page.locator("#a_change")).to_have_value(f"{ENGLISH} Killed here.")
    expect(page.get_by_role("button", name=say("en", "Take what was saved instead"))).to_be_visible()
    saved(page, "en")

    doors.site.end_sessions(member)
    page.locator("#a_change").press_sequentially(" Signed out here.")
    expect(page.locator("[data-state] a")).to_be_visible()
    doors.sign_in(context, member)
    page.reload()
    expect(page.locator("#a_change")).to_have_value(f"{ENGLISH} Killed here. Signed out here.")
    saved(page, "en")
    page.goto(f"{address}/check")
    expect(page.locator("main")).to_contain_text("Signed out here.")

    page.goto(f"{address}/sections/views")
    end(doors.site, "observatory-2")
    page.locator("#a_change").press_sequentially(" Written at the end.")
    saved(page, "en")
    page.locator("main [data-end] [type=submit]").first.click()
    page.wait_for_url("**/sections/more*")
    page.goto(address)
    expect(page.locator("main")).to_contain_text("takes no responses any more")
    page.goto(f"{address}/check")
    expect(page.locator("main")).to_contain_text("Written at the end.")
    assert received(doors.site, "observatory-2") == []


def first_section(page: Page, start: str) -> str:
    """Begin a response for oneself and open its first section: the section's address."""
    page.goto(f"/en{start}")
    page.locator("button[value=self]").click()
    page.wait_for_url("**/en/respond/*")
    section = f"{page.url.partition('?')[0]}/sections/views"
    page.goto(section)
    return section


def test_a_second_tab_is_told_at_once_and_both_texts_stay(doors: Doors) -> None:
    start = ask(doors.site, "observatory-3")
    first = doors.open(doors.site.newcomer("Two Tabs"))
    section = first_section(first, start)
    second = first.context.new_page()
    second.goto(section)
    first.locator("#a_change").press_sequentially("From the first tab.")
    saved(first, "en")
    second.locator("#a_change").press_sequentially("From the second.")
    box = second.get_by_role("alert")
    expect(box).to_contain_text("From the first tab.")
    box.get_by_role("button", name=say("en", "Keep both, one below the other")).click()
    expect(second.locator("#a_change")).to_have_value("From the first tab.\n\nFrom the second.")
    expect(second.get_by_text(say("en", "Two texts for one answer"))).to_have_count(0)


def test_a_question_for_files_keeps_nobody_on_its_page(doors: Doors) -> None:
    start = ask(doors.site, "observatory-4", FULLER)
    page = doors.open(doors.site.newcomer("With Files"))
    section = first_section(page, start)
    page.locator("#a_change").press_sequentially("One two three four five six")
    saved(page, "en")
    expect(page.locator("[data-question=change] p.error")).to_have_count(1)
    page.get_by_role("button", name=say("en", "Add a file")).click()
    page.wait_for_url("**/files?*")
    page.get_by_role("link", name=say("en", "Continue")).click()
    page.wait_for_url("**/sections/views?saved=views#q_proof")
    expect(page.locator("#a_change")).to_have_value("One two three four five six")
    page.locator("#a_change").fill("One two three")
    page.locator("main [data-end]").get_by_role("button", name=say("en", "Save and continue")).click()
    page.wait_for_url("**/sections/more*")
    page.goto(section)
    page.locator("#a_change").fill("One two")
    page.locator("[data-end] [value=overview]").click()
    page.wait_for_url("**/en/respond/*saved=views")
