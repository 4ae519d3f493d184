"""PO files (GNU gettext): msgctxt is the block's key, msgid its original, msgstr its translation.

A stale translation is fuzzy, with the original that it was made from as previous msgid. Comments for translators keep
which original and which translation the entry was made from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO, StringIO

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, escape, read_po, write_po

from consult.kernel.messages import N_
from consult.translations.states import BlockState
from consult.translations.units import (
    NOTE,
    Brought,
    FileRefusedError,
    Unit,
    UnitsFile,
    check_amount,
    check_language,
    decode_file,
)

_KEPT = re.compile(r"consult: of=(\S*) seen=(\S*)")
_ENTRY = re.compile(r"^msgid ", re.MULTILINE)
_FORMATS = {"python-format", "python-brace-format"}


def write_po_file(file: UnitsFile) -> bytes:
    """The file, in UTF-8."""
    catalog = Catalog(fuzzy=False)
    for unit in file.units:
        _add(catalog, unit)
    written = BytesIO()
    write_po(written, catalog, width=0, omit_header=True)
    text = _HEADER.format(note=NOTE, name=file.name, lang=file.lang) + written.getvalue().decode()
    return _with_previous(text, file.units).encode()


_HEADER = """# {note}
msgid ""
msgstr ""
"Project-Id-Version: {name}\\n"
"Language: {lang}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def read_po_file(body: bytes, lang: str) -> list[Brought]:
    """The entries that have a translation and are not fuzzy. Raises FileRefusedError."""
    text = decode_file(body)
    found = re.search(r'^"Language: ([^\\"]*)\\n"$', text, re.MULTILINE)
    if found and found[1]:
        check_language(found[1], lang)
    check_amount(len(_ENTRY.findall(text)) - 1)
    try:
        catalog = read_po(StringIO(text), ignore_obsolete=True, abort_invalid=True)
    except (PoFileError, ValueError, LookupError, IndexError, AttributeError, TypeError):
        raise FileRefusedError(N_("This is not a PO file that can be read.")) from None
    return [_brought(message) for message in catalog if message.id and message.context and _is_done(message)]


def _add(catalog: Catalog, unit: Unit) -> None:
    message = catalog.add(
        unit.source,
        unit.target,
        context=unit.key,
        auto_comments=[f"{unit.kind}; consult: of={unit.of} seen={unit.seen}"],
        flags={"fuzzy"} if unit.state is BlockState.STALE else (),
    )
    # Babel takes "100 % sure" for a place to fill in, and tools would then insist on it.
    message.flags -= _FORMATS


def _with_previous(text: str, units: Iterable[Unit]) -> str:
    """With the originals that stale translations were made from: Babel folds these where no other tool reads on."""
    earlier = {
        f'msgctxt "{unit.key}"': unit.previous
        for unit in units
        if unit.previous and unit.state is BlockState.STALE
    }
    lines = (
        f"#| msgid {escape(earlier[line])}\n{line}" if line in earlier else line for line in text.split("\n")
    )
    return "\n".join(lines)


def _is_done(message: Message) -> bool:
    return isinstance(message.string, str) and bool(message.string.strip()) and not message.fuzzy


def _brought(message: Message) -> Brought:
    kept = _KEPT.search(" ".join(message.auto_comments))
    return Brought(
        str(message.context),
        str(message.string),
        kept[1] if kept else "",
        kept[2] if kept else "",
    )
