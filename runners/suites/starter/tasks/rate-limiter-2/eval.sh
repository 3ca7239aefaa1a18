#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 5f6e3e0134f9cc0b2d20cd9fcc09da035c623a5e -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_token_bucket.py b/tests/test_token_bucket.py
index b423c68..9a0ec39 100644
--- a/tests/test_token_bucket.py
+++ b/tests/test_token_bucket.py
@@ -61,3 +61,54 @@ def test_bad_settings_are_rejected():
         TokenBucket(0, 1)
     with pytest.raises(ValueError):
         TokenBucket(1, 0)
+
+
+def test_polling_does_not_cost_anything():
+    bucket, clock = make(rate=1.0, capacity=5)
+    bucket.acquire(5)
+    allowed = []
+    for _ in range(8):
+        clock.advance(0.25)
+        allowed.append(bucket.acquire().allowed)
+    assert allowed == [False, False, False, True] * 2
+
+
+def test_parts_of_tokens_add_up():
+    bucket, clock = make(rate=1.0, capacity=5)
+    bucket.acquire(5)
+    remaining = []
+    for _ in range(4):
+        clock.advance(1.5)
+        remaining.append(bucket.acquire().remaining)
+    assert remaining == [0, 1, 1, 2]
+
+
+def test_retry_after_counts_the_part_already_earned():
+    bucket, clock = make(rate=0.5, capacity=3)
+    bucket.acquire(3)
+    clock.advance(0.5)
+    assert bucket.acquire().retry_after == 1.5
+    clock.advance(0.25)
+    assert bucket.acquire(2).retry_after == 3.25
+    clock.advance(1.25)
+    assert bucket.acquire().allowed
+
+
+def test_a_full_bucket_earns_no_part_of_a_token():
+    bucket, clock = make(rate=1.0, capacity=2)
+    clock.advance(1.75)
+    assert bucket.acquire(2).allowed
+    clock.advance(0.25)
+    decision = bucket.acquire()
+    assert not decision.allowed
+    assert decision.retry_after == 0.75
+
+
+def test_remaining_is_whole():
+    bucket, clock = make(rate=1.0, capacity=3)
+    bucket.acquire(3)
+    clock.advance(1.75)
+    for cost in (2, 1, 1):
+        remaining = bucket.acquire(cost).remaining
+        assert type(remaining) is int
+        assert remaining == (1 if cost == 2 else 0)
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_headers.py tests/test_registry.py tests/test_sliding_window.py tests/test_token_bucket.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 5f6e3e0134f9cc0b2d20cd9fcc09da035c623a5e -- tests
