"""Looking outside whether a domain says that an organisation is who it says: a DNS record, or a file.

Nothing here touches the database: these may take seconds. A stranger names the domain, so nothing is asked for but one
record and one file, from public addresses alone, with limits of time and size, following no redirect (OWASP Server-Side
Request Forgery Prevention Cheat Sheet).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol
from urllib.parse import urlsplit

import anyio
import dns.asyncresolver
import dns.exception
import dns.resolver
import httpx

from consult.settings import Settings

PATH = "/.well-known/consult-verification.txt"
"""Where the file lies (RFC 8615)."""
RECORD = "_consult"
"""The label under which the DNS record may stand, beside the domain itself (RFC 8552)."""
SECONDS_DNS = 6.0
SECONDS_FILE = 12.0
MOST_BYTES = 4096
MOST_ADDRESSES = 2
RELAYED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"))
"""Addresses that lead on to others, which may be private ones (RFC 6052, RFC 3056)."""
Ip = IPv4Address | IPv6Address


class Finding(StrEnum):
    """What was found: the right words, other words in their place, nothing, no answer, or a place we don't go to."""

    RIGHT = "right"
    OTHER = "other"
    NOTHING = "nothing"
    SILENT = "silent"
    PRIVATE = "private"
    MOVED = "moved"


class Proof(Protocol):
    """A way in which a domain can say the words."""

    async def __call__(self, domain: str, words: str, settings: Settings) -> Finding:
        """What the domain says."""
        ...


@dataclass(frozen=True, slots=True)
class Answered:
    """What a name has in DNS; `silent` where nobody answered."""

    values: tuple[str, ...] = ()
    silent: bool = False


def words_of(token: str) -> str:
    """What the record or the file has to say."""
    return f"consult-verification={token}"


async def find_record(domain: str, words: str, settings: Settings) -> Finding:
    """Whether a TXT record of the domain, or of `_consult.` in it, says the words."""
    found = [await _ask(name, "TXT", settings) for name in (f"{RECORD}.{domain}", domain)]
    values = [value.strip() for each in found for value in each.values]
    if words in values:
        return Finding.RIGHT
    if any(value.startswith(words_of("")) for value in values):
        return Finding.OTHER
    return Finding.SILENT if all(each.silent for each in found) else Finding.NOTHING


async def find_file(domain: str, words: str, settings: Settings) -> Finding:
    """Whether a line of the file at the domain says the words."""
    with anyio.move_on_after(SECONDS_FILE):
        addresses = await _addresses_of(domain, settings)
        if not addresses:
            return Finding.SILENT
        if not all(_may_go_to(each, settings) for each in addresses):
            return Finding.PRIVATE
        for address in addresses[:MOST_ADDRESSES]:
            try:
                return await _read_file(domain, address, words, settings)
            except (httpx.HTTPError, httpx.InvalidURL):
                continue
    return Finding.SILENT


async def _read_file(domain: str, address: Ip, words: str, settings: Settings) -> Finding:
    """The connection goes to the address that was looked at, not to what DNS says a moment later; the certificate has
    to be the domain's own."""
    at = httpx.URL(settings.verify_at.format(domain=domain) + PATH)
    headers = {
        "host": at.netloc.decode(),
        "accept-encoding": "identity",
        "user-agent": "consult-verification",
    }
    async with httpx.AsyncClient(timeout=5.0, trust_env=False, follow_redirects=False) as client:
        url = at.copy_with(host=str(address))
        asked = client.stream("GET", url, headers=headers, extensions={"sni_hostname": domain})
        async with asked as answer:
            if answer.is_redirect:
                return Finding.MOVED
            if answer.status_code != httpx.codes.OK:
                return Finding.NOTHING
            return _judge(await _first_bytes(answer), words)


async def _first_bytes(answer: httpx.Response) -> bytes:
    read = b""
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) >= MOST_BYTES:
            break
    return read[:MOST_BYTES]


def _judge(content: bytes, words: str) -> Finding:
    lines = [line.strip() for line in content.decode("utf-8", "replace").lstrip("\ufeff").splitlines()]
    return Finding.RIGHT if words in lines else Finding.OTHER


async def _addresses_of(domain: str, settings: Settings) -> list[Ip]:
    found = [await _ask(domain, kind, settings) for kind in ("A", "AAAA")]
    return [ip_address(value) for each in found for value in each.values]


def _may_go_to(address: Ip, settings: Settings) -> bool:
    """Public ones, and those of networks that the operator names."""
    plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    if any(plain in ip_network(each, strict=False) for each in settings.verify_networks):
        return True
    return plain.is_global and not plain.is_multicast and not any(plain in each for each in RELAYED)


async def _ask(name: str, kind: str, settings: Settings) -> Answered:
    try:
        found = await _resolver(settings).resolve(f"{name}.", kind, search=False, lifetime=SECONDS_DNS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Answered()
    except dns.exception.DNSException:
        return Answered(silent=True)
    return Answered(tuple(_text_of(each, kind) for each in found))


def _text_of(answer: object, kind: str) -> str:
    """A TXT record's strings are one text (RFC 7208, 3.3)."""
    strings = getattr(answer, "strings", ()) if kind == "TXT" else ()
    return b"".join(strings).decode("utf-8", "replace") if strings else str(answer)


def _resolver(settings: Settings) -> dns.asyncresolver.Resolver:
    """The machine's own resolver, or the one that the operator names as `address` or `address:port`."""
    if not settings.dns_server:
        return dns.asyncresolver.Resolver()
    at = urlsplit(f"//{settings.dns_server}")
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [at.hostname or ""], at.port or 53
    return resolver


PROOFS: dict[str, Proof] = {"dns": find_record, "file": find_file}
"""The ways that look outside."""
