"""A receipt on paper, made in a process of its own: `python -m consult.receipts.paper`, the order on standard input and the
PDF on standard output. WeasyPrint takes half a second and much memory, and none of it shall be the web server's.
"""

from __future__ import annotations

import os
import resource
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
from weasyprint import HTML, Attachment
from weasyprint.urls import URLFetcher, URLFetcherResponse

from consult.receipts.files import armour, write_file
from consult.receipts.paper_order import Order
from consult.receipts.views import view_receipt
from consult.settings import ROOT
from consult.web.rendering import Renderer

SECONDS, MEMORY = 30, 1 << 30
"""Of processor time and bytes: ten times what a receipt with 20 files takes."""
STYLE = Path(__file__).with_name("paper.css")


def render_paper(order: Order) -> str:
    """The page that the PDF is made of; its style is in it and it fetches nothing."""
    receipt = view_receipt(order.content["receipt"], order.locale, order.zone, order.own_zone)
    head = order.content["head"]
    context = {"receipt": receipt, "head": head, "armour": armour(order.content)}
    html = Renderer(ROOT / "templates").render(order.locale, "receipts/paper.html", context)
    return html.replace("</head>", f"<style>{STYLE.read_text('utf-8')}</style></head>", 1)


def make_pdf(order: Order) -> bytes:
    """The PDF/UA-1, with the receipt's file attached to it."""
    attached = Attachment(
        file_obj=BytesIO(write_file(order.content)), name="receipt.json", relationship="Data"
    )
    html = HTML(string=render_paper(order), url_fetcher=_Nothing())
    pdf: bytes = html.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, attachments=[attached])
    return pdf


class _Nothing(URLFetcher):  # type: ignore[misc]
    """Fetches nothing, wherever it is."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=())

    def fetch(self, url: str, *_: Any, **__: Any) -> URLFetcherResponse:
        raise ValueError(f"a receipt has no files of its own: {url[:80]}")


def main() -> None:
    """Read, make, write."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.nice(5)
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(make_pdf(order))


if __name__ == "__main__":
    main()
