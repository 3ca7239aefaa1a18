"""`marketbench whatifs SESSION`: the what-ifs that were kept beside a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from marketbench_tui.cli.common import Json, app, number, open_store, print_json, print_table, say
from marketbench_tui.cli.data import Session
from marketbench_tui.view.amounts import NONE

if TYPE_CHECKING:
    from market.welfare.knobs import WhatIf
    from marketbench_tui.auction.ports import Between, Kept


@app.command()
def whatifs(ctx: typer.Context, session: Session, json_: Json = False) -> None:
    """List the what-ifs that were kept beside a session, with the figures they gave then.

    `marketbench auction SESSION --save NAME` keeps one, and so does s on the Auction screen.
    """
    from marketbench_tui.auction.backend import StoreAuctions
    from marketbench_tui.auctions import own_whatif

    with open_store(ctx) as store:
        info = store.sessions.get(session)
        saved = StoreAuctions(store).saved(info.id)
        own = own_whatif(store, info.id)
    if json_:
        print_json([_values(each) for each in saved])
    elif saved:
        headings = (
            "name",
            "what if",
            "passes ",
            "cost ",
            "expected ",
            "settled ",
            "surplus ",
            "gap ",
            "kept",
        )
        print_table(headings, [_row(each, own) for each in saved])
    else:
        say(
            f"no what-if was kept beside session #{info.id}; `marketbench auction {info.id} --save NAME` does"
        )


def _values(kept: Kept) -> dict[str, object]:
    return {
        "name": kept.name,
        "saved_at": kept.saved_at,
        "knobs": kept.whatif and kept.whatif.model_dump(mode="json"),
        "figures": kept.headline and kept.headline.model_dump(mode="json"),
    }


def _row(kept: Kept, own: WhatIf) -> tuple[str, ...]:
    from marketbench_tui.auction.knobs import told

    figures = kept.headline
    return (
        kept.name,
        told(kept.whatif, own) if kept.whatif else "of another version",
        _between(figures.passes if figures else None, 1),
        number(figures.cost if figures else None, 3),
        number(figures.expected_profit if figures else None, 3),
        _between(figures.profit if figures else None),
        _between(figures.surplus if figures else None),
        _between(figures.gap if figures else None),
        f"{kept.saved_at.astimezone():%Y-%m-%d %H:%M}",
    )


def _between(value: Between | None, digits: int = 3) -> str:
    if value is None:
        return NONE
    low, high = (number(end, digits) for end in value)
    return low if low == high else f"{low} to {high}"
