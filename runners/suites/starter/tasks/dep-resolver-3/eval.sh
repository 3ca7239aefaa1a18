#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 2bcdb27cb2a8b474ef0585261164382d79a97341 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_requirement.py b/tests/test_requirement.py
index 46dcc36..630b4fc 100644
--- a/tests/test_requirement.py
+++ b/tests/test_requirement.py
@@ -64,3 +64,43 @@ MALFORMED = {
 def test_malformed(text):
     with pytest.raises(ValueError):
         Requirement.parse(text)
+
+
+def admits(specifiers, version):
+    return SpecifierSet.parse(specifiers).contains(Version.parse(version))
+
+
+def test_below_excludes_prereleases_of_the_bound():
+    assert not admits("<2.0", "2.0rc1")
+    assert not admits("<2.0", "2.0a1")
+    assert not admits("<2.0", "2.0")
+    assert admits("<2.0", "1.9.9")
+
+
+def test_spelling_of_the_bound_does_not_matter():
+    assert not admits("<2.0.0", "2.0rc1")
+    assert not admits("<2", "2.0b3")
+    assert not admits("<2", "2rc1")
+
+
+def test_below_admits_prereleases_of_older_versions():
+    assert admits("<2.0", "1.9rc1")
+    assert admits("<2.0.1", "2.0rc1")
+    assert admits("<=2.0", "2.0rc1")
+    versions = [Version.parse(text) for text in ("2.0rc1", "1.9rc1", "1.5rc1")]
+    assert SpecifierSet.parse(">=1.5rc1,<2.0").filter(versions) == versions[1:]
+
+
+def test_below_a_prerelease():
+    assert admits("<2.0rc2", "2.0rc1")
+    assert admits("<2.0rc1", "2.0b1")
+    assert not admits("<2.0rc2", "2.0rc2")
+    assert not admits("<2.0rc2", "2.0")
+
+
+def test_compatible_ends_before_the_next_prereleases():
+    assert not admits("~=1.4.2", "1.5rc1")
+    assert not admits("~=1.4", "2rc1")
+    assert admits("~=1.4.2", "1.4.3rc1")
+    assert admits("~=1.4rc1", "1.4rc2")
+    assert not admits("~=1.4rc1", "2b1")
diff --git a/tests/test_resolver.py b/tests/test_resolver.py
index c7223f3..5982d63 100644
--- a/tests/test_resolver.py
+++ b/tests/test_resolver.py
@@ -77,3 +77,8 @@ def test_conflict_with_the_project():
 def test_unknown_package():
     with pytest.raises(ResolutionError, match="available: none, it is not in the index"):
         resolve(make_index({"a 1.0": ["missing"]}), ["a"])
+
+
+def test_prerelease_of_an_excluded_version():
+    packages = {"web 1.5rc1": [], "web 2.0rc1": []}
+    assert versions(packages, "web>=1.5rc1,<2.0") == {"web": "1.5rc1"}
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_index.py tests/test_requirement.py tests/test_resolver.py tests/test_version.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 2bcdb27cb2a8b474ef0585261164382d79a97341 -- tests
