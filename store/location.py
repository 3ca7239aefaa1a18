"""Where the database is: given on the command line, in the environment, or the platform's place."""

from __future__ import annotations

import os
from pathlib import Path

ENVIRONMENT_VARIABLE = "MARKETBENCH_DB"


def database_path(explicit: Path | None = None) -> Path:
    """The absolute path of the database file.

    An explicit path wins over the environment variable `MARKETBENCH_DB`, which wins over
    `marketbench.sqlite3` in the platform's data folder. Nothing is created.
    """
    if explicit is not None:
        return explicit.expanduser().absolute()
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("marketbench", appauthor=False) / "marketbench.sqlite3"
