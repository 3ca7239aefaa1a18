#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 5f6e3e0134f9cc0b2d20cd9fcc09da035c623a5e -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_registry.py b/tests/test_registry.py
index 5784bcc..b4a1344 100644
--- a/tests/test_registry.py
+++ b/tests/test_registry.py
@@ -60,3 +60,37 @@ def test_limited_guards_a_function():
     clock.advance(10.0)
     assert send("ann", text="four") == 3
     assert send.__name__ == "send"
+
+
+def test_costs_reach_the_limiter():
+    windows, _ = make(limit=10)
+    clock = ManualClock()
+    buckets = LimiterRegistry(lambda: TokenBucket(1.0, 10, clock=clock), clock=clock)
+    for registry in (windows, buckets):
+        assert registry.acquire("ann", 6).remaining == 4
+        assert not registry.acquire("ann", cost=5).allowed
+        assert registry.acquire("bob", cost=5).allowed
+        assert registry.acquire("ann").remaining == 3
+        with pytest.raises(ValueError):
+            registry.acquire("ann", cost=11)
+
+
+def test_limited_with_a_cost():
+    registry, _ = make(limit=10)
+    uploaded = []
+
+    @limited(registry, key=lambda user, rows: user, cost=lambda user, rows: len(rows))
+    def upload(user, rows):
+        uploaded.extend(rows)
+
+    @limited(registry, key=lambda user: user, cost=3)
+    def export(user):
+        return len(uploaded)
+
+    upload("ann", rows=[1, 2, 3, 4, 5, 6])
+    assert export("ann") == 6
+    with pytest.raises(RateLimitExceeded) as caught:
+        upload("ann", [7, 8])
+    assert caught.value.decision.remaining == 1
+    upload("ann", [7])
+    assert uploaded == [1, 2, 3, 4, 5, 6, 7]
diff --git a/tests/test_sliding_window.py b/tests/test_sliding_window.py
index 36e35cd..7b37f4b 100644
--- a/tests/test_sliding_window.py
+++ b/tests/test_sliding_window.py
@@ -54,3 +54,40 @@ def test_bad_settings_are_rejected():
         SlidingWindow(0, 1.0)
     with pytest.raises(ValueError):
         SlidingWindow(1, 0.0)
+
+
+def test_costs_add_up():
+    limiter, _ = make(limit=10)
+    assert limiter.acquire(6).remaining == 4
+    assert limiter.acquire(cost=4).remaining == 0
+    assert not limiter.acquire().allowed
+
+
+def test_a_refused_cost_counts_nothing():
+    limiter, clock = make(limit=10, window=10.0)
+    limiter.acquire(7)
+    clock.advance(1.0)
+    refused = limiter.acquire(4)
+    assert (refused.allowed, refused.remaining, refused.retry_after) == (False, 3, 9.0)
+    assert limiter.acquire(3).allowed
+    clock.advance(9.5)
+    assert limiter.acquire(7).remaining == 0
+
+
+def test_retry_after_is_for_the_refused_cost():
+    limiter, clock = make(limit=10, window=10.0)
+    for cost in (2, 3, 5):
+        limiter.acquire(cost)
+        clock.advance(1.0)
+    waits = {1: 7.0, 2: 7.0, 3: 8.0, 5: 8.0, 6: 9.0, 10: 9.0}
+    assert {cost: limiter.acquire(cost).retry_after for cost in waits} == waits
+    clock.advance(8.5)
+    assert limiter.acquire(5).allowed
+
+
+@pytest.mark.parametrize("cost", [0, -1, 11])
+def test_impossible_costs_are_rejected(cost):
+    limiter, _ = make(limit=10)
+    with pytest.raises(ValueError):
+        limiter.acquire(cost)
+    assert limiter.acquire(10).allowed
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_headers.py tests/test_registry.py tests/test_sliding_window.py tests/test_token_bucket.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 5f6e3e0134f9cc0b2d20cd9fcc09da035c623a5e -- tests
