"""People write until the last second, and what was begun in time is taken."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from consult.consultations.rounds import extend_round
from consult.kernel.clock import SetClock
from consult.models.consultation import Round
from consult.security.tokens import sign_instant
from tests.comments.talking import (
    DISCUSSION,
    disagreements,
    do,
    opened_form,
    reference_in,
    row,
    say,
    send,
    words,
)
from tests.conftest import HOUR
from tests.people import Browser, Site, said

INSTANT = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


async def kept_for(browser: Browser) -> str:
    """What a person finds among what they have not sent."""
    return words(await browser.get("/en/mine"))


async def test_the_last_instant_counts(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR)
    author = await site.signed_in()
    fields = await opened_form(author)
    clock.advance(HOUR - INSTANT)
    reference = reference_in(await send(author, fields, text="Just in time."))
    assert not (await row(site, reference)).in_grace


async def test_what_was_begun_in_time_is_taken_in_the_grace_and_says_so(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR, grace=60)
    author = await site.signed_in()
    fields = await opened_form(author)
    clock.advance(2 * HOUR - INSTANT)
    reference = reference_in(await send(author, fields, text="Begun in time."))
    assert (await row(site, reference)).in_grace
    assert "sent in the extra time" in words(await site.browser().get(f"/en/contributions/{reference}"))
    assert await disagreements(site) == []


async def test_what_was_begun_after_the_end_is_not_taken_and_not_lost(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR, grace=60)
    author = await site.signed_in()
    clock.advance(HOUR)
    fields = await opened_form(author)
    answer = await send(author, fields, text="Begun too late.")
    assert answer.status_code == 409
    assert "The comment period has ended. What you wrote is kept as your own unsent text." in words(answer)
    assert "Begun too late." in await kept_for(author)
    assert "Begun too late." not in (await site.browser().get(DISCUSSION)).text


async def test_nobody_can_say_themselves_when_they_began(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR, grace=60)
    author = await site.signed_in()
    began = clock.now()
    clock.advance(HOUR)
    fields = await opened_form(author)
    stamp = str(int(began.timestamp()))
    right = sign_instant(site.settings.secret_key, "begun", began)
    for forged in ("", stamp, f"{stamp}.{'0' * 40}", sign_instant("another key", "begun", began), "x.y", "²." + right,
                   sign_instant(site.settings.secret_key, "another purpose", began)):  # fmt: skip
        assert (await send(author, fields | {"begun": forged}, text="Let me in.")).status_code == 409, forged
    assert (await send(author, fields | {"begun": right}, text="Let me in.")).status_code == 303


async def test_text_saved_while_typing_vouches_for_its_author(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR, grace=60)
    author = await site.signed_in()
    fields = await opened_form(author)
    saving = f"/en/unfinished?target={DISCUSSION.removeprefix('/en')}"
    await author.post(
        saving,
        data={**fields, "text": "Half a sent", "begun": ""},
        headers={"origin": "https://consult.test"},
    )
    clock.advance(HOUR + MINUTE)
    fields = await opened_form(author)
    assert "Half a sent" in (await author.get(DISCUSSION)).text
    assert (await send(author, fields, text="Half a sentence, finished.")).status_code == 303
    assert "has not been sent" not in words(await author.get(DISCUSSION))


async def test_after_the_grace_nothing_is_taken_and_all_is_kept(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR, grace=60)
    author = await site.signed_in()
    fields = await opened_form(author)
    clock.advance(2 * HOUR)
    answer = await send(author, fields, text="An hour of work.", lang="en")
    assert answer.status_code == 409
    mine = await kept_for(author)
    assert "An hour of work." in mine
    assert await disagreements(site) == []


async def test_an_extension_while_writing_takes_what_had_been_too_late(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR, grace=60)
    author = await site.signed_in()
    clock.advance(HOUR + MINUTE)
    fields = await opened_form(author)
    assert (await send(author, fields, text="Too late, then not.")).status_code == 409
    async with site.database.writing() as session:
        round_ = (await session.execute(select(Round))).scalar_one()
        await extend_round(session, round_, clock.now() + HOUR, said(en="Asked for."), None, clock.now())
    assert "Too late, then not." in (await author.get(DISCUSSION)).text
    reference = reference_in(await send(author, fields, text="Too late, then not."))
    assert not (await row(site, reference)).in_grace
    assert "has not been sent" not in words(await author.get(DISCUSSION))


async def test_a_clock_that_jumps_moves_the_end_with_it_and_nothing_else(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR, grace=0)
    author = await site.signed_in()
    fields = await opened_form(author)
    clock.advance(3 * HOUR)
    assert (await send(author, fields, text="While it was late.")).status_code == 409
    assert "Closed" in (await site.browser().get("/en/consultations/charter")).text
    clock.advance(-3 * HOUR + MINUTE)
    reference = reference_in(await send(author, fields, text="While it was early again."))
    assert (
        "closed" not in words(await site.browser().get("/en/consultations/charter")).lower().split("forum")[0]
    )
    clock.advance(-2 * HOUR)
    assert (await site.browser().get(f"/en/contributions/{reference}")).status_code == 200


async def test_after_the_end_nobody_supports_or_edits(site: Site, clock: SetClock) -> None:
    await site.consultation(closes=HOUR, grace=60)
    author, other = await site.signed_in(name="Ana"), await site.signed_in(name="Bo")
    reference = await say(author, "As it was.")
    clock.advance(HOUR)
    assert (await do(other, reference, "support", support="yes")).status_code == 409
    assert (await row(site, reference)).support_count == 0
    assert (await do(author, reference, "edit", text="Mended in the grace.", lang="en")).status_code == 303
    clock.advance(HOUR)
    assert (await do(author, reference, "edit", text="As it should have been.", lang="en")).status_code == 409
    assert (await row(site, reference)).text == "Mended in the grace."
    assert "As it should have been." in await kept_for(author)
    assert "support" not in (await kept_for(other)).lower().split("unsent")[0]
