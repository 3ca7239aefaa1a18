#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 83148bd4c901b00bba858768bb6fe64e50997325 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_decimal.py b/tests/test_decimal.py
new file mode 100644
index 0000000..6824ac4
--- /dev/null
+++ b/tests/test_decimal.py
@@ -0,0 +1,67 @@
+from decimal import Decimal
+
+import pytest
+
+from csvsniff import ColumnType, Dialect, sniff
+
+SAMPLE = "nr;artikel;preis\n1;Schraube;0,25\n2;Hammer;12,5\n3;Zange;8\n"
+
+
+def types(sample):
+    return [column.type for column in sniff(sample).columns]
+
+
+def test_sniff_decimal_commas():
+    result = sniff(SAMPLE)
+    assert result.dialect == Dialect(";", lineterminator="\n", decimal=",")
+    assert result.has_header
+    assert types(SAMPLE) == [ColumnType.INTEGER, ColumnType.TEXT, ColumnType.FLOAT]
+    rows = result.read(SAMPLE)
+    assert rows == [[1, "Schraube", 0.25], [2, "Hammer", 12.5], [3, "Zange", 8.0]]
+    assert [type(row[2]) for row in rows] == [float] * 3
+
+
+@pytest.mark.parametrize("delimiter", [";", "\t", "|"], ids=["semicolon", "tab", "bar"])
+def test_header_above_decimal_commas_only(delimiter):
+    sample = "ort;wert\nBonn;-1,5e3\nKiel;\nUlm;+0,5\n".replace(";", delimiter)
+    result = sniff(sample)
+    assert result.has_header and result.dialect.decimal == ","
+    assert [column.name for column in result.columns] == ["ort", "wert"]
+    assert result.read(sample) == [["Bonn", -1500.0], ["Kiel", None], ["Ulm", 0.5]]
+
+
+def test_no_header_above_decimal_commas():
+    for sample in ("a;1,5;x\nb;2,25;y\n", "a;1,5;x\n"):
+        result = sniff(sample)
+        assert not result.has_header and result.dialect.decimal == ","
+        assert result.read(sample)[0] == ["a", 1.5, "x"]
+
+
+def test_encode_with_a_decimal_comma():
+    dialect = sniff(SAMPLE).dialect
+    row = [4, 3.75, Decimal("-0.50"), "2.5", "v1.0", None, True]
+    assert dialect.encode_row(row) == "4;3,75;-0,50;2.5;v1.0;;true\n"
+    assert Dialect(decimal=",").encode_row([1.5, "x"]) == '"1,5",x\r\n'
+    assert Dialect(";").encode_row([1.5, Decimal("2.50")]) == "1.5;2.50\r\n"
+
+
+def test_decimal_point_is_kept_where_it_is_in_use():
+    for sample in (
+        "id;x;y\n1;1.5;2,5\n2;2.5;3,5\n",
+        'id,x\n1,"1,5"\n2,"2,5"\n',
+        "id;x;note\n1;1.5;2,5\n2;0.5;none\n",
+        "id;note\n1;2,5\n2;none\n",
+        "id;x\n1;1,2,3\n2;4,5\n",
+        "id;1,5\n1;3\n2;4\n",
+    ):
+        assert sniff(sample).dialect.decimal == "."
+    assert types("id;x;y\n1;1.5;2,5\n2;2.5;3,5\n")[1:] == [ColumnType.FLOAT, ColumnType.TEXT]
+
+
+def test_what_is_a_number_with_a_decimal_comma():
+    sample = "a;b;c;d;e;f\n1,5;1,5;1,5;1,5;10;1,5\n2,5;2.5;1,2,3;007,5;7;2,5 kg\n"
+    result = sniff(sample)
+    assert result.dialect.decimal == ","
+    text = ColumnType.TEXT
+    assert types(sample) == [ColumnType.FLOAT, text, text, text, ColumnType.INTEGER, text]
+    assert result.read(sample)[1] == [2.5, "2.5", "1,2,3", "007,5", 7, "2,5 kg"]
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_columns.py tests/test_decimal.py tests/test_delimiter.py tests/test_dialect.py tests/test_sniffer.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 83148bd4c901b00bba858768bb6fe64e50997325 -- tests
