"""Who gets which mail, once, in their language, and with nothing in it that is not public."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from consult.accounts.links import find_link
from consult.models.contribution import State
from consult.models.ledger import Mail
from consult.models.people import Link
from tests.notifications.scene import DAY, Scene

CANARY = "canary-7f3a"


def to(mails: list[Mail]) -> list[str]:
    return sorted(mail.recipient for mail in mails)


async def test_who_is_replied_to_gets_one_mail_and_so_does_who_began_the_thread(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina, boris, chen = [await scene.person(name) for name in ("Amina", "Boris", "Chen")]
    first = await scene.comment(consultation, amina, "I began.")
    second = await scene.comment(consultation, boris, "I replied.", first)
    await scene.comment(consultation, chen, "And I to Boris.", second)
    await scene.worker_runs()
    assert to(await scene.mails()) == ["amina@example.org", "amina@example.org", "boris@example.org"]
    last = (await scene.mails())[-1]
    assert "And I to Boris." in last.text
    assert "Chen" in last.subject


async def test_nobody_is_told_of_their_own_reply_or_twice_of_one(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, amina, "I add.", first)
    await scene.comment(consultation, boris, "I replied.", first)
    await scene.worker_runs()
    assert to(await scene.mails()) == ["amina@example.org"]


async def test_events_that_come_again_make_no_second_mail(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    await scene.follows(amina, consultation)
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, boris, "I replied.", first)
    await scene.answered(first, "We agree.")
    await scene.concluded(consultation)
    await scene.happens("link.wanted", user_id=amina.id, purpose="reset", data="", next="")
    await scene.worker_runs()
    before = [mail.once for mail in await scene.mails()]
    await scene.forgets_what_is_done()
    await scene.worker_runs()
    assert [mail.once for mail in await scene.mails()] == before
    assert len(before) == 4
    async with scene.database.reading() as session:
        assert len((await session.execute(select(Link.id))).all()) == 1


async def test_who_does_not_want_mails_gets_none(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina = await scene.person("Amina", mail_replies=False, mail_rounds=False)
    unconfirmed = await scene.person("Olga", confirmed_at=None)
    boris = await scene.person("Boris")
    await scene.follows(amina, consultation)
    await scene.follows(unconfirmed, consultation)
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, boris, "I replied.", first)
    await scene.concluded(consultation)
    await scene.worker_runs()
    assert await scene.mails() == []


async def test_a_reply_that_waits_is_told_of_when_a_moderator_publishes_it(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    first = await scene.comment(consultation, amina, "I began.")
    reply = await scene.comment(consultation, boris, CANARY, first, state=State.PENDING)
    await scene.worker_runs()
    assert await scene.mails() == []
    await scene.moderated(reply, "publish", State.PUBLISHED)
    await scene.worker_runs()
    assert to(await scene.mails("reply")) == ["amina@example.org"]
    assert to(await scene.mails("moderated")) == ["boris@example.org"]


async def test_hidden_text_is_in_no_mail_also_when_the_mail_was_waiting(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    first = await scene.comment(consultation, amina, "I began.")
    reply = await scene.comment(consultation, boris, CANARY, first)
    await scene.worker_runs()
    assert CANARY in (await scene.mails("reply"))[0].text
    await scene.moderated(reply, "hide", State.HIDDEN, "It insults somebody.")
    await scene.worker_runs()
    assert not any(CANARY in mail.text + mail.html + mail.subject for mail in await scene.mails())
    told = (await scene.mails("moderated"))[0]
    assert told.recipient == "boris@example.org"
    assert "It insults somebody." in told.text
    await scene.moderated(reply, "restore", State.PUBLISHED)
    await scene.worker_runs()
    assert len(await scene.mails("reply")) == 1


async def test_a_name_that_was_withheld_is_in_no_mail(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person(f"Boris {CANARY}")
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, boris, "I replied.", first, anonymous=True)
    await scene.worker_runs()
    mail = (await scene.mails("reply"))[0]
    assert CANARY not in mail.subject + mail.text + mail.html
    assert "A reply to you" in mail.subject


async def test_an_author_learns_what_the_forum_answered(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina = await scene.person("Amina")
    comment = await scene.comment(consultation, amina, "Please change this.")
    await scene.answered(comment, "We changed it.")
    await scene.worker_runs()
    mail = (await scene.mails("answered"))[0]
    assert "We changed it." in mail.text
    assert f"https://consult.test/en/contributions/{comment.reference}" in mail.text


async def test_followers_are_told_of_an_extension_with_both_dates_and_the_reason(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina", zone="Asia/Tokyo"), await scene.person("Boris")
    await scene.follows(amina, consultation)
    await scene.follows(boris, None)
    round = await scene.round(consultation)
    await scene.extended(round, timedelta(days=7), "A holiday.")
    await scene.worker_runs()
    mails = await scene.mails("extended")
    assert to(mails) == ["amina@example.org", "boris@example.org"]
    assert "1 December 2026, 13:00 Brussels time (UTC+1)" in mails[0].text
    assert "Closes 8 December 2026, 13:00 Brussels time (UTC+1)" in mails[0].text
    assert "In your time: 8 December 2026, 21:00 Tokyo time (UTC+9)" in mails[0].text
    assert "A holiday." in mails[0].html
    assert f"follow-{consultation.id}" in mails[0].unsubscribe
    assert "everything" in mails[1].unsubscribe
    assert mails[0].unsubscribe in mails[0].text
    assert mails[0].unsubscribe in mails[0].html


async def test_nobody_hears_of_a_consultation_that_is_not_public(scene: Scene) -> None:
    consultation = await scene.consultation(CANARY, published_at=None)
    await scene.follows(await scene.person("Amina"), None)
    round = await scene.round(consultation, opens=timedelta(hours=-1), closes=timedelta(days=9))
    await scene.happens("round.opened", consultation_id=consultation.id, round_id=round.id)
    await scene.extended(round, DAY, "Why.")
    await scene.worker_runs()
    await scene.clock_strikes()
    assert await scene.mails() == []


async def test_a_round_that_was_set_beforehand_is_announced_when_it_opens(scene: Scene) -> None:
    consultation = await scene.consultation()
    await scene.follows(await scene.person("Amina"), consultation)
    round = await scene.round(consultation, opens=DAY, closes=9 * DAY)
    await scene.happens("round.opened", consultation_id=consultation.id, round_id=round.id)
    await scene.worker_runs()
    assert await scene.mails() == []
    scene.clock.advance(DAY + timedelta(minutes=1))
    await scene.clock_strikes()
    await scene.clock_strikes()
    assert len(await scene.mails("opened")) == 1


async def test_followers_are_reminded_once_and_again_only_of_a_new_end(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina = await scene.person("Amina")
    await scene.follows(amina, consultation)
    await scene.follows(amina, None)
    round = await scene.round(consultation)
    await scene.clock_strikes()
    assert await scene.mails() == []
    scene.clock.advance(timedelta(days=5, minutes=1))
    await scene.clock_strikes()
    await scene.clock_strikes()
    assert len(await scene.mails("closing")) == 1
    await scene.extended(round, 7 * DAY, "More time.")
    await scene.clock_strikes()
    assert len(await scene.mails("closing")) == 1
    scene.clock.advance(7 * DAY)
    await scene.clock_strikes()
    assert len(await scene.mails("closing")) == 2


async def test_an_arabic_reader_gets_an_arabic_mail_from_right_to_left(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina = await scene.person("Amina", locale="ar")
    boris = await scene.person("Boris Ivanov")
    first = await scene.comment(consultation, amina, "تعليق", lang="ar")
    await scene.comment(consultation, boris, "An answer in English", first)
    await scene.worker_runs()
    mail = (await scene.mails("reply"))[0]
    assert '<html lang="ar" dir="rtl">' in mail.html
    assert '<blockquote lang="en" dir="ltr">' in mail.html
    assert "<bdi>Boris Ivanov</bdi>" in mail.html
    assert "\u2068Boris Ivanov\u2069" in mail.text
    assert "https://consult.test/ar/contributions/" in mail.text


async def test_a_line_break_in_a_name_or_title_makes_no_header(scene: Scene) -> None:
    consultation = await scene.consultation("Title\r\nBcc: thief@example.com")
    amina = await scene.person("Amina")
    boris = await scene.person("Boris\r\nX-Evil: yes\x00".replace("\x00", ""))
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, boris, "<b>I replied.</b>", first)
    await scene.worker_runs()
    mail = (await scene.mails("reply"))[0]
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert "&lt;b&gt;I replied.&lt;/b&gt;" in mail.html


async def test_a_link_in_a_mail_works_and_leads_to_the_configured_site(scene: Scene) -> None:
    amina = await scene.person("Amina", locale="fr", confirmed_at=None)
    wanted = {"user_id": amina.id, "purpose": "confirm", "data": "", "next": "/consultations/charter"}
    await scene.happens("link.wanted", **wanted)
    await scene.worker_runs()
    mail = (await scene.mails("confirm"))[0]
    address = next(word for word in mail.text.split() if "/fr/confirm/" in word)
    assert address.startswith("https://consult.test/fr/confirm/")
    assert address.endswith("?next=%2Fconsultations%2Fcharter")
    token = address.split("/confirm/")[1].partition("?")[0]
    async with scene.database.reading() as session:
        link = await find_link(session, token, "confirm", scene.clock.now())
    assert link is not None
    assert link.user_id == amina.id


async def test_a_new_address_is_confirmed_at_the_new_address(scene: Scene) -> None:
    amina = await scene.person("Amina")
    wanted = {"user_id": amina.id, "purpose": "email", "data": "new@example.org", "next": ""}
    await scene.happens("link.wanted", **wanted)
    await scene.worker_runs()
    assert to(await scene.mails("email")) == ["new@example.org"]


async def test_nobody_can_fill_a_mailbox_by_registering_its_address(scene: Scene) -> None:
    amina = await scene.person("Amina")
    for _ in range(5):
        await scene.happens("account.known", user_id=amina.id)
    await scene.worker_runs()
    assert len(await scene.mails("known")) == 1
