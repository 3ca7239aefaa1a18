#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 42d4cf9d30788eae4f37f62949a10a37b51ee094 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_schedule.py b/tests/test_schedule.py
index 911eb3a..f8f8821 100644
--- a/tests/test_schedule.py
+++ b/tests/test_schedule.py
@@ -53,3 +53,28 @@ def test_tzinfo_is_kept():
     when = datetime(2024, 3, 1, 12, 0, tzinfo=timezone.utc)
     assert next_fire(expr, when) == datetime(2024, 3, 2, 9, tzinfo=timezone.utc)
     assert previous_fire(expr, when) == datetime(2024, 3, 1, 9, tzinfo=timezone.utc)
+
+
+def test_previous_in_the_same_minute():
+    expr = CronExpression.parse("0 12 * * *")
+    before = datetime(2024, 3, 1, 12, 0, 30)
+    assert previous_fire(expr, before) == datetime(2024, 3, 1, 12, 0)
+
+
+def test_previous_a_microsecond_later():
+    expr = CronExpression.parse("0 12 * * *")
+    before = datetime(2024, 3, 1, 12, 0, 0, 1)
+    assert previous_fire(expr, before) == datetime(2024, 3, 1, 12, 0)
+
+
+def test_previous_just_after_midnight():
+    expr = CronExpression.parse("0 0 1 * *")
+    before = datetime(2024, 3, 1, 0, 0, 59, tzinfo=timezone.utc)
+    assert previous_fire(expr, before) == datetime(2024, 3, 1, tzinfo=timezone.utc)
+
+
+def test_previous_of_every_minute():
+    expr = CronExpression.parse("* * * * *")
+    start = datetime(2024, 3, 1, 12, 0)
+    assert previous_fire(expr, start.replace(second=1)) == start
+    assert previous_fire(expr, start) == datetime(2024, 3, 1, 11, 59)
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_describe.py tests/test_expression.py tests/test_fields.py tests/test_schedule.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 42d4cf9d30788eae4f37f62949a10a37b51ee094 -- tests
