"""What is put on paper: asked for by the web server, which must not load what makes PDFs."""

from __future__ import annotations

from typing import Any

import msgspec


class Order(msgspec.Struct, frozen=True):
    """What to put on paper: a receipt file's `content` in a language, with times as in the zones."""

    content: dict[str, Any]
    locale: str
    zone: str = "UTC"
    own_zone: str = ""
