import pytest

from ratelimit import ManualClock, TokenBucket


def make(rate=1.0, capacity=3):
    clock = ManualClock(100.0)
    return TokenBucket(rate, capacity, clock=clock), clock


def test_starts_full_and_allows_a_burst():
    bucket, _ = make()
    assert [bucket.acquire().allowed for _ in range(4)] == [True, True, True, False]


def test_remaining_counts_down():
    bucket, _ = make()
    assert [bucket.acquire().remaining for _ in range(4)] == [2, 1, 0, 0]


def test_refills_at_the_rate():
    bucket, clock = make(rate=2.0, capacity=4)
    bucket.acquire(4)
    clock.advance(1.0)
    assert bucket.acquire(2).allowed
    assert not bucket.acquire().allowed


def test_never_exceeds_capacity():
    bucket, clock = make()
    clock.advance(1000.0)
    assert bucket.acquire().remaining == 2


def test_retry_after_is_the_time_to_earn_what_is_missing():
    bucket, clock = make(rate=0.5, capacity=3)
    bucket.acquire(3)
    decision = bucket.acquire(2)
    assert not decision.allowed
    assert decision.retry_after == 4.0
    clock.advance(4.0)
    assert bucket.acquire(2).allowed


def test_a_refused_request_takes_no_tokens():
    bucket, _ = make()
    bucket.acquire(2)
    assert not bucket.acquire(2).allowed
    assert bucket.acquire(1).allowed


@pytest.mark.parametrize("cost", [0, -1, 4])
def test_impossible_costs_are_rejected(cost):
    bucket, _ = make()
    with pytest.raises(ValueError):
        bucket.acquire(cost)


def test_bad_settings_are_rejected():
    with pytest.raises(ValueError):
        TokenBucket(0, 1)
    with pytest.raises(ValueError):
        TokenBucket(1, 0)
