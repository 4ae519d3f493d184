"""Formal responses."""
