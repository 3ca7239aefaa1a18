"""The prompt holds what a model needs to answer in one turn, the most useful first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from runners.scaffolds.prompt import NAMED, SOURCE_CHARS, SourceFile, choose, messages, read_sources
from runners.suites.task import Task


def test_it_holds_problem_tests_and_files(task: Task) -> None:
    assert task.sources is not None
    system, user = messages(task, read_sources(task.sources))
    assert (system.role, user.role) == ("system", "user")
    assert "```diff" in system.content
    assert "```path=" in system.content
    for part in (task.problem.strip(), *task.fail_to_pass, *task.pass_to_pass, task.base_commit[:12]):
        assert part in user.content
    assert "```path=shop.py\n" in user.content
    assert "return a - b" in user.content


def test_it_never_holds_the_solution(task: Task) -> None:
    assert task.sources is not None
    text = "".join(message.content for message in messages(task, read_sources(task.sources)))
    assert "return a + b" not in text
    assert "assert add(" not in text


def test_named_files_come_first_and_tests_last() -> None:
    names = ["README.md", "pkg/alpha.py", "pkg/beta.py", "pkg/zeta.py", "tests/test_beta.py"]
    files = [SourceFile(name, "x\n") for name in names]
    shown, left_out = choose("In pkg/zeta.py the class of beta is wrong.", files)
    assert [file.path for file in shown] == [
        "pkg/zeta.py",
        "pkg/beta.py",
        "README.md",
        "pkg/alpha.py",
        "tests/test_beta.py",
    ]
    assert left_out == []


def test_what_does_not_fit_is_at_least_named(task: Task) -> None:
    files = [SourceFile("huge.py", "x" * (SOURCE_CHARS + 1)), SourceFile("small.py", "y")]
    user = messages(task, files)[1].content
    assert "- huge.py" in user
    assert "```path=small.py\ny\n```" in user
    assert len(user) < SOURCE_CHARS


def test_long_lists_of_tests_are_cut_and_say_so(task: Task) -> None:
    many = replace(task, pass_to_pass=tuple(f"test_{number}" for number in range(NAMED + 5)))
    assert "- and 5 more" in messages(many, [])[1].content


def test_files_with_fences_get_longer_ones(task: Task) -> None:
    user = messages(task, [SourceFile("README.md", "Use\n```\nx\n```\n")])[1].content
    assert "````path=README.md\nUse\n```\nx\n```\n````" in user


def test_only_text_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    (tmp_path / "b.bin").write_bytes(b"a\0b")
    (tmp_path / "c.txt").write_bytes(b"\xff")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    assert [file.path for file in read_sources(tmp_path)] == ["a.py"]
