"""The command `grade`: a predictions file against a dataset, by the official harness."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from marketbench_tui.cli.common import Json, app, print_json, say


@app.command()
def grade(
    ctx: typer.Context,
    predictions: Annotated[
        str, typer.Option(help="Predictions (.jsonl or .json), or the word gold.", metavar="FILE")
    ],
    dataset: Annotated[str, typer.Option(help="starter, a task-repo folder, a file, or owner/name.")],
    run_id: Annotated[str, typer.Option(help="Names the run; the same name goes on with it.")],
    report_dir: Annotated[Path, typer.Option(help="Where the report goes.")] = Path(),
    timeout: Annotated[float, typer.Option(help="Seconds for the tests of one prediction.", min=1)] = 1800,
    parallel: Annotated[int, typer.Option(help="Predictions at a time.", min=1, max=64)] = 2,
    network: Annotated[bool, typer.Option("--network", help="Let the tests reach the network.")] = False,
    json_: Json = False,
) -> None:
    """Grade SWE-bench predictions by the official harness in Docker, and print its report."""
    from runners.grading import FOLDER, Order, grade_predictions
    from runners.predictions import GOLD, gold_predictions, read_predictions
    from runners.suites.loading import load_suite
    from store.location import database_path

    suite = load_suite(dataset)
    found = gold_predictions(suite.tasks) if predictions == GOLD else read_predictions(Path(predictions))
    order = Order(
        run=run_id,
        work=database_path(ctx.obj.db).parent / FOLDER,
        report_folder=report_dir.absolute(),
        timeout=timeout,
        parallel=parallel,
        network=network,
    )
    report = grade_predictions(suite, found, order, say)
    if json_:
        print_json(report.figures)
    else:
        print(report.words, end="")
