"""Requests that no browser of a well-meaning person sends are refused in words, at once, and change nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest

from consult.models.people import Role
from consult.web.outer import POLICY
from tests.api.scene import script_of
from tests.people import BASE, Site

FORM = "application/x-www-form-urlencoded"
HOST = (b"host", b"consult.test")


async def raw(
    site: Site, method: str, path: str, *, query: bytes = b"", headers: Any = (), body: bytes = b""
) -> tuple[int, dict[bytes, bytes], bytes]:
    """A request as its bytes come from the network: no client makes them nice."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"), "query_string": query, "root_path": "", "scheme": "https",
        "headers": [HOST, *headers], "client": ("127.0.0.1", 4711), "server": ("consult.test", 443), "state": {},
    }  # fmt: skip
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    got: dict[str, Any] = {"body": b""}

    async def receive() -> Any:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            got["status"], got["headers"] = message["status"], dict(message["headers"])
        else:
            got["body"] += message.get("body", b"")

    await site.app(scope, receive, send)  # type: ignore[arg-type]
    return got["status"], got["headers"], got["body"]


def form(content_type: str = FORM, origin: str = BASE) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", content_type.encode()), (b"origin", origin.encode())]


def part(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    return (
        b'--x\r\nContent-Disposition: form-data; name="' + name + b'"\r\n' + more + b"\r\n" + value + b"\r\n"
    )


MULTIPART = "multipart/form-data; boundary=x"
END = b"--x--\r\n"
UNREADABLE = {
    "bytes that are no UTF-8": (FORM, b"email=%ff%fe&password=\xff\xfe"),
    "half a surrogate": (FORM, b"email=%ED%A0%80"),
    "a character that can't be stored": (FORM, b"email=%00"),
    "a charset that nobody knows": (FORM + "; charset=bogus", b"email=x"),
    "parts that are no UTF-8": (MULTIPART, part(b"email", b"\xff\xfe") + END),
    "a part of an unknown charset": (
        MULTIPART,
        part(b"email", b"x", b"Content-Type: text/plain; charset=bogus\r\n") + END,
    ),
    "parts without an end": (MULTIPART, part(b"email", b"x")),
    "parts without their boundary": ("multipart/form-data", part(b"email", b"x") + END),
    "more parts than any form has": (
        MULTIPART,
        b"".join(part(b"n%d" % at, b"x") for at in range(1500)) + END,
    ),
    "more fields than any form has": (FORM, b"&".join(b"n%d=1" % at for at in range(300_000))),
    "the same field over and over": (FORM, b"a=1&" * 900_000),
    "a very long name": (FORM, b"name=" + b"a" * 3_000_000),
    "JSON": ("application/json", b"{"),
    "nothing that is a type": ("\xff", b"x"),
}


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("address", ["/en/sign-in", "/en/register", "/en/mine/close", "/en/profile"])
async def test_a_form_that_can_not_be_read_is_refused_at_once(what: str, address: str, walked: Site) -> None:
    content_type, body = UNREADABLE[what]
    began = time.perf_counter()
    status, headers, _ = await raw(walked, "POST", address, headers=form(content_type), body=body)
    assert 400 <= status < 500
    assert headers[b"content-security-policy"] == POLICY.encode()
    assert time.perf_counter() - began < 3


async def test_somebody_signed_in_is_told_the_same(walked: Site) -> None:
    person = await walked.signed_in()
    cookie = (b"cookie", person.headers["cookie"].encode())
    for content_type, body in UNREADABLE.values():
        for address in ("/en/profile", "/en/unfinished", "/en/consultations/charter-and-governance/comments"):
            status, _, _ = await raw(
                walked, "POST", address, headers=[*form(content_type), cookie], body=body
            )
            assert 400 <= status < 500


@pytest.mark.parametrize("origin", ["https://[", "null", "https://evil.example", "https://consult.test.evil.example",
                                    "https://consult.test@evil.example", "consult.test", "\xff", "https://CONSULT.test:444"])  # fmt: skip
async def test_a_form_from_anywhere_else_is_refused_whatever_the_origin_looks_like(
    origin: str, walked: Site
) -> None:
    headers = [(b"content-type", FORM.encode()), (b"origin", origin.encode("latin-1"))]
    status, answer, _ = await raw(
        walked, "POST", "/en/sign-in", headers=headers, body=b"email=a%40example.org&password=x"
    )
    assert 400 <= status < 500
    assert b"set-cookie" not in answer


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "//evil.example/%2f..", "/\\evil.example", "///evil.example", "/%09/evil.example", "/@evil.example",
     "/https://evil.example", "/en//evil.example", "/en/\\evil.example", "//en//evil.example", "/.evil.example", "/;@evil.example"],
)  # fmt: skip
async def test_no_path_leads_to_another_site(path: str, walked: Site) -> None:
    for address in (path, f"{path}/", f"{path}/.."):
        status, headers, _ = await raw(walked, "GET", address, query=b"next=//evil.example")
        location = headers.get(b"location", b"/en/").decode("latin-1")
        assert status in (302, 303, 400, 404)
        assert location.startswith("/")
        assert location[1:3] == "en"


@pytest.mark.parametrize("path", ["/en/../desk", "/en/%2e%2e/desk", "/en/./desk", "//en/desk", "/en//desk", "/EN/desk", "/en/desk/", "/xx/desk",
                                  "/static/../en/desk", "/static/..%2f..%2fapp.py", "/files/../../consult.sqlite3", "/files/1/..%2f..%2fsecret_key",
                                  "/static/consult.css", "/.git/config", "/consult.sqlite3", "/en/desk;x", "/en/desk%00", "/en/desk%2f"])  # fmt: skip
async def test_no_spelling_of_a_path_goes_round_a_permission(path: str, walked: Site) -> None:
    status, _, body = await raw(walked, "GET", path)
    assert status in (302, 400, 401, 404)
    assert b"SQLite format" not in body
    assert b"import" not in body


async def test_doubled_slashes_change_no_policy(walked: Site) -> None:
    for plain, doubled in (
        ("/files/1/x.svg", "//files/1/x.svg"),
        ("/api/v1/consultations", "//api//v1/consultations"),
    ):
        one, two = await raw(walked, "GET", plain), await raw(walked, "GET", doubled)
        for name in (b"content-security-policy", b"cross-origin-resource-policy", b"x-content-type-options"):
            assert one[1].get(name) == two[1].get(name)


async def test_bytes_that_are_no_text_are_a_bad_request_in_any_path(walked: Site) -> None:
    for path in (
        "/en/contributions/\udcff",
        "/\udc80",
        "/en/consultations/\x00",
        "/files/1/\udcff",
        "/api/v1/\udcff",
    ):
        status, headers, _ = await raw(walked, "GET", path)
        assert (status, headers[b"x-content-type-options"]) == (400, b"nosniff")


async def test_an_id_beyond_all_numbers_is_no_page(walked: Site) -> None:
    administrator = await walked.signed_in(Role.ADMINISTRATOR)
    for number in ("9" * 19, "9" * 30, "9" * 4000):
        for path in (f"/files/{number}/x.svg", f"/files/-{number}/x.svg", f"/en/demo/mail/{number}"):
            assert (await administrator.get(path)).status_code == 404, path


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "get", "POST "])
async def test_other_methods_do_nothing(method: str, walked: Site) -> None:
    status, _, _ = await raw(walked, method, "/en/profile")
    assert status in (400, 401, 404, 405, 501)


async def test_no_header_or_field_changes_the_method(walked: Site) -> None:
    person = await walked.signed_in()
    for name in ("x-http-method-override", "x-method-override", "x-http-method"):
        answer = await person.get("/en/sign-out?_method=POST", headers={name: "POST"})
        assert answer.status_code in (404, 405)
    assert (await person.get("/en/mine")).status_code == 200


async def test_headers_of_any_size_and_kind_are_read_without_harm(walked: Site) -> None:
    for name, value in (
        (b"accept-language", b"en;q=0." * 20_000), (b"accept-language", b"fr;q=nan,ar;q=inf,en;q=-1,\xff"),
        (b"accept-language", b"," * 100_000), (b"cookie", b"a=b;" * 20_000), (b"cookie", b"\xff=\xfe; __Host-consult=\xff\xe9"),
        (b"cookie", b"__Host-consult=" + b"x" * 100_000), (b"authorization", b"Bearer \xff\xe9"), (b"accept-encoding", b"\xff;q=x,br;q="),
        (b"if-none-match", b'"' * 50_000), (b"range", b"bytes=0-0,1-1"), (b"hx-request", b"true\xff"), (b"x-csrf-token", b"\xff"),
        (b"content-length", b"abc"), (b"expect", b"100-continue"), (b"x-forwarded-for", b"' OR 1=1"), (b"user-agent", b"\xff" * 5000),
    ):  # fmt: skip
        for path in ("/", "/en/", "/en/search", "/api/v1/consultations", "/en/consultations"):
            began = time.perf_counter()
            status, _, _ = await raw(walked, "GET", path, headers=[(name, value)])
            assert status < 500 or (status == 503 and "search" in path), (name, path)
            assert time.perf_counter() - began < 3


async def test_other_hosts_are_refused_in_every_spelling(walked: Site) -> None:
    for host in (b"", b"evil.example", b"consult.test.", b"consult.test@evil.example", b"consult.test:443:80", b"consult.test\xff",
                 "consult.t\u00e9st".encode("latin-1"), b"xn--consult-test", b"[::1", b"consult.test/evil"):  # fmt: skip
        scope_headers = [(b"host", host)]
        status, headers, body = await raw_with(walked, scope_headers)
        assert status in (421, 200), host
        assert b"evil.example" not in body.replace(b"This host name", b"")
        assert b"evil" not in headers.get(b"location", b"")


async def raw_with(site: Site, headers: list[tuple[bytes, bytes]]) -> tuple[int, dict[bytes, bytes], bytes]:
    """The home page with another Host."""
    return await raw(site, "GET", "/en/", headers=headers)


async def test_json_nested_a_million_deep_is_refused_in_words(walked: Site) -> None:
    script = await script_of(walked)
    for body in (
        b"[" * 1_000_000,
        b'{"text":' * 200_000,
        b'{"text": "a"' + b" " * 3_000_000 + b"}",
        b"\xff",
        b'{"text": "\\ud800"}',
        b"null",
        b"[]",
    ):
        answer = await script.post(
            "/api/v1/consultations/charter-and-governance/comments",
            content=body,
            headers={"content-type": "application/json"},
        )
        assert 400 <= answer.status_code < 500 or answer.status_code == 201, body[:20]
    too_big = await script.post("/api/v1/consultations/charter-and-governance/comments", content=b" " * (5 * 2**20),
                                headers={"content-type": "application/json"})  # fmt: skip
    assert too_big.status_code == 413


async def test_a_comment_that_is_hard_to_read_as_markdown_takes_no_time(walked: Site) -> None:
    person = await walked.signed_in(name="Zoe")
    for text in ("[" * 19_000, "*a_ " * 4_900, "> " * 9_000, "`" * 19_999, "<!--" * 4_900, "[a](" * 4_900, "- " * 9_500, "http://" * 2_800, "&" * 19_000,
                 "\\" * 19_999, "|" * 19_999, "![" * 9_900, "**a" * 6_600, "a\n=" * 6_000):  # fmt: skip
        began = time.perf_counter()
        answer = await person.post_form("/en/consultations/charter-and-governance/comments", {"text": text})
        assert answer.status_code in (303, 409, 413, 422)
        assert time.perf_counter() - began < 5, text[:6]
