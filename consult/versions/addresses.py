"""Where changes of a text are shown. A draft's address may have a locale or none."""

from __future__ import annotations


def comparison_of(draft_address: str, old: int, new: int) -> str:
    """Two versions compared."""
    return f"{draft_address}/compare/{old}/{new}"


def change_in(draft_address: str, old: int, new: int, key: str) -> str:
    """The change of a block (of the new version, or one that was removed) on the page, in whichever part of it."""
    return f"{comparison_of(draft_address, old, new)}?from=change-{key}#change-{key}"
