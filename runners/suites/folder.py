"""Suites in a folder: swebench's task-repo format, with the sources lying beside each task."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from runners.suites.rows import Extras, SuiteError, to_task
from runners.suites.task import Task

WRONG_PREFIX = "wrong-"
DOCKERFILE = "Dockerfile"


def read_folder(root: Path) -> Iterator[tuple[str, Task]]:
    """The tasks of a task repo, in the order of their folders' names, each with its place.

    Raises:
        SuiteError: the folder is no task repo, or a task's files are missing or broken.
    """
    from swebench.task.repo import task_dirs

    try:
        folders = task_dirs(root)
    except OSError:
        raise SuiteError(f"{root}: not a task repo, there is no tasks folder in it") from None
    for folder in folders:
        yield _read_task(root, folder)


def _read_task(root: Path, folder: Path) -> tuple[str, Task]:
    import yaml
    from swebench.task.repo import load_task

    where = f"{root} task {folder.name}"
    try:
        row = load_task(folder)
        sources = _sources(root, folder, str(row.get("repo", "")))
        extras = Extras(sources, _wrong_patches(folder), folder if (folder / DOCKERFILE).is_file() else None)
    except FileNotFoundError as error:
        raise SuiteError(f"{where}: has no {Path(error.filename).name}") from None
    except yaml.YAMLError as error:
        raise SuiteError(f"{where}: task.yaml is not valid YAML ({' '.join(str(error).split())})") from None
    except json.JSONDecodeError as error:
        raise SuiteError(f"{where}: tests.json line {error.lineno} is not JSON ({error.msg})") from None
    except (OSError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise SuiteError(f"{where}: cannot be read ({error})") from None
    return where, to_task(row, where, extras)


def _sources(root: Path, folder: Path, repo: str) -> Path | None:
    """The repository's files at the base commit.

    `src` is a link to a package that several tasks share; where links do not survive (an
    installed package, a zip archive), the package itself is found by the repository's name.
    """
    candidates = (folder / "src", root / "packages" / repo.rpartition("/")[2])
    return next((path.resolve() for path in candidates if path.is_dir() and any(path.iterdir())), None)


def _wrong_patches(folder: Path) -> dict[str, str]:
    # Line ends inside a patch are part of it, so no newline translation.
    return {
        path.stem.removeprefix(WRONG_PREFIX): path.read_bytes().decode()
        for path in sorted(folder.glob(f"{WRONG_PREFIX}*.patch"))
    }
