"""The tree is the one of RFC 9162: it agrees with published vectors and with another's code, for any size."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from consult.receipts.tree import (
    EMPTY,
    Growing,
    Node,
    append,
    consistency_spans,
    hash_leaf,
    hash_of,
    inclusion_spans,
    is_included,
    siblings_of,
)
from tests.receipts.consistency import is_consistent

VECTOR = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
          "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
"""The entries and roots that implementations of Certificate Transparency test with."""
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
PROOFS = {
    (0, 1): (),
    (0, 8): ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    (5, 8): ("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): ("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
}  # fmt: skip
SIZES = st.integers(1, 300)


def log_of(entries: list[bytes]) -> dict[Node, bytes]:
    """The kept hashes, made entry by entry as the site does."""
    kept: dict[Node, bytes] = {}
    for number, entry in enumerate(entries):
        siblings = {node: kept[node] for node in siblings_of(number)}
        kept |= dict(append(number, entry, siblings))
    return kept


def made(size: int) -> list[bytes]:
    return [n.to_bytes(4, "big") for n in range(size)]


def test_roots_and_proofs_are_the_published_ones() -> None:
    kept, tree = log_of(VECTOR), Growing()
    assert EMPTY.hex() == ROOTS[0]
    for size, entry in enumerate(VECTOR, 1):
        tree.add(entry)
        assert tree.root.hex() == hash_of((0, size), kept).hex() == ROOTS[size]
    for (number, size), path in PROOFS.items():
        found = [hash_of(span, kept) for span in inclusion_spans(number, size)]
        assert [each.hex() for each in found] == list(path)
        assert is_included(VECTOR[number], number, size, found, bytes.fromhex(ROOTS[size]))


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_proofs_agree_with_another_implementation(size: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, size - 1))
    earlier = data.draw(st.integers(1, size))
    entries = made(size)
    kept, other = log_of(entries), InmemoryTree(algorithm="sha256")
    for entry in entries:
        other.append_entry(entry)
    assert hash_of((0, size), kept) == other.get_root(size)
    theirs = other.prove_inclusion(number + 1, size)
    ours = [hash_of(span, kept) for span in inclusion_spans(number, size)]
    assert [hash_leaf(entries[number]), *ours] == theirs.path
    verify_inclusion(hash_leaf(entries[number]), other.get_root(size), theirs)
    assert is_included(entries[number], number, size, ours, other.get_root(size))
    path = [hash_of(span, kept) for span in consistency_spans(earlier, size)]
    verify_consistency(
        hash_of((0, earlier), kept), hash_of((0, size), kept), other.prove_consistency(earlier, size)
    )
    assert is_consistent(earlier, size, path, other.get_root(earlier), other.get_root(size))


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_a_proof_of_anything_else_is_refused(size: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, size - 1))
    entries = made(size)
    kept = log_of(entries)
    root = hash_of((0, size), kept)
    path = [hash_of(span, kept) for span in inclusion_spans(number, size)]
    assert not is_included(b"other", number, size, path, root)
    assert not is_included(entries[number], number + size, size, path, root)
    assert not is_included(entries[number], number, size, [*path, root], root)
    assert not is_included(entries[number], number, size, path, hash_leaf(root))
    other = data.draw(st.integers(0, size - 1))
    if other != number:
        assert not is_included(entries[number], other, size, path, root)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        bent = [*path[:at], hash_leaf(path[at]), *path[at + 1 :]]
        assert not is_included(entries[number], number, size, bent, root)
        assert not is_included(entries[number], number, size, path[:-1], root)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 300), st.data())
def test_a_log_that_was_rewritten_is_not_consistent(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, earlier - 1))
    kept = log_of(made(size))
    other = log_of([b"x" if n == changed else each for n, each in enumerate(made(size))])
    path = [hash_of(span, other) for span in consistency_spans(earlier, size)]
    assert not is_consistent(earlier, size, path, hash_of((0, earlier), kept), hash_of((0, size), other))


@pytest.mark.parametrize(("earlier", "size"), [(0, 5), (6, 5)])
def test_sizes_that_make_no_sense_prove_nothing(earlier: int, size: int) -> None:
    assert not is_consistent(earlier, size, [EMPTY], EMPTY, EMPTY)
