"""The same figures on parts of the tasks: by difficulty, by repository, by any column of tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from market.observations import Observations

UNKNOWN = "unknown"
"""Label of the tasks that have none."""


def split(observations: Observations, labels: Sequence[str]) -> Mapping[str, Observations]:
    """The rows of each label, labels in order of name and `UNKNOWN` last.

    Args:
        observations: what to split; for instance by `observations.difficulty` or `.repo`.
        labels: one a task, in the order of `observations.tasks`; "" is unknown.

    Returns:
        Every label that has a row, with its rows of the same tasks and workers.

    Raises:
        ValueError: there is not one label a task.
    """
    if len(labels) != len(observations.tasks):
        raise ValueError(f"a split needs one label a task, {len(observations.tasks)}, not {len(labels)}")
    named = np.array([label or UNKNOWN for label in labels], dtype=object)
    rows = named[observations.task] if len(observations) else named[:0]
    present: set[str] = set(rows.tolist())
    ordered = sorted(present, key=lambda label: (label == UNKNOWN, label))
    return {label: observations.only(rows == label) for label in ordered}
