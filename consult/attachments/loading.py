"""Functions by name, "module:function", loaded when they are needed: a process that looks into a picture does without
the libraries for documents, which take longer to load than most files to be looked into."""

from __future__ import annotations

import importlib
from typing import Any


def load(name: str) -> Any:
    """The function of that name."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)
