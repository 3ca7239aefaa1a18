#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 862710586a845d318ce4e30ad96638c44fb20785 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_styles.py b/tests/test_styles.py
new file mode 100644
index 0000000..1894fe7
--- /dev/null
+++ b/tests/test_styles.py
@@ -0,0 +1,87 @@
+import pytest
+
+from moneykit import (
+    ACCOUNTING,
+    FRENCH,
+    GERMAN,
+    SWISS,
+    US,
+    Ledger,
+    Money,
+    NumberStyle,
+    ParseError,
+)
+from moneykit.text import parse_minor
+
+STYLES = {
+    "us": US,
+    "accounting": ACCOUNTING,
+    "german": GERMAN,
+    "french": FRENCH,
+    "swiss": SWISS,
+    "ungrouped": NumberStyle(group="", decimal=","),
+    "german_accounting": NumberStyle(".", ",", symbol_after=True, accounting=True),
+}
+
+
+def sample():
+    ledger = Ledger()
+    for code in ("USD", "EUR", "CHF", "JPY", "KWD", "CAD"):
+        for major in ("0", "1", "-7", "999", "1234", "-1234567"):
+            ledger.add(f"{code} {major}", Money.of(major, code))
+    for code in ("USD", "CHF"):
+        for major in ("0.05", "-0.05", "-12.34", "1234.50", "-9876543.21"):
+            ledger.add(f"{code} {major}", Money.of(major, code))
+    ledger.add("fils", Money.of("-1234.567", "KWD"))
+    return ledger
+
+
+@pytest.mark.parametrize("name", STYLES)
+def test_parse_reads_what_format_wrote(name):
+    style = STYLES[name]
+    for entry in sample().entries:
+        for use_code in (False, True):
+            text = entry.money.format(style, use_code=use_code)
+            assert Money.parse(text, style=style) == entry.money
+            assert Money.parse(text, entry.money.currency, style=style) == entry.money
+
+
+@pytest.mark.parametrize("name", STYLES)
+def test_loads_reads_what_dumps_wrote(name):
+    ledger = sample()
+    assert Ledger.loads(ledger.dumps(STYLES[name]), style=STYLES[name]) == ledger
+
+
+def test_german_numbers_are_read_strictly():
+    assert Money.parse("1234,50", "EUR", style=GERMAN) == Money.of("1234.50", "EUR")
+    for text in ("1,234.50 €", "12.34 €", "€1.23,50", "1.2345,00 €", "1 234,50 €", "1,234 €"):
+        with pytest.raises(ParseError):
+            Money.parse(text, style=GERMAN)
+    with pytest.raises(ParseError, match="line 2"):
+        Ledger.loads("a\t1,00 EUR\nb\t1.00 EUR\n", style=GERMAN)
+
+
+def test_three_decimals_are_not_a_group():
+    assert parse_minor("1.234 KWD", style=GERMAN)[0] == 1234000
+    assert parse_minor("1,234 KWD", style=GERMAN)[0] == 1234
+    assert parse_minor("1,234 KWD")[0] == 1234000
+    assert parse_minor("1.234 KWD", style=US)[0] == 1234
+
+
+def test_parentheses_only_in_accounting_styles():
+    assert Money.parse("($0.05)", style=ACCOUNTING) == Money.of("-0.05", "USD")
+    assert Money.parse("$0.05", style=ACCOUNTING) == Money.of("0.05", "USD")
+    for text in ("($5.00", "$5.00)", "(-$5.00)", "($)", "()"):
+        with pytest.raises(ParseError):
+            Money.parse(text, style=ACCOUNTING)
+    with pytest.raises(ParseError):
+        Money.parse("(5,00 €)", style=GERMAN)
+
+
+def test_us_stays_the_default():
+    assert Money.parse("$1,234.50") == Money.parse("$1,234.50", style=US)
+    for text in ("1.234,50 €", "($5.00)"):
+        with pytest.raises(ParseError):
+            Money.parse(text)
+    with pytest.raises(ParseError):
+        Ledger.loads("a\t1.234,50 EUR\n")
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_ledger.py tests/test_money.py tests/test_styles.py tests/test_text.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 862710586a845d318ce4e30ad96638c44fb20785 -- tests
