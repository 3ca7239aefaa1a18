"""Observations for the tests of what-ifs: by row, and by hypothesis with many ties and gaps."""

from dataclasses import fields, is_dataclass, replace

import numpy as np
from hypothesis import strategies as st

from market.observations import Observations
from market.welfare.book import Book, book_of, prepare
from market.whatif import WhatIf

NAN = float("nan")


def observed(
    rows: list[tuple], tasks: tuple[str, ...], workers: tuple[str, ...], repos: tuple[str, ...] = ()
) -> Observations:
    """Rows of (task, worker, p, expected cost, y) and then, if not unknown, actual cost and ask.

    Prices are 1 a token, so that tokens are amounts.
    """
    whole = [(*row, NAN, NAN)[:7] for row in rows]
    columns = list(zip(*whole, strict=True)) or [()] * 7
    p, tokens_hat, y, cost, ask = (np.array(column, dtype=float) for column in columns[2:])
    return Observations(
        tasks=tasks,
        repo=repos or ("",) * len(tasks),
        difficulty=("",) * len(tasks),
        workers=workers,
        price=np.ones(len(workers)),
        task=np.array([tasks.index(name) for name in columns[0]], dtype=np.int64),
        worker=np.array([workers.index(name) for name in columns[1]], dtype=np.int64),
        p=p,
        tokens_hat=tokens_hat,
        ask=ask,
        y=y,
        tokens=cost,
        cost=cost,
        infra=np.zeros(len(rows), dtype=np.bool_),
    )


def book(o: Observations, **knobs) -> Book:
    return book_of(prepare(o), WhatIf(**knobs))


def shuffled(o: Observations, order: list[int]) -> Observations:
    at = np.array(order, dtype=np.int64)
    names = ("task", "worker", "p", "tokens_hat", "ask", "y", "tokens", "cost", "infra")
    return replace(o, **{name: getattr(o, name)[at] for name in names})


def figures(value) -> list[float]:
    """Every number that a result shows, arrays left out."""
    if is_dataclass(value):
        return [n for f in fields(value) if f.name != "allocation" for n in figures(getattr(value, f.name))]
    if isinstance(value, tuple):
        return [n for item in value for n in figures(item)]
    return [value] if isinstance(value, float | int) else []


@st.composite
def observations(draw, least: int = 0) -> Observations:
    """Small sessions: coarse p (0 and 1 among them), unknown outcomes and costs, some asks."""
    tasks = tuple(f"t{i}" for i in range(draw(st.integers(1, 5))))
    workers = tuple(f"w{i}" for i in draw(st.permutations(range(draw(st.integers(1, 4))))))
    cells = [(task, worker) for task in tasks for worker in workers]
    asked = draw(st.lists(st.sampled_from(cells), unique=True, min_size=min(least, len(cells))))
    row = st.tuples(
        st.sampled_from([0.0, 0.3, 0.6, 0.9, 1.0]),
        st.sampled_from([0.0, 0.1, 0.2]),
        st.sampled_from([0.0, 1.0, NAN]),
        st.sampled_from([NAN, 0.1, 0.3, 1.5]),
        st.sampled_from([NAN, NAN, 0.2, 0.4]),
    )
    return observed([(*cell, *draw(row)) for cell in asked], tasks, workers)
