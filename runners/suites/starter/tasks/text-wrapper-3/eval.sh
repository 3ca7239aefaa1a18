#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 3c1cbd7a1a73917a8e13ad95242b8747673049e0 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_nested_lists.py b/tests/test_nested_lists.py
new file mode 100644
index 0000000..daa9aa4
--- /dev/null
+++ b/tests/test_nested_lists.py
@@ -0,0 +1,70 @@
+import pytest
+
+from textwrapper import WrapOptions, format_list, reflow
+
+
+def _text(*lines):
+    return "\n".join(lines)
+
+
+def test_nested_items_are_wrapped_in_place():
+    text = _text("- fruit", "    - apples that", "are green", "    - pears", "- bread")
+    assert reflow(text, WrapOptions(width=14)) == _text(
+        "- fruit", "  - apples", "    that are", "    green", "  - pears", "- bread"
+    )
+
+
+def test_nested_items_begin_below_the_text_of_their_item():
+    text = _text("9. a", "  - b", "    1) c", "10. d", "  - e", "    - f", "- g", " - h")
+    assert reflow(text) == _text(
+        "9. a", "   - b", "     1) c", "10. d", "    - e", "      - f", "- g", "  - h"
+    )
+
+
+def test_replaced_bullet_counts_as_printed():
+    text = _text("- a", "  - b", "    1. c", "       - d")
+    assert reflow(text, WrapOptions(bullet="・")) == _text(
+        "・ a", "   ・ b", "      1. c", "         ・ d"
+    )
+
+
+@pytest.mark.parametrize(
+    "indents, depths",
+    [
+        pytest.param(["", "   ", "       ", ""], [0, 1, 2, 0], id="uneven"),
+        pytest.param(["", "\t", "\t\t", "\t"], [0, 1, 2, 1], id="tabs"),
+        pytest.param(["", "\t", "    ", "  \t"], [0, 1, 1, 1], id="tabs-and-spaces"),
+        pytest.param(["", "    ", "  ", "    "], [0, 1, 1, 2], id="partly-back"),
+        pytest.param(["", "  ", "    ", "      ", " "], [0, 1, 2, 3, 1], id="far-back"),
+        pytest.param(["    ", "      ", "  ", "    "], [0, 1, 0, 1], id="whole-list"),
+        pytest.param([" ", "", " "], [0, 0, 1], id="first-too-far"),
+    ],
+)
+def test_depth_by_nearest_item_indented_less(indents, depths):
+    text = _text(*(f"{indent}* item" for indent in indents))
+    assert reflow(text) == _text(*(f"{'  ' * depth}* item" for depth in depths))
+
+
+def test_blank_line_ends_the_list():
+    assert reflow("- a\n  - b\n\n  - c\n    - d") == "- a\n  - b\n\n- c\n  - d"
+
+
+def test_format_nested_list():
+    options = WrapOptions(width=12, initial_indent="  ", subsequent_indent="  ")
+    items = ["a", ["b", ["c d e f"], "g"], ["h"], "i", ["j"]]
+    assert format_list(items, options) == _text(
+        "  - a",
+        "    - b",
+        "      - c d",
+        "        e f",
+        "    - g",
+        "    - h",
+        "  - i",
+        "    - j",
+    )
+
+
+def test_format_list_without_an_item_to_belong_to():
+    for items in ([["a"], "b"], ["a", [["b"]]]):
+        with pytest.raises(ValueError):
+            format_list(items)
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_document.py tests/test_hyphen.py tests/test_lists.py tests/test_nested_lists.py tests/test_width.py tests/test_wrap.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 3c1cbd7a1a73917a8e13ad95242b8747673049e0 -- tests
