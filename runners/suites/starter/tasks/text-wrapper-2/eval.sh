#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 3c1cbd7a1a73917a8e13ad95242b8747673049e0 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_wrap.py b/tests/test_wrap.py
index 1440a92..94f155b 100644
--- a/tests/test_wrap.py
+++ b/tests/test_wrap.py
@@ -51,3 +51,36 @@ def test_long_word_is_chopped():
 def test_long_word_is_left_whole():
     options = WrapOptions(width=4, break_long_words=False)
     assert wrap("a bcdefgh i", options) == ["a", "bcdefgh", "i"]
+
+
+def test_long_wide_word_is_chopped_by_columns():
+    options = WrapOptions(width=8)
+    assert wrap("東京タワーの高さは", options) == ["東京タワ", "ーの高さ", "は"]
+    options = WrapOptions(width=8, initial_indent="- ", subsequent_indent="  ")
+    assert wrap("東京タワーの高さ 333m", options) == [
+        "- 東京タ",
+        "  ワーの",
+        "  高さ",
+        "  333m",
+    ]
+
+
+def test_long_wide_word_at_an_odd_width():
+    assert wrap("日本語", WrapOptions(width=5)) == ["日本", "語"]
+    assert wrap("abc日本def語", WrapOptions(width=6)) == ["abc日", "本def", "語"]
+
+
+def test_rest_of_a_chopped_wide_word_is_followed_by_text():
+    assert wrap("日本語 a bc", WrapOptions(width=4)) == ["日本", "語 a", "bc"]
+
+
+def test_combining_marks_stay_with_their_letters():
+    letter = "e\u0301"
+    assert wrap(letter * 5, WrapOptions(width=3)) == [letter * 3, letter * 2]
+    wide = "か\u3099"
+    assert wrap(wide * 3, WrapOptions(width=4)) == [wide * 2, wide]
+
+
+def test_character_wider_than_the_line():
+    assert wrap("日本", WrapOptions(width=1)) == ["日", "本"]
+    assert wrap("a日か\u3099b", WrapOptions(width=1)) == ["a", "日", "か\u3099", "b"]
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_document.py tests/test_hyphen.py tests/test_lists.py tests/test_width.py tests/test_wrap.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 3c1cbd7a1a73917a8e13ad95242b8747673049e0 -- tests
