"""What everybody may have of a response's files, as what, and how its words are found."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from msgspec.structs import replace
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select, update

from consult.attachments.queries import list_attachments, public_files
from consult.attachments.service import publish_files, renew_files, unpublish_files
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, State
from consult.models.questionnaire import Condition, Option, Question, QuestionKind
from consult.models.submission import FileText, Publication, Submission
from consult.worker import run_worker
from tests.attachments import files as f
from tests.attachments.scene import Responding, names_on, responding
from tests.people import Site, said
from tests.submissions.scene import CONTENT, asking, begin, complete, faces, fill, send, submission_at

pytestmark = pytest.mark.anyio
CANARY = "Zelda"


@pytest.fixture
async def ada(site: Site) -> Responding:
    return await responding(site)


async def address_of(ada: Responding, at: int = 0) -> str:
    async with ada.site.database.reading() as session:
        contribution = (await session.execute(select(Contribution))).scalar_one()
        return f"/en{(await public_files(session, contribution.id))[at].address}"


async def test_a_download_carries_nothing_that_a_browser_would_run(site: Site, ada: Responding) -> None:
    name = '<img src=x onerror=alert(1)>" résumé\u202e.pdf'
    await ada.send(name, f.pdf("Words"))
    reference = await ada.sent()
    own = await ada.browser.get(f"{ada.files}/{(await ada.attachments())[0].key}")
    public = await site.browser().get(await address_of(ada))
    for answer in (own, public):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "content-encoding" not in answer.headers
        assert int(answer.headers["content-length"]) == len(answer.content)
    assert own.headers["cache-control"] == "private, no-store"
    given = unquote(public.headers["content-disposition"].partition("filename*=UTF-8''")[2])
    assert given == "_img src=x onerror=alert(1)__ résumé.pdf"
    assert "<img src=x" not in (await ada.browser.get(ada.files)).text
    again = await site.browser().get(await address_of(ada), headers={"if-none-match": public.headers["etag"]})
    assert again.status_code == 304
    renamed = await site.browser().get(f"/en/contributions/{reference}/files/1/other.pdf")
    assert renamed.headers["location"] == await address_of(ada)


async def test_only_what_is_public_can_be_had(site: Site, ada: Responding) -> None:
    await ada.send("open.txt", b"open")
    secret = str((await ada.send("secret.txt", b"secret", private="yes"))["key"])
    reference = await ada.sent()
    reader = site.browser()
    here = f"/en/contributions/{reference}/files"
    assert (await reader.get(f"{here}/1/open.txt")).content == b"open"
    for number in (0, 2, 3):
        assert (await reader.get(f"{here}/{number}/secret.txt")).status_code == 404
    await ada.act(secret, do="private")  # no longer confidential: with the next sending, not before
    assert (await reader.get(f"{here}/2/secret.txt")).status_code == 404
    await ada.send("added later.txt", b"later")
    assert len(await _public(ada)) == 1
    await ada.act((await ada.attachments())[0].key, do="private", private="yes")
    assert (await reader.get(f"{here}/1/open.txt")).status_code == 404


async def test_a_new_name_is_public_with_the_next_sending(site: Site, ada: Responding) -> None:
    key = str((await ada.send("annex.txt", b"About the quokka"))["key"])
    reference = await ada.sent()
    await run_worker(site.settings, site.clock, once=True)
    await ada.act(key, do="rename", name="Ada lies about lakes.txt")
    await run_worker(site.settings, site.clock, once=True)
    reader = site.browser()
    assert names_on((await ada.browser.get(ada.files)).text) == ["Ada lies about lakes.txt"]
    own = await ada.browser.get(f"{ada.files}/{key}")
    assert "Ada lies" in unquote(own.headers["content-disposition"])
    assert await _public(ada) == ["annex.txt"]
    file = f"/en/contributions/{reference}/files/1/annex.txt"
    public = await reader.get(file)
    assert public.headers["content-disposition"].startswith('attachment; filename="annex.txt"')
    await _index_again(ada)
    (found,) = (await reader.get("/api/v1/search?q=quokka")).json()["items"]
    assert found["file"] == "annex.txt"
    async with site.database.writing() as session:
        submission = (await session.execute(select(Submission))).scalar_one()
        files = await list_attachments(session, submission.id)
        await publish_files(session, submission, files, files, site.clock.now())
    await site.heard()
    assert await _public(ada) == ["Ada lies about lakes.txt"]
    assert (await reader.get(file)).headers["location"] == await address_of(ada)
    await run_worker(site.settings, site.clock, once=True)
    (found,) = (await reader.get("/api/v1/search?q=quokka")).json()["items"]
    assert found["file"] == "Ada lies about lakes.txt"


async def _index_again(ada: Responding) -> None:
    """Have the contribution's entry in the index made anew, for whatever reason."""
    async with ada.site.database.writing() as session:
        submission = (await session.execute(select(Submission))).scalar_one()
        await renew_files(session, submission, ada.site.clock.now())
    await run_worker(ada.site.settings, ada.site.clock, once=True)


@pytest.mark.parametrize("ending", ["hidden", "confidential", "withdrawn"])
async def test_what_ceases_to_be_public_takes_its_files_along(
    site: Site, ada: Responding, ending: str
) -> None:
    await ada.send("open.txt", b"open")
    await ada.sent()
    address = await address_of(ada)
    async with site.database.writing() as session:
        if ending == "hidden":
            await session.execute(update(Contribution).values(state=State.HIDDEN))
        elif ending == "confidential":
            await session.execute(update(Contribution).values(publication=Publication.CONFIDENTIAL))
        else:
            submission = (await session.execute(select(Submission))).scalar_one()
            await unpublish_files(session, submission, site.clock.now())
    await site.heard()
    assert (await site.browser().get(address)).status_code == 404


async def _public(ada: Responding) -> list[str]:
    async with ada.site.database.reading() as session:
        contribution = (await session.execute(select(Contribution))).scalar_one()
        return [each.name for each in await public_files(session, contribution.id)]


async def test_who_is_not_named_is_not_betrayed_by_their_files(site: Site, ada: Responding) -> None:
    sent = {"a.pdf": f.pdf("Words"), "a.docx": f.docx(), "a.odt": f.odt(), "a.xlsx": f.xlsx(), "a.png": f.png_with_words(),
            "a.jpg": f.jpeg()}  # fmt: skip
    for name, body in sent.items():
        await ada.send(name, body)
    await ada.sent(Publication.UNNAMED)
    reader = site.browser()
    got = {name: (await reader.get(await address_of(ada, at))).content for at, name in enumerate(sent)}
    for name, body in got.items():
        assert body != sent[name]
        assert CANARY not in _everything(body), name
    assert "Words" in PdfReader(BytesIO(got["a.pdf"])).pages[0].extract_text()
    assert Image.open(BytesIO(got["a.jpg"])).getexif() == {0x0112: 6}
    assert Image.open(BytesIO(got["a.png"])).size == (30, 20)
    for attachment in await ada.attachments():
        assert (await ada.browser.get(f"{ada.files}/{attachment.key}")).content == sent[attachment.name]


async def test_who_is_named_gives_out_documents_as_they_are_and_pictures_without_places(
    site: Site, ada: Responding
) -> None:
    document, picture = f.docx(), f.jpeg()
    await ada.send("a.docx", document)
    await ada.send("a.jpg", picture)
    await ada.sent()
    reader = site.browser()
    assert (await reader.get(await address_of(ada, 0))).content == document
    assert CANARY not in _everything((await reader.get(await address_of(ada, 1))).content)


def _everything(body: bytes) -> str:
    """All that a file says, unpacked."""
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as archive:
            return "".join(archive.read(each).decode("latin-1") for each in archive.namelist())
    if body.startswith(b"%PDF"):
        reader = PdfReader(BytesIO(body))
        return f"{reader.metadata} {reader.xmp_metadata} {body.decode('latin-1')}"
    return body.decode("latin-1")


async def test_words_in_files_are_found_with_the_page(site: Site, ada: Responding) -> None:
    await ada.send("report.pdf", f.pdf("Nothing here", "Nothing either", "The wombat clause"))
    await ada.send("letter.docx", f.docx("About the quokka paragraph"))
    await ada.send("secret.txt", b"the numbat secret", private="yes")
    reference = await ada.sent()
    await run_worker(site.settings, site.clock, once=True)
    reader = site.browser()
    (found,) = (await reader.get("/api/v1/search?q=wombat")).json()["items"]
    assert (found["reference"], found["file"], found["page"]) == (reference, "report.pdf", 3)
    assert "<mark>wombat</mark> clause" in found["excerpt"]
    (found,) = (await reader.get("/api/v1/search?q=quokka")).json()["items"]
    assert (found["file"], found["page"]) == ("letter.docx", None)
    assert "Page 3 of report.pdf" in (await reader.get("/en/search?q=wombat")).text
    assert (await reader.get("/api/v1/search?q=numbat")).json()["items"] == []
    async with site.database.reading() as session:
        assert len((await session.execute(select(FileText))).scalars().all()) == 2
    (found,) = (await reader.get("/api/v1/search?q=agree")).json()["items"]
    assert found["file"] is None


async def test_a_file_that_becomes_confidential_is_found_no_more(site: Site, ada: Responding) -> None:
    key = str((await ada.send("letter.txt", b"About the quokka"))["key"])
    await ada.sent()
    await run_worker(site.settings, site.clock, once=True)
    reader = site.browser()
    assert (await reader.get("/api/v1/search?q=quokka")).json()["total"] == 1
    await ada.act(key, do="private", private="yes")
    await site.heard()
    assert (await reader.get("/api/v1/search?q=quokka")).json()["items"] == []
    await run_worker(site.settings, site.clock, once=True)
    assert (await reader.get("/api/v1/search?q=quokka")).json()["total"] == 0


async def test_a_file_of_a_question_that_is_not_asked_stays_where_it_is(site: Site) -> None:
    choices = tuple(Option(key=each, label=said(en=each)) for each in ("yes", "no"))
    enough = Question(key="enough", kind=QuestionKind.ONE, label=said(en="Enough?"), options=choices)
    unless = Condition(question="enough", values=("no",))
    proof = Question(key="proof", kind=QuestionKind.FILES, label=said(en="Proof"), only_if=unless)
    [views, more] = CONTENT.sections
    asked = replace(more, questions=(enough, proof))
    await asking(site, replace(CONTENT, sections=(views, asked)))
    person = await site.person(name="Ada")
    browser = await site.browser_of(person)
    address = await begin(browser)
    await complete(site, browser, address)
    await fill(browser, address, "more", a_enough="no")
    submission = await submission_at(site, address)
    ada = Responding(site, person, browser, submission.key, submission.id, Consultation())
    await ada.send("hidden.txt", b"Not for anybody", question="proof")
    assert (await ada.begin("odd.txt", 3, question="unheard")).status_code == 404
    await fill(browser, address, "more", a_enough="yes")
    assert (await send(browser, address)).status_code == 303
    [face] = await faces(site)
    page = (await site.browser().get(f"/en/contributions/{face.reference}")).text
    assert "hidden.txt" not in page
    assert [each.public_number for each in await ada.attachments()] == [0]
    await fill(browser, address, "more", a_enough="no")
    assert (await send(browser, address)).status_code == 303
    assert "hidden.txt" in (await site.browser().get(f"/en/contributions/{face.reference}")).text
    await browser.post_form(f"{address}/withdraw", {"sure": "yes"})
    assert "can&#39;t be changed" not in (await browser.get(ada.files)).text
