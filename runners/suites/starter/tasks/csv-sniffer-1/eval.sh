#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 83148bd4c901b00bba858768bb6fe64e50997325 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_dialect.py b/tests/test_dialect.py
index 3f96eea..9af3887 100644
--- a/tests/test_dialect.py
+++ b/tests/test_dialect.py
@@ -36,3 +36,22 @@ def test_invalid_dialects():
     for options in ({"delimiter": ""}, {"quotechar": "''"}, {"delimiter": '"'}):
         with pytest.raises(ValueError):
             Dialect(**options)
+
+
+def test_line_feed_is_quoted():
+    text = Dialect(lineterminator="\n").encode([["1", "first line\nsecond line"]])
+    assert text == '1,"first line\nsecond line"\n'
+
+
+@pytest.mark.parametrize("terminator", ["\n", "\r\n"], ids=["lf", "crlf"])
+def test_every_line_break_is_quoted(terminator):
+    dialect = Dialect(";", "'", terminator)
+    for value in ("a\nb", "a\rb", "a\r\nb", "a\n", "\ra", "\n"):
+        assert dialect.encode_field(value) == f"'{value}'"
+
+
+def test_line_breaks_survive_a_round_trip():
+    rows = [["a\nb", "c\rd"], ["e\r\n", "\rf"], ['say "hi"\r', "g"]]
+    for terminator in ("\n", "\r\n"):
+        dialect = Dialect(lineterminator=terminator)
+        assert dialect.split(dialect.encode(rows)) == rows
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_columns.py tests/test_delimiter.py tests/test_dialect.py tests/test_sniffer.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 83148bd4c901b00bba858768bb6fe64e50997325 -- tests
