"""Pictures that stand beside a draft's text: what is taken, and the proof that a drawing does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from xml.parsers.expat import ExpatError, ParserCreate

from consult.documents.blocks import DocumentError
from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.kernel.messages import N_

MOST_BYTES = 1_000_000
MOST_FIGURES = 40
SVG = "http://www.w3.org/2000/svg"
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "svg": "image/svg+xml"}
_OTHER_NAMESPACES = frozenset(
    {"http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"}
)
_ELEMENTS = frozenset({
    "svg", "g", "defs", "symbol", "use", "title", "desc", "metadata", "path", "rect", "circle",
    "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath", "marker",
    "linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "style", "switch",
})  # fmt: skip
_DAMAGED = N_("“%(name)s” is not what its name says, or is damaged.")
_LINKS = frozenset({"href", "src"})
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!\s*#)|@import|expression\(|javascript:|\\", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FigureFile:
    """A picture that was looked at. `name` is made from its content: an address that never changes."""

    file_name: str
    name: str
    type: str
    body: bytes


def base_name(src: str) -> str:
    """The name of a figure's file without the folders it was written in."""
    return src.replace("\\", "/").rpartition("/")[2]


def check_figures(
    files: Mapping[str, bytes], wanted: Iterable[str], kept: Iterable[str] = ()
) -> dict[str, FigureFile]:
    """The pictures that the text wants, by file name; those `kept` already need not be among the files.

    Raises FormInvalid about `figures` for what is missing or can't be taken.
    """
    names = dict.fromkeys(base_name(src) for src in wanted)
    given = {base_name(name): body for name, body in files.items()}
    errors = [
        _error(N_("The figure “%(name)s” is missing: choose its file as well."), name)
        for name in names
        if name not in given and name not in set(kept)
    ]
    if len(names) > MOST_FIGURES:
        errors.append(_error(N_("That is more than %(most)s figures."), most=MOST_FIGURES))
    found: dict[str, FigureFile] = {}
    for name in (name for name in names if name in given):
        try:
            found[name] = check_figure(name, given[name])
        except DocumentError as error:
            errors.append(FieldError("figures", Message(error.message, error.params)))
    if errors:
        raise FormInvalid(errors)
    return found


def check_figure(file_name: str, body: bytes) -> FigureFile:
    """A PNG, JPEG or SVG of at most 1 MB. Raises DocumentError."""
    suffix = file_name.rpartition(".")[2].lower()
    params = {"name": file_name[:100]}
    if suffix not in _TYPES:
        raise DocumentError(N_("“%(name)s” is not a PNG, JPEG or SVG file."), params=params)
    if len(body) > MOST_BYTES:
        raise DocumentError(N_("“%(name)s” is larger than 1 MB."), params=params)
    if not _is_what_it_says(_TYPES[suffix], body):
        raise DocumentError(_DAMAGED, params=params)
    if suffix == "svg":
        _Drawing(params).check(body)
    content = sha256(file_name.encode() + b"\x00" + body).hexdigest()
    name = f"{content[:20]}.{'jpg' if suffix == 'jpeg' else suffix}"
    return FigureFile(file_name[:300], name, _TYPES[suffix], body)


def _is_what_it_says(type_: str, body: bytes) -> bool:
    if type_ == "image/png":
        return body.startswith(_PNG) and b"IEND" in body[-16:]
    if type_ == "image/jpeg":
        return body.startswith(_JPEG)
    return True


class _Drawing:
    """Only shapes and words: no scripts, no events, no foreign content, nothing from elsewhere, no entities."""

    def __init__(self, params: Mapping[str, object]) -> None:
        self._params = params
        self._in_style = False
        self._parser = ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = lambda *_: self._refuse("DOCTYPE")
        self._parser.ProcessingInstructionHandler = lambda target, _: self._refuse(target)
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._read

    def check(self, body: bytes) -> None:
        """Raises DocumentError."""
        try:
            self._parser.Parse(body, True)
        except ExpatError:
            raise DocumentError(_DAMAGED, params=self._params) from None

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        if namespace != SVG or name not in _ELEMENTS:
            self._refuse(name)
        for key, value in attributes.items():
            if not _is_harmless(key, value):
                self._refuse(key.rpartition(" ")[2])
        self._in_style = name == "style"

    def _end(self, _tag: str) -> None:
        self._in_style = False

    def _read(self, text: str) -> None:
        # Expat gives a text in pieces; no declaration is needed badly enough to allow any of these characters.
        if self._in_style and ("url" in text.lower() or _OUTSIDE.search(text) or "@" in text):
            self._refuse("style")

    def _refuse(self, what: str) -> None:
        raise DocumentError(
            N_("“%(name)s” holds more than shapes and words (%(what)s). Save it as a plain SVG or as PNG."),
            params={**self._params, "what": what[:40]},
        )


def _is_harmless(key: str, value: str) -> bool:
    namespace, _, name = key.rpartition(" ")
    if name.lower().startswith("on") or (namespace and namespace not in _OTHER_NAMESPACES):
        return False
    if name.lower() in _LINKS:
        return value.strip().startswith("#")
    return _OUTSIDE.search(value) is None


def _error(text: str, name: str = "", **params: object) -> FieldError:
    return FieldError("figures", Message(text, {"name": name, **params} if name else params))
