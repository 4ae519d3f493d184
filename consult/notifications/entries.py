"""From what is public to entries of feeds, in the words of a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from consult.consultations.deadline import say_instant
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import direction
from consult.kernel.addresses import in_path
from consult.kernel.messages import N_
from consult.models.contribution import Contribution, ContributionType
from consult.notifications.composing import ISOLATE, POP, shorten
from consult.notifications.feeds import FeedEntry, tag_id
from consult.notifications.queries import Happened, Said
from consult.search.port import Hit

TITLES: Mapping[str, str] = {
    "published": N_("New consultation: %(title)s"),
    "opened": N_("Open for comments: %(title)s"),
    "extended": N_("More time to comment on %(title)s"),
    "draft": N_("New draft text in %(title)s"),
    "outcome": N_("The outcome of %(title)s"),
}
"""What each kind of happening is called."""


TITLED: Mapping[str, str] = {
    "comment": N_("%(name)s on %(title)s"),
    "submission": N_("Response of %(name)s to %(title)s"),
    "late": N_("Response of %(name)s to %(title)s (sent late)"),
}
"""What each kind of contribution is called that has no title of its own."""
LONGEST_RESPONSE = 1_500
"""Characters of a response in a feed."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Where and in which language a feed is written."""

    base_url: str
    locale: str
    site_name: str

    def say(self, text: str, **places: str) -> str:
        """A message; names in its places are set apart, whatever their direction."""
        apart = {name: f"{ISOLATE}{value}{POP}" for name, value in places.items()}
        return catalogue(self.locale).gettext(text) % apart

    def address(self, path: str) -> str:
        """The full address of a page."""
        return f"{self.base_url}/{self.locale}{path}"


def comment_entry(said: Said, words: Wording) -> FeedEntry:
    """A comment, or a formal response with the beginning of its public text, as readers see it."""
    comment = said.comment
    author = shown_author(comment, words)
    title = words.say(TITLED[_titled_as(comment)], name=author, title=pick(said.title, words.locale).text)
    return FeedEntry(
        id=tag_id(words.base_url, comment.created_at.year, f"contribution/{comment.reference}"),
        address=words.address(f"/contributions/{comment.reference}"),
        title=comment.title or title,
        title_lang=comment.lang if comment.title else words.locale,
        html=directed(_said(comment), comment.lang),
        lang=comment.lang,
        author=author,
        published=comment.created_at,
        updated=comment.edited_at or comment.created_at,
    )


def _titled_as(comment: Contribution) -> str:
    if comment.type == ContributionType.COMMENT:
        return "comment"
    return "late" if comment.late else "submission"


def _said(comment: Contribution) -> str:
    """A response can be a book: its beginning is enough to decide whether to read it."""
    if comment.type == ContributionType.COMMENT:
        return comment.html
    return str(Markup("<p>{}</p>").format(shorten(comment.text, LONGEST_RESPONSE)))


def shown_author(comment: Contribution, words: Wording) -> str:
    """The author's name as shown: the Forum, nobody where it was withheld, else the name and the organisation."""
    if comment.forum_voice:
        return words.say(N_("The Forum"))
    if comment.anonymous or not comment.author_name:
        return words.say(N_("Name withheld"))
    organisation = f" ({comment.organisation_name})" if comment.organisation_name else ""
    return comment.author_name + organisation


def event_entry(happened: Happened, words: Wording) -> FeedEntry:
    """Something that the Forum did."""
    consultation, text = happened.consultation, pick(happened.text, words.locale)
    what = f"{happened.kind}/{consultation.reference}/{happened.number}"
    return FeedEntry(
        id=tag_id(words.base_url, consultation.created_at.year, what),
        address=words.address(_event_path(happened)),
        title=words.say(TITLES[happened.kind], title=pick(consultation.title, words.locale).text),
        title_lang=words.locale,
        html=_deadline(happened, words) + (_local_html(text) if text else ""),
        lang=text.lang,
        author=words.site_name,
        published=happened.at,
        updated=happened.at,
    )


def hit_entry(hit: Hit, words: Wording) -> FeedEntry:
    """A search result; its excerpt is safe HTML already."""
    return FeedEntry(
        id=tag_id(words.base_url, hit.created_at.year, f"found/{hit.key}"),
        address=words.address(hit.address),
        title=hit.title or hit.reference,
        title_lang=hit.lang,
        html=directed(hit.excerpt, hit.lang),
        lang=hit.lang,
        author=hit.author or words.site_name,
        published=hit.created_at,
        updated=hit.created_at,
    )


def directed(html: str, lang: str) -> str:
    """HTML with its language and direction: feed readers keep these where they keep no style."""
    return f'<div lang="{escape(lang)}" dir="{direction(lang)}">{html}</div>'


def _event_path(happened: Happened) -> str:
    page = f"/consultations/{in_path(happened.consultation.slug)}"
    if happened.kind == "outcome":
        return f"{page}/outcome"
    return f"{page}/drafts/{in_path(happened.draft)}" if happened.draft else page


def _deadline(happened: Happened, words: Wording) -> str:
    """When a round closes, for entries about rounds."""
    if happened.round is None:
        return ""
    when = say_instant(happened.round.closes_at, happened.round.time_zone, words.locale)
    said = catalogue(words.locale).gettext(N_("Closes %(when)s")) % {"when": when}
    return f'<p lang="{words.locale}" dir="{direction(words.locale)}">{escape(said)}</p>'


def _local_html(text: LocalText) -> str:
    html = text.html or Markup("<p>%s</p>") % text.text
    return directed(html, text.lang)
