"""`marketbench auction` re-clears a stored session under any mechanism."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store import open_store
from store.importers import import_phase1
from tests.market.test_welfare_reserve import PUBLISHED
from tests.marketbench_tui.test_cli import DATA, Shell, needs_data

ROW = {"task_id": "o__r-1", "model_ref": "m", "p_success": 0.8, "estimated_tokens_total": 1000}
PRICES = "model_ref,input_per_1k,output_per_1k,blended_price_per_token\nm,0.1,0.1,0.0001\n"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def stored(shell: Shell, *rows: dict) -> None:
    (shell.folder / "prices.csv").write_text(PRICES)
    (shell.folder / "rows.jsonl").write_text("\n".join(json.dumps({**ROW, **row}) for row in rows))
    with open_store(shell.db) as store:
        import_phase1(store, shell.folder / "rows.jsonl", "s", prices=shell.folder / "prices.csv")


@needs_data
def test_the_published_auction_is_reproduced_with_the_closed_form_beside_it(shell: Shell) -> None:
    rows, prices = DATA / "marketbench_phase1.jsonl", DATA / "model_token_pricing.csv"
    shell("import", str(rows), "--name", "phase1", "--prices", str(prices))
    knobs = ("--mechanism", "random-reserve", "--penalty", "2", "--max-reserve", "1", "--draws", "100")
    told = shell.json("auction", "phase1", *knobs, "--seed", "42", "--prices", str(prices))
    found = {row["worker"]: row for row in (*told["workers"], told["pooled"])}
    assert set(found) == set(PUBLISHED)
    for worker, published in PUBLISHED.items():
        row = found[worker]
        ours = [row[name] for name in ("win_rate", "expected_profit", "realized_profit", "mean_breakeven")]
        assert ours == pytest.approx(published, rel=1e-9)
        assert row["closed_form"]["win_rate"] == pytest.approx(row["win_rate"], abs=0.02)
        assert row["oracle_profit"] > row["realized_profit"] > row["settled_profit"] - 0.01
    assert (told["draws"], told["seed"], told["notes"]) == (100, 42, [])

    by_task = shell.json("auction", "phase1", "--mechanism", "lowest-ask", "--against", "oracle", "--tasks")
    assert by_task["against"]["mcnemar"]["only_a"] == 0
    assert len(by_task["tasks"]) == 93
    regret = sum(row["regret"] for row in by_task["tasks"])
    assert regret == pytest.approx(by_task["pooled"]["gap"])


def test_both_accountings_stand_side_by_side_for_each_row(shell: Shell) -> None:
    stored(shell, {"outcome": 0, "external_cost": 0.2})
    (row,) = shell.json("auction", "s", "--penalty", "1", "--rows")["rows"]
    assert row["break_even"] == pytest.approx(0.375)
    assert row["realized_profit"] == 0
    assert row["settled_profit"] == pytest.approx(-0.625 * 1.2)
    text = shell("auction", "s", "--rows").stdout
    assert "o__r-1" in text
    assert "settled" in text


def test_a_price_table_overrides_recorded_prices(shell: Shell) -> None:
    stored(shell, {"outcome": 1})
    (shell.folder / "dear.csv").write_text(PRICES.replace("0.1,0.1,0.0001", "0.2,0.2,0.0002"))
    recorded = shell.json("auction", "s", "--penalty", "0")["pooled"]["mean_breakeven"]
    repriced = shell.json("auction", "s", "--penalty", "0", "--prices", "dear.csv")["pooled"]
    assert repriced["mean_breakeven"] == pytest.approx(2 * recorded)


def test_what_was_never_observed_is_bounded_and_said(shell: Shell) -> None:
    stored(shell, {"outcome": 1}, {"task_id": "o__r-2"})
    told = shell.json("auction", "s", "--mechanism", "always-strong", "--tasks")
    assert told["pooled"]["passes"] == {"low": 1.0, "high": 2.0}
    assert told["tasks"][1]["solved"] == {"low": 0.0, "high": 1.0}
    assert any("1 of 2 forecasts have no observed outcome" in note for note in told["notes"])
    done = shell("auction", "s", "--mechanism", "always-strong", "--tasks")
    assert "1.00 to 2.00" in done.stdout
    assert "no observed outcome" in done.stderr


@pytest.mark.parametrize(
    "row",
    [{"p_success": 0, "outcome": 0}, {"p_success": 1, "outcome": 1}, {"outcome": 1}, {}],
    ids=["p = 0", "p = 1", "one class", "no outcome"],
)
def test_degenerate_sessions_give_figures_and_no_traceback(shell: Shell, row: dict) -> None:
    stored(shell, row)
    told = shell.json(
        "auction", "s", "--draws", "3", "--against", "recalibrated-scoring", "--rows", "--tasks"
    )
    assert told["pooled"]["n"] == 1
    done = shell("auction", "s", "--mechanism", "recalibrated-scoring")
    assert (done.returncode, "nan" in done.stdout) == (0, False)


def test_a_session_without_forecasts_says_so(shell: Shell) -> None:
    with open_store(shell.db) as store:
        store.sessions.create("empty")
    assert "there are no forecasts" in shell("auction", "empty").stderr
    assert shell.json("auction", "empty")["pooled"]["win_rate"] is None


def test_a_live_session_is_re_cleared_under_its_own_mechanism_and_keeps_its_badge(shell: Shell) -> None:
    shell.json("demo", "--headless", "--tasks", "4")
    told = shell.json("auction", "1")
    assert told["simulated"] is True
    assert told["whatif"]["mechanism"] == "direct-penalty"
    done = shell("auction", "1")
    assert done.stdout.startswith("SIM  ")
    assert "no observed outcome" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--exclude", "x"), "there is no worker 'x' to exclude; there are: m"),
        (("--penalty", "-1"), "--penalty: Input should be greater than or equal to 0"),
        (("--clip", "0.9", "0.1"), "clip must rise: 0.9 is above 0.1"),
        (("--mechanism", "oracle", "--draws", "3"), "--draws is for --mechanism random-reserve"),
        (("--prices", "missing.csv"), "cannot read missing.csv"),
        (("--prices", "other.csv"), "prices none of the session's models; it has n"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_two(shell: Shell, options: tuple[str, ...], said: str) -> None:
    stored(shell, {"outcome": 1})
    (shell.folder / "other.csv").write_text(PRICES.replace("\nm,", "\nn,"))
    done = shell("auction", "s", *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
