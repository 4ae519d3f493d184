"""What people can do with their comments and with others': edit, withdraw, report."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from consult.comments.changing import set_state, withdraw_comment
from consult.comments.queries import get_contribution
from consult.kernel.clock import SetClock
from consult.models.contribution import Anchor, Report, Revision, State
from consult.models.people import Role, User
from consult.security.actor import Actor
from tests.comments.talking import (
    DISCUSSION,
    READING,
    block_page,
    disagreements,
    do,
    moderate,
    reply,
    row,
    say,
    words,
)
from tests.conftest import HOUR
from tests.moderation.stories import actor_of
from tests.people import Site


async def test_an_edit_keeps_the_earlier_text_in_public(site: Site, clock: SetClock) -> None:
    await site.consultation()
    author = await site.signed_in(name="Ana")
    reference = await say(author, "I agree with all of this, mostly.", lang="en")
    clock.advance(HOUR)
    assert (await do(author, reference, "edit", text="Je suis d'accord.", lang="fr")).status_code == 303
    page = await site.browser().get(f"/en/contributions/{reference}")
    assert 'lang="fr" dir="ltr"><p>Je suis d' in page.text
    assert "mostly" not in page.text
    assert "edited" in words(page)
    history = await site.browser().get(f"/en/contributions/{reference}/history")
    assert 'lang="en"' in history.text
    assert "I agree with all of this, mostly." in history.text
    assert await disagreements(site) == []


async def test_an_edit_that_changes_nothing_leaves_no_trace(site: Site) -> None:
    await site.consultation()
    author = await site.signed_in()
    reference = await say(author, "As it is.", lang="en")
    await do(author, reference, "edit", text="As it is.", lang="en")
    assert (await row(site, reference)).edited_at is None


async def test_only_its_author_can_change_or_withdraw_it(site: Site) -> None:
    await site.consultation()
    reference = await say(await site.signed_in(name="Ana"), "Mine alone.")
    for browser in (await site.signed_in(name="Bo"), await site.signed_in(Role.MODERATOR),
                    await site.signed_in(Role.ADMINISTRATOR)):  # fmt: skip
        for what in ("edit", "withdraw"):
            assert (await browser.get(f"/en/contributions/{reference}/{what}")).status_code == 404
            fields = {"text": "Not mine."}
            answer = await browser.post_form(
                f"/en/contributions/{reference}/{what}", fields, form_at="/en/help"
            )
            assert answer.status_code == 404
    for what in ("edit", "withdraw", "support", "report"):
        answer = await site.browser().post(
            f"/en/contributions/{reference}/{what}", data={"text": "Not mine."}
        )
        assert answer.status_code == 401
    assert (await row(site, reference)).text == "Mine alone."


async def test_withdrawing_deletes_the_text_and_leaves_a_stub_and_the_replies(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    ana, bo = await site.signed_in(name="Ana Canary"), await site.signed_in(name="Bo")
    reference = await say(ana, "A canary sings.", block_page(keys[1]), quote="Members share", lang="en")
    answer = await reply(bo, reference, "I heard it.")
    await do(bo, reference, "support", support="yes")
    await do(ana, reference, "edit", text="A canary sang.", lang="en")
    assert "canary" in (await ana.get(f"/en/contributions/{reference}/withdraw")).text
    assert (await do(ana, reference, "withdraw")).status_code == 303
    reader = site.browser()
    for address in (READING, block_page(keys[1]), f"/en/contributions/{reference}",
                    f"/en/contributions/{reference}/history", f"/en/contributions/{answer}"):  # fmt: skip
        page = await reader.get(address)
        assert "canary" not in page.text.lower(), address
        assert "<mark" not in page.text
    stub = words(await reader.get(f"/en/contributions/{reference}"))
    assert "The author withdrew this comment." in stub
    assert "I heard it." in stub
    async with site.database.reading() as session:
        assert (await session.execute(select(func.count()).select_from(Revision))).scalar_one() == 0
        kept = (await session.execute(select(Anchor))).scalar_one()
    assert (kept.exact, kept.prefix, kept.suffix) == ("", "", "")
    found = await row(site, reference)
    assert (found.text, found.html, found.state) == ("", "", "withdrawn")
    assert (await do(ana, reference, "edit", text="Back again.", lang="en")).status_code == 409
    assert (await do(bo, reference, "support", support="no")).status_code == 409
    assert (await row(site, reference)).text == ""
    assert await disagreements(site) == []


async def test_a_second_report_replaces_the_first(site: Site) -> None:
    await site.consultation()
    reference = await say(await site.signed_in(name="Ana"), "Buy now!")
    bo, cleo = await site.signed_in(name="Bo"), await site.signed_in(name="Cleo")
    assert (await do(bo, reference, "report", reason="")).status_code == 422
    assert (await do(bo, reference, "report", reason="spam")).status_code == 303
    assert (await do(bo, reference, "report", reason="abuse", text="Insults too.")).status_code == 303
    assert (await do(cleo, reference, "report", reason="spam")).status_code == 303
    async with site.database.reading() as session:
        rows = (await session.execute(select(Report.reason).order_by(Report.id))).scalars().all()
    assert rows == ["abuse", "spam"]


async def the_author(site: Site) -> tuple[User, Actor]:
    person = await site.person(name="Ana")
    return person, await actor_of(site, person)


async def test_a_withdrawal_and_a_hiding_at_the_same_moment_count_once(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    person, actor = await the_author(site)
    author, moderator = await site.browser_of(person), await site.signed_in(Role.MODERATOR)
    for n in range(3):
        root = await say(author, f"Root {n}.", block_page(keys[1]))
        reference = await reply(author, root, f"Hide or withdraw {n}.")

        async def withdraw(reference: str = reference) -> None:
            await do(author, reference, "withdraw")

        async def hide(reference: str = reference) -> None:
            at = f"/en/desk/contributions/{reference}"
            fields = {"action": "hide", "ground": "abuse", "original": "en", "reason.en": "It insults."}
            await moderator.post_form(f"{at}/decide", fields, form_at=at)

        await asyncio.gather(withdraw(), hide())
        assert (await row(site, reference)).state in ("hidden", "withdrawn")
        assert (await row(site, reference)).text == "" or (await row(site, reference)).state == "hidden"
        assert await disagreements(site) == []
    assert actor.name == "Ana"


async def test_people_who_support_at_the_same_moment_all_count(site: Site) -> None:
    await site.consultation()
    reference = await say(await site.signed_in(name="Ana"), "Support me.")
    people = [await site.signed_in(name=f"Person {n}") for n in range(6)]
    answers = await asyncio.gather(
        *(do(each, reference, "support", support="yes") for each in [*people, people[0]])
    )
    assert {answer.status_code for answer in answers} == {303}
    assert (await row(site, reference)).support_count == 6
    assert await disagreements(site) == []


async def test_replies_while_their_thread_is_withdrawn_never_wait_in_a_circle(site: Site) -> None:
    await site.consultation()
    ana, bo = await site.signed_in(name="Ana"), await site.signed_in(name="Bo")
    for n in range(3):
        root = await say(ana, f"Root {n}.")
        inner = await reply(bo, root, "First reply.")
        answers = await asyncio.gather(
            do(ana, root, "withdraw"),
            bo.post_form(f"/en/contributions/{root}/reply", {"text": "In between."}),
            ana.post_form(f"/en/contributions/{inner}/reply", {"text": "Deeper."}),
            do(bo, inner, "edit", text="Première réponse.", lang="fr"),
        )
        assert {answer.status_code for answer in answers} <= {303, 409}
    assert await disagreements(site) == []


async def test_the_forums_own_words_change_language_without_being_tallied(site: Site) -> None:
    await site.consultation()
    reference = await say(await site.signed_in(name="Ana"), "What do you say?")
    editor = await site.signed_in(Role.EDITOR)
    at = f"/en/desk/contributions/{reference}/reply"
    answer = await editor.post_form(at, {"text": "We say yes.", "lang": "en"})
    assert answer.status_code == 303, words(answer)
    own = answer.headers["location"].rpartition("#c-")[2]
    assert (await do(editor, own, "edit", text="Nous disons oui.", lang="fr")).status_code == 303
    assert await disagreements(site) == []


async def test_counts_are_right_after_each_thing_that_can_happen(site: Site) -> None:
    await site.consultation()
    keys = await site.draft()
    ana, bo, moderator = (
        await site.signed_in(name="Ana"),
        await site.signed_in(name="Bo"),
        await site.signed_in(Role.MODERATOR),
    )

    async def agree() -> None:
        assert await disagreements(site) == []

    root = await say(ana, "Root on a block.", block_page(keys[2]), lang="en")
    await agree()
    inner = await reply(bo, root, "Une réponse.", lang="fr")
    await agree()
    await do(bo, root, "support", support="yes")
    await agree()
    await moderate(moderator, inner, "hide")
    await agree()
    await do(bo, inner, "withdraw")
    await agree()
    await moderate(moderator, root, "hide")
    await agree()
    await moderate(moderator, root, "restore")
    await agree()
    await do(ana, root, "edit", text="Racine.", lang="fr")
    await agree()
    await do(ana, root, "withdraw")
    await agree()
    await say(ana, "On the whole.", DISCUSSION)
    await agree()


async def test_services_keep_counts_true_for_the_same_row_held_twice(site: Site) -> None:
    """As two requests do it: the second waits for the first and then sees what it did."""
    await site.consultation()
    person, actor = await the_author(site)
    reference = await say(await site.browser_of(person), "Held.", lang="en")

    async def hold(change: str) -> None:
        async with site.database.writing() as session:
            comment, _ = await get_contribution(session, reference, actor, hold=True)
            await asyncio.sleep(0.05)
            if change == "withdraw":
                await withdraw_comment(session, comment, site.clock.now())
            elif comment.state == State.PUBLISHED:
                await set_state(session, comment, State.HIDDEN, site.clock.now(), kind="comment.moderated")

    await asyncio.gather(hold("withdraw"), hold("hide"), hold("withdraw"))
    assert [each for each in await disagreements(site) if not each.startswith("log")] == []
