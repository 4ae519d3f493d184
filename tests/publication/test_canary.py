"""What a respondent keeps confidential is in nothing that anybody below the named readers can get."""

from __future__ import annotations

import io
import re

import msgspec
import pytest
from sqlalchemy import select

from consult.exchange.contributions_out import EVERY, INTERNAL_NAMES, NAMES, PUBLIC, stream_records
from consult.exchange.formats import FORMATS
from consult.exchange.queries import Which
from consult.kernel.clock import SystemClock
from consult.logs import set_up_logs
from consult.models.consultation import Consultation
from consult.models.ledger import Mail, OutboxEvent
from consult.models.people import Role
from consult.models.response import Audit
from consult.models.submission import Attachment
from consult.worker import run_worker
from tests.audits.addresses import address
from tests.audits.test_routes import table_of
from tests.people import BASE, Browser, Site
from tests.publication.scene import QUESTIONS, SLUG, Responses, Said
from tests.security.living import crawl

CANARY = re.compile(r"qanary[a-z]*", re.IGNORECASE)
PAIRED = Said(
    name="Qanaryname Person",
    organisation="Qanaryorg House",
    answers={
        "why": "Because it matters.",
        "costs": "It costs qanarymarked millions a year.",
        "agree": "yes",
        "letter": "My qanaryprivate letter.",
    },
    marks={"costs": ["qanarymarked"]},
    private=["letter"],
    publication="unnamed",
    interest="funded",
    funder="Qanaryfunder Company",
)
CLOSED = Said(
    name="Qanaryclosed Person",
    answers={"why": "My qanaryclosed reason."},
    publication="confidential",
    summary="A summary for everybody.",
)
UNSENT = Said(name="Qanaryunsent Person", answers={"why": "A qanaryunsent thought."})
READERS = msgspec.structs.replace(QUESTIONS, readers="administrator")


# Which database it is makes no difference to what is told.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def responses(site: Site) -> Responses:
    made = Responses(site)
    await made.ask(READERS)
    return made


async def send_paired(responses: Responses) -> str:
    """With a confidential file and a public one, uploaded as people do."""
    key = await responses.begin(PAIRED)
    browser = await responses.browser(PAIRED.name)
    page = f"/en/respond/{key}/files"
    token = re.search(r'name="csrf" value="([^"]+)"', (await browser.get(page)).text)
    assert token
    for name, text, private in (
        ("qanaryfile.txt", "The qanaryfilecontent of my file.", True),
        ("minutes.txt", "What everybody may read.", False),
    ):
        fields = {"csrf": token[1], **({"private": "yes"} if private else {})}
        files = {"files": (name, io.BytesIO(text.encode()), "text/plain")}
        answer = await browser.post(page, data=fields, files=files, headers={"origin": BASE})
        assert answer.status_code == 303, answer.text[:500]
    return (await responses.send_again(key, PAIRED.name)).contribution.reference


def seen(text: str) -> set[str]:
    return {each.lower() for each in CANARY.findall(text)}


async def test_no_canary_sings_where_it_must_not(
    responses: Responses, capfd: pytest.CaptureFixture[str]
) -> None:
    site = responses.site
    set_up_logs("debug")
    reference = await send_paired(responses)
    closed = await responses.send(CLOSED)
    key = await responses.begin(UNSENT)
    neighbour = await site.signed_in(name="Nell Neighbour")
    reply = await neighbour.post_form(
        f"/en/contributions/{reference}/reply", {"text": "I agree.", "lang": "en"}
    )
    assert reply.status_code == 303
    # A demo keeps its mails, so that they can be read.
    await run_worker(msgspec.structs.replace(site.settings, demo=True), SystemClock(), once=True)

    await no_page_tells(responses, reference, closed, key)
    await no_file_tells(site)
    await no_book_tells(responses)
    logged = capfd.readouterr().err
    assert logged.count('"route"') > 100
    assert seen(logged) == set()

    # And it is there for those it is for, or the walk above would prove nothing.
    administrator = await responses.staff(Role.ADMINISTRATOR)
    files: list[str] = []
    for one, words in (
        (
            reference,
            {"qanaryname", "qanaryorg", "qanarymarked", "qanaryprivate", "qanaryfile", "qanaryfunder"},
        ),
        (closed, {"qanaryclosed"}),
    ):
        page = f"/en/desk/consultations/{SLUG}/responses/{one}"
        assert seen((await administrator.get(page)).text) == set(), "only after asking"
        full = await administrator.post_form(f"{page}/read", {}, form_at=page)
        assert words <= seen(full.text)
        assert "qanaryunsent" not in seen(full.text)
        for key in re.findall(r'/files/([^"/]+)"', full.text):
            taken = await administrator.post_form(f"{page}/files/{key}", {}, form_at=page)
            assert taken.headers["content-disposition"].startswith("attachment")
            files.append(taken.text)
    assert files == ["The qanaryfilecontent of my file.", "What everybody may read."]
    async with site.database.reading() as session:
        lines = (await session.execute(select(Audit.what).where(Audit.about == reference))).scalars().all()
    assert lines == ["submission.read", "submission.file-read", "submission.file-read"]


def doors(reference: str) -> list[str]:
    """Addresses of one response that parameters make."""
    consultation = f"/en/consultations/{SLUG}"
    return [
        *(f"{consultation}{tail}" for tail in ("", "/comments", "/responses", "/feed.atom", "/export.csv", "/export.jsonl")),
        *(f"/api/v1/consultations/{SLUG}/submissions{tail}" for tail in ("", "?state=all", "?state=pending")),
        *(f"/en/contributions/{reference}{tail}" for tail in ("", "/history", "/cite.bib", "/feed.atom", "/report", "/files/1/minutes.txt", "/files/2/minutes.txt")),
        f"/api/v1/contributions/{reference}",
    ]  # fmt: skip


def searches() -> list[str]:
    """What is found is the same for everybody: it is asked for once."""
    words = ("qanary*", "millions", "author:qanary*", "organisation:qanary*", "summary", "letter")
    kinds = ("/en/search", "/en/search/feed.atom", "/en/search/export.csv", "/en/search/export.jsonl", "/en/search/export.bib", "/api/v1/search")  # fmt: skip
    begun = (f"/en/search/suggest?q={each}" for each in ("q", "qanary", "qa"))
    return [*(f"{kind}?q={word}" for word in words for kind in kinds), *begun]


async def no_page_tells(responses: Responses, reference: str, closed: str, key: str) -> None:
    """Every route with every parameter known, for everybody below the readers, and whatever pages link to."""
    site = responses.site
    async with site.database.reading() as session:
        private = select(Attachment.key).where(Attachment.name == "qanaryfile.txt")
        attachment = (await session.execute(private)).scalar_one()
    strangers: list[Browser] = [
        site.browser(),
        await site.signed_in(name="Some Stranger"),
        await responses.staff(Role.MODERATOR),
        await responses.staff(Role.EDITOR),
    ]
    table = table_of(site)
    for at, browser in enumerate(strangers):
        found: set[str] = set()
        for one in (reference, closed):
            values = {
                "slug": SLUG,
                "reference": one,
                "key": key,
                "attachment": attachment,
                "question": "costs",
                "number": "1",
            }
            routes = [
                each
                for route in table
                if route.method == "GET" and (one == reference or "{reference" in route.path)
                if (each := address(route, values))
            ]
            more = searches() if not at and one == reference else []
            for where in dict.fromkeys([*routes, *doors(one), *more]):
                answer = await browser.get(where)
                found |= {f"{where}: {each}" for each in seen(answer.text)}
        page = f"/en/desk/consultations/{SLUG}/responses/{reference}"
        for tail in ("/read", f"/files/{attachment}"):
            answer = await browser.post_form(f"{page}{tail}", {}, form_at="/en/profile")
            assert answer.status_code in (401, 403, 404)
            found |= seen(answer.text)
        assert {each for each in found if "q=" not in each} == set(), at
        # A search says back what was searched for, and nothing else with it.
        assert {each.rpartition(": ")[2] for each in found} <= {"qanary"}
    async for where, answer in crawl(strangers[1], [f"/en/consultations/{SLUG}"], most=40):
        assert seen(answer.text) == set(), where


async def no_file_tells(site: Site) -> None:
    """The index on disk, and whatever is written from the shell."""
    index = [path.read_bytes().lower() for path in site.settings.index_dir.rglob("*") if path.is_file()]
    assert any(b"millions" in body for body in index), "its texts can be read in its files"
    assert [body for body in index if b"qanary" in body] == []
    async with site.database.reading() as session:
        consultation = (await session.execute(select(Consultation.id))).scalar_one()
    for states, names in ((PUBLIC, NAMES), (EVERY, INTERNAL_NAMES)):
        for format in FORMATS.values():
            written = format.begin(names)
            async for records in stream_records(site.database, Which(consultation, states), BASE):
                written += format.write(records)
            assert b"qanary" not in written.lower()
            assert b"everybody" in written


async def no_book_tells(responses: Responses) -> None:
    """Mails to others, events, the audit log."""
    own = {user.id for user in responses.people.values()}
    async with responses.site.database.reading() as session:
        mails = (await session.execute(select(Mail))).scalars().all()
        events = (await session.execute(select(OutboxEvent.data))).scalars().all()
        lines = (await session.execute(select(Audit.about, Audit.actor_name))).all()
    assert [mail.kind for mail in mails if mail.user_id in own], "its people were told of the reply"
    assert all(mail.text for mail in mails)
    for mail in mails:
        if mail.user_id not in own:
            assert seen(f"{mail.subject} {mail.text} {mail.html}") == set(), mail.kind
    assert seen(repr(events)) == set()
    assert seen(repr(lines)) == set()
