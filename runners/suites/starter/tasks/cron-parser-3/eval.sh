#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 42d4cf9d30788eae4f37f62949a10a37b51ee094 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_last_day.py b/tests/test_last_day.py
new file mode 100644
index 0000000..5c20a19
--- /dev/null
+++ b/tests/test_last_day.py
@@ -0,0 +1,90 @@
+from datetime import date, datetime
+
+import pytest
+
+from cronexpr import CronError, CronExpression, describe, previous_fire, upcoming
+
+
+def _days(text, year, month):
+    """The days of a month on which the expression fires."""
+    expr = CronExpression.parse(text)
+    days = []
+    for day in range(1, 32):
+        try:
+            when = date(year, month, day)
+        except ValueError:
+            break
+        if expr.matches_date(when):
+            days.append(day)
+    return days
+
+
+def test_last_day_of_each_month():
+    assert _days("0 18 L * *", 2024, 1) == [31]
+    assert _days("0 18 L * *", 2024, 2) == [29]
+    assert _days("0 18 l * *", 2023, 2) == [28]
+    assert _days("0 18 L * *", 2024, 4) == [30]
+
+
+def test_in_a_list():
+    assert _days("0 18 1,15,L * *", 2024, 4) == [1, 15, 30]
+    assert _days("0 18 L,10-12 * *", 2023, 2) == [10, 11, 12, 28]
+    assert _days("0 18 30,L * *", 2024, 1) == [30, 31]
+    assert _days("0 18 15,31 * *", 2024, 4) == [15]
+
+
+def test_alternative_to_a_weekday():
+    assert _days("0 18 L * FRI", 2024, 4) == [5, 12, 19, 26, 30]
+
+
+def test_fire_times():
+    expr = CronExpression.parse("0 18 L * *")
+    assert upcoming(expr, datetime(2024, 1, 31, 18), 3) == [
+        datetime(2024, 2, 29, 18),
+        datetime(2024, 3, 31, 18),
+        datetime(2024, 4, 30, 18),
+    ]
+    assert previous_fire(expr, datetime(2023, 3, 31, 18)) == datetime(2023, 2, 28, 18)
+    assert str(expr) == "0 18 L * *"
+
+
+def test_always_possible_in_a_short_month():
+    assert _days("0 0 L 2 *", 2024, 2) == [29]
+    assert _days("0 0 31,L 2 *", 2024, 2) == [29]
+    with pytest.raises(CronError):
+        CronExpression.parse("0 0 31 2 *")
+
+
+@pytest.mark.parametrize(
+    "text, expected",
+    [
+        pytest.param("L * *", "on the last day of the month", id="alone"),
+        pytest.param("15,L * *", "on day 15 and the last day of the month", id="one-day"),
+        pytest.param(
+            "L,1,15 * *", "on days 1 and 15 and the last day of the month", id="two-days"
+        ),
+        pytest.param(
+            "L * 5", "on the last day of the month or on Friday", id="or-weekday"
+        ),
+    ],
+)
+def test_describe(text, expected):
+    assert describe(CronExpression.parse(f"0 18 {text}")) == f"at 18:00, {expected}"
+
+
+@pytest.mark.parametrize(
+    "text",
+    [
+        pytest.param("L * * * *", id="minute"),
+        pytest.param("0 L * * *", id="hour"),
+        pytest.param("0 0 * L *", id="month"),
+        pytest.param("0 0 * * L", id="weekday"),
+        pytest.param("0 0 L/2 * *", id="step"),
+        pytest.param("0 0 1-L * *", id="range-end"),
+        pytest.param("0 0 L-3 * *", id="range-start"),
+        pytest.param("0 0 15L * *", id="suffix"),
+    ],
+)
+def test_errors(text):
+    with pytest.raises(CronError):
+        CronExpression.parse(text)
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_describe.py tests/test_expression.py tests/test_fields.py tests/test_last_day.py tests/test_schedule.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 42d4cf9d30788eae4f37f62949a10a37b51ee094 -- tests
