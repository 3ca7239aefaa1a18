"""Observations for tests: by row, and the study's own."""

from functools import cache

import numpy as np

from market.observations import Observations, positions
from tests.market.published import csv_rows, json_rows

NAN = float("nan")


def observations(rows: list[tuple], price: float = 1e-5) -> Observations:
    """Rows of (worker, p, estimated tokens, actual tokens, y, infra), each on a task of its own,
    or with the task's id and then its repository after them."""
    names = [(*row, f"t{at}", "")[6:8] if len(row) == 6 else (*row, "")[6:8] for at, row in enumerate(rows)]
    tasks, task = positions([name for name, _ in names])
    workers, worker = positions([row[0] for row in rows])
    repo = dict(names)
    p, tokens_hat, tokens, y = (np.array([row[at] for row in rows], dtype=float) for at in (1, 2, 3, 4))
    return Observations(
        tasks=tasks,
        repo=tuple(repo[name] for name in tasks),
        difficulty=("",) * len(tasks),
        workers=workers,
        price=np.full(len(workers), price),
        task=task,
        worker=worker,
        p=p,
        tokens_hat=tokens_hat,
        ask=np.full(len(rows), NAN),
        y=y,
        tokens=tokens,
        cost=tokens * price,
        infra=np.array([row[5] for row in rows], dtype=np.bool_),
    )


@cache
def study() -> Observations:
    """The 558 published forecasts in the order of the file; skips where the file is not here."""
    rows = json_rows("marketbench_phase1.jsonl")
    prices = {
        row["model_ref"]: float(row["blended_price_per_token"]) for row in csv_rows("model_token_pricing.csv")
    }
    tasks, task = positions([row["task_id"] for row in rows])
    workers, worker = positions([row["model_ref"] for row in rows])
    price = np.array([prices[name] for name in workers])
    cost = np.array([row["external_cost"] for row in rows], dtype=float)
    return Observations(
        tasks=tasks,
        repo=tuple(name.rsplit("-", 1)[0].replace("__", "/") for name in tasks),
        difficulty=("",) * len(tasks),
        workers=workers,
        price=price,
        task=task,
        worker=worker,
        p=np.array([row["p_success"] for row in rows]),
        tokens_hat=np.array([row["estimated_tokens_total"] for row in rows], dtype=float),
        ask=np.full(len(rows), NAN),
        y=np.array([row["outcome"] for row in rows], dtype=float),
        tokens=cost / price[worker],
        cost=cost,
        infra=np.zeros(len(rows), dtype=np.bool_),
    )
