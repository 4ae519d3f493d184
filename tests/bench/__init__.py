"""Measurements against the limits that the project has set itself; see docs/performance.md."""
