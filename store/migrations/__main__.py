"""Writes `schema.sql`: the schema that all migrations together build."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from store.migrations import SCHEMA
from store.migrations.apply import upgrade

_STATEMENTS = """
SELECT sql FROM sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
ORDER BY type = 'index', tbl_name, name
"""


def migrated_schema() -> str:
    """The schema as SQL text, from running every migration on an empty database."""
    with closing(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)) as connection:
        upgrade(connection)
        statements = [f"{sql};\n" for (sql,) in connection.execute(_STATEMENTS)]
    return "\n".join(statements).replace("\t", "    ").replace(", \n", ",\n")


if __name__ == "__main__":
    SCHEMA.write_text(migrated_schema(), encoding="utf-8")
