"""Names and addresses of a version's files: `FMF-2026-01-D1-V2.en.pdf`, `….en.annotated.docx`, `….en.1.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consult.editions.formats import MAKINGS, TEXT

_NAME = re.compile(
    r"(?P<reference>[A-Z]{2,8}-\d{4}-\d{2,4}-D\d{1,4}-V\d{1,4})\.(?P<lang>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})"
    r"(?:\.(?P<what>[a-z]{4,12})(?:-(?P<base>\d{1,4}))?)?(?:\.(?P<edition>\d{1,4}))?\.(?P<format>[a-z]{2,5})"
)


@dataclass(frozen=True, slots=True)
class FileName:
    """What a file's name says. `edition` 0: no edition's own text; `base`: the number of the version before it."""

    reference: str
    lang: str
    format: str
    what: str = TEXT
    base: int = 0
    edition: int = 0

    def __str__(self) -> str:
        base = f"-{self.base}" if self.base else ""
        what = f".{self.what}{base}" if self.what != TEXT else ""
        edition = f".{self.edition}" if self.edition else ""
        return f"{self.reference}.{self.lang}{what}{edition}.{self.format}"

    @property
    def address(self) -> str:
        """Where the file itself is."""
        return f"/files/versions/{self}"

    @property
    def page(self) -> str:
        """The page about it, without locale: while it is made, and to ask for it."""
        return f"/versions/{self.reference}/files/{self}"


def read_name(name: str) -> FileName | None:
    """What a name says, None where there is no such file and never will be."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    what, base, edition = found["what"] or TEXT, int(found["base"] or 0), int(found["edition"] or 0)
    read = FileName(found["reference"], found["lang"], found["format"], what, base, edition)
    if edition:
        return read if (read.what, read.format, base) == (TEXT, "md", 0) else None
    making = MAKINGS.get(what)
    fits = making is not None and read.format in making.makers and making.against == bool(base)
    return read if fits else None
