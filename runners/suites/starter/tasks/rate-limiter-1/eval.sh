#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 5f6e3e0134f9cc0b2d20cd9fcc09da035c623a5e -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_headers.py b/tests/test_headers.py
index be69dbe..b3106f3 100644
--- a/tests/test_headers.py
+++ b/tests/test_headers.py
@@ -1,4 +1,4 @@
-from ratelimit import Decision, rate_limit_headers
+from ratelimit import Decision, ManualClock, SlidingWindow, rate_limit_headers
 
 
 def test_allowed():
@@ -14,3 +14,31 @@ def test_refused():
         "X-RateLimit-Remaining": "0",
         "Retry-After": "30",
     }
+
+
+def retry_after(seconds):
+    return rate_limit_headers(Decision(False, 10, 0, seconds))["Retry-After"]
+
+
+def test_less_than_a_second_is_not_zero():
+    assert retry_after(0.25) == "1"
+    assert retry_after(0.75) == "1"
+
+
+def test_fractions_are_rounded_up():
+    assert [retry_after(seconds) for seconds in (2.25, 2.5, 2.75)] == ["3", "3", "3"]
+
+
+def test_whole_seconds_are_kept():
+    assert [retry_after(seconds) for seconds in (1.0, 2.0, 3600.0)] == ["1", "2", "3600"]
+
+
+def test_a_client_that_obeys_is_admitted():
+    clock = ManualClock()
+    limiter = SlidingWindow(1, 10.0, clock=clock)
+    limiter.acquire()
+    clock.advance(8.75)
+    seconds = rate_limit_headers(limiter.acquire())["Retry-After"]
+    assert seconds == "2"
+    clock.advance(int(seconds))
+    assert limiter.acquire().allowed
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_headers.py tests/test_registry.py tests/test_sliding_window.py tests/test_token_bucket.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 5f6e3e0134f9cc0b2d20cd9fcc09da035c623a5e -- tests
