"""The protocol behind every scaffold: a task in, a submission out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from market.events import Message
from runners.models.base import ModelAnswer
from runners.suites.task import Task

Source = Literal["model", "tool", "tests", "note"]


@dataclass(frozen=True, slots=True)
class Submission:
    """What an attempt hands in: the workspace's own diff, or text.

    `note` says in one line what went wrong on the way, if anything did.
    """

    content: str
    form: Literal["patch", "text"] = "patch"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Everything an attempt may use.

    Attributes:
        ask: makes one model call for this attempt, stored and charged before it returns.
        emit: shows a piece of what happens in the execution pane.
        folder: an empty folder of this attempt's own; removed afterwards.
    """

    task: Task
    folder: Path
    ask: Callable[[tuple[Message, ...]], Awaitable[ModelAnswer]]
    emit: Callable[[Source, str], None]


class Scaffold(Protocol):
    """Turns a task into a submission with the help of a model."""

    @property
    def name(self) -> str:
        """What a spec calls it."""
        ...

    async def attempt(self, work: Work) -> Submission:
        """Work on the task.

        Raises:
            ModelError: the model gave no answer, so there is nothing to submit.
            WorkspaceError: the workspace could not be made (infra, not the model's failure).
        """
        ...
