"""Where mails go: to an SMTP server, or, where none is set, into the site's own mailbox."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from consult.notifications.message import POLICY, sender_of
from consult.settings import Settings

TIMEOUT = 30.0
"""Seconds to wait for an SMTP server's answer."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class RefusedError(Exception):
    """The server will not take this mail, now (`permanent` false, RFC 5321, 4.2.1) or ever. `code` is its answer's."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code
        self.permanent = 500 <= code < 600


class UnreachableError(Exception):
    """No server takes any mail now. `reason` is the name of what went wrong, without addresses."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MailTransport(Protocol):
    """A way for mails to leave."""

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand a mail over. Raises RefusedError or UnreachableError; else it is out of our hands."""
        ...

    async def close(self) -> None:
        """End the connection, if there is one."""
        ...


class OwnMailbox:
    """Delivers by keeping: a mail is where it should be once it is in our own books."""

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """The row is the mail."""

    async def close(self) -> None:
        """There is no connection."""


class SmtpTransport:
    """An SMTP server: `smtp://` (with STARTTLS where the server offers it) or `smtps://`, with `user:password@`.

    The connection stays open between mails until `close`.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, message: EmailMessage, recipient: str) -> None:
        client = await self._connected()
        try:
            await self._deliver(client, message, recipient)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise RefusedError(error.recipients[0].code) from None
        except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as error:
            raise RefusedError(error.code) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            raise UnreachableError(type(error).__name__) from None

    async def _deliver(self, client: aiosmtplib.SMTP, message: EmailMessage, recipient: str) -> None:
        """Addresses beyond ASCII need a server that knows them (RFC 6531); without one, 553 as it would say itself.

        The bytes are made here because the library's own way would fold addresses of pages.
        """
        international = not recipient.isascii()
        if international and not client.supports_extension("smtputf8"):
            raise RefusedError(553)
        data = message.as_bytes(policy=POLICY.clone(utf8=international))
        await client.sendmail(
            self._sender, [recipient], data, mail_options=["SMTPUTF8"] if international else []
        )

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        client = _client_for(self._parts)
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise UnreachableError(type(error).__name__) from None
        self._client = client
        return client


def make_transport(settings: Settings) -> MailTransport:
    """The transport that the settings ask for."""
    return SmtpTransport(settings.smtp_url, sender_of(settings)) if settings.smtp_url else OwnMailbox()


def _client_for(parts: SplitResult) -> aiosmtplib.SMTP:
    secure = parts.scheme == "smtps"
    host = parts.hostname or "localhost"
    usual = 465 if secure else 587 if parts.username else 25
    return aiosmtplib.SMTP(
        hostname=host,
        port=parts.port or usual,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=secure,
        start_tls=None if not secure else False,
        # A server on this very machine has a certificate for another name, if any.
        validate_certs=host not in LOOPBACK,
        timeout=TIMEOUT,
    )
