#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 83148bd4c901b00bba858768bb6fe64e50997325 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_delimiter.py b/tests/test_delimiter.py
index b0d2f6f..746f55a 100644
--- a/tests/test_delimiter.py
+++ b/tests/test_delimiter.py
@@ -40,3 +40,37 @@ def test_lineterminator():
     assert guess_lineterminator("a\r\nb\n") == "\r\n"
     assert guess_lineterminator("a\nb") == "\n"
     assert guess_lineterminator("a") == "\n"
+
+
+TICKETS = '''7;"Dear Ann, Bob, Cy
+call back, soon, please"
+8;"Hi, you, all
+no hurry, really, none"
+'''
+
+
+def test_delimiters_in_multi_line_fields_do_not_count():
+    assert guess_delimiter(TICKETS) == ";"
+    assert guess_delimiter(TICKETS.replace("\n", "\r\n")) == ";"
+    assert guess_delimiter('a;"x, y\nz, w"\nb;"x, y\nz, w"') == ";"
+
+
+def test_multi_line_fields_with_doubled_quotes():
+    assert guess_delimiter('1;"He said ""a, b\nc, d"""\n2;"""no, e,\nf,\n"" g"\n') == ";"
+
+
+def test_multi_line_fields_with_another_quotechar():
+    sample = "1|'a;b;c\nd;e;f'\n2|'it''s;\n;;'\n"
+    assert guess_delimiter(sample, "'") == "|"
+    assert guess_delimiter(sample.replace("'", "`"), "`") == "|"
+
+
+def test_quote_characters_within_fields_are_ordinary():
+    assert guess_delimiter('5" pipe;3" valve\n2" pipe;4" valve\n') == ";"
+    assert guess_delimiter('5";pipe\n3";valve\n4";"a, b,\nc, d"\n') == ";"
+    assert guess_delimiter("O'Neil|D'Arcy\nO'Brien|D'Arcy\n", "'") == "|"
+
+
+def test_single_line_quoted_fields_are_still_left_out():
+    assert guess_delimiter('"a, b, c";1\n"d, e, f";2\n') == ";"
+    assert guess_delimiter('"a;b","c;d"\n"e;f","g;h"\n') == ","
diff --git a/tests/test_sniffer.py b/tests/test_sniffer.py
index 955c926..6529b6c 100644
--- a/tests/test_sniffer.py
+++ b/tests/test_sniffer.py
@@ -27,3 +27,10 @@ def test_without_header_columns_are_numbered():
 def test_empty_sample():
     result = sniff("")
     assert result.columns == [] and result.read("") == []
+
+
+def test_sniff_multi_line_fields():
+    sample = '7;"Dear Ann, Bob,\ncall back, soon"\n8;"Hi, you,\nno, hurry"\n'
+    result = sniff(sample)
+    assert result.dialect == Dialect(";", '"', "\n")
+    assert result.read(sample) == [[7, "Dear Ann, Bob,\ncall back, soon"], [8, "Hi, you,\nno, hurry"]]
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_columns.py tests/test_delimiter.py tests/test_dialect.py tests/test_sniffer.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 83148bd4c901b00bba858768bb6fe64e50997325 -- tests
