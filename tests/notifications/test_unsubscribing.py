"""Leaving a mailing list needs one click, no account page, and the right token."""

from __future__ import annotations

import httpx
import pytest

from consult.models.ledger import Mail
from tests.notifications.scene import DAY, Scene
from tests.people import Site


@pytest.fixture
def scene(site: Site) -> Scene:
    """A stage within the running site."""
    return Scene(site.database, site.settings, site.clock)


async def mails_of_an_extension(scene: Scene, *, this: bool, everything: bool) -> list[Mail]:
    consultation = await scene.consultation()
    amina = await scene.person("Amina")
    if this:
        await scene.follows(amina, consultation)
    if everything:
        await scene.follows(amina, None)
    await scene.extended(await scene.round(consultation), DAY, "A holiday.")
    await scene.worker_runs()
    return await scene.mails()


@pytest.mark.parametrize(("this", "everything"), [(True, False), (False, True), (True, True)])
async def test_one_click_in_the_mail_program_stops_the_mails(
    scene: Scene, reader: httpx.AsyncClient, this: bool, everything: bool
) -> None:
    (mail,) = await mails_of_an_extension(scene, this=this, everything=everything)
    for _ in range(2):
        answer = await reader.post(mail.unsubscribe, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "You get no more of these mails" in answer.text
    await scene.happens("outcome.published", consultation_id=1)
    await scene.worker_runs()
    assert len(await scene.mails()) == 1


async def test_looking_at_the_page_changes_nothing_and_its_button_works(
    scene: Scene, reader: httpx.AsyncClient
) -> None:
    (mail,) = await mails_of_an_extension(scene, this=True, everything=False)
    page = await reader.get(mail.unsubscribe)
    assert "The charter" in page.text
    assert "Stop these mails" in page.text
    again = await reader.get(mail.unsubscribe)
    assert "Stop these mails" in again.text
    await reader.post(mail.unsubscribe)
    assert "Stop these mails" not in (await reader.get(mail.unsubscribe)).text


async def test_mails_about_replies_stop(scene: Scene, reader: httpx.AsyncClient) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, boris, "One.", first)
    await scene.worker_runs()
    await reader.post((await scene.mails())[0].unsubscribe, data={"List-Unsubscribe": "One-Click"})
    await scene.comment(consultation, boris, "Two.", first)
    await scene.worker_runs()
    assert len(await scene.mails()) == 1


async def test_nobody_takes_another_off_a_list(scene: Scene, reader: httpx.AsyncClient) -> None:
    (mail,) = await mails_of_an_extension(scene, this=True, everything=False)
    token = mail.unsubscribe.rpartition("/")[2]
    forged = [
        token.replace("1-follow", "2-follow"),
        token[:-1],
        "1-replies",
        token.replace("follow-1", "rounds"),
    ]
    for each in forged:
        assert (await reader.get(f"/en/unsubscribe/{each}")).status_code == 404
        assert (await reader.post(f"/en/unsubscribe/{each}")).status_code == 404
