"""What came of an allocation: passes, costs, profits and regret, exact or bounded."""

from __future__ import annotations

from dataclasses import dataclass

from market.bids import Booleans, Floats
from market.welfare.allocation import Allocation
from market.welfare.bounds import Bounds


@dataclass(frozen=True, slots=True)
class WorkerOutcome:
    """One worker under an allocation. Amounts are sums in units; expected where awards are chances.

    Attributes:
        worker: its name.
        wins: tasks awarded, an expected number where awards are chances.
        share: of all awards, in [0, 1]; None where nothing is awarded.
        passes: of the wins.
        cost: of the attempts; None where it is unknown.
        expected_profit: by its own p: p payment - c^ - (1 - p) penalty; None without a market.
        profit: settled: y payment - c - (1 - y) penalty; None without a market or cost.
    """

    worker: str
    wins: float
    share: float | None
    passes: Bounds
    cost: float | None
    expected_profit: float | None
    profit: Bounds | None


@dataclass(frozen=True, slots=True)
class TaskOutcomes:
    """What came of each task, by column, shape (tasks,); NaN where a cost is unknown.

    Attributes:
        forecast: tasks on which anybody made a forecast; figures count these only.
        solved_low, solved_high: probability that the task is solved.
        surplus_low, surplus_high: B x solved - cost of the attempts, in units.
        regret_low, regret_high: the oracle's surplus less this one, in units; None for the
            oracle itself. Below zero where a pass costs more than the bounty: the oracle
            counts passes first.
    """

    forecast: Booleans
    solved_low: Floats
    solved_high: Floats
    surplus_low: Floats
    surplus_high: Floats
    regret_low: Floats | None = None
    regret_high: Floats | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An allocation and what came of it. Amounts are sums over tasks, in units.

    Attributes:
        allocation: who got what.
        tasks: tasks on which anybody made a forecast.
        sold: tasks awarded, an expected number where awards are chances.
        attempts: awards, likewise; above `sold` where several workers attempt a task.
        passes: tasks solved.
        pass_rate: `passes` over `tasks`; None without tasks.
        cost: of all attempts; None where it is unknown.
        paid, charged: payments on pass and penalties on fail; None without a market.
        expected_profit: of the workers by their own p; None without a market.
        profit: of the workers, settled; None without a market or cost.
        surplus: B x passes - cost: what buyer and workers have together; None without cost.
        gap: the oracle's surplus less this one; None for the oracle itself or without cost.
        workers: in the order of the observations, excluded ones left out.
        by_task: what came of each task.
        notes: sentences a reader should know.
    """

    allocation: Allocation
    tasks: int
    sold: float
    attempts: float
    passes: Bounds
    pass_rate: Bounds | None
    cost: float | None
    paid: Bounds | None
    charged: Bounds | None
    expected_profit: float | None
    profit: Bounds | None
    surplus: Bounds | None
    gap: Bounds | None
    workers: tuple[WorkerOutcome, ...]
    by_task: TaskOutcomes
    notes: tuple[str, ...]
