#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 862710586a845d318ce4e30ad96638c44fb20785 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_money.py b/tests/test_money.py
index b8668ec..29a38aa 100644
--- a/tests/test_money.py
+++ b/tests/test_money.py
@@ -76,3 +76,36 @@ def test_allocate_rejects_useless_ratios():
     for ratios in ([], [0, 0], [2, -1]):
         with pytest.raises(ValueError):
             Money.of(1, "USD").allocate(ratios)
+
+
+def test_allocate_nothing_to_a_zero_ratio():
+    assert amounts(Money.of("0.05", "USD").allocate([0, 1, 1])) == [0, 3, 2]
+    assert amounts(Money.of("0.01", "USD").allocate([0, 0, 3, 0])) == [0, 0, 1, 0]
+    assert amounts(Money.of("1.00", "USD").allocate([0, 1, 0, 1, 1])) == [0, 34, 0, 33, 33]
+
+
+def test_allocate_leftover_by_largest_remainder():
+    assert amounts(Money.of("1.00", "USD").allocate([4, 2, 1])) == [57, 29, 14]
+    assert amounts(Money.of("1.00", "USD").allocate([6, 5, 5, 1])) == [35, 30, 29, 6]
+    assert amounts(Money.of(10, "JPY").allocate([5, 1, 1])) == [7, 2, 1]
+
+
+def test_allocate_refund_mirrors_the_charge():
+    for ratios in ([4, 2, 1], [0, 1, 1], [6, 5, 5, 1], [1, 2, 4, 8]):
+        for amount in range(1, 60):
+            charge = Money.of(amount, "JPY").allocate(ratios)
+            assert sum(amounts(charge)) == amount
+            assert Money.of(-amount, "JPY").allocate(ratios) == [-part for part in charge]
+
+
+def test_allocate_large_amounts_exactly():
+    parts = Money.of(10**18, "JPY").allocate([1, 2])
+    assert amounts(parts) == [333333333333333333, 666666666666666667]
+    parts = Money.of(10**30 + 1, "JPY").allocate([1, 3, 3])
+    assert sum(amounts(parts)) == 10**30 + 1
+    assert amounts(parts) == [10**30 // 7] + [10**30 * 3 // 7 + 1] * 2
+
+
+def test_allocate_exact_shares_are_left_alone():
+    assert amounts(Money.of("1.00", "USD").allocate([1, 4])) == [20, 80]
+    assert amounts(Money.of(0, "USD").allocate([0, 2, 1])) == [0, 0, 0]
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_ledger.py tests/test_money.py tests/test_text.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 862710586a845d318ce4e30ad96638c44fb20785 -- tests
