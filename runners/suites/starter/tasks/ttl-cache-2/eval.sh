#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout b00e8b581c4c792bacbd2bf288ebde62f66c905a -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_memoize.py b/tests/test_memoize.py
index 7f05979..3fa70de 100644
--- a/tests/test_memoize.py
+++ b/tests/test_memoize.py
@@ -103,3 +103,89 @@ def test_the_wrapper_keeps_name_and_docstring():
 
     assert greet.__name__ == "greet"
     assert greet.__doc__ == "Say hello."
+
+
+def test_position_name_and_default_are_the_same_call():
+    calls = []
+
+    @memoize(clock=ManualClock())
+    def rate(base, quote="EUR"):
+        calls.append((base, quote))
+        return f"{base}/{quote}"
+
+    ways = [
+        rate("USD"),
+        rate("USD", "EUR"),
+        rate("USD", quote="EUR"),
+        rate(base="USD"),
+        rate(quote="EUR", base="USD"),
+    ]
+    assert set(ways) == {"USD/EUR"}
+    assert rate("USD", "GBP") == "USD/GBP"
+    assert calls == [("USD", "EUR"), ("USD", "GBP")]
+
+
+def test_keyword_only_parameters_have_defaults_too():
+    calls = []
+
+    @memoize(clock=ManualClock())
+    def scale(x, *, factor=2, offset=0):
+        calls.append((x, factor, offset))
+        return x * factor + offset
+
+    assert scale(3) == scale(3, offset=0) == scale(x=3, offset=0, factor=2) == 6
+    assert scale(3, offset=1) == 7
+    assert calls == [(3, 2, 0), (3, 2, 1)]
+
+
+def test_extra_arguments_are_part_of_the_call():
+    calls = []
+
+    @memoize(clock=ManualClock())
+    def show(first, *rest, sep=",", **more):
+        calls.append((first, rest, sep, more))
+
+    for _ in range(2):
+        show(1)
+        show(1, sep=",")
+        show(first=1)
+        show(1, 2, x=1, y=2)
+        show(1, 2, y=2, x=1, sep=",")
+        show(1, 2)
+        show(1, 2, ",")
+        show(1, x=1)
+    assert calls == [
+        (1, (), ",", {}),
+        (1, (2,), ",", {"x": 1, "y": 2}),
+        (1, (2,), ",", {}),
+        (1, (2, ","), ",", {}),
+        (1, (), ",", {"x": 1}),
+    ]
+
+
+def test_different_calls_of_a_function_that_takes_anything_stay_apart():
+    @memoize(clock=ManualClock())
+    def show(*args, **kwargs):
+        return args, kwargs
+
+    assert show(1) == ((1,), {})
+    assert show(1, 2) == ((1, 2), {})
+    assert show(1, 2, 3) == ((1, 2, 3), {})
+    assert show(x=1) == ((), {"x": 1})
+    assert show(("x", 1)) == ((("x", 1),), {})
+
+
+def test_invalidate_knows_the_call_however_it_is_written():
+    calls = []
+
+    @memoize(clock=ManualClock())
+    def rate(base, quote="EUR"):
+        calls.append((base, quote))
+
+    rate("USD", "EUR")
+    rate("USD", "GBP")
+    assert rate.invalidate(base="USD")
+    assert not rate.invalidate("USD", quote="EUR")
+    rate("USD", "GBP")
+    rate("USD")
+    assert calls == [("USD", "EUR"), ("USD", "GBP"), ("USD", "EUR")]
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_cache.py tests/test_memoize.py tests/test_stats.py
: '>>>>> End Test Output'
rm -rf tests
git checkout b00e8b581c4c792bacbd2bf288ebde62f66c905a -- tests
