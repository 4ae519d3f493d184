"""Drafts in several versions."""
