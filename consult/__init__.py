"""Consult: the consultation platform of the Frontier Model Forum."""

__version__ = "0.1.0"
