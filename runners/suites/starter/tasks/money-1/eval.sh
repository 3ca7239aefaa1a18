#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 862710586a845d318ce4e30ad96638c44fb20785 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_ledger.py b/tests/test_ledger.py
index d1962c1..1727ed3 100644
--- a/tests/test_ledger.py
+++ b/tests/test_ledger.py
@@ -35,3 +35,8 @@ def test_loads_names_the_line():
 def test_labels_stay_on_one_line(ledger):
     with pytest.raises(ValueError):
         ledger.add("two\nlines", Money.of(1, "USD"))
+
+
+def test_loads_amounts_without_trailing_zeros():
+    ledger = Ledger.loads("tea\t$2.5\nbread\tKWD 0.75\n")
+    assert [entry.money.amount for entry in ledger.entries] == [250, 750]
diff --git a/tests/test_text.py b/tests/test_text.py
index c2a1390..c075a2a 100644
--- a/tests/test_text.py
+++ b/tests/test_text.py
@@ -51,3 +51,34 @@ def test_parse_with_a_given_currency():
 def test_parse_rejects(text):
     with pytest.raises(ParseError):
         Money.parse(text)
+
+
+@pytest.mark.parametrize(
+    ("text", "amount"),
+    [("$12.5", 1250), ("-0.5 EUR", -50), ("1,234.5 USD", 123450)],
+    ids=["dollars", "negative", "grouped"],
+)
+def test_parse_without_trailing_zero(text, amount):
+    assert Money.parse(text).amount == amount
+
+
+def test_parse_pads_to_the_exponent_of_the_currency():
+    assert Money.parse("KWD 1.5").amount == 1500
+    assert Money.parse("KWD 1.25").amount == 1250
+    assert Money.parse("KWD 1.05").amount == 1050
+    assert Money.parse("KWD 1.025").amount == 1025
+
+
+def test_parse_short_fractions_exactly():
+    for tenths in range(100):
+        text = f"{tenths // 10}.{tenths % 10}"
+        assert Money.parse(text, "GBP") == Money.of(text, "GBP")
+    assert Money.parse("$90071992547409931.5").amount == 9007199254740993150
+
+
+def test_parse_still_counts_the_decimals():
+    assert Money.parse("¥5").amount == 5
+    assert Money.parse("$12.05").amount == 1205
+    for text in ("$12.500", "¥1.0", "KWD 1.5000"):
+        with pytest.raises(ParseError):
+            Money.parse(text)
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_ledger.py tests/test_money.py tests/test_text.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 862710586a845d318ce4e30ad96638c44fb20785 -- tests
