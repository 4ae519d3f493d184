"""Successive versions: how they follow from each other, where comments went, why what changed, redlines."""
