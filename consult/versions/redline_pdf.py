"""A redline as PDF/UA-1 by WeasyPrint, imported only where one is made: it looks for Pango when it is imported."""

from __future__ import annotations

from typing import Any

from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from consult.versions.redline_content import RedlineText
from consult.versions.redline_files import redline_html


def redline_pdf(text: RedlineText) -> bytes:
    """The whole file; nothing is fetched for it."""
    html = HTML(string=redline_html(text), url_fetcher=_Nothing())
    pdf: bytes = html.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    return pdf


class _Nothing(URLFetcher):  # type: ignore[misc]
    """Fetches nothing, wherever it is."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=())

    def fetch(self, url: str, *_: Any, **__: Any) -> URLFetcherResponse:
        raise ValueError(f"a redline has no files of its own: {url[:80]}")
