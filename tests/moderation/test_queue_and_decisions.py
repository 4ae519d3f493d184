"""Moderators work through what waits; what they hide is gone, and why is public."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from consult.accounts.unfinished import save_unfinished
from consult.models.ledger import OutboxEvent
from consult.models.people import Role
from consult.models.response import Audit
from consult.moderation.queries import LogFilter, count_decisions, list_log
from tests.moderation.stories import comment, report
from tests.people import Site

CANARY = "canary-7f3a-nobody-may-read-this"
LOG = "/en/log"


def desk(reference: str) -> str:
    return f"/en/desk/contributions/{reference}"


HIDE = {"action": "hide", "ground": "abuse", "original": "en", "reason.en": "It insults another commenter."}


async def test_a_hidden_comment_is_nowhere_in_public_and_its_reason_is(site: Site) -> None:
    await site.consultation()
    author = await site.person(name="Ana Author")
    insult = await comment(site, author, f"You are all {CANARY}")
    moderator = await site.signed_in(Role.MODERATOR)
    answer = await moderator.post_form(
        f"{desk(insult.reference)}/decide", HIDE, form_at=desk(insult.reference)
    )
    assert answer.status_code == 303
    reader = site.browser()
    for address in (LOG, "/en/consultations/charter", f"/en/contributions/{insult.reference}"):
        page = await reader.get(address)
        assert page.status_code == 200
        assert CANARY not in page.text
        assert "Ana Author" not in page.text
    stub = await reader.get(f"/en/contributions/{insult.reference}")
    assert "It insults another commenter." in stub.text
    log = await reader.get(LOG)
    assert insult.reference in log.text
    assert "Abuse" in log.text
    assert "It insults another commenter." in log.text


async def test_the_moderator_still_reads_what_was_hidden(site: Site) -> None:
    await site.consultation()
    insult = await comment(site, await site.person(), f"You are all {CANARY}")
    moderator = await site.signed_in(Role.MODERATOR, "Mo Moderator")
    await moderator.post_form(f"{desk(insult.reference)}/decide", HIDE, form_at=desk(insult.reference))
    page = await moderator.get(desk(insult.reference))
    assert CANARY in page.text
    assert "Mo Moderator" in page.text
    assert "It insults another commenter." in page.text


async def test_replies_stay_under_the_stub_of_what_was_hidden(site: Site) -> None:
    await site.consultation()
    insult = await comment(site, await site.person(), f"You are all {CANARY}")
    await comment(site, await site.person(name="Rita"), "Let us stay with the subject.", parent=insult)
    moderator = await site.signed_in(Role.MODERATOR)
    await moderator.post_form(f"{desk(insult.reference)}/decide", HIDE, form_at=desk(insult.reference))
    page = await site.browser().get(f"/en/contributions/{insult.reference}")
    assert "Let us stay with the subject." in page.text
    assert CANARY not in page.text


async def test_a_comment_can_be_restored(site: Site) -> None:
    await site.consultation()
    sharp = await comment(site, await site.person(), "Sharp but fair.")
    moderator = await site.signed_in(Role.MODERATOR)
    await moderator.post_form(f"{desk(sharp.reference)}/decide", HIDE, form_at=desk(sharp.reference))
    hidden = await site.browser().get("/en/contributions/" + sharp.reference)
    assert "Sharp but fair." not in hidden.text
    restore = {"action": "restore", "original": "en", "reason.en": "It was fair after all."}
    await moderator.post_form(f"{desk(sharp.reference)}/decide", restore, form_at=desk(sharp.reference))
    page = await site.browser().get("/en/contributions/" + sharp.reference)
    assert "Sharp but fair." in page.text
    log = await site.browser().get(LOG)
    assert "It was fair after all." in log.text
    year = re.search(r"<th scope=\"row\">2026</th>(.*?)</tr>", log.text, re.DOTALL)
    assert year is not None
    assert re.findall(r">(\d+)<", year[1]) == ["0", "1", "1", "0", "0", "0", "0"]


async def test_hiding_needs_a_ground_and_a_reason_and_keeps_what_was_typed(site: Site) -> None:
    await site.consultation()
    insult = await comment(site, await site.person(), "You fools.")
    moderator = await site.signed_in(Role.MODERATOR)
    typed = {"action": "hide", "original": "fr", "reason.en": "", "reason.fr": ""}
    answer = await moderator.post_form(
        f"{desk(insult.reference)}/decide", typed, form_at=desk(insult.reference)
    )
    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert 'href="#ground"' in answer.text
    assert 'href="#reason.fr"' in answer.text
    kept = {"action": "hide", "original": "en", "reason.en": "Because it insults."}
    answer = await moderator.post_form(
        f"{desk(insult.reference)}/decide", kept, form_at=desk(insult.reference)
    )
    assert answer.status_code == 422
    assert "Because it insults." in answer.text


async def test_two_moderators_at_once_do_not_overrule_each_other_unknowingly(site: Site) -> None:
    await site.consultation()
    disputed = await comment(site, await site.person(), "A disputed remark.")
    await report(site, await site.person(name="Reporter"), disputed)
    mia = await site.signed_in(Role.MODERATOR, "Mia")
    noor = await site.signed_in(Role.MODERATOR, "Noor")
    seen_by_noor = (await noor.get(desk(disputed.reference))).text
    token = re.search(r'name="csrf" value="([^"]+)"', seen_by_noor)
    seen = re.search(r'name="seen" value="([^"]+)"', seen_by_noor)
    assert token
    assert seen
    page = (await mia.get(desk(disputed.reference))).text
    mark = re.search(r'name="seen" value="([^"]+)"', page)
    assert mark
    done = await mia.post_form(
        f"{desk(disputed.reference)}/decide",
        {"action": "dismiss", "seen": mark[1]},
        form_at=desk(disputed.reference),
    )
    assert done.status_code == 303
    late = {**HIDE, "reason.en": "My carefully worded reason.", "csrf": token[1], "seen": seen[1]}
    answer = await noor.post(f"{desk(disputed.reference)}/decide", data=late)
    assert answer.status_code == 409
    assert "Mia decided this on" in answer.text
    assert "Report dismissed" in answer.text
    assert "My carefully worded reason." in answer.text
    still_public = await site.browser().get(f"/en/contributions/{disputed.reference}")
    assert "A disputed remark." in still_public.text
    again = re.findall(r'name="seen" value="([^"]+)"', answer.text)
    answer = await noor.post(f"{desk(disputed.reference)}/decide", data={**late, "seen": again[0]})
    assert answer.status_code == 303


async def test_a_text_that_changed_after_it_was_opened_is_not_published_unread(site: Site) -> None:
    await site.consultation(first_posts_wait=True)
    author = await site.person(name="First Timer")
    waiting = await comment(site, author, "A harmless text.")
    moderator = await site.signed_in(Role.MODERATOR)
    page = (await moderator.get(desk(waiting.reference))).text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    browser = await site.browser_of(author)
    address = f"/en/contributions/{waiting.reference}/edit"
    edited = await browser.post_form(address, {"text": "Something quite different."})
    assert edited.status_code in (200, 303)
    answer = await moderator.post_form(
        f"{desk(waiting.reference)}/decide",
        {"action": "publish", "seen": seen[1]},
        form_at=desk(waiting.reference),
    )
    assert answer.status_code == 409
    assert "Something quite different." in answer.text


async def test_first_posts_and_reports_wait_in_one_queue_the_oldest_first(site: Site) -> None:
    await site.consultation()
    await site.consultation("membership", first_posts_wait=True)
    author = await site.person(name="Ana")
    reported = await comment(site, author, "Reported remark.")
    site.clock.advance(timedelta(hours=1))
    newcomer = await site.person(name="Newcomer")
    waiting = await comment(site, newcomer, "My very first post.", slug="membership")
    site.clock.advance(timedelta(hours=1))
    await report(site, await site.person(name="Quiet Reporter"), reported, "spam", "Please look at this")
    await report(site, await site.person(name="Second Reporter"), reported, "abuse")
    moderator = await site.signed_in(Role.MODERATOR)
    page = (await moderator.get("/en/desk/moderation")).text
    assert page.index(waiting.reference) < page.index(reported.reference)
    assert "Reported 2 times" in page
    assert "Please look at this" in page
    assert "Quiet Reporter" not in page
    public = await site.browser().get(f"/en/contributions/{waiting.reference}")
    assert "My very first post." not in public.text
    answer = await moderator.post_form(
        f"{desk(waiting.reference)}/decide",
        {"action": "publish", "from": "queue"},
        form_at="/en/desk/moderation",
    )
    assert answer.headers["location"].startswith("/en/desk/moderation")
    published = await site.browser().get(f"/en/contributions/{waiting.reference}")
    assert "My very first post." in published.text
    left = (await moderator.get("/en/desk/moderation")).text
    assert waiting.reference not in left
    assert reported.reference in left


async def test_the_queue_is_paged_without_losing_anyone(site: Site) -> None:
    await site.consultation(first_posts_wait=True)
    posts = [await comment(site, await site.person(name=f"New {n}"), f"First post {n}") for n in range(23)]
    moderator = await site.signed_in(Role.MODERATOR)
    first = (await moderator.get("/en/desk/moderation")).text
    after = re.search(r'href="(/en/desk/moderation\?after=[^"]+)"', first)
    assert after
    second = (await moderator.get(after[1].replace("&amp;", "&"))).text
    for post in posts:
        assert (post.reference in first) != (post.reference in second)


@pytest.mark.parametrize("after", ["x", "1.2.3", "9" * 40 + ".1", "-1.1", "'; DROP TABLE reports"])
async def test_a_nonsense_page_is_the_first_page(site: Site, after: str) -> None:
    moderator = await site.signed_in(Role.MODERATOR)
    assert (await moderator.get("/en/desk/moderation", params={"after": after})).status_code == 200
    assert (await site.browser().get(LOG, params={"before": after, "action": after})).status_code == 200


async def test_a_withheld_name_is_withheld_from_moderators_too(site: Site) -> None:
    await site.consultation()
    nameless = await comment(site, await site.person(name="Secret Name"), "Careful words.", anonymous=True)
    await report(site, await site.person(), nameless)
    moderator = await site.signed_in(Role.MODERATOR)
    for address in ("/en/desk/moderation", desk(nameless.reference)):
        page = (await moderator.get(address)).text
        assert "Careful words." in page
        assert "Secret Name" not in page


async def test_what_its_author_withdrew_can_not_be_restored(site: Site) -> None:
    await site.consultation()
    author = await site.person(name="Ana")
    regretted = await comment(site, author, "I regret this.")
    browser = await site.browser_of(author)
    await browser.post_form(f"/en/contributions/{regretted.reference}/withdraw", {})
    moderator = await site.signed_in(Role.MODERATOR)
    page = await moderator.get(desk(regretted.reference))
    assert "Nobody can restore it" in page.text
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token
    answer = await moderator.post(
        f"{desk(regretted.reference)}/decide", data={"action": "restore", "csrf": token[1]}
    )
    assert answer.status_code == 409


@pytest.mark.parametrize(("role", "may"), [(None, False), (Role.RESPONDENT, False), (Role.MODERATOR, True),
                                          (Role.EDITOR, True), (Role.ADMINISTRATOR, True)])  # fmt: skip
async def test_only_moderators_and_those_above_them_moderate(
    site: Site, role: Role | None, may: bool
) -> None:
    await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "A remark.")
    browser = await site.signed_in(role) if role else site.browser()
    refused = 401 if role is None else 404
    for address in ("/en/desk/moderation", desk(remark.reference)):
        assert (await browser.get(address)).status_code == (200 if may else refused)
    answer = await browser.post_form(f"{desk(remark.reference)}/decide", HIDE, form_at=desk(remark.reference))
    assert answer.status_code == (
        303 if may else refused if role is None else 403 if answer.status_code == 403 else 404
    )
    public = await site.browser().get(f"/en/contributions/{remark.reference}")
    assert ("A remark." in public.text) is not may


async def test_a_reason_is_read_in_the_readers_language_and_never_as_html(site: Site) -> None:
    await site.consultation()
    insult = await comment(site, await site.person(), "You fools.")
    moderator = await site.signed_in(Role.MODERATOR)
    fields = {**HIDE, "reason.en": "<script>alert(1)</script> insults", "reason.fr": "Propos injurieux",
              "reason.ar": "إهانة للآخرين"}  # fmt: skip
    await moderator.post_form(f"{desk(insult.reference)}/decide", fields, form_at=desk(insult.reference))
    reader = site.browser()
    english, french, arabic, chinese = [
        (await reader.get(f"/{lang}/log")).text for lang in ("en", "fr", "ar", "zh")
    ]
    assert "<script>alert" not in english
    assert "&lt;script&gt;alert(1)&lt;/script&gt; insults" in english
    assert "Propos injurieux" in french
    assert '<bdi lang="ar" dir="rtl">إهانة للآخرين</bdi>' in arabic
    assert '<bdi lang="en" dir="ltr">&lt;script&gt;' in chinese


async def test_a_reason_in_one_language_is_that_languages_original(site: Site) -> None:
    await site.consultation()
    insult = await comment(site, await site.person(), "You fools.")
    moderator = await site.signed_in(Role.MODERATOR)
    fields = {**HIDE, "original": "en", "reason.en": "", "reason.zh": "侮辱他人"}
    await moderator.post_form(f"{desk(insult.reference)}/decide", fields, form_at=desk(insult.reference))
    assert '<bdi lang="zh" dir="ltr">侮辱他人</bdi>' in (await site.browser().get(LOG)).text


async def test_the_log_is_narrowed_by_consultation_and_decision(site: Site) -> None:
    await site.consultation()
    await site.consultation("membership")
    moderator = await site.signed_in(Role.MODERATOR)
    author = await site.person(name="Ana")
    first = await comment(site, author, "One.")
    second = await comment(site, author, "Two.", slug="membership")
    for each in (first, second):
        await moderator.post_form(f"{desk(each.reference)}/decide", HIDE, form_at=desk(each.reference))
    reader = site.browser()
    narrowed = (await reader.get(f"{LOG}?consultation=membership")).text
    assert second.reference in narrowed
    assert first.reference not in narrowed
    assert "No decision fits these filters" in (await reader.get(f"{LOG}?action=restore")).text


async def test_decisions_about_a_consultation_that_is_not_public_are_not_in_the_log(site: Site) -> None:
    consultation = await site.consultation()
    remark = await comment(site, await site.person(), "A remark.")
    moderator = await site.signed_in(Role.MODERATOR)
    await moderator.post_form(f"{desk(remark.reference)}/decide", HIDE, form_at=desk(remark.reference))
    async with site.database.writing() as session:
        there = await session.merge(consultation)
        there.published_at = None
    site.clock.advance(timedelta(days=1))
    async with site.database.reading() as session:
        assert not await list_log(session, LogFilter())
        assert not await count_decisions(session)


async def test_the_author_is_told_and_the_desk_keeps_who_decided(site: Site) -> None:
    await site.consultation()
    author = await site.person(name="Ana")
    remark = await comment(site, author, f"A remark {CANARY}.")
    moderator = await site.signed_in(Role.MODERATOR, "Mo")
    await moderator.post_form(f"{desk(remark.reference)}/decide", HIDE, form_at=desk(remark.reference))
    async with site.database.reading() as session:
        events = (await session.execute(select(OutboxEvent).order_by(OutboxEvent.id))).scalars().all()
        audit = (await session.execute(select(Audit))).scalars().all()
    moderated = next(event for event in events if event.kind == "comment.moderated")
    assert moderated.data["action"] == "hide"
    assert f"activity:{author.id}" in moderated.scopes
    assert [(line.actor_name, line.what, line.about) for line in audit] == [
        ("Mo", "contribution.hide", remark.reference)
    ]


async def test_a_reason_typed_before_the_session_ended_waits_after_signing_in(site: Site) -> None:
    await site.consultation()
    remark = await comment(site, await site.person(name="Ana"), "A remark.")
    moderator = await site.person(Role.MODERATOR, "Mo")
    browser = await site.browser_of(moderator)
    target = f"/desk/contributions/{remark.reference}/decide"
    async with site.database.writing() as session:
        kept = {"action": "hide", "reason.fr": "Des mots pesés"}
        await save_unfinished(session, moderator.id, target, desk(remark.reference), kept, site.clock.now())
    page = (await browser.get(desk(remark.reference))).text
    assert "Des mots pesés" in page
    assert "It has not been sent." in page
