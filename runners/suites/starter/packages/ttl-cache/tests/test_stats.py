import pytest

from ttlcache import ManualClock, Stats, TTLCache


def test_hits_and_misses_are_counted():
    cache = TTLCache(2, clock=ManualClock())
    cache.put("a", 1)
    cache.get("a")
    cache.get("a")
    cache.get("b")
    assert (cache.stats.hits, cache.stats.misses) == (2, 1)
    assert cache.stats.hit_rate == pytest.approx(2 / 3)


def test_an_expired_entry_is_a_miss_and_an_expiration():
    clock = ManualClock()
    cache = TTLCache(2, 1, clock=clock)
    cache.put("a", 1)
    clock.advance(1)
    cache.get("a")
    assert cache.stats == Stats(misses=1, expirations=1)


def test_an_eviction_is_counted():
    cache = TTLCache(1, clock=ManualClock())
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.stats == Stats(evictions=1)


def test_the_hit_rate_of_an_unused_cache_is_zero():
    assert Stats().hit_rate == 0.0


def test_a_snapshot_does_not_follow_the_cache():
    stats = Stats(hits=3)
    before = stats.snapshot()
    stats.reset()
    assert before.hits == 3
    assert stats == Stats()
