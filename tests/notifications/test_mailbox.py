"""In the demo, mails land in a page of the site."""

from __future__ import annotations

import asyncio

import httpx
import msgspec
import pytest

from consult.settings import Settings
from consult.worker import run_worker
from tests.notifications.scene import Scene
from tests.people import Site


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings of a demo."""
    return msgspec.structs.replace(settings, demo=True)


async def test_a_visitor_of_the_demo_reads_the_mail_and_follows_its_link(
    site: Site, reader: httpx.AsyncClient
) -> None:
    scene = Scene(site.database, site.settings, site.clock)
    assert "No mail yet" in (await reader.get("/en/demo/mail")).text
    amina = await scene.person("Amina", locale="ar", confirmed_at=None)
    await scene.happens("link.wanted", user_id=amina.id, purpose="confirm", data="", next="")
    await run_worker(site.settings, site.clock, stop=asyncio.Event(), once=True)
    box = await reader.get("/en/demo/mail")
    assert "amina@example.org" in box.text
    mail = await reader.get("/en/demo/mail/1")
    assert 'lang="ar" dir="rtl"' in mail.text
    assert '<a href="https://consult.test/ar/confirm/' in mail.text
    assert (await reader.get("/en/demo/mail/2")).status_code == 404
