"""How a version is cited: as a sentence, as BibTeX and as CSL-JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from consult.i18n.catalogues import catalogue
from consult.i18n.formats import formats
from consult.kernel.messages import N_
from consult.models.document import Version

PUBLISHER = "Frontier Model Forum"


@dataclass(frozen=True, slots=True)
class VersionCitation:
    """`url` is the address that stays; `csl` is an item of CSL-JSON 1.0.2."""

    text: str
    bibtex: str
    csl: dict[str, Any]
    url: str


def cite_version(
    version: Version, title: str, title_lang: str, base_url: str, locale: str
) -> VersionCitation:
    """The citation of a published version in the reader's language."""
    at = version.published_at
    assert at is not None
    url = f"{base_url}/versions/{version.reference}"
    text = catalogue(locale).gettext(
        N_("Frontier Model Forum, “%(title)s”, version %(number)s (%(reference)s), %(date)s, %(url)s")
    ) % {
        "title": title,
        "number": formats(locale).number(version.number),
        "reference": version.reference,
        "date": formats(locale).date(at),
        "url": url,
    }
    csl = {
        "id": version.reference,
        "type": "report",
        "title": title,
        "author": [{"literal": PUBLISHER}],
        "publisher": PUBLISHER,
        "number": version.reference,
        "version": str(version.number),
        "language": title_lang,
        "issued": {"date-parts": [[at.year, at.month, at.day]]},
        "URL": url,
    }
    return VersionCitation(text, _bibtex(version, title, url), csl, url)


def _bibtex(version: Version, title: str, url: str) -> str:
    at = version.published_at
    assert at is not None
    fields = {
        "author": f"{{{{{PUBLISHER}}}}}",
        "title": f"{{{_escape(title)}}}",
        "number": f"{{{version.reference}}}",
        "note": f"{{Version {version.number}}}",
        "institution": f"{{{PUBLISHER}}}",
        "year": str(at.year),
        "month": str(at.month),
        "day": str(at.day),
        "url": f"{{{url}}}",
    }
    body = ",\n".join(f"  {name} = {value}" for name, value in fields.items())
    return f"@techreport{{{version.reference},\n{body}\n}}\n"


def _escape(text: str) -> str:
    """Braces would end a field."""
    return text.replace("\\", "").replace("{", "(").replace("}", ")")
