#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 3c1cbd7a1a73917a8e13ad95242b8747673049e0 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_hyphen.py b/tests/test_hyphen.py
index 5569c7a..a91efb4 100644
--- a/tests/test_hyphen.py
+++ b/tests/test_hyphen.py
@@ -29,3 +29,29 @@ def test_no_second_hyphen():
 
 def test_hint_at_the_edge_of_a_word():
     assert split_at_hint("\u00adunbreakable", 5) is None
+
+
+def test_hyphen_counts_towards_the_width():
+    assert wrap(WORD, WrapOptions(width=7)) == ["un-", "break-", "able"]
+    assert wrap(f"is {WORD}", WrapOptions(width=10)) == ["is un-", "breakable"]
+
+
+def test_hyphen_in_the_last_column():
+    assert wrap(WORD, WrapOptions(width=8)) == ["unbreak-", "able"]
+    assert wrap(f"is {WORD}", WrapOptions(width=11)) == ["is unbreak-", "able"]
+
+
+def test_new_line_if_no_hint_leaves_room_for_the_hyphen():
+    assert wrap(f"it is {WORD}", WrapOptions(width=8)) == ["it is", "unbreak-", "able"]
+
+
+def test_written_hyphen_in_the_last_column():
+    text = "is self-\u00ademployed"
+    assert wrap(text, WrapOptions(width=8)) == ["is self-", "employed"]
+    assert wrap(text, WrapOptions(width=9)) == ["is self-", "employed"]
+
+
+def test_hyphen_after_wide_characters():
+    text = "a 東京\u00ad大阪"
+    assert wrap(text, WrapOptions(width=6)) == ["a", "東京-", "大阪"]
+    assert wrap(text, WrapOptions(width=7)) == ["a 東京-", "大阪"]
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_document.py tests/test_hyphen.py tests/test_lists.py tests/test_width.py tests/test_wrap.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 3c1cbd7a1a73917a8e13ad95242b8747673049e0 -- tests
