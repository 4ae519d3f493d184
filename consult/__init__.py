"""Consult: the consultation platform of the Frontier Model Forum."""

import gc

__version__ = "0.1.0"

# Most of what is made at the start lives as long as the process: looking through it as often as Python does by itself
# takes a tenth of the time.
gc.set_threshold(20_000, 25, 25)
