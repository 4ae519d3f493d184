"""A Whoosh segment opened for reading: terms, and facts and numbers as numpy columns.

A segment never changes once written (what is deleted is said by the table of contents, outside it), so an opened one
is kept and shared by all threads, and a commit costs the opening of its own small segment only.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile, StructFile
from whoosh.reading import TermNotFound

from consult.search.postings import NOTHING, Ids, Mask, Postings
from consult.search.schema import NUMBERS, SCHEMA

CACHED_BYTES = 24_000_000
"""Posting lists kept in memory, a segment."""

HELD_BYTES = 131_072
"""Files of at most this size are held in memory."""


@dataclass(frozen=True, slots=True)
class FactColumn:
    """One facet in one segment: pairs of document and value; `values[codes[i]]` is a value of document `docs[i]`."""

    values: tuple[str, ...]
    docs: Ids
    codes: Ids

    def counts(self, matching: Mask) -> NDArray[np.int64]:
        """How many matching documents have each of `values`."""
        return np.bincount(self.codes[matching[self.docs]], minlength=len(self.values))

    def mask(self, wanted: tuple[str, ...], size: int) -> Mask:
        """The documents that have one of the wanted values."""
        mask = np.zeros(size, np.bool_)
        codes = [code for code, value in enumerate(self.values) if value in wanted]
        if codes:
            mask[self.docs[np.isin(self.codes, codes)]] = True
        return mask


NO_FACTS = FactColumn((), np.empty(0, np.int64), np.empty(0, np.int64))


class SegmentFiles(FileStorage):
    """Files of segments: small ones read into memory, so that many small segments hold no file handles.

    Nothing is mapped into memory: reading a mapped file that was cut off kills the process.
    """

    def open_file(self, name: str, **kwargs: object) -> StructFile | BufferFile:
        """The file, opened for reading."""
        if self.file_length(name) > HELD_BYTES:  # type: ignore[no-untyped-call]
            file: StructFile = super().open_file(name, **kwargs)  # type: ignore[no-untyped-call]
            return file
        with open(self._fpath(name), "rb") as source:  # type: ignore[no-untyped-call]
            return BufferFile(memoryview(source.read()), name=name)


class SegmentView:
    """One open segment. Reading from its files is behind a lock: Whoosh's files have one place that they read from."""

    def __init__(self, storage: FileStorage, segment: W3Segment) -> None:
        files = SegmentFiles(storage.folder)  # type: ignore[no-untyped-call]
        codec = segment.codec()
        self.size: int = segment.doc_count_all()
        self._terms = codec.terms_reader(files, segment)
        self._documents = codec.per_document_reader(files, segment)
        self._lock = RLock()
        self._cache: OrderedDict[tuple[str, str, bool], Postings] = OrderedDict()
        self._cached_bytes = 0
        self._vocabulary: tuple[str, ...] | None = None
        self.created, self.lengths = self._read_numbers()
        self.facts = self._read_facts()
        if self.size:
            # Opens the stored entries' file, which a later commit may remove from the folder.
            self.shown(0)

    def _read_numbers(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        column = self._documents.column_reader("numbers", SCHEMA["numbers"].column_type)
        packed = b"".join(column[doc] for doc in range(self.size))
        numbers = np.frombuffer(packed, np.dtype([("created", "<i8"), ("length", "<u4")]))
        if len(packed) != self.size * NUMBERS.size:
            raise ValueError("the column of numbers is cut off")
        return numbers["created"].astype(np.int64), numbers["length"].astype(np.float32)

    def _read_facts(self) -> dict[str, FactColumn]:
        found: dict[str, list[tuple[str, Ids]]] = {}
        for term in self.terms_from("facts", ""):
            facet, _, value = term.partition("=")
            found.setdefault(facet, []).append((value, self.postings("facts", term).ids))
        return {facet: _column(values) for facet, values in found.items()}

    def postings(self, field: str, term: str, positions: bool = False) -> Postings:
        """A term's postings, deleted documents included; NOTHING where the term is unknown."""
        key = (field, term, positions)
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
            postings = self._read_postings(field, term, positions)
            self._remember(key, postings)
            return postings

    def _read_postings(self, field: str, term: str, positions: bool) -> Postings:
        try:
            matcher = self._terms.matcher(field, term.encode(), SCHEMA[field].format)
        except TermNotFound:
            return NOTHING
        postings: Postings = matcher.read_all(positions)
        return postings

    def _remember(self, key: tuple[str, str, bool], postings: Postings) -> None:
        self._cache[key] = postings
        self._cached_bytes += postings.size + 200
        while self._cached_bytes > CACHED_BYTES:
            self._cached_bytes -= self._cache.popitem(last=False)[1].size + 200

    def terms_from(self, field: str, prefix: str, limit: int = 1_000_000) -> Iterator[str]:
        """The terms of a field that begin so, in order."""
        with self._lock:
            found: list[str] = []
            for name, term in self._terms.terms_from(field, prefix.encode()):
                if name != field or not term.startswith(prefix.encode()) or len(found) >= limit:
                    break
                found.append(term.decode())
        return iter(found)

    def frequency(self, field: str, term: str, living: Mask) -> int:
        """How many living documents have a term."""
        return int(np.count_nonzero(living[self.postings(field, term).ids]))

    def shown(self, doc: int) -> tuple[Any, ...]:
        """What is stored of a document, as schema.SHOWN names it."""
        with self._lock:
            stored: tuple[Any, ...] = self._documents.stored_fields(doc)["shown"]
        return stored

    def vocabulary(self) -> tuple[str, ...]:
        """All surfaces of three letters and more without digits; read once."""
        with self._lock:
            if self._vocabulary is None:
                terms = self.terms_from("words", "")
                self._vocabulary = tuple(term for term in terms if len(term) > 2 and term.isalpha())
            return self._vocabulary

    def column(self, facet: str) -> FactColumn:
        """A facet's column; empty where no document has a value."""
        return self.facts.get(facet, NO_FACTS)


def _column(values: list[tuple[str, Ids]]) -> FactColumn:
    docs = np.concatenate([ids for _, ids in values])
    codes = np.repeat(np.arange(len(values)), [len(ids) for _, ids in values])
    return FactColumn(tuple(value for value, _ in values), docs, codes)
