"""Everything that the site holds of a person, on paper."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader

from tests.people import Site
from tests.submissions.scene import asking, begin, complete, send


async def test_what_the_site_holds_of_me_can_be_read_as_a_pdf_with_the_file_in_it(site: Site) -> None:
    await asking(site)
    amal = await site.signed_in(name="Amal Haddad")
    address = await begin(amal)
    await complete(site, amal, address, "Everything about section four.")
    await send(amal, address)
    taken = await amal.get("/en/mine/data.pdf")
    assert (taken.status_code, taken.headers["content-type"]) == (200, "application/pdf")
    assert taken.headers["cache-control"] == "private, no-store"
    pdf = PdfReader(BytesIO(taken.content))
    text = " ".join("".join(page.extract_text() for page in pdf.pages).split())
    assert "Amal Haddad" in text
    assert "Everything about section four" in text
    assert "Sent in time" in text
    attached = pdf.attachments["consult-my-data.json"][0]
    assert b"Everything about section four." in attached


async def test_nobody_takes_a_paper_of_somebody_else(site: Site) -> None:
    assert (await site.browser().get("/en/mine/data.pdf")).status_code == 401
