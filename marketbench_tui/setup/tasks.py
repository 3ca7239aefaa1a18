"""A suite's tasks as rows to choose from: filtered at a keystroke, drawn from by seed.

What a filter looks at is lowered once, when the suite is loaded, so that a keystroke only
looks for words in strings, however many tasks there are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len

from market.seeds import derive
from marketbench_tui.text import safe_line
from runners.suites.task import Suite, Task

LOOKED_AT = 2_000
"""Rows from which on a mean over all of them rests on about as many."""
OFFERED_REPOS = 8
"""Repositories that a click can put into a filter."""
TITLE_CHARS = 200
"""Characters of a title that a row keeps; the statement beside it has the rest."""
_WORD = re.compile(r'(?:(repo|difficulty|status):)?(?:"([^"]*)"?|(\S*))')


class Standing(StrEnum):
    """What `status:` may say, or the letters it begins with."""

    GRADABLE = "gradable"
    NOT = "not"
    MARKED = "marked"
    UNMARKED = "unmarked"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as its row shows it; all text is safe.

    Attributes:
        at: its place in the suite.
        id: the instance id as the suite has it, `shown` how it is drawn.
    """

    at: int
    id: str
    shown: str
    title: str
    repo: str
    difficulty: str
    gradable: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What a filter line asks for; every word must match.

    Attributes:
        text: words looked for in id, title and repository.
        status: the statuses asked for; one that does not exist matches nothing.
    """

    text: tuple[str, ...] = ()
    repo: tuple[str, ...] = ()
    difficulty: tuple[str, ...] = ()
    status: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether everything matches."""
        return not (self.text or self.repo or self.difficulty or self.status)


def parse_query(line: str) -> Query:
    """Words of a filter line: `merge repo:django difficulty:"15 min" status:gradable`.

    A field without a value yet matches everything, as it is still being typed.
    """
    found: dict[str, list[str]] = {"text": [], "repo": [], "difficulty": [], "status": []}
    for field, quoted, bare in _WORD.findall(line.lower()):
        word = quoted or bare
        if word:
            found[field or "text"].append(word)
    return Query(**{name: tuple(words) for name, words in found.items()})


def offered_words(index: TaskIndex) -> Sequence[str]:
    """Words of a filter that a click can put in: statuses, and the repositories with the most tasks."""
    repositories = Counter(row.repo for row in index.rows if row.repo and len(row.repo.split()) == 1)
    common = (f"repo:{name}" for name, _ in repositories.most_common(OFFERED_REPOS))
    return (f"status:{Standing.MARKED}", f"status:{Standing.UNMARKED}", *common)


class TaskIndex:
    """The tasks of one suite, ready to be filtered.

    Attributes:
        suite: where they come from.
        rows: one a task, in the suite's order.
        gradable: ids of the tasks that can be graded here.
        id_cells: cells of the longest id.
        has_difficulties: whether any task says how difficult it is.
    """

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.rows: tuple[TaskRow, ...] = tuple(_row(at, task) for at, task in enumerate(suite.tasks))
        self.gradable = frozenset(row.id for row in self.rows if row.gradable)
        self.ids = frozenset(row.id for row in self.rows)
        self.id_cells = max((cell_len(row.shown) for row in self.rows), default=0)
        self.has_difficulties = any(row.difficulty for row in self.rows)
        self._text = [f"{row.id} {row.title} {row.repo}".lower() for row in self.rows]
        self._repo = [row.repo.lower() for row in self.rows]
        self._difficulty = [row.difficulty.lower() for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def task(self, row: TaskRow) -> Task:
        """The whole task behind a row."""
        return self.suite.tasks[row.at]

    def matching(self, query: Query, marked: Collection[str] | None) -> Sequence[TaskRow]:
        """The rows that match every word, in the suite's order.

        Args:
            query: what is asked for.
            marked: ids of the marked tasks; None where all are.
        """
        if query.empty:
            return self.rows
        found: Iterable[int] = range(len(self.rows))
        for words, column in (
            (query.text, self._text),
            (query.repo, self._repo),
            (query.difficulty, self._difficulty),
        ):
            for word in words:
                found = [at for at in found if word in column[at]]
        rows = [self.rows[at] for at in found]
        for word in query.status:
            rows = _of_status(rows, word, marked)
        return rows

    def chosen(self, marked: Collection[str] | None, order: Sequence[str] = ()) -> Sequence[TaskRow]:
        """The marked rows: those named in `order` first, the rest as the suite has them."""
        if marked is None:
            return self.rows
        rows = [row for row in self.rows if row.id in marked]
        if not order:
            return rows
        place = {name: at for at, name in enumerate(order)}
        return sorted(rows, key=lambda row: (place.get(row.id, len(place)), row.at))

    def lacking(self, rows: Sequence[TaskRow]) -> tuple[TaskRow, ...]:
        """Those of these rows that cannot be graded here."""
        if len(self.gradable) == len(self.rows):
            return ()
        return tuple(row for row in rows if not row.gradable)

    def missing(self, row: TaskRow) -> str:
        """What grading a task would need and the suite lacks; empty where it can be graded."""
        return ", ".join(self.task(row).missing)

    def mean_problem_chars(self, rows: Sequence[TaskRow]) -> float:
        """Mean length of the problem statements of these rows, in characters; 0 without rows.

        Of very many rows evenly spaced ones stand for all, as this is asked at every change.
        """
        looked_at = rows[:: max(1, len(rows) // LOOKED_AT)]
        tasks = self.suite.tasks
        return sum(len(tasks[row.at].problem) for row in looked_at) / len(looked_at) if looked_at else 0.0


def sample(rows: Iterable[TaskRow], count: int, seed: int) -> frozenset[str]:
    """`count` of these tasks at random, or all where there are fewer.

    A task's draw depends on the seed and its own id alone, so a larger sample holds the
    smaller one, and other rows change nothing but by being drawn themselves.
    """
    drawn = sorted(rows, key=lambda row: derive(seed, "sample", row.id))
    return frozenset(row.id for row in drawn[: max(0, count)])


def _row(at: int, task: Task) -> TaskRow:
    return TaskRow(
        at=at,
        id=task.id,
        shown=safe_line(task.id),
        title=safe_line(task.title[:TITLE_CHARS]),
        repo=safe_line(task.repo),
        difficulty=safe_line(task.difficulty),
        gradable=task.gradable,
    )


def _of_status(rows: list[TaskRow], word: str, marked: Collection[str] | None) -> list[TaskRow]:
    """The rows of the first status that begins with these letters; none where no status does."""
    match next((each for each in Standing if each.startswith(word)), None):
        case Standing.GRADABLE:
            return [row for row in rows if row.gradable]
        case Standing.NOT:
            return [row for row in rows if not row.gradable]
        case Standing.MARKED:
            return rows if marked is None else [row for row in rows if row.id in marked]
        case Standing.UNMARKED:
            return [] if marked is None else [row for row in rows if row.id not in marked]
        case None:
            return []
