"""What is sent, as a value with one canonical form: the text whose SHA-256 a receipt names.

The canonical form is the JSON of RFC 8785: no white space, names sorted, text as it is in UTF-8, numbers as integers
only. `nonce` keeps short answers from being guessed from a published hash.
"""

from __future__ import annotations

import hashlib

import msgspec

FORM = "consult-response/1"


class SentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer; `value` as `QuestionKind` says, `marks` the spans that the public text leaves out."""

    question: str
    value: object
    private: bool = False
    marks: tuple[tuple[int, int], ...] = ()


class SentFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it was received."""

    name: str
    size: int
    sha256: str
    media_type: str
    question: str = ""
    private: bool = False


class Respondent(msgspec.Struct, frozen=True, kw_only=True):
    """Who responds. `verified` is how their organisation was verified, "" where they only name it."""

    name: str = ""
    organisation: str = ""
    verified: str = ""
    kind: str = "individual"
    country: str = ""
    interest: str = ""
    funder: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A response as sent."""

    consultation: str
    round: int
    edition: int
    lang: str
    publication: str
    respondent: Respondent
    answers: tuple[SentAnswer, ...] = ()
    files: tuple[SentFile, ...] = ()
    summary: str = ""
    co_signed: tuple[str, ...] = ()
    reference: str = ""
    number: int = 0
    nonce: str = ""
    form: str = FORM


def canonical(document: Document) -> str:
    """The canonical text."""
    return msgspec.json.encode(document, order="sorted").decode()


def read_document(text: str) -> Document:
    """From a canonical text. Raises msgspec.ValidationError for any other."""
    return msgspec.json.decode(text, type=Document)


def sha256_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def substance(document: Document) -> str:
    """The digest of what its people write and decide: the same for the same text, however often it is sent, and whoever
    else signs it meanwhile."""
    bare = msgspec.structs.replace(document, reference="", number=0, nonce="", co_signed=(), edition=0)
    return sha256_of(canonical(bare))
