"""Domains as typed, compared and shown.

What is verified is one domain, exactly: who controls `students.example.org` does not control `example.org`, and who has
an address at `example.org` need not be of its faculty at `law.example.org`. Only a leading `www.` makes no difference.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import dns.exception
import dns.name

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NOBODYS = frozenset(
    ("alt", "arpa", "example", "home", "internal", "invalid", "lan", "local", "localhost", "onion", "test")
)
"""Last labels that lead nowhere public (RFC 6761, RFC 6762, RFC 8375, RFC 9476)."""
LONGEST = 253
"""Characters of a domain (RFC 1035, 2.3.4)."""


def read_domain(text: str) -> str:
    """The domain of a web address or a domain as typed, in ASCII as DNS has it; "" for what is none.

    Letters beyond ASCII are brought to one form and written as `xn--…` (IDNA 2008 with UTS 46), so that two spellings are
    one domain and look-alikes are two.
    """
    text = text.strip()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return _in_ascii(host.strip("."))


def domain_of(address: str) -> str:
    """The domain of a mail address, "" for what is none."""
    name, at, host = address.strip().rpartition("@")
    return _in_ascii(host.rstrip(".")) if name and at else ""


def shown_domain(domain: str) -> str:
    """A domain for readers, set apart from the text around it.

    One with letters beyond ASCII is shown both ways: its letters may look like those of another.
    """
    try:
        read = dns.name.from_text(domain).to_unicode(True, dns.name.IDNA_2008_Practical)
    except (dns.exception.DNSException, UnicodeError):
        read = domain
    return f"\u2068{domain}\u2069" if read == domain else f"\u2068{read}\u2069 (\u2068{domain}\u2069)"


def _in_ascii(host: str) -> str:
    try:
        name = dns.name.from_text(host, idna_codec=dns.name.IDNA_2008_UTS_46).to_text(True).lower()
    except (dns.exception.DNSException, UnicodeError):
        return ""
    name = name.removeprefix("www.") if name.count(".") > 1 else name
    labels = name.split(".")
    is_name = len(labels) > 1 and len(name) <= LONGEST and all(LABEL.fullmatch(each) for each in labels)
    return name if is_name and labels[-1] not in NOBODYS and not labels[-1].isdigit() else ""
