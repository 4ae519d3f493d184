"""Pages that everybody shares are never older than the last change, and hold nothing of any one reader."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from markupsafe import escape
from sqlalchemy import select

from consult.consultations.fields import ConsultationFields
from consult.consultations.queries import get_consultation
from consult.consultations.rounds import extend_round
from consult.consultations.service import edit_consultation
from consult.documents.markdown import render_comment
from consult.kernel.clock import SetClock
from consult.models.consultation import Round
from consult.models.contribution import Contribution
from consult.models.people import Role
from consult.models.response import DispositionKind
from consult.responses.service import OutcomeTexts, give_disposition, publish_outcome, save_outcome
from consult.security.actor import Actor
from consult.settings import ROOT
from consult.web.holes import holes
from consult.web.rendering import Renderer
from tests.comments.talking import DISCUSSION, READING, block_page, do, moderate, reply, row, say, words
from tests.conftest import HOUR
from tests.moderation.stories import actor_of
from tests.people import Browser, Site, said
from tests.web.pages import ALL, SHARED, raw, second_process, soon_has, unpacked


@dataclass
class Scene:
    """A consultation in which something has been said, read by somebody who is not signed in."""

    site: Site
    keys: list[str]
    reader: Browser
    ana: Browser
    bo: Browser
    moderator: Browser
    editor: Actor
    reference: str = ""

    @classmethod
    async def begin(cls, site: Site) -> Scene:
        await site.consultation(closes=timedelta(days=7))
        scene = cls(
            site=site,
            keys=await site.draft(),
            reader=site.browser(),
            ana=await site.signed_in(name="Ana"),
            bo=await site.signed_in(name="Bo"),
            moderator=await site.signed_in(Role.MODERATOR),
            editor=await actor_of(site, await site.person(Role.EDITOR)),
        )
        scene.reference = await say(scene.ana, "First of all.", block_page(scene.keys[1]), lang="en")
        return scene

    @property
    def own(self) -> str:
        return f"/en/contributions/{self.reference}"

    async def look(self) -> None:
        """Load every page, so that it is kept."""
        for address in (
            *ALL,
            self.own,
            f"{self.own}/history",
            "/en/log",
            "/en/consultations/charter/outcome",
        ):
            await self.reader.get(address)

    async def shows(self, address: str, text: str) -> bool:
        return text in words(await self.reader.get(address))


async def post_another(scene: Scene) -> dict[str, str]:
    await say(scene.bo, "Second of all.", block_page(scene.keys[2]))
    return {READING: "Second of all.", block_page(scene.keys[2]): "Second of all.", "/en/": "2 contributions"}


async def reply_to_it(scene: Scene) -> dict[str, str]:
    await reply(scene.bo, scene.reference, "An answer to it.")
    return {READING: "An answer to it.", scene.own: "An answer to it."}


async def edit_it(scene: Scene) -> dict[str, str]:
    await do(scene.ana, scene.reference, "edit", text="Better said.", lang="en")
    return {READING: "Better said.", scene.own: "Better said.", f"{scene.own}/history": "First of all."}


async def withdraw_it(scene: Scene) -> dict[str, str]:
    await do(scene.ana, scene.reference, "withdraw")
    assert not await scene.shows(READING, "First of all.")
    return dict.fromkeys((block_page(scene.keys[1]), scene.own), "The author withdrew this comment.")


async def hide_it(scene: Scene) -> dict[str, str]:
    await moderate(scene.moderator, scene.reference, "hide")
    assert not await scene.shows(READING, "First of all.")
    stub = "A moderator hid this comment."
    return {block_page(scene.keys[1]): stub, scene.own: stub, "/en/log": scene.reference}


async def restore_it(scene: Scene) -> dict[str, str]:
    await moderate(scene.moderator, scene.reference, "hide")
    await scene.look()
    await moderate(scene.moderator, scene.reference, "restore")
    return {READING: "First of all.", scene.own: "First of all.", "/en/log": "Restored"}


async def support_it(scene: Scene) -> dict[str, str]:
    await do(scene.bo, scene.reference, "support", support="yes")
    return {READING: "1 supports this", scene.own: "1 supports this"}


async def answer_it(scene: Scene) -> dict[str, str]:
    site = scene.site
    async with site.database.writing() as session:
        found = await session.get_one(Contribution, (await row(site, scene.reference)).id)
        await give_disposition(
            session,
            found,
            DispositionKind.ACCEPTED,
            said(en="You are right."),
            said(en="We wrote it so."),
            scene.editor,
            site.clock.now(),
        )
    return {READING: "You are right.", scene.own: "You are right."}


async def extend_it(scene: Scene) -> dict[str, str]:
    site = scene.site
    async with site.database.writing() as session:
        round_ = (await session.execute(select(Round))).scalar_one()
        await extend_round(
            session,
            round_,
            round_.closes_at + timedelta(days=9),
            said(en="Many asked."),
            None,
            site.clock.now(),
        )
    await scene.site.heard()
    return dict.fromkeys(
        ("/en/", "/en/consultations", "/en/consultations/charter", READING, DISCUSSION), "10 December 2026"
    )


async def publish_an_outcome(scene: Scene) -> dict[str, str]:
    site = scene.site
    async with site.database.writing() as session:
        consultation = await get_consultation(session, "charter", None)
        texts = OutcomeTexts(said(en="We asked."), said(en="You said."), said(en="We did."))
        await save_outcome(session, consultation, texts, scene.editor, site.clock.now())
        await publish_outcome(session, consultation, scene.editor, site.clock.now())
    await scene.site.heard()
    return {"/en/consultations/charter/outcome": "We did."}


async def rename_it(scene: Scene) -> dict[str, str]:
    async with scene.site.database.writing() as session:
        consultation = await get_consultation(session, "charter", None)
        fields = ConsultationFields(
            slug="charter", original="en", languages=("en", "fr"), title={"en": "The great charter"}
        )
        await edit_consultation(session, consultation, fields, None, scene.site.clock.now())
    await scene.site.heard()
    return dict.fromkeys((*ALL, scene.own), "The great charter")


async def publish_a_version(scene: Scene) -> dict[str, str]:
    await scene.site.draft(texts={"en": "# Charter\n\nEverybody shares.\n\nThe board meets in public.\n"})
    return {READING: "Everybody shares.", "/en/consultations/charter": "Version 2"}


CHANGES = (post_another, reply_to_it, edit_it, withdraw_it, hide_it, restore_it, support_it, answer_it, extend_it,
           publish_an_outcome, rename_it, publish_a_version)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
async def test_the_next_reader_sees_the_change(
    site: Site, change: Callable[[Scene], Awaitable[dict[str, str]]]
) -> None:
    scene = await Scene.begin(site)
    async with second_process(site) as other:
        elsewhere = other.browser()
        await scene.look()
        for address in (*ALL, scene.own):
            await elsewhere.get(address)
        expected = await change(scene)
        for address, text in expected.items():
            assert await scene.shows(address, text), (address, text)
        for address, text in expected.items():
            assert await soon_has(elsewhere, address, text), (address, text)


async def test_a_page_is_made_once_and_then_kept(site: Site) -> None:
    scene = await Scene.begin(site)
    for address in (*SHARED, scene.own):
        first, again = await scene.reader.get(address), await scene.reader.get(address)
        assert first.headers["etag"] == again.headers["etag"]
        assert first.headers["cache-control"] == "no-cache"
        assert first.content == again.content
        same = await scene.reader.get(address, headers={"if-none-match": again.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")


async def test_every_coding_holds_the_same_page(site: Site) -> None:
    scene = await Scene.begin(site)
    for address in (*SHARED, scene.own):
        bodies, etags = set(), set()
        for coding in ("", "gzip", "br"):
            body, answer = await raw(scene.reader, address, coding or "identity")
            assert answer.headers.get("content-encoding", "") == coding
            assert int(answer.headers["content-length"]) == len(body)
            assert "Accept-Encoding" in answer.headers["vary"]
            bodies.add(unpacked(body, coding))
            etags.add(answer.headers["etag"])
        assert len(bodies) == 1, address
        assert len(etags) == 3, address


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip;q=0, br;q=0", ""), ("gzip; q=0.5, br; q=0", "gzip"), ("BR", "br"), ("br;q=0.0,gzip", "gzip"),
     ("*", ""), ("gzip;q=nonsense", "gzip"), ("", "")],
)  # fmt: skip
async def test_a_coding_that_is_refused_is_not_sent(site: Site, accepted: str, coding: str) -> None:
    await site.consultation()
    _, answer = await raw(site.browser(), "/en/consultations", accepted)
    assert answer.headers.get("content-encoding", "") == coding


async def test_nothing_of_a_reader_stays_in_the_page(site: Site) -> None:
    scene = await Scene.begin(site)
    person = await site.signed_in(name="Nightingale Canary")
    own = await say(person, "What I think.", block_page(scene.keys[2]), anonymous="yes")
    await do(person, scene.reference, "support", support="yes")
    for address in (*SHARED, scene.own, f"/en/contributions/{own}"):
        mine = await person.get(address)
        assert "Nightingale Canary" in mine.text
        assert 'name="csrf"' in mine.text
        assert mine.headers["cache-control"] == "private, no-store"
        assert "etag" not in mine.headers
        others = await site.browser().get(address)
        assert set(re.findall(r'name="csrf" value="([^"]*)"', others.text)) <= {""}, address
        for personal in ("Nightingale", "You wrote this", "You support this", "/sign-out"):
            assert personal not in others.text, (address, personal)
        assert "set-cookie" not in others.headers
    assert "You wrote this" in (await person.get(f"/en/contributions/{own}")).text
    assert "You support this" in (await person.get(scene.own)).text


async def test_no_cookie_or_header_of_one_reader_changes_the_page_of_another(site: Site) -> None:
    scene = await Scene.begin(site)
    before = (await scene.reader.get(READING)).content
    async with second_process(site) as fresh:
        for headers in (
            {"cookie": "__Host-consult=nonsense; theme=dark"}, {"x-forwarded-host": "evil.test"},
            {"x-forwarded-proto": "http"}, {"accept-language": "ar"}, {"hx-request": "TRUE"}, {"forwarded": "host=evil.test"},
            {"authorization": "Bearer nonsense"}, {"x-original-url": "/evil"}, {"hx-current-url": "https://evil.test/"},
        ):  # fmt: skip
            poisoned = await fresh.browser().get(READING, headers=headers)
            assert b"evil" not in poisoned.content
            clean = await fresh.browser().get(READING)
            assert b"evil" not in clean.content
            assert clean.headers["content-language"] == "en"
        assert (await fresh.browser().get(READING)).content == before


async def test_a_part_for_htmx_is_never_given_as_the_page(site: Site) -> None:
    scene = await Scene.begin(site)
    part = await scene.reader.get(READING, headers={"hx-request": "true"})
    page = await scene.reader.get(READING)
    assert "<html" in page.text
    assert "HX-Request" in page.headers["vary"]
    assert part.status_code == 200
    crossed = await scene.reader.get("/en/consultations%3Fx")
    assert crossed.status_code == 404


async def test_words_about_the_deadline_change_with_the_clock(site: Site, clock: SetClock) -> None:
    scene = await Scene.begin(site)
    seen = set()
    for by in (timedelta(0), timedelta(days=3), timedelta(days=3, hours=12), 11 * HOUR, 59 * timedelta(minutes=1),
               timedelta(minutes=1), HOUR):  # fmt: skip
        clock.advance(by)
        page = words(await scene.reader.get("/en/consultations/charter"))
        async with second_process(site) as fresh:
            assert page == words(await fresh.browser().get("/en/consultations/charter"))
        seen.add(page)
    assert len(seen) == 7


async def test_a_clock_that_was_put_back_takes_the_pages_with_it(site: Site, clock: SetClock) -> None:
    scene = await Scene.begin(site)
    now = words(await scene.reader.get("/en/consultations/charter"))
    clock.advance(timedelta(days=8))
    later = words(await scene.reader.get("/en/consultations/charter"))
    assert later != now
    clock.advance(timedelta(days=-8))
    assert words(await scene.reader.get("/en/consultations/charter")) == now


def test_text_that_looks_like_a_hole_is_text() -> None:
    """Even for who knew the secret of the process."""
    renderer = Renderer(ROOT / "templates")
    for name in ("account", "token", "own"):
        hole = str(renderer.hole(name, "1:2:3"))
        assert len(list(holes(renderer.segments(hole)))) == 1
        for text in (
            hole,
            f"`{hole}`",
            f"```\n{hole}\n```",
            f"> {hole}",
            f"[x]({hole})",
            f'[x](https://e.org "{hole}")',
        ):
            shown = render_comment(text)
            assert list(holes(renderer.segments(shown))) == [], shown
            assert list(holes(renderer.segments(str(escape(text))))) == []
