"""Short names for blocks, the same in every language, kept from one version to the next."""

from base64 import b32encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2s

from consult.documents.blocks import BlockKind, ParsedBlock

_LETTERS = "abcdefghijklmnopqrstuvwxyz"

KeyedBlock = tuple[str, ParsedBlock]
"""A block with its key."""


def assign_keys(blocks: Sequence[ParsedBlock]) -> tuple[str, ...]:
    """A key of seven letters and digits for each block, a letter first, so that it can be an HTML id.

    It depends on the block's kind and text and on how many equal blocks come before it, on nothing else: a
    text imported twice gets the same keys.
    """
    return tuple(make_keys(blocks, ()))


def make_keys(blocks: Iterable[ParsedBlock], taken: Iterable[str]) -> Iterator[str]:
    """New keys for blocks, one after the other, none of them `taken`."""
    seen: Counter[tuple[BlockKind, str]] = Counter()
    used = set(taken)
    for block in blocks:
        ordinal = seen[block.kind, block.plain]
        seen[block.kind, block.plain] += 1
        key = next(key for key in _candidates(block, ordinal) if key not in used)
        used.add(key)
        yield key


def _candidates(block: ParsedBlock, ordinal: int) -> Iterator[str]:
    attempt = 0
    while True:
        name = f"{block.kind}\x1f{block.plain}\x1f{ordinal}\x1f{attempt}"
        digest = blake2s(name.encode("utf-8", "surrogatepass"), digest_size=10).digest()
        yield _LETTERS[digest[0] % 26] + b32encode(digest[1:]).decode().lower()[:6]
        attempt += 1
