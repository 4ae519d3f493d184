"""What people write, as values between a form and the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A comment as written: Markdown, its safe HTML, its language, and the words it is about."""

    text: str
    html: str
    lang: str
    anonymous: bool = False
    quote: str = ""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Why a comment should be looked at."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Sending:
    """How a comment was sent: the form's nonce, when its form was first shown, whether staff speak as the Forum."""

    send_key: str = ""
    begun_at: datetime | None = None
    as_forum: bool = False
