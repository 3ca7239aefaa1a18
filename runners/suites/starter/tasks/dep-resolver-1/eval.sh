#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 2bcdb27cb2a8b474ef0585261164382d79a97341 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_index.py b/tests/test_index.py
index 210fa14..995ad6b 100644
--- a/tests/test_index.py
+++ b/tests/test_index.py
@@ -26,3 +26,11 @@ def test_no_version_twice():
     index.add("web", "1.0")
     with pytest.raises(ValueError, match="web 1.0 is already in the index"):
         index.add("Web", "1.0")
+
+
+def test_no_version_twice_in_other_words():
+    index = PackageIndex()
+    index.add("web", "1.0")
+    with pytest.raises(ValueError):
+        index.add("web", "1.0.0")
+    assert [str(release) for release in index.matching("web", SpecifierSet.parse("==1"))] == ["web 1.0"]
diff --git a/tests/test_requirement.py b/tests/test_requirement.py
index 46dcc36..00f9b08 100644
--- a/tests/test_requirement.py
+++ b/tests/test_requirement.py
@@ -64,3 +64,18 @@ MALFORMED = {
 def test_malformed(text):
     with pytest.raises(ValueError):
         Requirement.parse(text)
+
+
+def test_specifiers_ignore_zeros_at_the_end():
+    for text in ("2", "2.0", "2.0.0"):
+        version = Version.parse(text)
+        for admitting in ("==2.0", "==2.0.0", ">=2.0.0", "<=2", "~=2.0.0", "==2.0.*"):
+            assert Specifier.parse(admitting).contains(version), (admitting, text)
+        for refusing in ("!=2.0", "!=2.0.0", ">2", "<2.0.0", "~=1.9"):
+            assert not Specifier.parse(refusing).contains(version), (refusing, text)
+
+
+def test_compatible_counts_the_parts_written():
+    assert Specifier.parse("~=2.0").contains(Version.parse("2.1"))
+    assert not Specifier.parse("~=2.0.0").contains(Version.parse("2.1"))
+    assert str(Specifier.parse("~=2.0.0")) == "~=2.0.0"
diff --git a/tests/test_version.py b/tests/test_version.py
index e240ab3..960a060 100644
--- a/tests/test_version.py
+++ b/tests/test_version.py
@@ -29,3 +29,22 @@ def test_hashable():
 def test_malformed(text):
     with pytest.raises(ValueError):
         Version.parse(text)
+
+
+SAME = [["2", "2.0", "2.0.0", "2.0.0.0.0"], ["1.10", "1.10.0"], ["2rc1", "2.0rc1", "2.0.0rc1"], ["0", "0.0"]]
+
+
+@pytest.mark.parametrize("texts", SAME, ids=["final", "ten", "prerelease", "zero"])
+def test_zeros_at_the_end_make_no_difference(texts):
+    versions = [Version.parse(text) for text in texts]
+    assert len(set(versions)) == 1
+    for version in versions:
+        assert all(version == other and version <= other and not version < other for other in versions)
+    assert [str(version) for version in versions] == texts
+
+
+def test_zeros_elsewhere_do():
+    assert Version.parse("1.0.1") != Version.parse("1.1")
+    assert Version.parse("1.10") != Version.parse("1.1")
+    assert Version.parse("1.2.0.1") > Version.parse("1.2")
+    assert Version.parse("2.0.0rc1") < Version.parse("2")
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_index.py tests/test_requirement.py tests/test_resolver.py tests/test_version.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 2bcdb27cb2a8b474ef0585261164382d79a97341 -- tests
