"""A version as published: its record, and its files for readers."""
