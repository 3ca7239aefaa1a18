"""Finds a suite by name: shipped with the package, a folder, a file, or a Hugging Face dataset.

Loading never imports swebench's harness: browsing three hundred tasks should be instant,
and only grading needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from runners.suites.files import SUFFIXES, Place, read_rows
from runners.suites.folder import read_folder
from runners.suites.rows import SuiteError, to_task
from runners.suites.task import Suite, Task

BUILT_IN = {"starter": Path(__file__).parent / "starter"}
"""Suites that ship with this package, by name."""
HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
HUB_SPLIT = "test"


def load_suite(name_or_path: str) -> Suite:
    """Load a suite.

    Args:
        name_or_path: `starter`; the folder of a task repo; a .jsonl, .json or .parquet file;
            or the name of a Hugging Face dataset in SWE-bench's columns ("owner/name").

    Raises:
        SuiteError: there is no such suite, or it is broken; says where and what to do.
    """
    path = BUILT_IN.get(name_or_path) or Path(name_or_path).expanduser()
    if path.is_dir():
        return Suite(name_or_path, _unique(read_folder(path)), folder=path)
    if path.suffix.lower() in SUFFIXES:
        return Suite(name_or_path, _unique(_tasks(read_rows(path))))
    if HUB_NAME.fullmatch(name_or_path):
        return Suite(name_or_path, _unique(_tasks(_from_hub(name_or_path))))
    raise SuiteError(
        f"no suite {name_or_path!r}; give {', '.join(BUILT_IN)}, a task-repo folder, "
        f"a {', '.join(SUFFIXES)} file, or a Hugging Face dataset as owner/name"
    )


def select(suite: Suite, ids: Sequence[str]) -> tuple[Task, ...]:
    """The named tasks in the order given; all tasks where none is named.

    Raises:
        SuiteError: a name is not in the suite; says which were probably meant.
    """
    if not ids:
        return tuple(suite.tasks)
    by_id = {task.id: task for task in suite.tasks}
    for unknown in (name for name in ids if name not in by_id):
        near = get_close_matches(unknown, by_id, n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise SuiteError(f"suite {suite.name} has no task {unknown}{hint}")
    return tuple(by_id[name] for name in dict.fromkeys(ids))


def _tasks(rows: Iterable[Place]) -> Iterator[tuple[str, Task]]:
    return ((where, to_task(row, where)) for where, row in rows)


def _unique(tasks: Iterable[tuple[str, Task]]) -> tuple[Task, ...]:
    found: dict[str, Task] = {}
    for where, task in tasks:
        if task.id in found:
            raise SuiteError(f"{where}: there is a task {task.id} already; remove one of the two")
        found[task.id] = task
    if not found:
        raise SuiteError("the suite has no tasks")
    return tuple(found.values())


def _from_hub(name: str) -> Iterator[Place]:
    import datasets
    from datasets.exceptions import DatasetsError

    try:
        rows = cast(Iterable[Any], datasets.load_dataset(name, split=HUB_SPLIT))
    except (OSError, ValueError, RuntimeError, DatasetsError) as error:
        reason = " ".join(str(error).split())[:200]
        raise SuiteError(
            f"cannot load the dataset {name} from Hugging Face ({reason}); check the name and the "
            f"network, or give a local file"
        ) from None
    return ((f"{name} row {number}", row) for number, row in enumerate(rows, start=1))
