#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 0e017b7b3145bef6692c72efa1dc9dcf57377a6e -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_store.py b/tests/test_store.py
index b74b4df..5e025e2 100644
--- a/tests/test_store.py
+++ b/tests/test_store.py
@@ -97,3 +97,35 @@ def test_an_empty_window_is_an_error(operation):
 def test_repr_can_be_read_back():
     store = IntervalStore([(0, 5, "a"), (7, 9, "b")])
     assert eval(repr(store)) == store
+
+
+def test_an_item_that_leads_up_to_the_next_is_joined_to_it():
+    store = IntervalStore([(20, 30, "z"), (5, 9, "a")])
+    store.add(0, 5, "a")
+    assert items(store) == [(0, 9, "a"), (20, 30, "z")]
+    assert store == IntervalStore([(0, 5, "a"), (5, 9, "a"), (20, 30, "z")])
+
+
+def test_an_item_that_closes_a_gap_joins_both_sides():
+    store = IntervalStore([(-9, -5, "y"), (0, 5, "a"), (8, 12, "a"), (12, 15, "z")])
+    store.add(5, 8, "a")
+    assert items(store) == [(-9, -5, "y"), (0, 12, "a"), (12, 15, "z")]
+
+
+def test_an_item_over_the_beginning_of_an_equal_one_is_joined_to_it():
+    store = IntervalStore([(5, 15, "a")])
+    store.add(0, 10, "a")
+    assert items(store) == [(0, 15, "a")]
+
+
+def test_items_that_lead_up_to_something_else_stay_apart():
+    store = IntervalStore([(5, 9, "b"), (20, 30, "a"), (30, 40, "a")])
+    store.add(0, 5, "a")
+    store.add(10, 19, "a")
+    assert items(store) == [(0, 5, "a"), (5, 9, "b"), (10, 19, "a"), (20, 40, "a")]
+
+
+def test_an_item_is_joined_on_the_equal_side_only():
+    store = IntervalStore([(0, 5, "b"), (8, 12, "a")])
+    store.add(5, 8, "a")
+    assert items(store) == [(0, 5, "b"), (5, 12, "a")]
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_codec.py tests/test_coverage.py tests/test_interval.py tests/test_store.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 0e017b7b3145bef6692c72efa1dc9dcf57377a6e -- tests
