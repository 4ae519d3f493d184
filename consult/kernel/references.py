"""Citable references: `FMF-2026-01` for a consultation, `FMF-2026-01-C0042` and `-S0007` for contributions,
`FMF-2026-01-D1-V2` for a version of a draft.
"""

import re

PREFIX = "FMF"
LETTER = {"comment": "C", "submission": "S"}
PATTERN = re.compile(r"^[A-Z]{2,8}-\d{4}-\d{2,4}(-[CS]\d{4,9}|-D\d{1,4}-V\d{1,4})?$")


def consultation_reference(year: int, number: int) -> str:
    """`FMF-2026-01` from 2026 and 1."""
    return f"{PREFIX}-{year:04d}-{number:02d}"


def contribution_reference(consultation: str, kind: str, number: int) -> str:
    """`FMF-2026-01-C0042` from a consultation's reference, "comment" or "submission", and 42."""
    return f"{consultation}-{LETTER[kind]}{number:04d}"


def version_reference(consultation: str, draft: int, version: int) -> str:
    """`FMF-2026-01-D1-V2` from a consultation's reference, its draft 1 and that draft's version 2."""
    return f"{consultation}-D{draft}-V{version}"


def is_reference(text: str) -> bool:
    """Whether text has the form of a reference (of a consultation, a version or a contribution)."""
    return PATTERN.fullmatch(text) is not None
