"""A filled form on its way in: checked like any file, read in a process with limits."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import msgspec

from consult.attachments.problems import SENTENCES, Problem
from consult.attachments.running import check_file
from consult.kernel.apart import run_apart
from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.kernel.messages import N_
from consult.offline.form import Mark, read_mark
from consult.offline.work import READERS, Filled

MOST_BYTES = 5_000_000
WITHIN = 60.0
"""Seconds by the clock."""
FIELD = "file"
NOT_OURS = N_(
    "This is not a form that was taken from this page. Take the form, fill it in, and choose that file."
)
OTHER_ROUND = N_("This form belongs to another consultation or round.")


async def read_upload(data: bytes, name: str) -> tuple[Mark, dict[str, str]]:
    """What a filled form holds. Raises FormInvalid, in words that help."""
    if not data:
        raise _refused(N_("Choose the file that you filled in."))
    if len(data) > MOST_BYTES:
        raise _refused(N_("This file is too large for a filled form. Choose the file that you filled in."))
    with tempfile.TemporaryDirectory(prefix="consult-form-") as folder:
        path = Path(folder) / "form"
        await asyncio.to_thread(path.write_bytes, data)
        checked = await check_file(path, name, Path(folder) / "copy")
        if checked.problem:
            raise _refused(SENTENCES[Problem(checked.problem)])
        filled = await _read(path, checked.ending) if checked.ending in READERS else Filled(damaged=True)
    mark = read_mark(filled.mark)
    if filled.damaged or mark is None:
        raise _refused(NOT_OURS)
    return mark, filled.cells


def check_mark(mark: Mark, consultation: str, round_: int) -> None:
    """Raises FormInvalid for a form of other questions. Another edition has the same questions in other words."""
    if (mark.consultation, mark.round) != (consultation, round_):
        raise _refused(OTHER_ROUND)


def _refused(text: str) -> FormInvalid:
    return FormInvalid([FieldError(FIELD, Message(text))])


async def _read(path: Path, ending: str) -> Filled:
    said = await run_apart("consult.offline.work", str(path), ending, within=WITHIN)
    return Filled(damaged=True) if said is None else msgspec.json.decode(said, type=Filled)
