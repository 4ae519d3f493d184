"""Mails leave by a real SMTP server, wait while it is down, and what failed is on record."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sqlalchemy import update

from consult.models.contribution import State
from consult.models.ledger import Mail, MailState
from consult.notifications.sending import Sender
from consult.notifications.transport import make_transport
from tests.notifications.conftest import MailServer
from tests.notifications.scene import Scene

MINUTE = timedelta(minutes=1)


def sender_of(scene: Scene, url: str, *, demo: bool = False) -> Sender:
    settings = msgspec.structs.replace(
        scene.settings, smtp_url=url, demo=demo, mail_from="Consult, the site <consult@consult.test>"
    )
    return Sender(scene.database, make_transport(settings), settings, scene.clock)


async def send_all(sender: Sender) -> None:
    while await sender.send_due():
        pass
    await sender.close()


async def one_reply(scene: Scene, title: str = "The charter", name: str = "Boris") -> None:
    consultation = await scene.consultation(title)
    amina, boris = await scene.person("Amina"), await scene.person(name)
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, boris, "I replied: 感谢 شكرا", first)
    await scene.worker_runs()


async def test_a_mail_arrives_with_what_mail_programs_need(scene: Scene, mail_server: MailServer) -> None:
    await one_reply(scene)
    unsubscribe = (await scene.mails())[0].unsubscribe
    mail_server.up()
    await send_all(sender_of(scene, mail_server.url))
    (message,) = mail_server.taken
    assert mail_server.recipients == [["amina@example.org"]]
    assert message["To"] == "amina@example.org"
    assert message["From"].addresses[0].display_name == "Consult, the site"
    assert message["Subject"] == "\u2068Boris\u2069 replied to you on \u2068The charter\u2069"
    assert message["List-Unsubscribe"] == f"<{unsubscribe}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@consult.test>")
    text, html = message.get_body(["plain"]), message.get_body(["html"])
    assert text is not None
    assert html is not None
    assert "感谢 شكرا" in text.get_content()
    assert '<html lang="en" dir="ltr">' in html.get_content()


async def test_long_unsubscribe_addresses_are_not_broken_by_folding(
    scene: Scene, mail_server: MailServer
) -> None:
    await one_reply(scene)
    async with scene.database.writing() as session:
        await session.execute(update(Mail).values(unsubscribe="https://consult.test/" + "x" * 300))
    mail_server.up()
    await send_all(sender_of(scene, mail_server.url))
    line = b"List-Unsubscribe: <https://consult.test/" + b"x" * 300 + b">"
    assert line in mail_server.raw[0].splitlines()


async def test_the_text_is_forgotten_after_sending_but_not_in_the_demo(
    scene: Scene, mail_server: MailServer
) -> None:
    mail_server.up()
    await one_reply(scene)
    await send_all(sender_of(scene, mail_server.url))
    (mail,) = await scene.mails()
    assert (mail.state, mail.text, mail.html, mail.subject) == (MailState.SENT, "", "", "")
    amina = await scene.person("Amina2")
    await scene.happens("account.known", user_id=amina.id)
    await scene.worker_runs()
    await send_all(sender_of(scene, "", demo=True))
    kept = (await scene.mails("known"))[0]
    assert kept.state == MailState.SENT
    assert "account" in kept.text


async def test_mails_wait_while_the_server_is_down_and_leave_when_it_is_back(
    scene: Scene, mail_server: MailServer
) -> None:
    await one_reply(scene)
    sender = sender_of(scene, mail_server.url)
    await send_all(sender)
    (mail,) = await scene.mails()
    assert mail.state == MailState.WAITING
    assert mail.error == "SMTPConnectError"
    mail_server.up()
    await send_all(sender)
    assert mail_server.taken == []
    scene.clock.advance(2 * MINUTE)
    await send_all(sender)
    assert len(mail_server.taken) == 1
    assert (await scene.mails())[0].state == MailState.SENT


async def test_a_server_that_goes_down_between_two_mails_loses_none(
    scene: Scene, mail_server: MailServer
) -> None:
    mail_server.up()
    await one_reply(scene)
    sender = sender_of(scene, mail_server.url)
    await sender.send_due()
    await scene.happens("account.known", user_id=(await scene.person("Chen")).id)
    await scene.worker_runs()
    mail_server.down()
    await sender.send_due()
    mail_server.up()
    scene.clock.advance(2 * MINUTE)
    await send_all(sender)
    assert mail_server.recipients == [["amina@example.org"], ["chen@example.org"]]


async def test_a_mail_that_is_put_off_is_tried_again_later_and_later_and_then_fails(
    scene: Scene, mail_server: MailServer
) -> None:
    mail_server.up()
    mail_server.answers = ["451 later"] * 6
    await one_reply(scene)
    sender = sender_of(scene, mail_server.url)
    waits = []
    for _ in range(5):
        await sender.send_due()
        (mail,) = await scene.mails()
        waits.append((mail.next_at - scene.clock.now()) / MINUTE)
        scene.clock.set(mail.next_at)
    assert waits == [1, 5, 30, 120, 720]
    await send_all(sender)
    (mail,) = await scene.mails()
    assert (mail.state, mail.error, mail.attempts) == (MailState.FAILED, "451", 6)
    assert "I replied" in mail.text


async def test_a_refused_address_fails_at_once_and_stops_no_other(
    scene: Scene, mail_server: MailServer
) -> None:
    mail_server.up()
    mail_server.answers = ["550 no such mailbox"]
    await one_reply(scene)
    await scene.happens("account.known", user_id=(await scene.person("Chen")).id)
    await scene.worker_runs()
    await send_all(sender_of(scene, mail_server.url))
    refused, taken = await scene.mails()
    assert (refused.state, refused.error) == (MailState.FAILED, "550")
    assert taken.state == MailState.SENT


async def test_no_header_can_be_smuggled_in(scene: Scene, mail_server: MailServer) -> None:
    mail_server.up()
    await one_reply(scene, "Title\r\nBcc: thief@example.com", "Boris\nX-Evil: yes")
    async with scene.database.writing() as session:
        await session.execute(update(Mail).values(subject="Hello\r\nBcc: thief@example.com\r\n\r\nBody"))
    await send_all(sender_of(scene, mail_server.url))
    (message,) = mail_server.taken
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert message["Subject"] == "Hello Bcc: thief@example.com Body"
    assert mail_server.recipients == [["amina@example.org"]]


async def test_an_address_that_is_a_list_of_addresses_is_sent_to_nobody(
    scene: Scene, mail_server: MailServer
) -> None:
    mail_server.up()
    await one_reply(scene)
    async with scene.database.writing() as session:
        await session.execute(update(Mail).values(recipient="a@example.org, thief@example.org"))
    await send_all(sender_of(scene, mail_server.url))
    assert mail_server.taken == []
    assert (await scene.mails())[0].error == "bad address"


async def test_a_sender_that_dies_leaves_the_mail_to_the_next_one(
    scene: Scene, mail_server: MailServer
) -> None:
    await one_reply(scene)
    dying = sender_of(scene, mail_server.url)
    await dying._claim()
    mail_server.up()
    heir = sender_of(scene, mail_server.url)
    await send_all(heir)
    assert mail_server.taken == []
    scene.clock.advance(11 * MINUTE)
    await send_all(heir)
    assert len(mail_server.taken) == 1


async def test_replies_in_one_thread_stand_together_in_the_readers_mail_program(
    scene: Scene, mail_server: MailServer
) -> None:
    mail_server.up()
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, boris, "One.", first)
    await scene.comment(consultation, boris, "Two.", first)
    other = await scene.comment(consultation, amina, "Elsewhere.")
    await scene.comment(consultation, boris, "Three.", other)
    await scene.worker_runs()
    await send_all(sender_of(scene, mail_server.url))
    one, two, three = mail_server.taken
    assert one["References"] == two["References"] != three["References"]
    assert one["Message-ID"] != two["Message-ID"]


async def test_a_reply_hidden_just_before_sending_is_not_sent(scene: Scene, mail_server: MailServer) -> None:
    mail_server.up()
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    first = await scene.comment(consultation, amina, "I began.")
    reply = await scene.comment(consultation, boris, "Spam", first)
    await scene.worker_runs()
    sender = sender_of(scene, mail_server.url)
    claimed = await sender._claim()
    await scene.moderated(reply, "hide", State.HIDDEN, "Spam.")
    await scene.worker_runs()
    await sender._send(claimed[0])
    assert mail_server.taken == []


async def test_an_address_beyond_ascii_is_written_to(scene: Scene, mail_server: MailServer) -> None:
    mail_server.up()
    await scene.happens("account.known", user_id=(await scene.person("José", email="josé@exämple.org")).id)
    await scene.worker_runs()
    await send_all(sender_of(scene, mail_server.url))
    assert mail_server.recipients == [["josé@exämple.org"]]
