#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 0e017b7b3145bef6692c72efa1dc9dcf57377a6e -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_open_end.py b/tests/test_open_end.py
new file mode 100644
index 0000000..b5a81fe
--- /dev/null
+++ b/tests/test_open_end.py
@@ -0,0 +1,105 @@
+import json
+from datetime import date, timedelta
+
+import pytest
+
+from intervalstore import FormatError, Interval, IntervalStore, covered, dumps, gaps, loads
+
+
+def items(store):
+    return [(interval.start, interval.end, value) for interval, value in store]
+
+
+def test_an_open_interval_holds_every_later_point():
+    forever = Interval(10, None)
+    assert forever.end is None
+    assert forever.length is None
+    assert 10 in forever and 10**9 in forever and 9 not in forever
+    assert forever.overlaps(Interval(0, 11)) and Interval(0, 11).overlaps(forever)
+    assert not forever.overlaps(Interval(0, 10)) and not Interval(0, 10).overlaps(forever)
+    assert forever.intersection(Interval(0, 15)) == Interval(10, 15)
+    assert Interval(0, 15).intersection(forever) == Interval(10, 15)
+    assert forever.intersection(Interval(20, None)) == Interval(20, None)
+
+
+@pytest.mark.parametrize("end", [5, None], ids=["closed", "open"])
+def test_a_start_cannot_be_none(end):
+    with pytest.raises((TypeError, ValueError)):
+        Interval(None, end)
+
+
+def test_open_items_are_stored_and_replaced():
+    store = IntervalStore([(0, 20, "old"), (30, 40, "other")])
+    store.add(10, None, "new")
+    assert items(store) == [(0, 10, "old"), (10, None, "new")]
+    assert [store.at(point) for point in (9, 10, 35, 10**9)] == ["old", "new", "new", "new"]
+    assert store.span() == Interval(0, None)
+    store.add(5, 12, "between")
+    assert items(store) == [(0, 5, "old"), (5, 12, "between"), (12, None, "new")]
+    store.add(12, None, "between")
+    assert items(store) == [(0, 5, "old"), (5, None, "between")]
+    store.add(3, None, "last")
+    assert items(store) == [(0, 3, "old"), (3, None, "last")]
+
+
+def test_remove_with_an_open_end():
+    store = IntervalStore([(0, 5, "a"), (10, 30, "b"), (40, None, "c")])
+    store.remove(35, 45)
+    assert items(store) == [(0, 5, "a"), (10, 30, "b"), (45, None, "c")]
+    store.remove(50, None)
+    assert items(store) == [(0, 5, "a"), (10, 30, "b"), (45, 50, "c")]
+    store.remove(20, None)
+    assert items(store) == [(0, 5, "a"), (10, 20, "b")]
+    store.remove(20, None)
+    assert items(store) == [(0, 5, "a"), (10, 20, "b")]
+
+
+def test_query_of_open_items_and_open_windows():
+    store = IntervalStore([(0, 5, "a"), (10, None, "b")])
+    assert list(store.query(15, 30)) == [(Interval(15, 30), "b")]
+    assert list(store.query(5, 10)) == []
+    assert list(store.query(3, None)) == [(Interval(3, 5), "a"), (Interval(10, None), "b")]
+    assert list(IntervalStore([(0, 5, "a")]).query(5, None)) == []
+
+
+def test_gaps_and_covered():
+    closed = IntervalStore([(0, 5, "a"), (10, 20, "b")])
+    assert gaps(closed, 3, None) == [Interval(5, 10), Interval(20, None)]
+    assert gaps(IntervalStore(), 3, None) == [Interval(3, None)]
+    assert covered(closed, 3, None) == 12
+    store = IntervalStore([(0, 5, "a"), (10, None, "b")])
+    assert gaps(store, 3, None) == [Interval(5, 10)]
+    assert gaps(store, 3, 50) == [Interval(5, 10)]
+    assert covered(store, 3, 50) == 42
+    assert covered(store, 3, None) is None
+
+
+def test_dates_may_be_open_as_well():
+    new_year, june, july = date(2024, 1, 1), date(2024, 6, 1), date(2024, 7, 1)
+    store = IntervalStore([(june, None, "x")])
+    assert store.at(date(2099, 1, 1)) == "x"
+    assert gaps(store, new_year, None) == [Interval(new_year, june)]
+    assert covered(store, new_year, july) == timedelta(days=30)
+    text = dumps(store, encode_bound=lambda day: day.isoformat())
+    assert loads(text, decode_bound=date.fromisoformat) == store
+
+
+def test_an_open_end_is_null_in_the_file():
+    store = IntervalStore([(0, 5, "a"), (10, None, "b")])
+    text = dumps(store)
+    assert json.loads(text)["items"][1] == {"start": 10, "end": None, "value": "b"}
+    assert loads(text) == store
+
+
+@pytest.mark.parametrize(
+    "record",
+    [
+        '{"start": 1, "value": 0}',
+        '{"start": null, "end": 5, "value": 0}',
+        '{"start": null, "end": null, "value": 0}',
+    ],
+    ids=["no-end", "null-start", "null-bounds"],
+)
+def test_other_bounds_cannot_be_left_out_of_a_file(record):
+    with pytest.raises(FormatError):
+        loads(f'{{"version": 1, "items": [{record}]}}')
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_codec.py tests/test_coverage.py tests/test_interval.py tests/test_open_end.py tests/test_store.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 0e017b7b3145bef6692c72efa1dc9dcf57377a6e -- tests
