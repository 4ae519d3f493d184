"""Files come in pieces that go on after whatever broke off, or whole by a plain form; what is too much is said before."""

from __future__ import annotations

import anyio
import pytest
from sqlalchemy import update

from consult.attachments.kinds import MOST_BYTES
from consult.models.consultation import Round
from consult.models.submission import AttachmentState
from tests.attachments import files as f
from tests.attachments.scene import Responding, names_on, responding
from tests.conftest import DAY
from tests.people import BASE, Site

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ada(site: Site) -> Responding:
    return await responding(site)


async def test_a_file_arrives_in_pieces_and_can_be_had_back(ada: Responding) -> None:
    body = f.pdf("Members share what they learn.") + b"\n" * 1_200_000
    said = await ada.send("Report 2026.pdf", body)
    assert (said["state"], said["received"], said["problem"]) == ("kept", len(body), "")
    (kept,) = await ada.attachments()
    assert (kept.name, kept.media_type, kept.size) == ("Report 2026.pdf", "application/pdf", len(body))
    assert kept.sha256 in ada.stored()
    assert ada.parts() == []
    got = await ada.browser.get(f"{ada.files}/{kept.key}")
    assert got.content == body


async def test_an_upload_goes_on_where_it_broke_off(ada: Responding) -> None:
    body = f.docx("Nothing is lost")
    key = (await ada.begin("a.docx", len(body), mark="m")).json()["key"]
    assert (await ada.piece(key, 0, body[:1000])).json()["received"] == 1000
    assert (await ada.browser.get(f"{ada.files}/{key}/pieces")).json()["received"] == 1000
    again = (await ada.begin("a.docx", len(body), mark="m")).json()
    assert (again["key"], again["received"]) == (key, 1000)
    assert (await ada.begin("a.docx", len(body), mark="other")).json()["key"] != key
    assert "Choose the same file again" in (await ada.browser.get(ada.files)).text
    assert (await ada.piece(key, 1000, body[1000:])).json()["state"] == "kept"


async def test_pieces_sent_twice_or_out_of_turn_change_nothing(ada: Responding) -> None:
    body = f.png(300, 300)
    key = (await ada.begin("p.png", len(body))).json()["key"]
    after_gap = await ada.piece(key, 40, body[40:])
    assert (after_gap.status_code, after_gap.json()["received"]) == (409, 0)
    assert (await ada.piece(key, 0, body + b"more")).status_code == 413
    assert (await ada.piece(key, 0, body[:100])).json()["received"] == 100
    assert (await ada.piece(key, 0, body[:100])).json()["received"] == 100
    assert (await ada.piece(key, 50, body[50:200])).json()["received"] == 200
    assert (await ada.piece(key, 200, body[200:])).json()["state"] == "kept"
    assert (await ada.piece(key, 200, body[200:])).json()["state"] == "kept"
    (kept,) = await ada.attachments()
    assert (await ada.browser.get(f"{ada.files}/{kept.key}")).content == body


async def test_two_tabs_that_send_the_same_file_make_it_once(ada: Responding) -> None:
    body = f.odt("Both tabs send this")
    key = (await ada.begin("a.odt", len(body), mark="m")).json()["key"]
    token = await ada.token()

    async def send() -> None:
        for at in range(0, len(body), 100):
            await ada.browser.patch(
                f"{ada.files}/{key}/pieces?offset={at}", content=body[at : at + 100],
                headers={"origin": BASE, "x-csrf-token": token},
            )  # fmt: skip

    async with anyio.create_task_group() as group:
        group.start_soon(send)
        group.start_soon(send)
    (kept,) = await ada.attachments()
    assert kept.state == AttachmentState.KEPT
    assert (await ada.browser.get(f"{ada.files}/{kept.key}")).content == body


async def test_without_scripts_a_form_sends_several_files_and_each_is_judged_by_itself(
    ada: Responding,
) -> None:
    answer = await ada.send_form(
        ("good.docx", f.docx()), ("bad.docx", f.EICAR), ("Zahlen.csv", b"a;b\n1;2\n")
    )
    assert answer.status_code == 303
    page = (await ada.browser.get(ada.files)).text
    assert names_on(page) == ["good.docx", "bad.docx", "Zahlen.csv"]
    assert "1 file was not accepted" in page
    assert "A virus scanner knows this file as harmful." in page
    states = [each.state for each in await ada.attachments()]
    assert states == ["kept", "refused", "kept"]
    assert len(ada.stored()) == 3  # the document, its copy for the public, the table
    again = await ada.send_form(("bad.docx", f.docx("better")))
    assert again.status_code == 303
    assert "file was not accepted" not in (await ada.browser.get(ada.files)).text


async def test_a_file_that_is_not_what_its_name_says_gets_the_ending_of_what_it_is(ada: Responding) -> None:
    await ada.send("holiday.jpg.exe", f.png())
    await ada.send("really.pdf", b"only words")
    assert [each.name for each in await ada.attachments()] == ["holiday.jpg.exe.png", "really.txt"]


async def test_what_is_too_much_is_said_before_anything_is_sent(ada: Responding) -> None:
    large = await ada.begin("large.pdf", MOST_BYTES + 1)
    assert large.status_code == 422
    assert "50 MB" in large.json()["problem"]
    assert (await ada.begin("nothing.pdf", 0)).json() == {"problem": "The file “nothing.pdf” is empty."}
    for number in range(20):
        assert (await ada.begin(f"{number}.txt", 10)).status_code == 200
    assert "takes 20 files" in (await ada.begin("one-too-many.txt", 10)).json()["problem"]
    form = await ada.send_form(("one-too-many.txt", b"x"))
    assert form.status_code == 422
    assert "There is a problem" in form.text


async def test_nobody_else_sees_or_adds_files(site: Site, ada: Responding) -> None:
    said = await ada.send("mine.txt", b"private words")
    key, token = said["key"], await ada.token()
    stranger = await site.signed_in(name="Mallory")
    for browser in (stranger, site.browser()):
        for address in (ada.files, f"{ada.files}/{key}", f"{ada.files}/{key}/pieces"):
            assert (await browser.get(address)).status_code in (401, 404)
        piece = await browser.patch(
            f"{ada.files}/{key}/pieces?offset=0", content=b"x", headers={"x-csrf-token": token}
        )
        assert piece.status_code in (401, 403, 404)
    assert (await ada.browser.post(f"{ada.files}/begin", data={"name": "a", "size": "3"})).status_code == 403


async def test_after_the_end_files_can_be_had_and_not_changed(site: Site, ada: Responding) -> None:
    said = await ada.send("mine.txt", b"words")
    site.clock.set(site.clock.now() + 20 * DAY)
    assert (await ada.begin("late.txt", 3)).status_code == 409
    page = (await ada.browser.get(ada.files)).text
    assert "can't be changed any more" in page
    assert (await ada.browser.get(f"{ada.files}/{said['key']}")).content == b"words"
    async with site.database.writing() as session:
        await session.execute(update(Round).values(late_days=30))
    assert (await ada.begin("late.txt", 3)).status_code == 200


async def test_files_are_renamed_moved_kept_confidential_and_removed(ada: Responding) -> None:
    keys = [str((await ada.send(name, name.encode()))["key"]) for name in ("a.txt", "b.txt", "c.txt")]
    assert (await ada.act(keys[2], do="earlier")).status_code == 303
    assert names_on((await ada.browser.get(ada.files)).text) == ["a.txt", "c.txt", "b.txt"]
    await ada.act(keys[0], do="rename", name="../../Our\u202etxt.exe")
    await ada.act(keys[1], do="private", private="yes")
    kept = {each.key: each for each in await ada.attachments()}
    assert kept[keys[0]].name == "Ourtxt.exe.txt"
    assert kept[keys[1]].private
    assert (await ada.act(keys[0], do="rename", name=" ")).status_code == 422
    await ada.act(keys[0], "remove")
    assert len(await ada.attachments()) == 2


async def test_bytes_go_with_the_last_file_that_has_them(ada: Responding) -> None:
    first = await ada.send("one.txt", b"the same words")
    second = await ada.send("two.txt", b"the same words")
    assert len(ada.stored()) == 1
    await ada.act(str(first["key"]), "remove")
    assert len(ada.stored()) == 1
    await ada.act(str(second["key"]), "remove")
    assert ada.stored() == []


async def test_actions_lead_back_to_pages_of_the_response_only(ada: Responding) -> None:
    key = str((await ada.send("a.txt", b"a"))["key"])
    section = f"/respond/{ada.key}/sections/two"
    within = await ada.act(key, do="private", back=section, within="yes")
    assert within.headers["location"] == f"/en{section}#files-list"
    apart = await ada.act(key, do="private", back=section, question="q")
    assert apart.headers["location"].startswith(f"{ada.files}?question=q&back=%2Frespond")
    page = (await ada.browser.get(apart.headers["location"])).text
    assert f'<a class="button" href="/en{section}">' in page
    for back in ("https://evil.example/", "//evil.example", "/respond/another-key"):
        answer = await ada.act(key, do="private", back=back, within="yes")
        assert answer.headers["location"] == f"{ada.files}#files-list"
        page = (await ada.browser.get(f"{ada.files}?back={back}")).text
        assert f'<a class="button" href="/en/respond/{ada.key}">' in page


async def test_htmx_gets_the_list_alone(ada: Responding) -> None:
    key = str((await ada.send("a.txt", b"a"))["key"])
    data = {"csrf": await ada.token(), "do": "private", "private": "yes", "back": "", "question": ""}
    headers = {"origin": BASE, "hx-request": "true"}
    answer = await ada.browser.post(f"{ada.files}/{key}/change", data=data, headers=headers)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<section id="files-list"')
    assert "Confidential" in answer.text
