#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout b00e8b581c4c792bacbd2bf288ebde62f66c905a -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_cache.py b/tests/test_cache.py
index 0e61354..56656c3 100644
--- a/tests/test_cache.py
+++ b/tests/test_cache.py
@@ -121,3 +121,42 @@ def test_ttl_left_of_an_unknown_key_is_an_error(clock):
 def test_bad_limits_are_refused(maxsize, ttl):
     with pytest.raises(ValueError):
         TTLCache(maxsize, ttl)
+
+
+@pytest.mark.parametrize("key", ["a", "b", "c"])
+def test_replacing_an_entry_of_a_full_cache_evicts_nothing(clock, key):
+    cache = TTLCache(3, clock=clock)
+    for name in "abc":
+        cache.put(name, 0)
+    cache.put(key, 1)
+    assert sorted(cache) == ["a", "b", "c"]
+    assert cache.get(key) == 1
+    assert cache.stats.evictions == 0
+
+
+def test_a_replaced_entry_of_a_full_cache_counts_as_just_used(clock):
+    cache = TTLCache(2, clock=clock)
+    cache.put("a", 1)
+    cache.put("b", 2)
+    cache.put("a", 3)
+    cache.put("c", 4)
+    assert list(cache) == ["a", "c"]
+    assert cache.stats.evictions == 1
+
+
+def test_a_replaced_entry_of_a_full_cache_gets_a_new_lifetime(clock):
+    cache = TTLCache(2, 10, clock=clock)
+    cache.put("a", 1)
+    cache.put("b", 2)
+    clock.advance(6)
+    cache.put("a", 3)
+    cache.put("b", 4, ttl=20)
+    assert (cache.ttl_left("a"), cache.ttl_left("b")) == (10, 20)
+
+
+def test_a_full_cache_never_grows(clock):
+    cache = TTLCache(2, clock=clock)
+    for key in "abacbbcad":
+        cache.put(key, key)
+        assert len(cache) <= 2
+    assert list(cache) == ["a", "d"]
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_cache.py tests/test_memoize.py tests/test_stats.py
: '>>>>> End Test Output'
rm -rf tests
git checkout b00e8b581c4c792bacbd2bf288ebde62f66c905a -- tests
