"""What each kind of question is called, for those who compose and for those who read what is asked."""

from __future__ import annotations

from consult.i18n.words import Word
from consult.kernel.messages import N_

KINDS: dict[str, Word] = {
    "short": Word(N_("Short text"), N_("One line: a name, a figure with its unit, a title.")),
    "long": Word(N_("Long text"), N_("Some paragraphs, with a limit of words if you like.")),
    "one": Word(N_("One of several answers"), N_("People choose exactly one.")),
    "several": Word(N_("Several answers"), N_("People choose as many as apply.")),
    "scale": Word(N_("Scale"), N_("A row of numbers with words at both ends.")),
    "ranking": Word(N_("Ranking"), N_("People put things in order.")),
    "matrix": Word(N_("Table of choices"), N_("The same answers for several things, one row each.")),
    "number": Word(N_("Number"), N_("A number, whole or with decimals.")),
    "date": Word(N_("Date"), N_("A day, a month and a year.")),
    "files": Word(N_("Files"), N_("People add files that support what they say.")),
    "document": Word(N_("Prepared document"), N_("People upload a response that they wrote elsewhere.")),
    "section": Word(N_("Comment on a section of the draft"), N_("The section is shown above the answer.")),
    "letter": Word(N_("Letter"), N_("Room for a whole letter.")),
}
"""Kinds of question; keys are those of `QuestionKind`."""

PUBLICATIONS: dict[str, Word] = {
    "named": Word(N_("Public, with name"), N_("Everybody reads who said it.")),
    "unnamed": Word(N_("Public, without name"), N_("Everybody reads the text; only certain staff see whose it is.")),
    "confidential": Word(N_("Confidential, with a public summary"), N_("Only certain staff read it; a public summary is asked for.")),
}  # fmt: skip
"""Ways of publishing that respondents may be offered; keys are those of `Publication`."""

READERS: dict[str, Word] = {
    "editor": Word(N_("Editors and administrators")),
    "administrator": Word(N_("Administrators only")),
}
"""Who may read what is confidential."""
