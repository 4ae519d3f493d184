"""`python -m consult.paper.process`: an order on standard input, its PDF on standard output."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import Any

import msgspec
from weasyprint import HTML, Attachment
from weasyprint.urls import URLFetcher, URLFetcherResponse

from consult.kernel.apart import limit_this_process
from consult.paper.printing import Order

SECONDS, MEMORY = 40, 1 << 30
"""Of processor time and bytes: ten times what a receipt with 20 files takes."""


def make_pdf(order: Order) -> bytes:
    """The PDF/UA-1, with its files attached."""
    attached = [
        Attachment(file_obj=BytesIO(body), name=name, relationship="Data")
        for name, body in order.attached.items()
    ]
    html = HTML(string=order.html, url_fetcher=_Nothing())
    pdf: bytes = html.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, attachments=attached)
    return pdf


class _Nothing(URLFetcher):  # type: ignore[misc]
    """Fetches nothing, wherever it is."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=())

    def fetch(self, url: str, *_: Any, **__: Any) -> URLFetcherResponse:
        raise ValueError(f"a paper has no files of its own: {url[:80]}")


def main() -> None:
    """Read, make, write."""
    limit_this_process(SECONDS, MEMORY, niceness=5)
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(make_pdf(order))


if __name__ == "__main__":
    main()
