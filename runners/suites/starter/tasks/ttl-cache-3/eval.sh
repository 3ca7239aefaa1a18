#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout b00e8b581c4c792bacbd2bf288ebde62f66c905a -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_removal.py b/tests/test_removal.py
new file mode 100644
index 0000000..1748e80
--- /dev/null
+++ b/tests/test_removal.py
@@ -0,0 +1,123 @@
+import pytest
+
+from ttlcache import ManualClock, TTLCache, memoize
+
+
+@pytest.fixture
+def clock():
+    return ManualClock()
+
+
+@pytest.fixture
+def removed():
+    return []
+
+
+@pytest.fixture
+def record(removed):
+    return lambda key, value, reason: removed.append((key, value, reason))
+
+
+def test_each_way_out_has_its_reason(clock, removed, record):
+    cache = TTLCache(3, clock=clock, on_remove=record)
+    for key, value in [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("d", 5)]:
+        cache.put(key, value)
+    assert removed == [("a", 1, "replaced"), ("b", 2, "evicted")]
+    removed.clear()
+    assert cache.pop("a") == 3
+    assert cache.delete("c")
+    assert removed == [("a", 3, "deleted"), ("c", 4, "deleted")]
+    removed.clear()
+    assert cache.pop("x") is None
+    assert not cache.delete("x")
+    cache.put("e", 6)
+    cache.get("d")
+    cache.clear()
+    cache.clear()
+    assert removed == [("e", 6, "deleted"), ("d", 5, "deleted")]
+
+
+@pytest.mark.parametrize(
+    "notice",
+    [
+        lambda cache: cache.get("a"),
+        lambda cache: cache.peek("a"),
+        lambda cache: "a" in cache,
+        lambda cache: cache.pop("a"),
+        lambda cache: cache.delete("a"),
+        lambda cache: cache.purge(),
+        lambda cache: cache.clear(),
+        lambda cache: cache.put("a", 2),
+    ],
+    ids=["get", "peek", "in", "pop", "delete", "purge", "clear", "put"],
+)
+def test_an_overdue_entry_is_reported_once_as_expired(clock, removed, record, notice):
+    cache = TTLCache(3, 10, clock=clock, on_remove=record)
+    cache.put("a", 1)
+    clock.advance(10)
+    assert removed == []
+    notice(cache)
+    notice(cache)
+    assert removed[0] == ("a", 1, "expired")
+    assert [reason for _, _, reason in removed].count("expired") == 1
+    assert cache.stats.expirations == 1
+
+
+def test_several_entries_are_reported_least_recently_used_first(clock, removed, record):
+    cache = TTLCache(3, clock=clock, on_remove=record)
+    cache.put("a", 1, ttl=5)
+    cache.put("b", 2)
+    cache.put("c", 3, ttl=5)
+    cache.get("a")
+    clock.advance(5)
+    cache.put("d", 4)
+    assert removed == [("c", 3, "expired"), ("a", 1, "expired")]
+    removed.clear()
+    cache.put("e", 5, ttl=1)
+    clock.advance(1)
+    cache.get("b")
+    cache.clear()
+    assert removed == [("d", 4, "deleted"), ("e", 5, "expired"), ("b", 2, "deleted")]
+
+
+def test_the_new_value_is_stored_when_the_old_one_is_reported(clock):
+    seen = []
+    cache = TTLCache(
+        2, clock=clock, on_remove=lambda key, value, reason: seen.append((reason, list(cache)))
+    )
+    cache.put("a", 1)
+    cache.put("a", 2)
+    cache.put("b", 3)
+    cache.put("c", 4)
+    assert seen == [("replaced", ["a"]), ("evicted", ["b", "c"])]
+
+
+@pytest.mark.parametrize("operation", ["purge", "clear"])
+def test_all_entries_are_gone_before_the_first_is_reported(clock, operation):
+    sizes = []
+
+    def substitute(key, value, reason):
+        sizes.append(len(cache))
+        if key == "a":
+            cache.put("b", "substitute")
+
+    cache = TTLCache(5, 10, clock=clock, on_remove=substitute)
+    for key in "abc":
+        cache.put(key, key)
+    clock.advance(10 if operation == "purge" else 1)
+    getattr(cache, operation)()
+    assert sizes == [0, 1, 1]
+    assert {key: cache.peek(key) for key in cache} == {"b": "substitute"}
+
+
+def test_results_of_a_memoised_function_are_reported(clock, removed, record):
+    @memoize(2, 10, clock=clock, on_remove=record)
+    def double(x):
+        return 2 * x
+
+    for x in (1, 2, 3):
+        double(x)
+    double.invalidate(2)
+    clock.advance(10)
+    double(3)
+    assert [entry[1:] for entry in removed] == [(2, "evicted"), (4, "deleted"), (6, "expired")]
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_cache.py tests/test_memoize.py tests/test_removal.py tests/test_stats.py
: '>>>>> End Test Output'
rm -rf tests
git checkout b00e8b581c4c792bacbd2bf288ebde62f66c905a -- tests
