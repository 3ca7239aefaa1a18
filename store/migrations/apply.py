"""Runs Alembic without an ini file. Imported only when there is something to migrate."""

from __future__ import annotations

import sqlite3

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from store.migrations import FOLDER, HEAD


def upgrade(connection: sqlite3.Connection, revision: str = HEAD) -> None:
    """Bring the schema to a revision, in one transaction.

    The connection must be in autocommit mode (`isolation_level=None`).
    """
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with engine.connect() as wrapped:
        wrapped.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = wrapped
        command.upgrade(config, revision)
        wrapped.exec_driver_sql("COMMIT")
