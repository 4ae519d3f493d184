"""A demo site in process, and addresses for every route of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consult.kernel.clock import SystemClock
from tests.demo_site import DemoSite, plain_demo
from tests.people import BASE, Site


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSite:
    return plain_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture
async def walked(demo: DemoSite, tmp_path: Path) -> AsyncIterator[Site]:
    """A running copy of the demo."""
    settings = demo.settings(tmp_path / "site", BASE)
    async with Site.running(settings, SystemClock()) as running:  # type: ignore[arg-type]
        yield running
