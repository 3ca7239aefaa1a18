"""Commands about what is stored: `sessions`, `report`, `verify`, `import` and `db rebuild`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from market.money import to_units
from marketbench_tui.cli.common import Json, app, open_store, print_json, print_table, say

Session = Annotated[str, typer.Argument(help="Number or name of a session.")]

db = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db, name="db")


@app.command()
def sessions(ctx: typer.Context, json_: Json = False) -> None:
    """List sessions, newest first."""
    with open_store(ctx) as store:
        infos = store.sessions.list()
    if json_:
        print_json([asdict(info) for info in infos])
        return
    if not infos:
        say("no sessions yet; `marketbench demo` makes one")
        return
    print_table(
        ("#  ", "name", "status", "suite", "mechanism", "tasks ", "solved ", "spent USD ", "created"),
        [
            (
                str(info.id),
                f"{'SIM ' if info.simulated else ''}{info.name}",
                "killed" if info.status == "running" and not info.live else info.status,
                info.suite or info.origin,
                info.mechanism or "-",
                f"{info.tasks_closed}/{info.tasks}",
                str(info.tasks_solved),
                f"{to_units(info.spent_usd_nano):.2f}",
                f"{info.created_at.astimezone():%Y-%m-%d %H:%M}",
            )
            for info in infos
        ],
    )


@app.command()
def report(ctx: typer.Context, session: Session, json_: Json = False) -> None:
    """What each worker said against what happened: calibration figures a worker and pooled."""
    from marketbench_tui.reports import report_of

    with open_store(ctx) as store:
        info = store.sessions.get(session)
        found = report_of(store, info.id)
    if json_:
        print_json({"session": info.id, "name": info.name, "simulated": info.simulated, **asdict(found)})
        return
    print(f"{'SIM  ' if info.simulated else ''}session #{info.id} {info.name}")
    say("said: mean stated p; t̂/t: median of estimated to actual tokens; bad: answers that were no forecast")
    print_table(
        ("worker", "n ", "said ", "passed ", "gap ", "Brier ", "ECE ", "t̂/t ", "infra ", "bad "),
        [
            (
                row.worker,
                str(row.n),
                *(_figure(x) for x in (row.mean_p, row.pass_rate)),
                _figure(row.gap, signed=True),
                *(_figure(x) for x in (row.brier, row.ece, row.token_ratio_median)),
                str(row.infra),
                str(row.rejected),
            )
            for row in (*found.workers, found.pooled)
        ],
    )


@app.command()
def verify(ctx: typer.Context, session: Session, json_: Json = False) -> None:
    """Check a session's ledger: every hash, every link, and the head. Exit code 1 if it is broken."""
    with open_store(ctx) as store:
        info = store.sessions.get(session)
        found = store.verify(info.id)
    if json_:
        print_json({**asdict(found), "ok": found.ok})
    elif found.broken:
        print(f"session #{info.id} is BROKEN at event {found.broken.seq}: {found.broken.message}")
    else:
        print(f"session #{info.id}: {found.events} events verify, head {found.head_hash[:16]}")
    if not found.ok:
        raise typer.Exit(1)


@app.command(name="import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="Forecasts with outcomes, in the study's row format (.jsonl).")
    ],
    name: Annotated[str | None, typer.Option(help="Name of the session; the file's name otherwise.")] = None,
    prices: Annotated[Path | None, typer.Option(help="Price table (.csv) with blended prices.")] = None,
    json_: Json = False,
) -> None:
    """Make a session of forecasts and outcomes recorded elsewhere."""
    from runners.models.prices import resolve
    from runners.settings import load_settings
    from store.importers import import_phase1, importable_kind

    importable_kind(file)
    own = load_settings().prices
    with open_store(ctx) as store:
        done = import_phase1(
            store, file, name or file.stem, prices=prices, price_of=lambda model: resolve(model, own).price
        )
    if json_:
        print_json(asdict(done))
        return
    print(f"session #{done.session_id}: {done.rows} forecasts")
    for note in done.notes:
        say(f"note: {note}")


@db.command()
def rebuild(
    ctx: typer.Context,
    session: Annotated[str | None, typer.Argument(help="Only this session.")] = None,
) -> None:
    """Drop what is derived from the ledgers and derive it again."""
    with open_store(ctx) as store:
        chosen = None if session is None else store.sessions.get(session).id
        count = store.projections.rebuild(chosen)
    print(f"rebuilt {count} session{'' if count == 1 else 's'}")


@db.command()
def path(ctx: typer.Context) -> None:
    """Print where the database is."""
    from store.location import database_path

    print(database_path(ctx.obj.db))


def _figure(value: float | None, signed: bool = False) -> str:
    if value is None:
        return "-"
    return f"{value:+.4f}" if signed else f"{value:.4f}"
