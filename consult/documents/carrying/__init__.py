"""Where the places of comments are in the next version: pure functions over texts (docs/decisions/0011)."""
