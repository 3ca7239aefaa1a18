#!/bin/bash
set -uxo pipefail
cd "${TESTBED:-/testbed}"
rm -rf tests
git checkout 2bcdb27cb2a8b474ef0585261164382d79a97341 -- tests
git apply -v - <<'EOF_TEST_PATCH'
diff --git a/tests/test_requirement.py b/tests/test_requirement.py
index 46dcc36..481cfe5 100644
--- a/tests/test_requirement.py
+++ b/tests/test_requirement.py
@@ -64,3 +64,15 @@ MALFORMED = {
 def test_malformed(text):
     with pytest.raises(ValueError):
         Requirement.parse(text)
+
+
+def test_extras():
+    requirement = Requirement.parse("Web[tls, HTTP_2] >= 1.2")
+    assert requirement.name == "web"
+    assert requirement.extras == frozenset({"tls", "http-2"})
+    assert str(requirement) == "web[http-2,tls]>=1.2"
+    assert Requirement.parse("web[tls]").extras == {"tls"}
+    assert Requirement.parse("web>=1.2").extras == frozenset()
+    for malformed in ("web[tls", "web[tls,,http]", "web>=1.2[tls]", "web[t l s]"):
+        with pytest.raises(ValueError):
+            Requirement.parse(malformed)
diff --git a/tests/test_resolver.py b/tests/test_resolver.py
index c7223f3..396c575 100644
--- a/tests/test_resolver.py
+++ b/tests/test_resolver.py
@@ -77,3 +77,71 @@ def test_conflict_with_the_project():
 def test_unknown_package():
     with pytest.raises(ResolutionError, match="available: none, it is not in the index"):
         resolve(make_index({"a 1.0": ["missing"]}), ["a"])
+
+
+def make_web(**packages):
+    """An index with web 1.0, which has extras, and more packages without."""
+    index = make_index({"http 1.0": [], "crypto 2.9": [], "crypto 3.1": [], "fast-http 1.0": []})
+    extras = {"TLS": ["crypto>=3"], "speed": ["fast_http"], "all": ["web[tls]", "web[speed]"]}
+    index.add("web", "1.0", requires=["http"], extras=extras)
+    for name, requires in packages.items():
+        index.add(name, "1.0", requires=requires)
+    return index
+
+
+def names(index, *requirements):
+    return sorted(resolve(index, requirements).versions)
+
+
+def test_extras_bring_their_requirements():
+    resolution = resolve(make_web(), ["web[tls]"])
+    assert {name: str(version) for name, version in resolution.versions.items()} == {
+        "web": "1.0",
+        "http": "1.0",
+        "crypto": "3.1",
+    }
+    order = resolution.install_order()
+    assert sorted(order) == [("crypto",), ("http",), ("web",)]
+    assert order[-1] == ("web",)
+    assert names(make_web(), "web") == ["http", "web"]
+
+
+def test_extras_may_be_asked_for_by_anyone_at_any_time():
+    index = make_web(client=["web[tls]"], server=["web[speed]>=1"])
+    everything = ["client", "crypto", "fast-http", "http", "server", "web"]
+    assert names(index, "web", "client", "server") == everything
+    assert names(index, "client", "server", "web") == everything
+    assert names(index, "web", "http", "client") == ["client", "crypto", "http", "web"]
+    order = resolve(index, ["web", "client"]).install_order()
+    assert order.index(("crypto",)) < order.index(("web",)) < order.index(("client",))
+
+
+def test_extras_may_build_on_others():
+    assert names(make_web(), "web[all]") == ["crypto", "fast-http", "http", "web"]
+
+
+def test_extras_are_constraints():
+    index = make_web(app=["adapter"], adapter=["crypto<3"])
+    index.add("client", "2.0", requires=["web[tls]"])
+    index.add("client", "1.0", requires=["web"])
+    resolution = resolve(index, ["client", "app"])
+    assert {name: str(version) for name, version in resolution.versions.items()} == {
+        "client": "1.0",
+        "app": "1.0",
+        "adapter": "1.0",
+        "web": "1.0",
+        "http": "1.0",
+        "crypto": "2.9",
+    }
+    with pytest.raises(ResolutionError):
+        resolve(index, ["client>=2", "app"])
+
+
+def test_release_without_the_extra_will_not_do():
+    index = make_web(client=["web[tls]"])
+    index.add("web", "2.0", extras={"speed": ["fast-http"]})
+    assert str(resolve(index, ["web[tls]"]).versions["web"]) == "1.0"
+    assert str(resolve(index, ["web", "client"]).versions["web"]) == "1.0"
+    assert str(resolve(index, ["web[speed]"]).versions["web"]) == "2.0"
+    with pytest.raises(ResolutionError, match=r"the project requires web\[tls\]>1.0"):
+        resolve(index, ["web[tls]>1.0"])
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests/test_index.py tests/test_requirement.py tests/test_resolver.py tests/test_version.py
: '>>>>> End Test Output'
rm -rf tests
git checkout 2bcdb27cb2a8b474ef0585261164382d79a97341 -- tests
