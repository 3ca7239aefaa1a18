import pytest

from ttlcache import ManualClock, TTLCache


@pytest.fixture
def clock():
    return ManualClock()


def test_get_returns_what_was_put(clock):
    cache = TTLCache(2, 10, clock=clock)
    cache.put("a", 1)
    assert cache.get("a") == 1
    assert cache.get("b") is None
    assert cache.get("b", "none") == "none"


def test_an_entry_expires_when_its_time_is_over(clock):
    cache = TTLCache(2, 10, clock=clock)
    cache.put("a", 1)
    clock.advance(9.5)
    assert cache.get("a") == 1
    clock.advance(0.5)
    assert cache.get("a") is None
    assert len(cache) == 0


def test_put_may_override_the_ttl(clock):
    cache = TTLCache(2, 10, clock=clock)
    cache.put("short", 1, ttl=1)
    cache.put("usual", 2)
    clock.advance(5)
    assert "short" not in cache
    assert cache.ttl_left("usual") == 5


def test_without_a_ttl_entries_stay(clock):
    cache = TTLCache(2, clock=clock)
    cache.put("a", 1)
    clock.advance(1e9)
    assert cache.get("a") == 1
    assert cache.ttl_left("a") is None


def test_the_least_recently_used_entry_is_evicted(clock):
    cache = TTLCache(2, clock=clock)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.get("a")
    cache.put("c", 3)
    assert list(cache) == ["a", "c"]


def test_peek_and_in_do_not_count_as_use(clock):
    cache = TTLCache(2, clock=clock)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.peek("a") == 1
    assert "a" in cache
    cache.put("c", 3)
    assert list(cache) == ["b", "c"]
    assert cache.stats.lookups == 0


def test_expired_entries_make_room_before_live_ones(clock):
    cache = TTLCache(2, clock=clock)
    cache.put("live", 1)
    cache.put("brief", 2, ttl=1)
    clock.advance(1)
    cache.put("new", 3)
    assert list(cache) == ["live", "new"]
    assert cache.stats.evictions == 0
    assert cache.stats.expirations == 1


def test_putting_a_key_again_renews_it(clock):
    cache = TTLCache(2, 10, clock=clock)
    cache.put("a", 1)
    clock.advance(8)
    cache.put("a", 2)
    clock.advance(8)
    assert cache.get("a") == 2


def test_pop_and_delete(clock):
    cache = TTLCache(3, clock=clock)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.pop("a") == 1
    assert cache.pop("a", "gone") == "gone"
    assert cache.delete("b")
    assert not cache.delete("b")


def test_purge_drops_only_expired_entries(clock):
    cache = TTLCache(3, 5, clock=clock)
    cache.put("a", 1)
    cache.put("b", 2)
    clock.advance(5)
    cache.put("c", 3)
    assert cache.purge() == 2
    assert list(cache) == ["c"]


def test_clear_keeps_the_statistics(clock):
    cache = TTLCache(3, clock=clock)
    cache.put("a", 1)
    cache.get("a")
    cache.clear()
    assert len(cache) == 0
    assert cache.stats.hits == 1


def test_ttl_left_of_an_unknown_key_is_an_error(clock):
    with pytest.raises(KeyError):
        TTLCache(1, clock=clock).ttl_left("a")


@pytest.mark.parametrize("maxsize, ttl", [(0, None), (-1, None), (1, 0), (1, -5)])
def test_bad_limits_are_refused(maxsize, ttl):
    with pytest.raises(ValueError):
        TTLCache(maxsize, ttl)
