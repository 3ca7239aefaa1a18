"""One row of a SWE-bench dataset, checked at the edge and turned into a task.

Rows come from many hands (a file somebody exported, a dataset on a hub, a task repo), so
this is where wrong types are caught, in one line that says which column.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from market.errors import MarketBenchError
from market.spec import Name
from runners.suites.task import Task

GRADING_COLUMNS = ("image", "eval_script", "log_parser", "eval_type")
"""Columns that swebench's grading needs and that classic twelve-column datasets lack."""
SOURCES = "sources"
"""What the local grader needs besides: the repository's files at the base commit."""


class SuiteError(MarketBenchError):
    """A suite that cannot be loaded; the message is one line that says what to do."""


def _names(value: object) -> object:
    """Test names may arrive as a list or as a list written in JSON; absent means none."""
    if value is None:
        return ()
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value or "[]")
    except json.JSONDecodeError:
        raise ValueError("must be a list of test names, or such a list written in JSON") from None


def _text(value: object) -> object:
    return "" if value is None else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Text = Annotated[str, BeforeValidator(_text)]


class Row(BaseModel):
    """The columns this project reads; others are allowed and kept for swebench."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    instance_id: Name
    repo: Text = ""
    base_commit: Text = ""
    problem_statement: str = Field(min_length=1)
    patch: Text = ""
    test_patch: Text = ""
    difficulty: Text = ""
    fail_to_pass: Names = Field(default=(), alias="FAIL_TO_PASS")
    pass_to_pass: Names = Field(default=(), alias="PASS_TO_PASS")


@dataclass(frozen=True, slots=True)
class Extras:
    """What a task repo knows of a task beyond its row."""

    sources: Path | None = None
    wrong_patches: Mapping[str, str] = field(default_factory=dict[str, str])
    build_folder: Path | None = None


def to_task(row: Mapping[str, Any], where: str, extras: Extras | None = None) -> Task:
    """A task from a row.

    Args:
        row: the columns, as read.
        where: names the row in an error: a line of a file, or a task's folder.
        extras: what lies beside the row.

    Raises:
        SuiteError: a column is missing or of the wrong type.
    """
    extras = extras or Extras()
    try:
        checked = Row.model_validate(row)
    except ValidationError as error:
        raise SuiteError(f"{where}: {_first_problem(error)}") from None
    return Task(
        id=checked.instance_id,
        repo=checked.repo,
        title=_title(checked),
        problem=checked.problem_statement,
        base_commit=checked.base_commit,
        difficulty=checked.difficulty,
        fail_to_pass=checked.fail_to_pass,
        pass_to_pass=checked.pass_to_pass,
        gold_patch=checked.patch,
        test_patch=checked.test_patch,
        wrong_patches=extras.wrong_patches,
        sources=extras.sources,
        instance=row,
        missing=_missing(row, checked, extras),
        build_folder=extras.build_folder,
    )


def _title(row: Row) -> str:
    lines = (line.strip().lstrip("#").strip() for line in row.problem_statement.splitlines())
    return next((line for line in lines if line), row.instance_id)


def _missing(row: Mapping[str, Any], checked: Row, extras: Extras) -> tuple[str, ...]:
    lacking = [column for column in GRADING_COLUMNS if not row.get(column)]
    if not checked.fail_to_pass:
        lacking.append("FAIL_TO_PASS")
    if extras.sources is None:
        lacking.append(SOURCES)
    return tuple(lacking)


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    column = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return f"has no column {column}"
    return f"{column}: {first['msg'].removeprefix('Value error, ')}"
