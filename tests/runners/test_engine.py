"""The session engine: every task is closed, every attempt settled once, whatever happens on the way."""

import asyncio

import pytest

from market.events import (
    AttemptSettled,
    CallAnswered,
    CallStarted,
    Closing,
    ForecastRejected,
    Notice,
    SessionClosed,
    TaskAwarded,
    Verdict,
)
from market.money import to_nano
from market.spec import SessionSpec
from market.state import Status
from runners.models.base import ModelError
from tests.runners.sessions import Memory, Script, a_spec, an_engine, run

TASKS = ("t1", "t2", "t3")


def awards(ledger: Memory) -> list[tuple[str, str]]:
    return [(event.task, event.worker) for event in ledger.plain if isinstance(event, TaskAwarded)]


def settlements(ledger: Memory) -> list[AttemptSettled]:
    return [event for event in ledger.plain if isinstance(event, AttemptSettled)]


async def test_every_task_is_closed_and_every_attempt_settled_once() -> None:
    script = Script(p={"a": 0.9, "b": 0.6})
    engine, ledger = an_engine(script, a_spec("ab"), TASKS)
    state = await run(engine)
    assert state.status is Status.FINISHED
    assert [task.closing for task in state.tasks.values()] == [Closing.SOLVED] * 3
    assert awards(ledger) == [(task, "a") for task in TASKS]
    assert [s.attempt for s in settlements(ledger)] == ["t1#1", "t2#1", "t3#1"]
    assert isinstance(ledger.plain[-1], SessionClosed)


async def test_a_worker_that_failed_a_task_may_not_retry_it_and_two_attempts_are_all() -> None:
    lost = {("t1", worker): Verdict.FAIL for worker in "abc"}
    engine, ledger = an_engine(Script(p={"a": 0.9, "b": 0.8, "c": 0.7}, verdicts=lost), a_spec("abc"), ["t1"])
    state = await run(engine)
    assert awards(ledger) == [("t1", "a"), ("t1", "b")]
    assert state.tasks["t1"].closing is Closing.UNSOLVED
    assert state.workers["a"].reputation == 0.8
    assert state.workers["c"].reputation == 1.0


async def test_a_task_whose_only_bidder_failed_is_closed_unsolved() -> None:
    engine, _ = an_engine(Script(verdicts={("t1", "a"): Verdict.TIMEOUT}), a_spec("a"), ["t1"])
    state = await run(engine)
    assert state.tasks["t1"].closing is Closing.UNSOLVED


async def test_a_task_nobody_wants_is_closed_unsold() -> None:
    engine, ledger = an_engine(Script(p={"a": 0.0}), a_spec("a"), ["t1"])
    state = await run(engine)
    assert state.tasks["t1"].closing is Closing.UNSOLD
    assert state.tasks["t1"].book[0].worker == "a"
    assert awards(ledger) == []


async def test_infra_is_retried_once_and_costs_the_worker_nothing() -> None:
    script = Script(verdicts={("t1", "a"): Verdict.INFRA})
    engine, ledger = an_engine(script, a_spec("a", attempts=1), ["t1"])
    state = await run(engine)
    assert awards(ledger) == [("t1", "a"), ("t1", "a")]
    assert state.tasks["t1"].closing is Closing.INFRA
    assert [s.profit_nano for s in settlements(ledger)] == [0, 0]
    assert state.workers["a"].reputation == 1.0
    assert state.workers["a"].infra == 2


async def test_a_malformed_forecast_is_asked_again_once_and_then_rejected_with_its_raw_text() -> None:
    script = Script(replies={"a": ["no idea", '{"p_success": NaN}'], "b": ["what?"]})
    engine, ledger = an_engine(script, a_spec("ab"), ["t1"])
    state = await run(engine)
    rejected = [event for event in ledger.plain if isinstance(event, ForecastRejected)]
    assert [(event.worker, event.raw) for event in rejected] == [("a", '{"p_success": NaN}')]
    assert "b" in state.tasks["t1"].forecasts
    assert awards(ledger) == [("t1", "b")]


async def test_a_worker_without_a_key_is_told_once_and_the_others_go_on() -> None:
    script = Script(errors={"a": ModelError("auth", "no key for test/a; set TEST_API_KEY")})
    engine, ledger = an_engine(script, a_spec("ab", parallel_forecasts=1), TASKS)
    state = await run(engine)
    told = [event for event in ledger.plain if isinstance(event, Notice)]
    assert [event.worker for event in told] == ["a"]
    assert "set TEST_API_KEY" in told[0].text
    assert state.solved == 3


async def test_results_do_not_depend_on_who_is_quick() -> None:
    lost = {("t1", "a"): Verdict.FAIL, ("t3", "a"): Verdict.FAIL, ("t2", "b"): Verdict.FAIL}
    said = {"a": 0.9, "b": 0.7, "c": 0.5}
    outcomes = []
    for turns in ({}, {"a": 40}, {"b": 30, "c": 7}):
        engine, ledger = an_engine(
            Script(p=said, verdicts=lost, turns=turns), a_spec("abc", "reputation-score"), TASKS
        )
        await run(engine)
        outcomes.append((awards(ledger), settlements(ledger)))
    assert outcomes[0] == outcomes[1] == outcomes[2]


async def test_the_budget_is_never_passed_and_every_task_is_closed_when_it_is_out() -> None:
    script = Script(cost_usd=0.02, worst_usd=0.02)
    engine, _ = an_engine(script, a_spec("ab", budget_usd=0.15), TASKS)
    state = await run(engine)
    assert state.spent_usd_nano <= to_nano(0.15)
    assert state.closed == 3
    assert Closing.OUT_OF_BUDGET in {task.closing for task in state.tasks.values()}
    assert "raise limits.budget_usd" in state.reason


async def test_no_new_work_starts_while_paused() -> None:
    engine, ledger = an_engine(Script(), a_spec("a"), TASKS)
    paused_at = 0
    async for recorded in engine.run():
        if recorded.event.kind == "session_opened":
            engine.pause()
        if recorded.event.kind == "session_paused":
            for _ in range(50):
                await asyncio.sleep(0)
            paused_at = len([event for event in ledger.plain if isinstance(event, CallStarted)])
            engine.resume()
    assert paused_at == 0
    assert engine.state.solved == 3


async def test_a_stopped_session_goes_on_where_it_was_and_pays_nothing_twice() -> None:
    script = Script(p={"a": 0.9, "b": 0.6}, verdicts={("t1", "a"): Verdict.FAIL})
    spec = a_spec("ab", parallel_attempts=1)
    engine, ledger = an_engine(script, spec, TASKS)
    async for recorded in engine.run():
        if recorded.event.kind == "verdict_reached":
            engine.stop()
    assert engine.state.status is Status.STOPPED
    again, _ = an_engine(script, spec, TASKS, ledger)
    state = await run(again)
    assert state.status is Status.FINISHED
    assert state.closed == 3
    assert len(settlements(ledger)) == len(awards(ledger))


@pytest.fixture(scope="module")
def whole() -> tuple[SessionSpec, Memory]:
    """A session with a failure, a rejection, an infra verdict and two rounds, run without a break."""
    spec = a_spec("abc", parallel_attempts=2)
    engine, ledger = an_engine(eventful(), spec, TASKS)
    asyncio.run(run(engine))
    return spec, ledger


def eventful() -> Script:
    return Script(
        p={"a": 0.9, "b": 0.7, "c": 0.5},
        verdicts={("t1", "a"): Verdict.FAIL, ("t2", "a"): Verdict.INFRA, ("t3", "b"): Verdict.FAIL},
        replies={"c": ["chatter"]},
    )


async def test_a_session_cut_after_any_transaction_resumes_to_the_same_end(
    whole: tuple[SessionSpec, Memory],
) -> None:
    spec, unbroken = whole
    for cut in unbroken.ends[:-1]:
        ledger = Memory(unbroken.events[:cut])
        before = list(ledger.plain)
        script = eventful()
        script.replies.clear()
        engine, _ = an_engine(script, spec, TASKS, ledger)
        state = await run(engine)
        assert state.status is Status.FINISHED, cut
        assert awards(ledger) == awards(unbroken), cut
        assert settlements(ledger) == settlements(unbroken), cut
        answered = {event.call for event in before if isinstance(event, CallAnswered)}
        later = ledger.plain[cut:]
        assert not [e for e in later if isinstance(e, CallStarted) and e.call in answered], cut
