"""What states, roles and ways are called on a team's pages."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from consult.i18n.catalogues import catalogue
from consult.i18n.words import Word
from consult.kernel.messages import N_
from consult.models.submission import Interest, Publication
from consult.teams.steps import STEPS

SIGN_STATES: dict[str, Word] = {
    "none": Word(N_("Not signed off yet"), "wait"),
    "asked": Word(N_("Asked, not answered yet"), "wait"),
    "signed": Word(N_("Signed off"), "good"),
    "lapsed": Word(N_("Lapsed"), "bad"),
    "declined": Word(N_("Declined"), "bad"),
}
"""Where a sign-off stands, with the kind of tag that says so."""

PUBLICATIONS: dict[str, str] = {
    Publication.NAMED: N_("Public, with your name"),
    Publication.UNNAMED: N_("Public, without your name"),
    Publication.CONFIDENTIAL: N_("Confidential, with a public summary"),
    "": N_("Not chosen yet"),
}
INTERESTS: dict[str, str] = {
    Interest.MEMBER: N_("A member company of the Forum"),
    Interest.FUNDED: N_("Funded by a member company of the Forum"),
    Interest.INDEPENDENT: N_("Independent of the Forum's member companies"),
    "": N_("Not said yet"),
}


def step_words(kind: str, actor: str, data: Mapping[str, str], locale: str) -> Markup:
    """A step as a sentence, its names set apart; a kind that is no longer known as nothing."""
    sentence = STEPS.get(kind, "")
    if not sentence:
        return Markup("")
    names = {"actor": actor or catalogue(locale).gettext(N_("Somebody")), **data}
    apart = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in names.items()}
    return Markup.escape(catalogue(locale).gettext(sentence)) % apart
