"""How a contribution is cited."""

from __future__ import annotations

from dataclasses import dataclass

from consult.i18n.catalogues import catalogue
from consult.i18n.formats import formats
from consult.kernel.messages import N_
from consult.models.contribution import Contribution, State

CITED = {
    "comment": N_("%(who)s, comment %(reference)s on “%(title)s”, Frontier Model Forum, %(date)s, %(url)s"),
    "submission": N_(
        "%(who)s, response %(reference)s to “%(title)s”, Frontier Model Forum, %(date)s, %(url)s"
    ),
}


@dataclass(frozen=True, slots=True)
class Citation:
    """As a sentence and as a BibTeX entry; `url` is the address that stays."""

    text: str
    bibtex: str
    url: str


def cite(row: Contribution, title: str, base_url: str, locale: str) -> Citation:
    """The citation of one contribution in the reader's language; nothing of a hidden or anonymous author."""
    say = catalogue(locale).gettext
    public = row.state == State.PUBLISHED and not row.anonymous
    name = row.author_name if public and row.author_name else say(N_("Name withheld"))
    who = f"{name} ({row.organisation_name})" if public and row.organisation_name else name
    url = f"{base_url}/contributions/{row.reference}"
    text = say(CITED[row.type]) % {
        "who": who,
        "reference": row.reference,
        "title": title,
        "date": formats(locale).date(row.created_at),
        "url": url,
    }
    return Citation(text, _bibtex(row, who, title, url), url)


def _bibtex(row: Contribution, who: str, title: str, url: str) -> str:
    fields = {
        "author": f"{{{_escape(who)}}}",
        "title": f"{{{'Comment' if row.type == 'comment' else 'Response'} {row.reference} on: {_escape(title)}}}",
        "howpublished": "{Frontier Model Forum, Consult}",
        "year": str(row.created_at.year),
        "month": str(row.created_at.month),
        "day": str(row.created_at.day),
        "url": f"{{{url}}}",
    }
    body = ",\n".join(f"  {name} = {value}" for name, value in fields.items())
    return f"@misc{{{row.reference},\n{body}\n}}\n"


def _escape(text: str) -> str:
    """Braces would end a field."""
    return text.replace("\\", "").replace("{", "(").replace("}", ")")
