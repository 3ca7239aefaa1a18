import pytest

from ratelimit import ManualClock, SlidingWindow


def make(limit=2, window=10.0):
    clock = ManualClock(100.0)
    return SlidingWindow(limit, window, clock=clock), clock


def test_allows_up_to_the_limit():
    limiter, _ = make()
    assert [limiter.acquire().allowed for _ in range(3)] == [True, True, False]


def test_remaining():
    limiter, _ = make(limit=3)
    assert [limiter.acquire().remaining for _ in range(4)] == [2, 1, 0, 0]


def test_window_slides():
    limiter, clock = make()
    limiter.acquire()
    clock.advance(6.0)
    limiter.acquire()
    clock.advance(5.0)
    assert limiter.acquire().allowed
    assert not limiter.acquire().allowed


def test_retry_after_points_at_the_oldest_request():
    limiter, clock = make()
    limiter.acquire()
    clock.advance(4.0)
    limiter.acquire()
    clock.advance(1.0)
    decision = limiter.acquire()
    assert decision.retry_after == 5.0
    clock.advance(decision.retry_after)
    assert limiter.acquire().allowed


def test_refused_requests_do_not_count():
    limiter, clock = make(limit=1)
    limiter.acquire()
    clock.advance(9.0)
    assert not limiter.acquire().allowed
    clock.advance(1.0)
    assert limiter.acquire().allowed


def test_bad_settings_are_rejected():
    with pytest.raises(ValueError):
        SlidingWindow(0, 1.0)
    with pytest.raises(ValueError):
        SlidingWindow(1, 0.0)
