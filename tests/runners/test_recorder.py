"""What is stored, in which order, and who is told."""

from datetime import UTC, datetime

import pytest

from market.events import Notice, Recorded
from runners.recorder import Clock, Recorder


class Ledger:
    def __init__(self, fail_after: int | None = None) -> None:
        self.batches: list[list[Recorded]] = []
        self.fail_after = fail_after

    def append(self, stamped):
        if self.fail_after is not None and len(self.batches) >= self.fail_after:
            raise OSError("disk full")
        start = sum(map(len, self.batches))
        batch = [Recorded(start + n, at, offset, event) for n, (at, offset, event) in enumerate(stamped, 1)]
        self.batches.append(batch)
        return batch


def notices(*texts: str) -> list[Notice]:
    return [Notice(text=text) for text in texts]


async def test_events_of_one_turn_are_stored_in_one_batch_and_in_order() -> None:
    ledger = Ledger()
    recorder = Recorder(ledger.append)
    recorder.emit(*notices("a", "b"))
    await recorder.record(*notices("c"))
    assert [[r.event.text for r in batch] for batch in ledger.batches] == [["a", "b", "c"]]


async def test_the_state_includes_what_was_recorded_when_record_returns() -> None:
    recorder = Recorder(Ledger().append)
    await recorder.record(*notices("a", "b"))
    assert recorder.state.events == 2


async def test_watchers_get_every_event_until_the_end() -> None:
    recorder = Recorder(Ledger().append)
    await recorder.record(*notices("a"))
    recorder.emit(*notices("b"))
    recorder.finish()
    assert [r.event.text async for r in recorder.stored()] == ["a", "b"]


async def test_a_broken_store_raises_for_everyone_and_stores_nothing_more() -> None:
    ledger = Ledger(fail_after=1)
    recorder = Recorder(ledger.append)
    await recorder.record(*notices("a"))
    with pytest.raises(OSError, match="disk full"):
        await recorder.record(*notices("b"))
    with pytest.raises(OSError, match="disk full"):
        await recorder.record(*notices("c"))
    assert recorder.state.events == 1


async def test_running_time_continues_where_the_last_process_left_it_and_ignores_the_wall_clock() -> None:
    walls = iter([datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)])
    ticks = iter([100.0, 101.0, 102.5])
    ledger = Ledger()
    clock = Clock(now=lambda: next(walls), monotonic=lambda: next(ticks))
    recorder = Recorder(ledger.append, offset_us=7_000_000, clock=clock)
    await recorder.record(*notices("a"))
    await recorder.record(*notices("b"))
    assert [r.offset_us for batch in ledger.batches for r in batch] == [8_000_000, 9_500_000]
