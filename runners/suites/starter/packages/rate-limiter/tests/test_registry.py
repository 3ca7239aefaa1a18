import pytest

from ratelimit import LimiterRegistry, ManualClock, RateLimitExceeded, SlidingWindow, TokenBucket, limited


def make(limit=1, **options):
    clock = ManualClock()
    return LimiterRegistry(lambda: SlidingWindow(limit, 10.0, clock=clock), clock=clock, **options), clock


def test_keys_do_not_share_a_limiter():
    registry, _ = make()
    assert registry.acquire("ann").allowed
    assert registry.acquire("bob").allowed
    assert not registry.acquire("ann").allowed


def test_works_with_token_buckets():
    clock = ManualClock()
    registry = LimiterRegistry(lambda: TokenBucket(1.0, 2, clock=clock), clock=clock)
    assert [registry.acquire("ann").allowed for _ in range(3)] == [True, True, False]


def test_reset():
    registry, _ = make()
    registry.acquire("ann")
    registry.reset("ann")
    assert registry.acquire("ann").allowed
    registry.reset("nobody")


def test_prune_drops_idle_keys_only():
    registry, clock = make(idle_after=60.0)
    registry.acquire("ann")
    clock.advance(30.0)
    registry.acquire("bob")
    clock.advance(30.0)
    assert registry.prune() == 1
    assert "ann" not in registry
    assert "bob" in registry
    assert len(registry) == 1


def test_limited_guards_a_function():
    registry, clock = make()
    sent = []

    @limited(registry, key=lambda user, text: user)
    def send(user, text):
        sent.append(text)
        return len(sent)

    assert send("ann", "one") == 1
    with pytest.raises(RateLimitExceeded) as caught:
        send("ann", "two")
    assert sent == ["one"]
    assert caught.value.key == "ann"
    assert caught.value.decision.retry_after == 10.0
    assert send("bob", "three") == 2
    clock.advance(10.0)
    assert send("ann", text="four") == 3
    assert send.__name__ == "send"
