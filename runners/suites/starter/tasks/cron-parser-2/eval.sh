#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 42d4cf9d30788eae4f37f62949a10a37b51ee094 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_expression.py b/tests/test_expression.py
index 4fc881c..ee325e6 100644
--- a/tests/test_expression.py
+++ b/tests/test_expression.py
@@ -47,3 +47,13 @@ def test_impossible_day_with_a_weekday_is_accepted():
 
 def test_str_gives_the_expression_back():
     assert str(CronExpression.parse("*/5  9-17 * jan MON")) == "*/5 9-17 * jan MON"
+
+
+def test_weekday_range_ending_on_sunday_matches_sunday():
+    expr = CronExpression.parse("0 9 * * SAT-7")
+    assert [expr.matches_date(date(2024, 3, day)) for day in (1, 2, 3, 4)] == [
+        False,
+        True,
+        True,
+        False,
+    ]
diff --git a/tests/test_fields.py b/tests/test_fields.py
index 90baffe..10e87d8 100644
--- a/tests/test_fields.py
+++ b/tests/test_fields.py
@@ -48,3 +48,31 @@ def test_only_a_bare_star_is_a_wildcard():
     assert parse_field("*", DAY).is_wildcard
     assert not parse_field("*/2", DAY).is_wildcard
     assert not parse_field("1-31", DAY).is_wildcard
+
+
+@pytest.mark.parametrize(
+    "text, expected",
+    [
+        pytest.param("5-7", {5, 6, 0}, id="number"),
+        pytest.param("FRI-SUN", {5, 6, 0}, id="name"),
+        pytest.param("sat-7", {6, 0}, id="name-and-number"),
+        pytest.param("5-0", {5, 6, 0}, id="zero"),
+        pytest.param("1-7/3", {1, 4, 0}, id="step"),
+        pytest.param("WED-SUN/2", {3, 5, 0}, id="name-step"),
+        pytest.param("2,6-7", {2, 6, 0}, id="in-a-list"),
+    ],
+)
+def test_weekday_range_ending_on_sunday(text, expected):
+    assert parse_field(text, WEEKDAY).values == expected
+
+
+def test_weekday_range_from_sunday_to_sunday():
+    assert parse_field("0-7", WEEKDAY).values == set(range(7))
+    assert parse_field("SUN-SUN", WEEKDAY).values == {0}
+    assert parse_field("7-7", WEEKDAY).values == {0}
+
+
+def test_weekday_range_past_sunday_is_reversed():
+    for text in ("FRI-MON", "6-1", "5-8"):
+        with pytest.raises(CronError):
+            parse_field(text, WEEKDAY)
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_describe.py tests/test_expression.py tests/test_fields.py tests/test_schedule.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 42d4cf9d30788eae4f37f62949a10a37b51ee094 -- tests
