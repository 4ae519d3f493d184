"""Readers find what was said in Chinese and Arabic, however it is spelt; and it can be said on a phone."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.looking import overflow
from tests.browser.people import PHONE, Doors
from tests.browser.serving import wait_until
from tests.browser.steps import DISCUSSION, DRAFT, blocks, focused, post, say

CASES = [
    pytest.param(
        "zh",
        "ho.wanqing@example.net",
        "我們建議設立獨立監督機構，並公開蘭花報告。",
        "兰花报告",
        id="simplified finds traditional",
    ),
    pytest.param(
        "zh", "shiyun@example.com", "请公布竹节评测的方法。", "竹節評測", id="traditional finds simplified"
    ),
    pytest.param(
        "ar",
        "rim@marsad.example.org",
        "نَقْتَرِحُ نَشْرَ السِّنْجَابِ الذَّهَبِيِّ كُلَّ عَامٍ.",
        "السنجاب الذهبي",
        id="Arabic without its diacritics",
    ),
]


@pytest.mark.parametrize(("locale", "who", "text", "query"), CASES)
def test_a_comment_is_found_however_it_is_spelt(
    doors: Doors, locale: str, who: str, text: str, query: str
) -> None:
    member, reader = doors.open(who), doors.open()
    member.goto(f"/{locale}{DISCUSSION}")
    reference = post(member, text)
    result = reader.locator(".results > li", has_text=reference)

    def is_found() -> bool:
        reader.goto(f"/{locale}/search?q={quote(query)}")
        return result.count() == 1

    wait_until(is_found, "the comment to be found", 20)
    excerpt = result.locator(".result__excerpt")
    expect(excerpt.locator("mark").first).to_be_visible()
    expect(excerpt).to_have_attribute("dir", "rtl" if locale == "ar" else "ltr")
    result.get_by_role("link").first.click()
    expect(reader.locator(f"#c-{reference}")).to_contain_text(text)


def test_typing_into_the_search_box_shows_results_in_place(doors: Doors) -> None:
    page = doors.open()
    page.goto("/en/search")
    page.locator("#q").fill("board")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/en/search\?q=board"))
    expect(page.locator(".results > li").first).to_be_visible()
    expect(page.locator("#announce")).not_to_be_empty()


def test_a_whole_comment_in_arabic_on_a_phone(doors: Doors) -> None:
    text = "أرى أن يُنشر محضر كل اجتماع خلال أسبوع واحد."
    key = blocks(doors.site, quiet=True)[-2]
    page = doors.open("huda.rafei@example.com", screen=PHONE, has_touch=True, is_mobile=True)
    page.goto("/ar")
    page.locator("main a[href$='/consultations/charter-and-governance']").first.tap()
    page.wait_for_url("**/charter-and-governance")
    page.goto(f"/ar{DRAFT}")
    assert overflow(page) == ""
    page.locator(f"#margin-{key} [data-add]").tap()
    focused(page, f"#margin-{key} textarea")
    assert overflow(page) == ""
    reference = post(page, text)
    article = page.locator(f"#c-{reference}")
    body = article.locator(".contribution__text")
    expect(body).to_have_attribute("lang", "ar")
    expect(body).to_have_attribute("dir", "rtl")
    expect(page.locator("#announce")).to_have_text(say("ar", "Your comment is posted."))
    assert overflow(page) == ""
    assert doors.complaints == []
