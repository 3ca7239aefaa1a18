"""From stored forecasts to the columns that the pure rules read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from market.bids import Floats
from market.money import NANO
from market.observations import Observations, positions
from store.facade import Store


def observations(store: Store, session_id: int) -> Observations:
    """What each worker of a session said, and what came of it; amounts in the session's unit."""
    table = store.queries.forecasts(session_id)
    opening = store.opening(session_id)
    units_per_usd = opening.spec.units_per_usd if opening and opening.spec else 1.0
    blended = {card.name: card.price.blended_usd for card in (opening.workers if opening else ())}
    tasks, task = positions(table.task)
    workers, worker = positions(table.worker)
    first: list[int] = np.unique(task, return_index=True)[1].tolist()
    return Observations(
        tasks=tasks,
        repo=tuple(table.repo[row] for row in first),
        difficulty=tuple(table.difficulty[row] for row in first),
        workers=workers,
        price=_known([blended.get(name) for name in workers]) * units_per_usd,
        task=task,
        worker=worker,
        p=np.array(table.p, dtype=np.float64),
        tokens_hat=np.array(table.tokens, dtype=np.float64),
        ask=_known(table.ask_nano) / NANO,
        y=_known(table.y),
        tokens=_known(table.actual_tokens),
        cost=_known(table.cost_usd_nano) * (units_per_usd / NANO),
        infra=np.array(
            [bool(n) and y is None for n, y in zip(table.infra, table.y, strict=True)], dtype=np.bool_
        ),
    )


def _known(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
