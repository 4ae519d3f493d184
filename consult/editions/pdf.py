"""A version as PDF/UA-1 by WeasyPrint: tagged, with bookmarks, its language and its title.

Imported only where a PDF is made: WeasyPrint looks for Pango when it is imported, and raises OSError without it.
"""

from __future__ import annotations

from typing import Any

from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from consult.editions.content import FileText
from consult.editions.page import STYLES, render_page

IMAGES = "figure:"


def make_pdf(text: FileText) -> bytes:
    """The whole file. Figures are the only thing that is looked up, and only among those of the text."""
    html = HTML(
        string=render_page(text, "file.html", IMAGES), base_url=IMAGES, url_fetcher=_FiguresOnly(text)
    )
    style = CSS(string=(STYLES / "print.css").read_text("utf-8"))
    pdf: bytes = html.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1", pdf_tags=True)
    return pdf


class _FiguresOnly(URLFetcher):  # type: ignore[misc]
    """Nothing else is fetched, wherever it is."""

    def __init__(self, text: FileText) -> None:
        super().__init__(allowed_protocols=())
        self._figures = text.figures

    def fetch(self, url: str, *_: Any, **__: Any) -> URLFetcherResponse:
        picture = self._figures.get(url.removeprefix(IMAGES)) if url.startswith(IMAGES) else None
        if picture is None:
            raise ValueError(f"not a figure of this text: {url[:80]}")
        return URLFetcherResponse(url, picture.body, {"Content-Type": picture.type})
