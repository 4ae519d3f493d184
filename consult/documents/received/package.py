"""A Word file as a package of parts (ECMA-376, part 2): what it may be, checked before anything in it is read."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from posixpath import dirname, join, normpath
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812

from lxml import etree

from consult.documents.blocks import DocumentError
from consult.kernel.messages import N_

MOST_BYTES = 12_000_000
MOST_PARTS = 2_000
MOST_UNPACKED = 60_000_000
MOST_XML = 24_000_000
MOST_TAGS = 400_000
MOST_RATIO = 120
_RATIO_FROM = 1_000_000
_MACROS = ("vbaproject.bin", "vbadata.xml")
DAMAGED = N_("This Word file is damaged. Open it in Word, save it again as .docx, and choose that file.")
_TOO_LARGE = N_("The file is larger than %(most)s MB. Make its pictures smaller, or part the document.")
_UNPACKS = N_(
    "Unpacked, this file is far larger than a document is. Save it again in Word, without what is embedded."
)
_DOCUMENT = "/officeDocument"


@dataclass(frozen=True, slots=True)
class Relationship:
    """What an id in a part leads to: another part's name, or an address elsewhere if it is external."""

    type: str
    target: str
    external: bool


class Package:
    """The parts of a .docx, read one at a time and never beyond what the directory says they measure."""

    def __init__(self, body: bytes) -> None:
        """Raises DocumentError for what is too large, packed too tight, no package, or holds macros."""
        if len(body) > MOST_BYTES:
            raise DocumentError(_TOO_LARGE, params={"most": MOST_BYTES // 1_000_000})
        try:
            self._zip = ZipFile(BytesIO(body))
        except (BadZipFile, ValueError, OSError):
            raise DocumentError(DAMAGED) from None
        self._names = {info.filename: info for info in self._zip.infolist()}
        _check_sizes(self._zip.infolist())
        self._refuse_macros()
        self.document = self._find_document()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        """A part's content. Raises DocumentError where it is not there or not whole."""
        try:
            return self._zip.read(name)
        except (KeyError, BadZipFile, ZlibError, EOFError, OSError, RuntimeError, NotImplementedError):
            raise DocumentError(DAMAGED) from None

    def xml(self, name: str) -> etree._Element:
        """A part as XML, with neither entities nor anything from elsewhere. Raises DocumentError."""
        if name in self._names and self._names[name].file_size > MOST_XML:
            raise DocumentError(_UNPACKS)
        body = self.read(name)
        if body.count(b"<") > MOST_TAGS:
            raise DocumentError(_UNPACKS)
        return read_xml(body)

    def relationships(self, part: str) -> dict[str, Relationship]:
        """Id → where it leads, for one part ("" for the package)."""
        name = join(dirname(part), "_rels", f"{part.rpartition('/')[2]}.rels")
        if name not in self._names:
            return {}
        return {
            str(each.get("Id", "")): _relationship(each, dirname(part))
            for each in self.xml(name).iterfind("{*}Relationship")
        }

    def related(self, part: str, ending: str) -> str:
        """The part of a type (its last word) that `part` leads to, "" for none."""
        for each in self.relationships(part).values():
            if each.type.endswith(f"/{ending}") and not each.external and each.target in self._names:
                return each.target
        return ""

    def _refuse_macros(self) -> None:
        types = self.read("[Content_Types].xml") if "[Content_Types].xml" in self._names else b""
        names = (name.lower().rpartition("/")[2] for name in self._names)
        if b"macroEnabled" in types or any(name in _MACROS for name in names):
            raise DocumentError(
                N_("This Word file holds macros. Save it as “Word document (.docx)”, which has none.")
            )

    def _find_document(self) -> str:
        found = self.related("", "officeDocument") or (
            "word/document.xml" if "word/document.xml" in self else ""
        )
        if not found or not found.startswith("word/"):
            raise DocumentError(N_("This is not a Word document. Save it as .docx, HTML or Markdown."))
        return found


def read_xml(body: bytes) -> etree._Element:
    """XML without a document type, so without entities. Raises DocumentError; also for more than 256 levels."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise DocumentError(DAMAGED) from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise DocumentError(DAMAGED)
    return root


def _check_sizes(parts: list[ZipInfo]) -> None:
    """Raises DocumentError by what the directory says; `read` never gives more than that."""
    total = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    tight = any(
        part.file_size > _RATIO_FROM and part.file_size > MOST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if len(parts) > MOST_PARTS or total > MOST_UNPACKED or tight or packed > MOST_BYTES:
        raise DocumentError(_UNPACKS)
    if any(part.flag_bits & 1 for part in parts):
        raise DocumentError(DAMAGED)


def _relationship(each: etree._Element, folder: str) -> Relationship:
    external = each.get("TargetMode") == "External"
    target = str(each.get("Target", ""))
    inside = normpath(join("/", folder, target)).lstrip("/")
    return Relationship(str(each.get("Type", "")), target if external else inside, external)
