"""The outermost layer: known hosts only, the interface language, HEAD, security headers, one line of log."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from consult.i18n.locales import CODES, direction
from consult.i18n.negotiation import negotiate
from consult.logs import bound_logger, log_crash
from consult.web.site import Site

REQUESTS = Counter("consult_requests", "Requests answered", ["method", "status"])
SECONDS = Histogram("consult_request_seconds", "Time to answer, in seconds", ["method"])
METHODS = frozenset(HttpMethod)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cache-control", b"no-store"),
)
"""What every answer carries, but where it says otherwise itself: whatever may be kept says so."""
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""For files that staff brought in: opened on its own, such a file runs and loads nothing."""
OWN_POLICY = (b"cross-origin-resource-policy", b"same-origin")
READ_BY_ALL = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"If-None-Match"),
    (b"access-control-expose-headers", b"ETag"),
    (b"access-control-max-age", b"86400"),
)
FOR_MACHINES = ("/api/", "/log/")
"""What other sites' pages and programs read: the API, and the public log of receipts."""
WITHOUT_LOCALE = frozenset(
    {
        "api",
        "static",
        "files",
        "healthz",
        "readyz",
        "metrics",
        "sitemap.xml",
        "robots.txt",
        ".well-known",
        "favicon.ico",
    }
)


class Outer:
    """Wraps the whole application."""

    def __init__(self, inner: ASGIApp, site: Site) -> None:
        self._inner = inner
        self._hosts = site.settings.known_hosts
        self._renderer = site.renderer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._inner(scope, receive, send)
            return
        answer = _Answer(scope, send)
        if not self._is_known(scope):
            await _plain(answer.send, 421, b"This host name is not served here.\n")
        elif not _is_text(scope["path"]):
            await _plain(answer.send, 400, b"Bad request.\n")
        elif address := _address_with_locale(scope):
            await _redirect(answer.send, address)
        else:
            await self._answer(scope, receive, answer)
        answer.log()

    async def _answer(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        """The last place where anything that goes wrong can still be said in words."""
        try:
            await self._inner(scope, receive, answer.send)
        except Exception as error:
            log_crash(error, str(scope.get("path_template", "")))
            if answer.status:
                raise
            locale = scope["state"]["locale"]
            context = {"lang": locale, "dir": direction(locale)}
            body = self._renderer.render(locale, "errors/failed.html", context).encode()
            await _send(answer.send, 500, body, b"text/html; charset=utf-8")

    def _is_known(self, scope: Scope) -> bool:
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return name in self._hosts


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self._began = time.perf_counter()
        self._send = send
        self._method = scope["method"]
        self._scope = scope
        self.status = 0
        state: dict[str, Any] = scope.setdefault("state", {})
        state["locale"] = _locale_of(scope)
        if self._method == "HEAD":
            # A HEAD is answered as its GET would be, without the body (RFC 9110, 9.3.2).
            scope["method"] = HttpMethod.GET

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = _with(message["headers"], (*self._policies(), *self._sharing()))
        elif message["type"] == "http.response.body" and self._method == "HEAD":
            message["body"] = b""
        await self._send(message)

    def _policies(self) -> tuple[tuple[bytes, bytes], ...]:
        if not self._scope["path"].startswith("/files/"):
            return HEADERS
        return tuple(
            (name, FILE_POLICY.encode() if value == POLICY.encode() else value) for name, value in HEADERS
        )

    def _sharing(self) -> tuple[tuple[bytes, bytes], ...]:
        """Other sites' pages may read the public API and the log, and nothing else; a preflight says so (Fetch, 3.2)."""
        if not self._scope["path"].startswith(FOR_MACHINES):
            return (OWN_POLICY,)
        return READ_BY_ALL if self._scope["method"] in ("GET", "OPTIONS") else ()

    def log(self) -> None:
        """Count it and write its line. Whatever a client calls its method, there are only so many counters."""
        seconds = time.perf_counter() - self._began
        method = self._method if self._method in METHODS else "other"
        _requests(method, self.status).inc()
        _seconds(method).observe(seconds)
        bound_logger().info(
            "request",
            method=method,
            route=str(self._scope.get("path_template", "")),
            status=self.status,
            ms=round(seconds * 1000, 1),
        )


@cache
def _requests(method: str, status: int) -> Counter:
    return REQUESTS.labels(method, status)


@cache
def _seconds(method: str) -> Histogram:
    return SECONDS.labels(method)


def _with(headers: Any, ours: tuple[tuple[bytes, bytes], ...]) -> list[tuple[bytes, bytes]]:
    """Our headers, but where an answer has a stricter one of its own (files that people brought in)."""
    present = {name.lower() for name, _ in headers}
    return [*headers, *(pair for pair in ours if pair[0] not in present)]


def _is_text(path: str) -> bool:
    """Whether a path can be stored and shown: servers let bytes that are no UTF-8 through as lone surrogates."""
    return "\x00" not in path and (path.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in path))


def _first_segment(path: str) -> str:
    return path.lstrip("/").partition("/")[0]


def _locale_of(scope: Scope) -> str:
    first = _first_segment(scope["path"])
    return first if first in CODES else negotiate(_accept_language(scope))


def _accept_language(scope: Scope) -> str:
    return dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")


def _address_with_locale(scope: HTTPScope) -> str:
    """Where a page's address without locale leads, "" where it has one or needs none."""
    path = scope["path"]
    first = _first_segment(path)
    if scope["method"] not in ("GET", "HEAD") or first in CODES or first in WITHOUT_LOCALE:
        return ""
    if path.startswith(FOR_MACHINES):
        return ""
    raw = scope.get("raw_path") or path.encode()
    query = scope["query_string"]
    tail = raw.split(b"?")[0].decode("latin-1").lstrip("/")
    return f"/{negotiate(_accept_language(scope))}/{tail}" + (f"?{query.decode('latin-1')}" if query else "")


async def _plain(send: Send, status: int, body: bytes) -> None:
    await _send(send, status, body, b"text/plain; charset=utf-8")


async def _send(send: Send, status: int, body: bytes, type_: bytes) -> None:
    headers = [(b"content-type", type_), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _redirect(send: Send, address: str) -> None:
    headers = [
        (b"location", address.encode("latin-1")),
        (b"vary", b"Accept-Language"),
        (b"cache-control", b"no-cache"),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
