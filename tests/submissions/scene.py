"""A round that asks two sections of questions, and people who respond to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape

import httpx
import msgspec
from sqlalchemy import select, update

from consult.models.consultation import Round
from consult.models.contribution import Contribution
from consult.models.people import User
from consult.models.questionnaire import (
    Condition,
    Content,
    Option,
    Question,
    QuestionKind,
    Questionnaire,
    Section,
)
from consult.models.submission import Submission, SubmissionSending
from consult.submissions.queries import sendings_of
from tests.people import BASE, TOKEN, Browser, Site, said

START = "/en/consultations/charter/respond"
CONTENT = Content(
    sections=(
        Section(
            key="views",
            title=said(en="Your views", ar="آراؤكم"),
            questions=(
                Question(
                    key="change",
                    kind=QuestionKind.LONG,
                    label=said(en="What should change?", ar="ما الذي يجب أن يتغير؟"),
                    required=True,
                ),
                Question(
                    key="agree",
                    kind=QuestionKind.ONE,
                    label=said(en="Do you agree?", ar="هل توافقون؟"),
                    options=(
                        Option(key="yes", label=said(en="Yes", ar="نعم")),
                        Option(key="no", label=said(en="No", ar="لا")),
                    ),
                ),
                Question(
                    key="why",
                    kind=QuestionKind.LONG,
                    label=said(en="Why not?", ar="لماذا لا؟"),
                    only_if=Condition(question="agree", values=("no",)),
                ),
            ),
        ),
        Section(
            key="more",
            title=said(en="More", ar="المزيد"),
            questions=(
                Question(
                    key="members",
                    kind=QuestionKind.NUMBER,
                    label=said(en="How many members have you?", ar="كم عدد أعضائكم؟"),
                ),
            ),
        ),
    )
)
FULLER = Content(
    sections=(
        Section(
            key="views",
            title=said(en="Your views"),
            questions=(
                Question(
                    key="proof", kind=QuestionKind.FILES, label=said(en="What shows it?"), required=True
                ),
                msgspec.structs.replace(CONTENT.sections[0].questions[0], most_words=5),
            ),
        ),
        CONTENT.sections[1],
    )
)
"""Asks for files first, and then for few words."""
WHO = {
    "name": "Amal Haddad",
    "kind": "individual",
    "organisation": "",
    "country": "LB",
    "lang": "ar",
    "interest": "independent",
    "funder": "",
    "email": "amal@example.org",
}


async def asking(
    site: Site,
    content: Content = CONTENT,
    *,
    closes: timedelta = timedelta(days=7),
    grace: int = 60,
    late_days: int = 0,
) -> Round:
    """A public consultation whose round asks for formal responses."""
    consultation = await site.consultation(closes=closes, grace=grace)
    async with site.database.writing() as session:
        found = select(Round).where(Round.consultation_id == consultation.id)
        round_ = (await session.execute(found)).scalar_one()
        round_.late_days = late_days
        session.add(questionnaire(round_.id, content, site))
    return round_


def questionnaire(round_id: int, content: Content, site: Site) -> Questionnaire:
    """A ready questionnaire."""
    now = site.clock.now()
    return Questionnaire(
        round_id=round_id, content=msgspec.to_builtins(content), ready_at=now, created_at=now
    )


async def begin(browser: Browser, way: str = "self", **fields: str) -> str:
    """Begin a response: its address."""
    answer = await browser.post_form(START, {"as": way, **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def begin_as_guest(
    site: Site, name: str = "Amal Haddad", email: str = "amal@example.org"
) -> tuple[Browser, str]:
    """Somebody without an account begins: their browser, and their response's address."""
    browser = site.browser()
    answer = await browser.post_form(START, {"as": "guest", "name": name, "email": email})
    assert answer.status_code == 303, answer.text
    browser.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
    return browser, answer.headers["location"].partition("?")[0]


async def fill(browser: Browser, address: str, section: str, **fields: str) -> httpx.Response:
    """Fill a section's page in and send it, as a browser without scripts does."""
    page = (await browser.get(f"{address}/sections/{section}")).text
    return await browser.post(
        f"{address}/sections/{section}", data={**hidden(page), **fields}, headers={"origin": BASE}
    )


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page's form, and what its text fields hold."""
    main = html.partition("<main")[2]
    found = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', main))
    texts = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', main, re.DOTALL)
    chosen = re.findall(r'type="radio"[^>]* name="([^"]+)" value="([^"]*)"[^>]* checked', main)
    return {**found, **{name: unescape(text) for name, text in texts}, **dict(chosen)}


async def autosave(
    browser: Browser, address: str, key: str, text: str, seen: int, **more: str
) -> httpx.Response:
    """What a page sends while one types."""
    token = TOKEN.search((await browser.get(address)).text)
    assert token
    data = {"csrf": token[1], "q": key, f"a_{key}": text, f"v_{key}": str(seen), **more}
    return await browser.post(f"{address}/save", data=data, headers={"origin": BASE})


async def say_who(browser: Browser, address: str, **more: str) -> httpx.Response:
    """Say who responds."""
    page = (await browser.get(f"{address}/who")).text
    return await browser.post(
        f"{address}/who", data={**hidden(page), **WHO, **more}, headers={"origin": BASE}
    )


async def publish_as(site: Site, address: str, publication: str = "named") -> None:
    """Choose how it is published."""
    async with site.database.writing() as session:
        key = address.rpartition("/")[2]
        await session.execute(update(Submission).where(Submission.key == key).values(publication=publication))


async def complete(site: Site, browser: Browser, address: str, change: str = "Everything.") -> None:
    """Answer all that is needed."""
    await say_who(browser, address)
    await publish_as(site, address)
    await fill(browser, address, "views", a_change=change)


async def send(browser: Browser, address: str, declared: str = "yes") -> httpx.Response:
    """Send from the page that checks the answers."""
    return await browser.post_form(f"{address}/send", {"declared": declared}, form_at=f"{address}/check")


async def submission_at(site: Site, address: str) -> Submission:
    """The response of an address."""
    async with site.database.reading() as session:
        key = address.rpartition("/")[2]
        return (await session.execute(select(Submission).where(Submission.key == key))).scalar_one()


async def sendings_at(site: Site, address: str) -> Sequence[SubmissionSending]:
    """All sendings of the response of an address."""
    submission = await submission_at(site, address)
    async with site.database.reading() as session:
        return await sendings_of(session, submission.id)


async def faces(site: Site) -> Sequence[Contribution]:
    """All public faces of responses."""
    async with site.database.reading() as session:
        statement = select(Contribution).where(Contribution.type == "submission")
        return (await session.execute(statement)).scalars().all()


async def guests(site: Site) -> Sequence[User]:
    """Everybody without an account."""
    async with site.database.reading() as session:
        return (await session.execute(select(User).where(User.guest))).scalars().all()
