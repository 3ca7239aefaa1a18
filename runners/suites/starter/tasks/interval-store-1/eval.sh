#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 0e017b7b3145bef6692c72efa1dc9dcf57377a6e -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_store.py b/tests/test_store.py
index b74b4df..1c497f5 100644
--- a/tests/test_store.py
+++ b/tests/test_store.py
@@ -97,3 +97,42 @@ def test_an_empty_window_is_an_error(operation):
 def test_repr_can_be_read_back():
     store = IntervalStore([(0, 5, "a"), (7, 9, "b")])
     assert eval(repr(store)) == store
+
+
+def test_remove_from_the_middle_leaves_both_ends():
+    store = IntervalStore([(0, 10, "a")])
+    store.remove(4, 6)
+    assert items(store) == [(0, 4, "a"), (6, 10, "a")]
+    assert [store.at(point) for point in (3, 4, 5, 6, 9)] == ["a", None, None, "a", "a"]
+
+
+def test_adding_over_the_middle_leaves_both_ends():
+    store = IntervalStore([(0, 10, "a")])
+    store.add(4, 6, "b")
+    assert items(store) == [(0, 4, "a"), (4, 6, "b"), (6, 10, "a")]
+    assert [store.at(point) for point in (3, 4, 5, 6, 9)] == ["a", "b", "b", "a", "a"]
+
+
+def test_items_can_be_split_more_than_once():
+    store = IntervalStore([(-5, 0, "x"), (0, 20, "a"), (20, 25, "y")])
+    store.remove(14, 16)
+    store.add(3, 5, "b")
+    assert items(store) == [
+        (-5, 0, "x"),
+        (0, 3, "a"),
+        (3, 5, "b"),
+        (5, 14, "a"),
+        (16, 20, "a"),
+        (20, 25, "y"),
+    ]
+
+
+@pytest.mark.parametrize(
+    "start, end, left",
+    [(0, 4, [(4, 10, "a")]), (6, 10, [(0, 6, "a")]), (0, 10, [])],
+    ids=["start", "end", "all"],
+)
+def test_remove_up_to_a_bound_leaves_no_empty_rest(start, end, left):
+    store = IntervalStore([(0, 10, "a")])
+    store.remove(start, end)
+    assert items(store) == left
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_codec.py tests/test_coverage.py tests/test_interval.py tests/test_store.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 0e017b7b3145bef6692c72efa1dc9dcf57377a6e -- tests
