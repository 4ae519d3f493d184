"""The world outside of the site, on this machine: a DNS server, a web server, a mail server. Each is real and small."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from tests.notifications.conftest import MailServer

LINK = re.compile(r"https://consult\.test(/en/(?:mine/organisation/address|invitation)/\S+)")
FILE = "/.well-known/consult-verification.txt"


class NameServer:
    """Answers what `zone` holds: (name, type) → values. A name in `silent` gets no answer at all."""

    def __init__(self) -> None:
        self.zone: dict[tuple[str, str], list[str]] = {}
        self.silent: set[str] = set()
        self._server = socketserver.UDPServer(("127.0.0.1", 0), _answering(self))
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def says(self, name: str, text: str) -> None:
        """A TXT record."""
        self.zone[(name, "TXT")] = [f'"{text}"']

    def leads_to(self, name: str, address: str = "127.0.0.1") -> None:
        """An A record."""
        self.zone[(name, "A")] = [address]

    def answer(self, wire: bytes) -> bytes | None:
        """The answer to one question."""
        question = dns.message.from_wire(wire)
        (asked,) = question.question
        name = asked.name.to_text(True).lower()
        if name in self.silent:
            return None
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.AA | dns.flags.RA
        values = self.zone.get((name, asked.rdtype.name), [])
        if values:
            reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", asked.rdtype.name, *values))
        elif name not in {known for known, _ in self.zone}:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _answering(server: NameServer) -> type[socketserver.BaseRequestHandler]:
    class Answering(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, at = self.request
            if (reply := server.answer(wire)) is not None:
                at.sendto(reply, self.client_address)

    return Answering


class WebServer:
    """Serves `files` by (host, path); a value that is a function answers by itself. `asked` are the hosts and paths."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], bytes | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _serving(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def has(self, host: str, content: bytes | Callable[[BaseHTTPRequestHandler], None]) -> None:
        """The file of a domain."""
        self.files[(host, FILE)] = content

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _serving(server: WebServer) -> type[BaseHTTPRequestHandler]:
    class Serving(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["host"].partition(":")[0]
            server.asked.append((host, self.path))
            found = server.files.get((host, self.path))
            if callable(found):
                found(self)
                return
            self.send_response(200 if found is not None else 404)
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Serving


class Outside:
    """All of it; `settings` are what a site needs to live there."""

    def __init__(self) -> None:
        self.dns, self.web, self.mail = NameServer(), WebServer(), MailServer()
        self.mail.up()

    @property
    def settings(self) -> dict[str, object]:
        return {
            "dns_server": self.dns.address,
            "verify_at": f"http://{{domain}}:{self.web.port}",
            "verify_networks": ("127.0.0.0/8",),
            "smtp_url": self.mail.url,
        }

    def mails_to(self, address: str) -> list[str]:
        """The texts of the mails that arrived at an address."""
        mails = zip(self.mail.recipients, self.mail.taken, strict=True)
        return [mail.get_body(("plain",)).get_content() for to, mail in mails if to == [address]]  # type: ignore[union-attr]

    def link_to(self, address: str) -> str:
        """The one-time link in the last mail to an address."""
        found = [link for text in self.mails_to(address) for link in LINK.findall(text)]
        return str(found[-1])

    def close(self) -> None:
        self.dns.close()
        self.web.close()
        self.mail.down()


@contextmanager
def outside_world() -> Iterator[Outside]:
    """The world while a test lasts."""
    world = Outside()
    yield world
    world.close()


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
