"""Our own few static files, read once, compressed once, kept by browsers for ever under addresses of their content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from consult.web.packing import CODINGS, coding_for, pack_for_ever
from consult.web.rendering import STATIC, static_address

TYPES = {
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
    "png": b"image/png",
}


@dataclass(frozen=True, slots=True)
class _File:
    type: bytes
    bodies: dict[str, bytes]


class StaticFiles:
    """Answers `/static/…`; everything else goes on."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._files = {
            static_address(path.name): _read(path.name) for path in STATIC.iterdir() if _is_public(path.name)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not scope["path"].startswith("/static/"):
            await self._inner(scope, receive, send)
            return
        file = self._files.get(scope["path"])
        if file is None:
            await self._inner(scope, receive, send)
            return
        await _send_file(file, scope, send)


def _is_public(name: str) -> bool:
    return name.rpartition(".")[2] in TYPES


@cache
def _read(name: str) -> _File:
    body = (STATIC / name).read_bytes()
    return _File(
        TYPES[name.rpartition(".")[2]], {coding: pack_for_ever(body, coding) for coding in ("", *CODINGS)}
    )


async def _send_file(file: _File, scope: Scope, send: Send) -> None:
    coding = coding_for(scope)
    body = file.bodies[coding]
    headers = [
        (b"content-type", file.type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"public, max-age=31536000, immutable"),
        (b"vary", b"Accept-Encoding"),
        *([(b"content-encoding", coding.encode())] if coding else []),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
