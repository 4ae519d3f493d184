"""The text of a file, page by page where it has pages; run in a process with limits: see `consult.attachments.work`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zipfile import ZipFile

from docx import Document
from docx.table import Table
from lxml import etree
from openpyxl import load_workbook
from pypdf import PdfReader

from consult.attachments.checks.texts import check_text

MOST_TEXT = 2_000_000
"""Characters of one file; what comes after is not searched."""
_BREAKS = frozenset({"p", "h", "list-item", "table-row"})


def read_pages(path: Path, ending: str) -> list[str]:
    """The pages' texts. One for kinds without pages, one a sheet for tables; none for pictures."""
    reader = _READERS.get(ending)
    pages: list[str] = []
    room = MOST_TEXT
    for page in reader(path) if reader else ():
        text = page.replace("\x00", "").encode("utf-8", "ignore").decode()[:room].strip()
        pages.append(text)
        room -= len(text)
        if room <= 0:
            break
    return pages


def _read_pdf(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for page in PdfReader(file, strict=False).pages:
            yield page.extract_text() or ""


def _read_word(path: Path) -> Iterator[str]:
    yield "\n".join(_of_word(path))


def _of_word(path: Path) -> Iterator[str]:
    for each in Document(str(path)).iter_inner_content():
        if isinstance(each, Table):
            yield from ("\t".join(cell.text for cell in row.cells) for row in each.rows)
        else:
            yield each.text


def _read_open_document(path: Path) -> Iterator[str]:
    with ZipFile(path) as archive, archive.open("content.xml") as part:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        body = etree.parse(part, parser).getroot().find("{*}body")
    yield "" if body is None else "".join(_of_element(body))


def _of_element(element: etree._Element) -> Iterator[str]:
    local = etree.QName(element).localname if isinstance(element.tag, str) else ""
    if local in ("tracked-changes", "annotation", ""):
        return
    if local in ("s", "tab", "line-break"):
        yield " "
    yield element.text or ""
    for each in element:
        yield from _of_element(each)
        yield each.tail or ""
    if local in _BREAKS:
        yield "\n"


def _read_sheets(path: Path) -> Iterator[str]:
    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            yield "\n".join(_of_rows(sheet.iter_rows(values_only=True)))
    finally:
        book.close()


def _of_rows(rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    room = MOST_TEXT
    for row in rows:
        line = "\t".join(str(value) for value in row if value is not None)
        if line:
            yield line
        room -= len(line)
        if room <= 0:
            return


def _read_text(path: Path) -> Iterator[str]:
    encoding = check_text(path)
    with path.open("rb") as file:
        body = file.read(MOST_TEXT * 4)
    text = body.decode(encoding, "ignore")
    yield text if encoding != "gb18030" or _is_chinese(text) else body.decode("cp1252", "ignore")


def _is_chinese(text: str) -> bool:
    """Whether what GB 18030 makes of bytes is Chinese: most bytes of Western texts pass for it, too."""
    foreign = [char for char in text[:20_000] if char > "\x7f"]
    common = sum(1 for char in foreign if "\u4e00" <= char <= "\u9fff" or "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef")  # fmt: skip
    return bool(foreign) and common > 0.9 * len(foreign) and len(foreign) > len(text[:20_000]) / 5


_READERS: dict[str, Callable[[Path], Iterator[str]]] = {
    "pdf": _read_pdf,
    "docx": _read_word,
    "odt": _read_open_document,
    "xlsx": _read_sheets,
    "csv": _read_text,
    "txt": _read_text,
}
