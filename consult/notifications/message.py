"""From a row of `mails` to a message as it travels (RFC 5322)."""

from __future__ import annotations

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from urllib.parse import urlsplit

from consult.models.ledger import Mail
from consult.notifications.composing import one_line
from consult.notifications.post import topic_of
from consult.receipts.files import attached_file
from consult.settings import Settings

UNSUBSCRIBE = "List-Unsubscribe"
ONE_ADDRESS = re.compile(r'([^\s@<>(),;:"\[\]\\]+)@([^\s@<>(),;:"\[\]\\]+)')
"""What we write to: no comments, quotes or lists, in any script (RFC 6532)."""


class _Policy(EmailPolicy):
    """As SMTP wants it, but addresses of pages stay whole: folding would encode long ones, and mail programs look for
    them as they are (RFC 8058, 4)."""

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}\r\n" if name == UNSUBSCRIBE else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode() if name == UNSUBSCRIBE else super().fold_binary(name, value)


POLICY = _Policy(linesep="\r\n")


class BadAddressError(ValueError):
    """A recipient that no mail can be sent to."""


def make_message(mail: Mail, settings: Settings) -> EmailMessage:
    """The message: text and HTML, with a Message-ID that a second sending repeats. Raises BadAddressError."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(settings.mail_from)
    message["To"] = _recipient(mail.recipient)
    message["Reply-To"] = _address(settings.contact)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = mail.created_at
    message["Message-ID"] = _message_id(mail.once, host)
    message["References"] = _message_id(f"{topic_of(mail.once)}/{mail.user_id}", host)
    # Automatic answers to this would go round in circles (RFC 3834, 5).
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.locale
    if mail.unsubscribe:
        # RFC 2369, 3.2 and RFC 8058, 3.1.
        message[UNSUBSCRIBE] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if receipt := attached_file(mail.text):
        message.add_attachment(receipt, "application", "json", filename="receipt.json")
    return message


def sender_of(settings: Settings) -> str:
    """The bare address that mails are sent from."""
    return _split(settings.mail_from)[1]


def _message_id(name: str, host: str) -> str:
    return f"<{hashlib.sha256(name.encode()).hexdigest()[:32]}@{host}>"


def _split(text: str) -> tuple[str, str]:
    """Name and address of `Name, as typed <address>`; a comma in the name needs no quotes here."""
    name, bracket, address = text.strip().rpartition("<")
    return (name.strip().strip('"'), address.rstrip("> ")) if bracket else ("", address)


def _address(text: str) -> Address:
    name, address = _split(text)
    return Address(display_name=one_line(name), addr_spec=address)


def _recipient(text: str) -> Address:
    """One address and never a list. Raises BadAddressError."""
    found = ONE_ADDRESS.fullmatch(text)
    if found is None:
        raise BadAddressError
    return Address(username=found[1], domain=found[2])
