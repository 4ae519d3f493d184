"""A version before readers see it: what follows from what, block by block; reasons; publishing."""
