"""The charts of the Auction say what is known, and no more."""

from __future__ import annotations

from market.spec import Unit
from market.welfare.knobs import Allocator, WhatIf
from market.whatif import Recleared, reclear, recorded
from marketbench_tui.charts.export import SOLID, _shape
from marketbench_tui.charts.pareto import frontier, letters, pareto_chart
from marketbench_tui.charts.profit import profit_chart
from marketbench_tui.charts.shares import shares_chart
from marketbench_tui.charts.spec import Bars, Line, Points, Segments
from tests.marketbench_tui.auction_parts import WORKERS, bids, case

PARTS = ("expected", "realized", "settled", "oracle")


def clear(unseen: int = 0, tasks: int = 24, **knobs: object) -> Recleared:
    return reclear(bids(tasks, unseen), WhatIf.model_validate(knobs))


def test_profit_has_a_bar_a_worker_in_each_account():
    found = clear()
    chart = profit_chart(found.reserve, WORKERS, Unit.USD)
    bars = [mark for mark in chart.marks if isinstance(mark, Bars)]
    assert tuple(mark.series for mark in bars) == PARTS
    assert [label for _, label in chart.x.ticks] == list(WORKERS)
    assert bars[2].y == tuple(worker.settled_profit for worker in found.reserve.workers)
    assert not any(isinstance(mark, Segments) for mark in chart.marks)


def test_profit_that_hangs_on_unseen_outcomes_has_a_line_as_far_as_it_may_reach():
    chart = profit_chart(clear(unseen=20).reserve, WORKERS, Unit.USD)
    assert any(isinstance(mark, Segments) for mark in chart.marks)
    assert "20 of 72 outcomes were never observed" in chart.note


def test_profit_without_forecasts_says_why():
    chart = profit_chart(clear(tasks=0).reserve, (), Unit.USD)
    assert chart.marks == ()
    assert "No worker made a forecast" in chart.empty


def test_shares_stand_beside_those_of_the_recorded_run():
    found, run = clear(), case()
    chart = shares_chart(WORKERS, WORKERS, found.outcome, recorded(found, run.awards))
    assert [mark.series for mark in chart.marks] == ["what-if", "recorded"]
    assert all(abs(sum(mark.y) - 1) < 1e-9 for mark in chart.marks if isinstance(mark, Bars))
    alone = shares_chart(WORKERS, WORKERS, found.outcome, None)
    assert "Nothing was awarded" in alone.note


def test_workers_that_are_many_stand_by_number_with_a_key():
    names = tuple(f"w{at}" for at in range(6))
    chart = shares_chart(names[1:], names, clear().outcome, None)
    assert [label for _, label in chart.x.ticks] == ["2", "3", "4", "5", "6"]
    assert "2 w1, 3 w2" in chart.note


def test_every_allocator_is_a_letter_between_cost_and_passes():
    found = clear()
    chart = pareto_chart(found.compared, Allocator.LOWEST_ASK, recorded(found, case().awards), Unit.USD)
    points = {mark.series: mark for mark in chart.marks if isinstance(mark, Points)}
    assert set(points) == {*map(str, Allocator), "recorded run"}
    assert {mark.letter for mark in points.values()} == {*letters(tuple(Allocator)).values(), "●"}
    oracle = found.compared[Allocator.ORACLE]
    assert (points["oracle"].x, points["oracle"].y) == ((oracle.cost,), (oracle.passes.low,))


def test_the_best_for_their_cost_leave_out_the_oracle_and_whoever_is_beaten():
    found = clear()
    chart = pareto_chart(found.compared, Allocator.LOWEST_ASK, None, Unit.USD)
    (line,) = [mark for mark in chart.marks if isinstance(mark, Line)]
    oracle = found.compared[Allocator.ORACLE]
    assert (oracle.cost, oracle.passes.low) not in set(zip(line.x, line.y, strict=True))
    assert list(line.x) == sorted(line.x)
    assert list(line.y) == sorted(line.y)
    assert frontier([]) == []


def test_passes_that_are_bounded_are_a_line():
    chart = pareto_chart(clear(unseen=20).compared, Allocator.LOWEST_ASK, None, Unit.USD)
    assert any(isinstance(mark, Segments) and mark.y0 < mark.y1 for mark in chart.marks)
    assert "never observed" in chart.note


def test_no_two_allocators_share_a_marker_in_an_exported_picture():
    found = clear()
    chart = pareto_chart(found.compared, Allocator.LOWEST_ASK, recorded(found, case().awards), Unit.USD)
    points = [mark for mark in chart.marks if isinstance(mark, Points)]
    markers = [(_shape(mark.letter), mark.letter == SOLID) for mark in points]
    assert len(markers) == len(Allocator) + 1
    assert len(set(markers)) == len(markers)
