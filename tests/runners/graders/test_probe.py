"""Whether bubblewrap works is found out by trying, and where it does not, the remedy is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.graders import interpreter
from runners.graders.probe import bubblewrap_here


@pytest.fixture(autouse=True)
def untried() -> Iterator[None]:
    """Every test makes its own trial, and leaves none behind."""
    bubblewrap_here.cache_clear()
    yield
    bubblewrap_here.cache_clear()


def test_a_missing_program_can_be_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    here = bubblewrap_here()
    assert (here.confinement, here.trouble) == (None, "bubblewrap is not installed")
    assert "apt install bubblewrap" in here.remedy


def test_a_program_that_may_not_make_namespaces_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bwrap").write_text(
        "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n"
    )
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    here = bubblewrap_here()
    assert here.confinement is None
    assert "setting up uid map: Permission denied" in here.trouble
    assert "user namespaces" in here.remedy


def test_other_systems_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert "only for Linux" in bubblewrap_here().trouble


def test_the_interpreter_that_runs_us_is_the_python3_of_tests(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = interpreter.current()
    assert found.search_path("/shims").split(":")[0] == str(found.executable.parent)

    lonely = tmp_path / "python3.11"
    lonely.touch()
    monkeypatch.setattr("sys.executable", str(lonely))
    interpreter.current.cache_clear()
    try:
        found = interpreter.current()
    finally:
        interpreter.current.cache_clear()
    assert found.shim == f'#!/bin/sh\nexec {lonely} "$@"\n'
    assert found.search_path("/shims").split(":")[0] == "/shims"
