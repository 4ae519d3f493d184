"""What an outsider does with a proof of consistency (RFC 9162, 2.1.4.2)."""

from __future__ import annotations

from consult.receipts.tree import hash_pair


def is_consistent(  # noqa: C901 - as the RFC has it
    earlier: int, size: int, path: list[bytes], earlier_root: bytes, root: bytes
) -> bool:
    """Whether a path proves that the log of `size` begins with the one of `earlier` entries (2.1.4.2)."""
    if not 0 < earlier <= size:
        return earlier == 0 and not path
    if earlier == size:
        return not path and earlier_root == root
    hashes = path if earlier & (earlier - 1) else [earlier_root, *path]
    place, last = earlier - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not hashes:
        return False
    old = new = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = hash_pair(each, old), hash_pair(each, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = hash_pair(new, each)
        place, last = place >> 1, last >> 1
    return last == 0 and old == earlier_root and new == root
