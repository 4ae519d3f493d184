"""The public log for programs. Only hashes are in it, and the public reasons of withdrawals and removals.

| address | what |
| --- | --- |
| /log/head.json | the newest published head, signed |
| /log/heads.jsonl | all published heads, the oldest first |
| /log/entries.jsonl?from=0 | all entries from a number on |
| /log/proof/{number}.json?size= | that an entry is among the first `size`; without it, of the newest head that covers it, else of all |
| /log/consistency.json?from=&to= | that the log of `to` entries begins with that of `from` |
| /log/keys.json | the public keys, the present one named |
| /log/verify_receipt.py | a program of one file that checks a receipt without this site |
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import json
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.i18n.formats import iso
from consult.kernel.errors import NotFound
from consult.models.log import LogLeaf
from consult.receipts.heads import signed_head
from consult.receipts.queries import (
    BATCH,
    find_entry,
    list_heads,
    log_size,
    newest_head,
    prove_consistency,
    prove_inclusion,
    read_batch,
)
from consult.receipts.signing import Signer, load_signer, to_base64
from consult.security.permissions import Permission
from consult.settings import ROOT
from consult.web.site import Ask, site_of

A_MINUTE = "public, max-age=60"
FOR_EVER = "public, max-age=31536000, immutable"
LINES = "application/jsonl"
READ: dict[str, Any] = {"permission": Permission.READ}
Count = Annotated[int, QueryParameter(ge=0, le=2**62)]


@get("/log/head.json", opt=READ)
async def read_head(request: Ask, session: AsyncSession) -> Response[bytes]:
    """The newest published head. 404 while there is none."""
    head = await newest_head(session)
    if head is None:
        raise NotFound
    return _json(signed_head(head, _signer(request).keys))


@get("/log/heads.jsonl", opt=READ)
async def read_heads(request: Ask, session: AsyncSession) -> Response[bytes]:
    """Every published head, the oldest first."""
    keys = _signer(request).keys
    lines = [json.encode(signed_head(head, keys)) for head in reversed(await list_heads(session))]
    body = b"".join(line + b"\n" for line in lines)
    return Response(body, media_type=LINES, headers={"cache-control": A_MINUTE})


@get("/log/entries.jsonl", opt=READ)
async def read_entries(
    request: Ask,
    session: AsyncSession,
    first: Annotated[int, QueryParameter(name="from", ge=0, le=2**62)] = 0,
) -> Stream:
    """All entries from a number on, sent as they are read."""
    return Stream(
        entry_lines(site_of(request).database, first), media_type=LINES, headers={"cache-control": A_MINUTE}
    )


async def entry_lines(database: Database, first: int) -> AsyncIterator[bytes]:
    """The lines, in pieces. Each is read in a session of its own that is closed before it is sent: who reads slowly
    keeps no connection."""
    while True:
        async with database.reading() as session:
            leaves = await read_batch(session, first)
        yield b"".join(json.encode(public_entry(leaf)) + b"\n" for leaf in leaves)
        if len(leaves) < BATCH:
            return
        first = leaves[-1].number + 1


def public_entry(leaf: LogLeaf) -> dict[str, Any]:
    """An entry as everybody sees it. Of a response only the hash; of an ending what that hash is made of."""
    shown: dict[str, Any] = {"number": leaf.number, "kind": leaf.kind, "entry": leaf.entry}
    if leaf.of is None:
        return shown
    note = {"lang": leaf.note.original, "text": leaf.note.source} if leaf.note else None
    return {**shown, "of": leaf.of, "note": note, "at": iso(leaf.at)}


@get("/log/proof/{name:str}", opt=READ)
async def read_proof(request: Ask, session: AsyncSession, name: str, size: Count = 0) -> Response[bytes]:
    """The proof that an entry is in the log."""
    digits, _, ending = name.partition(".")
    number = int(digits) if digits.isdecimal() and len(digits) < 18 else -1
    leaf = await find_entry(session, number)
    if leaf is None or ending != "json":
        raise NotFound
    proof = await prove_inclusion(session, number, size or await _size_for(session, number))
    path = [each.hex() for each in proof.path]
    found = {
        "number": number,
        "entry": leaf.entry,
        "size": proof.size,
        "root": proof.root.hex(),
        "path": path,
    }
    return _json(found, FOR_EVER if size else A_MINUTE)


async def _size_for(session: AsyncSession, number: int) -> int:
    head = await newest_head(session)
    return head.size if head is not None and head.size > number else await log_size(session)


@get("/log/consistency.json", opt=READ)
async def read_consistency(
    session: AsyncSession,
    earlier: Annotated[int, QueryParameter(name="from", ge=1, le=2**62)],
    to: Count,
) -> Response[bytes]:
    """The proof that the log only grew."""
    proof = await prove_consistency(session, earlier, to)
    path = [each.hex() for each in proof.path]
    return _json({"from": earlier, "to": to, "root": proof.root.hex(), "path": path}, FOR_EVER)


@get("/log/keys.json", opt=READ)
async def read_keys(request: Ask) -> Response[bytes]:
    """The public keys: `key` is the SHA-256 of the 32 bytes that `public_key` is in Base64."""
    signer = _signer(request)
    keys = [
        {"key": id, "public_key": to_base64(public), "present": id == signer.id}
        for id, public in sorted(signer.keys.items())
    ]
    return _json({"algorithm": "Ed25519", "keys": keys})


@get("/log/verify_receipt.py", opt=READ)
async def read_verifier() -> Response[bytes]:
    """The program that checks a receipt with no site at all."""
    headers = {"cache-control": A_MINUTE, "content-disposition": 'attachment; filename="verify_receipt.py"'}
    return Response(_verifier(), media_type="text/plain", headers=headers)


@cache
def _verifier() -> bytes:
    return (ROOT / "docs" / "verify_receipt.py").read_bytes()


def _signer(request: Ask) -> Signer:
    return load_signer(site_of(request).settings)


def _json(value: Any, cache_control: str = A_MINUTE) -> Response[bytes]:
    return Response(
        json.encode(value), media_type="application/json", headers={"cache-control": cache_control}
    )


HANDLERS = (
    read_head,
    read_heads,
    read_entries,
    read_proof,
    read_consistency,
    read_keys,
    read_verifier,
)
