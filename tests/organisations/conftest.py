"""A site in a world of its own, with DNS, web and mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from consult.settings import Settings
from tests.organisations.outside import Outside, outside_world
from tests.organisations.people import Town
from tests.people import Site


@pytest.fixture
def outside() -> Iterator[Outside]:
    """The world outside of the site."""
    with outside_world() as world:
        yield world


@pytest.fixture
def settings(database_url: str, tmp_path: Path, outside: Outside) -> Settings:
    """Settings of a site that looks into this world."""
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        base_url="https://consult.test",
        secret_key="a secret for tests only",
        log_level="error",
        **outside.settings,  # type: ignore[arg-type]
    )


@pytest.fixture
async def town(site: Site, outside: Outside) -> Town:
    """The site with its worker, and the people who act for organisations."""
    return Town(site, outside)
