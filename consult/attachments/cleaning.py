"""Copies without metadata: who wrote a file, on which machine, where a picture was taken. The content stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO

from consult.attachments.loading import load

Cleaner = Callable[[Path, IO[bytes]], None]
HERE = "consult.attachments.copies"
CLEANERS = {
    "png": f"{HERE}.pictures:clean_png",
    "jpg": f"{HERE}.pictures:clean_jpeg",
    "pdf": f"{HERE}.pdf:clean_pdf",
    "docx": f"{HERE}.packages:clean_package",
    "odt": f"{HERE}.packages:clean_package",
    "xlsx": f"{HERE}.packages:clean_package",
}
"""By ending; texts hold nothing beside their words."""


def clean(path: Path, ending: str, target: Path) -> bool:
    """Write a copy without metadata. False where the kind has none to remove."""
    if ending not in CLEANERS:
        return False
    cleaner: Cleaner = load(CLEANERS[ending])
    with target.open("wb") as out:
        cleaner(path, out)
    return True
