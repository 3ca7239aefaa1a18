#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 2bcdb27cb2a8b474ef0585261164382d79a97341 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_resolver.py b/tests/test_resolver.py
index c7223f3..81cfa27 100644
--- a/tests/test_resolver.py
+++ b/tests/test_resolver.py
@@ -77,3 +77,44 @@ def test_conflict_with_the_project():
 def test_unknown_package():
     with pytest.raises(ResolutionError, match="available: none, it is not in the index"):
         resolve(make_index({"a 1.0": ["missing"]}), ["a"])
+
+
+BASE = {"base 1.0": [], "base 2.0": [], "plugin 1.0": ["base"]}
+
+
+def test_rejected_candidate_brings_no_packages():
+    packages = {**BASE, "plugin 2.0": ["helper", "base<2"], "helper 1.0": ["more"], "more 1.0": []}
+    assert versions(packages, "base", "plugin") == {"base": "2.0", "plugin": "1.0"}
+
+
+def test_rejected_candidate_may_require_the_impossible():
+    packages = {**BASE, "plugin 2.0": ["missing", "base<2"]}
+    assert versions(packages, "base", "plugin") == {"base": "2.0", "plugin": "1.0"}
+
+
+def test_rejected_candidate_constrains_nothing():
+    packages = {**BASE, "plugin 2.0": ["shared<2", "base<2"], "shared 1.0": [], "shared 2.0": []}
+    expected = {"base": "2.0", "plugin": "1.0", "shared": "2.0"}
+    assert versions(packages, "base", "plugin", "shared") == expected
+
+
+def test_other_requirements_stay_in_force():
+    packages = {**BASE, "plugin 2.0": ["base<2", "shared"], "shared 1.0": [], "shared 2.0": []}
+    expected = {"base": "2.0", "plugin": "1.0", "shared": "1.0"}
+    assert versions(packages, "base", "plugin", "shared<2") == expected
+
+
+def test_several_rejected_candidates():
+    packages = {
+        **BASE,
+        "plugin 4.0": ["shared<2", "base<2", "helper"],
+        "plugin 3.0": ["helper", "shared<3", "base<2"],
+        "plugin 2.0": ["shared>2", "base>2", "missing"],
+        "plugin 1.0": ["shared>=1"],
+        "shared 1.0": [],
+        "shared 3.0": [],
+        "helper 1.0": [],
+    }
+    packages["app 1.0"] = ["plugin", "shared"]
+    expected = {"base": "2.0", "app": "1.0", "plugin": "1.0", "shared": "3.0"}
+    assert versions(packages, "base", "app") == expected
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_index.py tests/test_requirement.py tests/test_resolver.py tests/test_version.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 2bcdb27cb2a8b474ef0585261164382d79a97341 -- tests
