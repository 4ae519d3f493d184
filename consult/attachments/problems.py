"""Why a file is refused, and what can be done about it: a word that is stored, and the sentence it stands for."""

from __future__ import annotations

from enum import StrEnum

from consult.kernel.messages import N_


class Problem(StrEnum):
    """What is wrong with a file."""

    EMPTY = "empty"
    UNKNOWN = "unknown"
    DAMAGED = "damaged"
    OLD_OFFICE = "old-office"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    EMBEDDED = "embedded"
    LINKED = "linked"
    ENTITIES = "entities"
    UNPACKS = "unpacks"
    SCRIPTS = "scripts"
    MIXED = "mixed"
    PIXELS = "pixels"
    CONTROLS = "controls"
    VIRUS = "virus"
    TOO_HARD = "too-hard"


SENTENCES: dict[Problem, str] = {
    Problem.EMPTY: N_("This file is empty. Choose the file again."),
    Problem.UNKNOWN: N_(
        "This is no kind of file that we take. Save it as PDF, Word (.docx), OpenDocument (.odt), Excel (.xlsx), CSV, text, PNG or JPEG."
    ),
    Problem.DAMAGED: N_("This file is damaged. Open it, save it again, and choose the new file."),
    Problem.OLD_OFFICE: N_(
        "This file is in an old Office format, or needs a password. Save it without password as .docx or .xlsx."
    ),
    Problem.ENCRYPTED: N_(
        "This file is encrypted or protected by a password. Save it without password and protection."
    ),
    Problem.MACROS: N_(
        "This file holds macros or other programs. Save it as .docx or .xlsx without macros, or as PDF."
    ),
    Problem.EMBEDDED: N_(
        "Other files are embedded in this file. Remove them and add them one by one, or save it as PDF."
    ),
    Problem.LINKED: N_(
        "This file takes parts from elsewhere, such as a template or a linked picture. Break the links and save it again, or save it as PDF."
    ),
    Problem.ENTITIES: N_(
        "This file holds definitions that no office program writes. Open it, save it again, and choose the new file."
    ),
    Problem.UNPACKS: N_(
        "Unpacked, this file is far larger than it should be. Save it again without what makes it so large, or save it as PDF."
    ),
    Problem.SCRIPTS: N_(
        "This PDF holds scripts, forms that run programs, or other files. Print it to a new PDF and choose that one."
    ),
    Problem.MIXED: N_(
        "Something else is hidden in this file behind its content. Open it, save it again, and choose the new file."
    ),
    Problem.PIXELS: N_("This picture has too many pixels. Make it smaller and choose it again."),
    Problem.CONTROLS: N_(
        "This does not read as text. Save it as text in UTF-8, or choose another kind of file."
    ),
    Problem.VIRUS: N_(
        "A virus scanner knows this file as harmful. Check your device, and choose a clean file."
    ),
    Problem.TOO_HARD: N_("This file takes too long to check. Save it in a simpler form, or as PDF."),
}


class FileRefusedError(ValueError):
    """A file that is not taken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem
