"""Readers read formal responses, as far as they are public; nothing says more than its people chose."""

from __future__ import annotations

import pytest

from tests.people import Site
from tests.publication.scene import SLUG, Responses, Said

LIST = f"/en/consultations/{SLUG}/responses"
SECRET = "we pay forty million to Zirkonia"


@pytest.fixture
async def responses(site: Site) -> Responses:
    made = Responses(site)
    await made.ask(late_days=14)
    return made


def in_part(text: str = f"The rules are costly: {SECRET} every year.") -> Said:
    return Said(
        name="Nadia Named",
        organisation="Open House",
        answers={"why": "Because it matters.", "costs": text, "agree": "no", "letter": "Only for your eyes."},
        marks={"costs": [SECRET]},
        private=["letter"],
    )


async def test_a_named_response_says_who_and_leaves_out_what_is_confidential(responses: Responses) -> None:
    reference = await responses.send(in_part())
    page = (await responses.site.browser().get(f"/fr/contributions/{reference}")).text
    for shown in (
        "Nadia Named",
        "Open House",
        "Because it matters.",
        "[confidential]",
        "What does it cost you? (fr)",
    ):
        assert shown in page, shown
    assert SECRET not in page
    assert "Only for your eyes" not in page
    sending = (await responses.site.browser().get(f"/en/contributions/{reference}")).text
    assert "Sent in time" in sending
    assert "SHA-256" in sending
    assert "/receipts/log" in sending
    history = await responses.site.browser().get(f"/en/contributions/{reference}/history")
    assert history.headers["location"].endswith("#received")
