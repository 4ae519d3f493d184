"""How the blocks of a version follow from those of the one before: pure functions over texts (docs/decisions/0011)."""
