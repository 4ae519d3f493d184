"""Showing that an organisation is who it says: by an address, by DNS, by a file; and who may not."""

from __future__ import annotations

import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from consult.models.people import Role
from consult.organisations.domains import domain_of, read_domain, shown_domain
from consult.organisations.freemail import is_free_mail
from tests.organisations.people import Town, words_on

pytestmark = pytest.mark.anyio


async def test_whoever_shows_an_address_at_the_domain_first_becomes_owner(town: Town) -> None:
    olga, id = await town.owner()
    assert await town.roles(id) == {"Olga Owner": "owner"}
    found = await town.organisation(id)
    assert (found.domain, found.verified_by) == ("riverwatch.org", "address")
    page = await olga.sees(f"/organisations/{id}-river-watch")
    assert "Verified by an address at \u2068riverwatch.org\u2069 on 24 November 2026" in page
    assert "olga@riverwatch.org" not in page
    assert "Olga Owner" not in page.split("<main")[1].split("</main>")[0]
    assert await town.steps(id) == ["asked", "verified"]


async def test_the_link_works_once_and_only_for_who_asked(town: Town) -> None:
    olga, stranger = await town.person("Olga Owner"), await town.person("Sam Stranger")
    at = await town.claims(olga)
    await olga.sends(f"{at}/address", {"email": "info@riverwatch.org"}, form_at=at)
    await town.worker_runs()
    link = town.outside.link_to("info@riverwatch.org")
    assert (await town.site.browser().get(link)).status_code == 401
    assert (await stranger.browser.get(link)).status_code == 401
    assert (await olga.browser.get(link)).status_code == 200
    assert await town.roles(int(at.split("/")[3])) == {}
    assert (await olga.browser.post_form(link, {})).status_code == 303
    assert (await olga.browser.get(link)).status_code == 410


async def test_the_link_ends(town: Town) -> None:
    olga = await town.person("Olga Owner")
    at = await town.claims(olga)
    await olga.sends(f"{at}/address", {"email": "info@riverwatch.org"}, form_at=at)
    await town.worker_runs()
    town.site.clock.set(town.site.clock.now() + timedelta(days=1, seconds=1))
    link = town.outside.link_to("info@riverwatch.org")
    assert (await olga.browser.get(link)).status_code == 410


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("olga@gmail.com", "Anybody can have an address at"),
        ("olga@mail.qq.com", "Anybody can have an address at"),
        ("olga@students.riverwatch.org", "Both must be the same"),
        ("olga@riverwatch.org.evil.net", "Both must be the same"),
        ("olga@r\u0456verwatch.org", "Both must be the same"),
        ("nonsense", "Enter an email address such as"),
    ],
)
async def test_other_addresses_are_refused_with_words(town: Town, email: str, why: str) -> None:
    olga = await town.person("Olga Owner")
    at = await town.claims(olga)
    answer = await olga.sends(f"{at}/address", {"email": email}, form_at=at)
    assert answer.status_code == 422
    assert why in answer.text
    assert email in answer.text
    await town.worker_runs()
    assert town.outside.mail.taken == []


async def test_a_dns_record_verifies_and_only_the_own_one(town: Town) -> None:
    mallory, olga = await town.person("Mallory"), await town.person("Olga Owner")
    theirs, own = await town.claims(mallory, way="dns"), await town.claims(olga, way="dns")
    words = words_on(await olga.sees(own))
    assert words != words_on(await mallory.sees(theirs))
    nothing = await olga.sends(f"{own}/look", {"way": "dns"}, form_at=own)
    assert "There is no such record yet" in nothing.text
    town.outside.dns.says("_consult.riverwatch.org", words)
    not_theirs = await mallory.sends(f"{theirs}/look", {"way": "dns"}, form_at=theirs)
    assert not_theirs.status_code == 422
    assert "There is a record for another verification" in not_theirs.text
    assert (await olga.sends(f"{own}/look", {"way": "dns"}, form_at=own)).status_code == 303
    id = int(own.split("/")[3])
    assert (await town.organisation(id)).verified_by == "dns"
    assert (await town.roles(id))["Olga Owner"] == "owner"


async def test_a_domain_that_does_not_answer_is_said_so_in_seconds(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consult.organisations.proofs.SECONDS_DNS", 0.2)
    town.outside.dns.silent |= {"riverwatch.org", "_consult.riverwatch.org"}
    olga = await town.person("Olga Owner")
    at = await town.claims(olga, way="dns")
    begun = time.monotonic()
    answer = await olga.sends(f"{at}/look", {"way": "dns"}, form_at=at)
    assert "Nobody answers for this domain in DNS just now" in answer.text
    assert time.monotonic() - begun < 5


def _redirect(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("location", "http://127.0.0.1/elsewhere")
    handler.end_headers()


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(2_000):
            handler.wfile.write(b"x" * 1_000)
    except OSError:
        pass


async def test_a_file_verifies_and_traps_lead_nowhere(town: Town) -> None:
    olga = await town.person("Olga Owner")
    at = await town.claims(olga, way="file")
    dns, web = town.outside.dns, town.outside.web

    async def look() -> str:
        answer = await olga.sends(f"{at}/look", {"way": "file"}, form_at=at)
        assert answer.status_code == 422
        return answer.text

    assert "The website does not answer" in await look()
    dns.leads_to("riverwatch.org")
    assert "There is no such file yet" in await look()
    web.has("riverwatch.org", _redirect)
    assert "sends us on to another address" in await look()
    web.has("riverwatch.org", _endless)
    assert "does not hold this page" in await look()
    words = words_on(await olga.sees(at))
    web.has("riverwatch.org", f"\ufeffhello\r\n{words}\r\n".encode())
    for private in ("10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0"):
        asked = len(web.asked)
        dns.zone[("riverwatch.org", "A")] = ["127.0.0.1", private]
        assert "is not a public one" in await look()
        assert len(web.asked) == asked
    dns.leads_to("riverwatch.org")
    dns.zone[("riverwatch.org", "AAAA")] = ["64:ff9b::7f00:1"]
    assert "is not a public one" in await look()
    del dns.zone[("riverwatch.org", "AAAA")]
    assert (await olga.sends(f"{at}/look", {"way": "file"}, form_at=at)).status_code == 303
    assert (await town.organisation(int(at.split("/")[3]))).verified_by == "file"
    assert set(web.asked) == {("riverwatch.org", "/.well-known/consult-verification.txt")}


async def test_nobody_looks_at_another_s_claim_nor_without_end(town: Town) -> None:
    olga, stranger = await town.person("Olga Owner"), await town.person("Sam Stranger")
    at = await town.claims(olga, way="dns")
    assert await stranger.status(at) == 404
    statuses = [(await olga.sends(f"{at}/look", {"way": "dns"}, form_at=at)).status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]


async def test_two_organisations_never_have_one_domain(town: Town) -> None:
    _, id = await town.owner()
    late = await town.person("Lena Late")
    answer = await late.sends(
        "/mine/organisation/verify",
        {"name": "Another Name", "kind": "industry", "country": "", "url": "riverwatch.org", "way": "dns"},
    )
    assert answer.headers["location"] == f"/en/mine/organisation/{id}/join?notice=organisation-known"


async def test_a_claim_begun_before_the_domain_was_taken_is_told(town: Town) -> None:
    late = await town.person("Lena Late")
    at = await town.claims(late, name="Another Name", way="dns")
    town.outside.dns.says("riverwatch.org", words_on(await late.sees(at)))
    await town.owner()
    answer = await late.sends(f"{at}/look", {"way": "dns"}, form_at=at)
    assert answer.status_code == 409
    assert "which is verified. Ask to join it instead" in answer.text


async def test_staff_verify_with_a_public_reason(town: Town) -> None:
    asker, editor = await town.person("Aiko Asker"), await town.person("Ed Editor", Role.EDITOR)
    at = await town.claims(asker, name="Village Council", url="", way="staff")
    id = int(at.split("/")[3])
    await asker.sends(f"{at}/staff", {"words": "I am the clerk: see the gazette."}, form_at=at)
    assert "I am the clerk" in await editor.sees("/desk/organisations")
    missing = await editor.sends(
        f"/desk/organisations/{id}/verify", {"owner": "1"}, form_at=f"/desk/organisations/{id}"
    )
    assert "Give the reason; it is public" in missing.text
    done = await editor.sends(
        f"/desk/organisations/{id}/verify",
        {"reason": "Named in the official gazette.", "owner": str(asker.user.id)},
        form_at=f"/desk/organisations/{id}",
    )
    assert done.status_code == 303
    assert await town.roles(id) == {"Aiko Asker": "owner"}
    await town.worker_runs()
    (mail,) = town.outside.mails_to("aiko@post.example.org")
    assert "verified the organisation: \u2068Named in the official gazette.\u2069" in mail
    page = (await town.site.browser().get(f"/en/organisations/{id}")).text
    assert "staff on 24 November 2026: Named in the official gazette." in page


def test_domains_are_compared_in_one_form() -> None:
    assert read_domain(" HTTPS://www.Example.ORG:8443/a?b ") == "example.org"
    assert read_domain("b\u00fccher.example.org.") == "xn--bcher-kva.example.org"
    assert read_domain("\u0430pple.com") != "apple.com"
    assert [
        read_domain(each) for each in ("localhost", "10.0.0.1", "[::1]", "printer.local", "a..b", "")
    ] == [""] * 6
    assert domain_of("Olga@EXAMPLE.org") == "example.org"
    assert shown_domain("xn--pple-43d.com") == "\u2068\u0430pple.com\u2069 (\u2068xn--pple-43d.com\u2069)"


def test_free_mail_is_known_in_every_country() -> None:
    free = ("gmail.com", "vip.qq.com", "mail.ru", "yahoo.co.uk", "live.fr", "yandex.com.tr", "163.com")
    assert all(is_free_mail(each) for each in free)
    assert not any(
        is_free_mail(each) for each in ("example.org", "outlook.riverwatch.org", "mail.kenya.go.ke")
    )
