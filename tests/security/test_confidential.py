"""What was not meant for everybody is with those it was meant for, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from sqlalchemy import select, update

from consult.kernel.clock import SystemClock
from consult.models.consultation import Consultation
from consult.models.ledger import Mail
from consult.models.people import Organisation, Role, User
from consult.worker import run_worker
from tests.audits.addresses import address
from tests.audits.test_routes import table_of
from tests.demo_site import DemoSite, worked_demo
from tests.moderation.stories import comment
from tests.people import Browser, Site
from tests.security.living import crawl

CANARY = re.compile(r"qanary[a-z]+")
TALK = "/en/consultations/aviary/comments"
HIDE = {"action": "hide", "ground": "abuse", "original": "en", "reason.en": "It insults somebody."}
FORMS = ("reply", "edit", "withdraw", "report", "support")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSite:
    """With its files, in which something could be that is not public."""
    return worked_demo(tmp_path_factory.mktemp("demo"))


class Aviary:
    """A consultation in which everything happened that only some may read; `references` by what it was."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.references: dict[str, str] = {}
        self.browsers: dict[str, Browser] = {}

    async def build(self) -> None:
        await self.site.consultation("aviary")
        editor = await self.site.signed_in(Role.EDITOR, "Edda")
        neighbour = await self.person("Nell Neighbour")
        self.references["public"] = await self.says(neighbour, "Members should publish what they learn.")
        parent = f"/en/contributions/{self.references['public']}/reply"
        nameless = await self.person("Qanaryname Person", "Qanaryorg House")
        self.references["anonymous"] = await self.says(nameless, "I speak without a name.", anonymous="yes")
        self.references["anonymous reply"] = await self.says(nameless, "Nor here.", parent, anonymous="yes")
        rude = await self.person("Qanaryrude Person")
        self.references["hidden"] = await self.says(rude, "You are a qanaryold fool.", parent)
        await rude.post_form(
            f"/en/contributions/{self.references['hidden']}/edit", {"text": "You are a qanaryhidden fool."}
        )
        await self.hide(self.references["hidden"])
        sorry = await self.person("Sorry Person")
        self.references["withdrawn"] = await self.says(sorry, "I wrote qanarywithdrawn in haste.", parent)
        await sorry.post_form(f"/en/contributions/{self.references['withdrawn']}/withdraw", {})
        await sorry.post_form("/en/unfinished?target=/consultations/aviary/comments&address=/consultations/aviary/comments",
                              {"text": "A qanaryunfinished thought"}, form_at="/en/profile")  # fmt: skip
        await sorry.post_form(
            f"/en/contributions/{self.references['public']}/report",
            {"reason": "abuse", "text": "qanaryreport"},
        )
        await self.wait_for_moderators()
        first = await self.person("Qanarynew Person")
        self.references["pending"] = await self.says(first, "A qanarypending first post", parent)
        assert editor

    async def person(self, name: str, organisation: str = "") -> Browser:
        user = await self.site.person(name=name)
        if organisation:
            async with self.site.database.writing() as session:
                house = Organisation(
                    name=organisation,
                    fold=organisation.lower(),
                    kind="academia",
                    created_at=self.site.clock.now(),
                )
                session.add(house)
                await session.flush()
                await session.execute(update(User).where(User.id == user.id).values(organisation_id=house.id))
        self.browsers[name] = await self.site.browser_of(user)
        return self.browsers[name]

    async def says(self, who: Browser, text: str, at: str = TALK, **more: str) -> str:
        answer = await who.post_form(at, {"text": text, "lang": "en", **more})
        assert answer.status_code == 303, answer.text
        found = re.search(r"FMF-[\d-]+-C\d+", answer.headers["location"])
        assert found
        return found[0]

    async def hide(self, reference: str) -> None:
        moderator = await self.site.signed_in(Role.MODERATOR, "Mo")
        desk = f"/en/desk/contributions/{reference}"
        assert (await moderator.post_form(f"{desk}/decide", HIDE, form_at=desk)).status_code == 303

    async def wait_for_moderators(self) -> None:
        async with self.site.database.writing() as session:
            await session.execute(
                update(Consultation).where(Consultation.slug == "aviary").values(first_posts_wait=True)
            )

    def addresses(self) -> Iterable[str]:
        """Every door to what happened."""
        for slug in ("aviary",):
            for tail in (
                "",
                "/comments",
                "/comments?order=newest",
                "/outcome",
                "/feed.atom",
                "/deadline.ics",
                "/export.csv",
                "/export.jsonl",
            ):
                yield f"/en/consultations/{slug}{tail}"
            for tail in (
                "",
                "/comments",
                "/comments?state=all",
                "/comments?state=hidden",
                "/comments?state=pending",
                "/submissions",
            ):
                yield f"/api/v1/consultations/{slug}{tail}"
        for reference in self.references.values():
            for tail in ("", "/history", "/cite.bib", "/feed.atom", *(f"/{form}" for form in FORMS)):
                yield f"/en/contributions/{reference}{tail}"
            yield f"/api/v1/contributions/{reference}"
        for query in (
            "",
            "?q=qanary*",
            "?q=fool",
            "?q=author:qanary*",
            "?q=organisation:qanary*",
            "?sort=newest",
            "?q=first+post",
        ):
            for kind in ("/en/search", "/en/search/feed.atom", "/en/search/export.csv", "/en/search/export.jsonl", "/en/search/export.bib",
                         "/api/v1/search"):  # fmt: skip
                yield kind + query
        yield from (f"/en/search/suggest?q={begun}" for begun in ("q", "qanary", "qa"))
        yield from (
            "/sitemap.xml",
            "/en/feed.atom",
            "/en/log",
            "/en/",
            "/en/consultations",
            "/api/v1/consultations",
            "/en/mine",
            "/en/mine/data.json",
        )


async def leaks(browser: Browser, addresses: Iterable[str]) -> list[str]:
    """Where a reader meets a canary, as a page and as a part of one."""
    found = []
    for where in addresses:
        for headers in ({}, {"hx-request": "true"}) if "/contributions/" in where else ({},):
            answer = await browser.get(where, headers=headers)
            assert answer.status_code < 500, where
            words = CANARY.findall(answer.text.lower())
            found += [f"{where}: {word}" for word in set(words)]
    return found


async def test_nothing_confidential_is_anywhere_in_public(walked: Site, values: dict[str, str]) -> None:
    aviary = Aviary(walked)
    await aviary.build()
    await run_worker(walked.settings, SystemClock(), once=True)
    stranger = await walked.signed_in(name="Some Stranger")
    assert aviary.references["anonymous"] in (await stranger.get("/en/search?q=speak+without+a+name")).text
    routes = [
        each for route in table_of(walked) if route.method == "GET" and (each := address(route, values))
    ]
    public = [each for each in routes if "/demo/" not in each]
    for reader in (walked.browser(), stranger, aviary.browsers["Nell Neighbour"]):
        assert await leaks(reader, aviary.addresses()) == []
        async for where, answer in crawl(reader, ["/en/consultations/aviary", *public], most=70):
            if "/demo/" not in where:
                assert CANARY.findall(answer.text.lower()) == [], where
    # And it is there for those it is for, or the walk above would prove nothing.
    authors = {"Qanaryrude Person": "hidden", "Qanarynew Person": "pending"}
    for name in authors:
        assert CANARY.search((await aviary.browsers[name].get("/en/mine")).text)
    moderator = await walked.signed_in(Role.MODERATOR)
    assert (
        "qanaryhidden" in (await moderator.get(f"/en/desk/contributions/{aviary.references['hidden']}")).text
    )
    assert "qanarypending" in (await moderator.get("/en/desk/moderation")).text
    await no_mail_tells(walked)


async def no_mail_tells(site: Site) -> None:
    """Not even those who follow a thread get what was hidden, waits, or whose name was withheld."""
    async with site.database.reading() as session:
        mails = (await session.execute(select(Mail, User.name).join(User, User.id == Mail.user_id))).all()
    assert len(mails) > 0
    told = [
        (mail.kind, name)
        for mail, name in mails
        if CANARY.search(f"{mail.subject} {mail.text} {mail.html}".lower())
    ]
    assert told == []


async def test_nobody_can_act_on_what_they_may_not_see(walked: Site) -> None:
    aviary = Aviary(walked)
    await aviary.build()
    stranger = await walked.signed_in(name="Some Stranger")
    fields = {"text": "x", "reason": "abuse", "support": "yes", "lang": "en"}
    for form in FORMS:
        page = f"/en/contributions/{aviary.references['pending']}/{form}"
        answer = await stranger.post_form(page, fields, form_at="/en/profile")
        assert answer.status_code == 404, page
    for what in ("hidden", "withdrawn", "public"):
        for form in ("edit", "withdraw"):
            page = f"/en/contributions/{aviary.references[what]}/{form}"
            assert (await stranger.get(page)).status_code == 404
            assert (await stranger.post_form(page, fields, form_at="/en/profile")).status_code == 404
    for form in ("reply", "support", "report"):
        page = f"/en/contributions/{aviary.references['hidden']}/{form}"
        answer = await stranger.post_form(page, fields, form_at="/en/profile")
        assert CANARY.search(answer.text.lower()) is None


async def test_an_unpublished_consultation_is_not_there_through_any_door(
    walked: Site, values: dict[str, str]
) -> None:
    secret = await walked.consultation("secretaviary", published=False)
    author = await walked.person(Role.EDITOR, "Edda")
    async with walked.database.writing() as session:
        await session.execute(
            update(Consultation).where(Consultation.id == secret.id).values(published_at=walked.clock.now())
        )
    said = await comment(walked, author, "A qanarysecret remark", slug="secretaviary")
    async with walked.database.writing() as session:
        await session.execute(
            update(Consultation).where(Consultation.id == secret.id).values(published_at=None)
        )
    inside = {**values, "slug": "secretaviary", "reference": said.reference}
    stranger = await walked.signed_in(name="Some Stranger")
    # An editor reads it first, so that nothing kept for editors is handed to others afterwards.
    editor = await walked.signed_in(Role.EDITOR, "Ed")
    reached = 0
    for route in table_of(walked):
        if (
            not any(name in route.path for name in ("{slug", "{reference"))
            or (target := address(route, inside)) is None
        ):
            continue
        await editor.get(target)
        for reader in (walked.browser(), stranger):
            fields = {"text": "x", "lang": "en", "reason": "abuse"}
            asks = route.method == "GET"
            answer = await (
                reader.get(target) if asks else reader.post_form(target, fields, form_at="/en/profile")
            )
            assert answer.status_code in (401, 403, 404), f"{route.method} {target}: {answer.status_code}"
            assert CANARY.search(answer.text.lower()) is None
            reached += 1
    assert reached > 40
