"""The demo, running, and addresses for every route of it: the same that the audits walk."""

from __future__ import annotations

from tests.audits.conftest import demo, walked
from tests.audits.test_routes import values, viewers

__all__ = ["demo", "values", "viewers", "walked"]
