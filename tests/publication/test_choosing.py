"""Respondents choose how a response is published, and see exactly what everybody will read."""

from __future__ import annotations

import pytest

from tests.people import BASE, Browser, Site
from tests.publication.scene import Responses, Said

TEXT = "It costs forty million.\n\nForty million is a lot."


@pytest.fixture
async def responses(site: Site) -> Responses:
    made = Responses(site)
    await made.ask()
    return made


async def begun(responses: Responses) -> tuple[str, Browser]:
    told = Said(name="Bea Begun", answers={"why": "Because.", "costs": TEXT}, publication="")
    key = await responses.begin(told)
    return f"/en/respond/{key}", await responses.browser(told.name)


async def test_the_preview_is_the_page_that_everybody_will_read(responses: Responses) -> None:
    home, browser = await begun(responses)
    page = f"{home}/publication"
    first = (await browser.get(page)).text
    for shown in ("Public, with my name", "Editor and Administrator", "Choose above who may read it"):
        assert shown in first, shown
    shown = await browser.post_form(page, {"publication": "named", "then": "preview"})
    assert shown.status_code == 303
    assert "Because." in (await browser.get(page)).text
    token = (await browser.get(page)).text.partition('name="csrf" value="')[2].partition('"')[0]
    fields = {"csrf": token, "publication": "unnamed", "private.why": "yes"}
    part = await browser.post(page, data=fields, headers={"origin": BASE, "hx-request": "true"})
    assert part.text.lstrip().startswith("<section")
    assert "Name withheld" in part.text
    assert "Confidential: this answer is not public." in part.text
    assert "Because." not in part.text
    reference = (await responses.send_again(home.rpartition("/")[2], "Bea Begun")).contribution.reference
    public = (await responses.site.browser().get(f"/en/contributions/{reference}")).text
    between = [each.partition("<dl")[2].partition("</section>\n</div>")[0] for each in (part.text, public)]
    assert "What does it cost you?" in between[0]
    assert "Confidential: this answer is not public." in public
    assert "Bea" not in public


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("fr", ("Confidentielle, avec un résumé public", "rédacteur et administrateur")),
        ("ru", ("Конфиденциально, с открытым кратким изложением", "редактор и администратор")),
    ],
)
async def test_the_ways_are_told_as_the_language_writes_them(
    responses: Responses, locale: str, shown: tuple[str, ...]
) -> None:
    home, browser = await begun(responses)
    page = (await browser.get(f"/{locale}{home.removeprefix('/en')}/publication")).text
    for words in shown:
        assert words in page, words


async def test_a_confidential_one_needs_a_summary_and_keeps_what_was_typed(responses: Responses) -> None:
    home, browser = await begun(responses)
    page = f"{home}/publication"
    failed = await browser.post_form(page, {"publication": "confidential", "private.why": "yes"})
    assert failed.status_code == 422
    assert "Write a summary that everybody may read." in failed.text
    assert 'name="private.why" value="yes" checked' in failed.text
    saved = await browser.post_form(page, {"publication": "confidential", "summary": "More time, please."})
    assert saved.headers["location"].startswith(home)
    assert "More time, please." in (await browser.get(page)).text
    stranger = await responses.site.signed_in(name="Some Stranger")
    for where in (page, f"{home}/words/costs"):
        assert (await stranger.get(where)).status_code == 404


async def test_marked_words_are_left_out_and_a_changed_text_is_withheld(responses: Responses) -> None:
    home, browser = await begun(responses)
    page = f"{home}/words/costs"
    marked = "It costs [[forty million]].\n\nForty million is a lot."
    tried = await browser.post_form(page, {"text": marked, "then": "preview"})
    assert "Not saved yet" in tried.text
    assert "It costs [confidential]." in tried.text
    assert "also stand elsewhere" in tried.text
    for wrong in ("It costs [[forty million.\n\nForty million is a lot.", f"{marked} And more."):
        failed = await browser.post_form(page, {"text": wrong})
        assert failed.status_code == 422
        assert wrong.partition("\n")[0] in failed.text
    both = "It costs [[forty million]].\n\n[[Forty million]] is a lot."
    saved = await browser.post_form(page, {"text": both})
    assert saved.headers["location"].startswith(f"{home}/publication")
    await browser.post_form(f"{home}/publication", {"publication": "named", "then": "preview"})
    preview = (await browser.get(f"{home}/publication")).text
    assert "2 passages are left out." in preview
    assert "orty million" not in preview.partition('id="preview"')[2]
    key = home.rpartition("/")[2]
    await responses.say(key, "Bea Begun", "costs", "It costs fifty million.")
    preview = (await browser.get(f"{home}/publication")).text
    assert "All of it stays confidential" in preview
    assert "fifty million" not in preview.partition('id="preview"')[2]
    assert "All of it stays confidential" in (await browser.get(page)).text
