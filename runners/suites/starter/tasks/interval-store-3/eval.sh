#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 0e017b7b3145bef6692c72efa1dc9dcf57377a6e -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_codec.py b/tests/test_codec.py
index 15cd09b..b7feff1 100644
--- a/tests/test_codec.py
+++ b/tests/test_codec.py
@@ -52,3 +52,41 @@ def test_the_error_names_the_record():
     text = '{"version": 1, "items": [{"start": 1, "end": 2, "value": 0}, {"start": 4, "value": 0}]}'
     with pytest.raises(FormatError, match="item 1: no 'end'"):
         loads(text)
+
+
+def document(*records):
+    keys = ("start", "end", "value")
+    return json.dumps({"version": 1, "items": [dict(zip(keys, record)) for record in records]})
+
+
+def test_records_may_come_in_any_order():
+    store = loads(document((10, 20, "b"), (30, 40, "c"), (0, 5, "a")))
+    assert store == IntervalStore([(0, 5, "a"), (10, 20, "b"), (30, 40, "c")])
+    assert store.at(2) == "a"
+    assert [value for _, value in store.query(0, 15)] == ["a", "b"]
+
+
+def test_the_later_record_wins_when_it_starts_later():
+    store = loads(document((10, 20, "b"), (15, 25, "c")))
+    assert store == IntervalStore([(10, 15, "b"), (15, 25, "c")])
+
+
+def test_the_later_record_wins_when_it_starts_earlier():
+    store = loads(document((15, 25, "c"), (10, 20, "b")))
+    assert store == IntervalStore([(10, 20, "b"), (20, 25, "c")])
+
+
+def test_touching_records_of_equal_values_become_one():
+    store = loads(document((0, 5, "a"), (5, 9, "a"), (9, 12, "b")))
+    assert dumps(store) == document((0, 9, "a"), (9, 12, "b"))
+
+
+def test_records_are_ordered_by_their_decoded_bounds():
+    text = document(("15", "25", "c"), ("5", "10", "a"))
+    store = loads(text, decode_bound=int)
+    assert store == IntervalStore([(5, 10, "a"), (15, 25, "c")])
+
+
+def test_the_error_counts_records_as_they_are_in_the_file():
+    with pytest.raises(FormatError, match="item 1: "):
+        loads(document((10, 20, "b"), (7, 3, "x"), (0, 5, "a")))
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_codec.py tests/test_coverage.py tests/test_interval.py tests/test_store.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 0e017b7b3145bef6692c72efa1dc9dcf57377a6e -- tests
