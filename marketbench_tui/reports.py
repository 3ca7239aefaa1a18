"""From stored forecasts to the report of a session: columns out of the store into the pure rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from market.report import Observations, Report, report
from store import Store


def report_of(store: Store, session: int) -> Report:
    """What each worker of a session said, against what happened."""
    table = store.queries.forecasts(session)
    rejected = {row.card.name: row.rejections for row in store.queries.standings(session) if row.rejections}
    return report(
        Observations(
            worker=table.worker,
            p=np.array(table.p, dtype=np.float64),
            tokens_hat=np.array(table.tokens, dtype=np.float64),
            tokens=_known(table.actual_tokens),
            y=_known(table.y),
            infra=np.array(
                [bool(n) and y is None for n, y in zip(table.infra, table.y, strict=True)], dtype=bool
            ),
        ),
        rejected,
    )


def _known(values: Sequence[int | None]):
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
