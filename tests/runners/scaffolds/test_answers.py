"""Reading answers: tolerant of the envelope, guessing nothing about the content."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runners.scaffolds.answers import Answer, FileBlock, normalised, parse_answer

DIFF = """--- a/shop.py
+++ b/shop.py
@@ -5,3 +5,3 @@
     \"\"\"The sum.\"\"\"
-    return a - b
+    return a + b
"""


def test_a_fenced_diff_is_found_among_chatter() -> None:
    answer = parse_answer(f"The sign is wrong.\n\n```diff\n{DIFF}```\n\nThat should do it.")
    assert answer == Answer(patches=(DIFF,))


def test_the_fence_may_say_anything_or_nothing() -> None:
    for info in ("", "patch", "diff title=fix", "text"):
        assert parse_answer(f"```{info}\n{DIFF}```").patches == (DIFF,)
    assert parse_answer(f"~~~~diff\n{DIFF}~~~~").patches == (DIFF,)


def test_a_diff_without_a_fence_is_found() -> None:
    (patch,) = parse_answer(f"Here it is:\n\n{DIFF}\nI hope this helps.").patches
    assert patch == DIFF.replace("-5,3 +5,3", "-5,2 +5,2")


def test_a_fence_that_never_closes_runs_to_the_end() -> None:
    assert parse_answer(f"```diff\n{DIFF}").patches == (DIFF,)


def test_code_that_is_only_shown_is_no_patch() -> None:
    assert parse_answer("Try this:\n```python\nprint('--- a')\n```\nor ```x``` ") == Answer()
    assert parse_answer("") == Answer()


def test_several_diffs_are_tried_together_and_then_the_last_alone() -> None:
    other = DIFF.replace("shop.py", "till.py")
    answer = parse_answer(f"First\n```diff\n{DIFF}```\nand then\n```diff\n{other}```\n")
    assert answer.candidates == (DIFF + other, other)


def test_windows_line_ends_are_no_obstacle() -> None:
    text = f"Fix:\n```diff\n{DIFF}```\n".replace("\n", "\r\n")
    (patch,) = parse_answer(text).patches
    assert normalised(patch) == normalised(DIFF)


def test_whole_files_are_named_by_their_fences() -> None:
    text = (
        '```path=pkg/a.py\nx = 1\n```\n```python path="pkg/b.py"\ny = 2\n```\n```python file: c.py\nz\n```\n'
    )
    assert parse_answer(text).files == (
        FileBlock("pkg/a.py", "x = 1\n"),
        FileBlock("pkg/b.py", "y = 2\n"),
        FileBlock("c.py", "z\n"),
    )


def test_a_file_that_comes_twice_counts_once() -> None:
    text = "```path=a.py\nold\n```\nNo, better:\n```path=a.py\nnew\n```\n"
    assert parse_answer(text).files == (FileBlock("a.py", "new\n"),)


def test_longer_fences_hold_shorter_ones() -> None:
    text = "````path=README.md\nUse:\n```python\nx\n```\nend\n````\n"
    assert parse_answer(text).files == (FileBlock("README.md", "Use:\n```python\nx\n```\nend\n"),)


def test_diffs_and_files_may_be_mixed() -> None:
    answer = parse_answer(f"```diff\n{DIFF}```\n```path=new.py\nx\n```\n")
    assert (len(answer.patches), len(answer.files)) == (1, 1)


class TestNormalised:
    def test_leaves_nothing_to_recount(self) -> None:
        assert "@@ -5,2 +5,2 @@" in normalised(DIFF.replace("-5,3 +5,3", "-5,9 +5,7"))

    def test_adds_prefixes_that_are_missing(self) -> None:
        bare = DIFF.replace("a/shop.py", "shop.py").replace("b/shop.py", "./shop.py\t2024-01-01")
        assert normalised(bare).startswith("--- a/shop.py\n+++ b/shop.py\n@@")

    def test_numbers_hunks_that_have_none(self) -> None:
        assert "@@ -1,2 +1,2 @@" in normalised(DIFF.replace("@@ -5,3 +5,3 @@", "@@ def add(a, b):  @@"))

    def test_keeps_new_and_deleted_files(self) -> None:
        new = "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+x\n+y\n"
        gone = "--- a/old.py\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n"
        assert normalised(new) == new
        assert normalised(gone) == gone

    def test_takes_empty_lines_for_context_but_not_at_the_end(self) -> None:
        patch = "--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\n\n-b\n+c\n\n\nDone!\n"
        assert normalised(patch) == "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n \n-b\n+c\n"

    def test_keeps_removed_lines_that_look_like_headers(self) -> None:
        patch = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n--- comment\n+-- remark\n"
        assert normalised(patch) == patch

    def test_leaves_binary_patches_alone(self) -> None:
        patch = "diff --git a/x b/x\nGIT binary patch\nliteral 2\nJc${Nk0000\n\n"
        assert normalised(patch) == patch

    @given(st.text())
    def test_never_fails(self, text: str) -> None:
        assert isinstance(parse_answer(text), Answer)
        assert isinstance(normalised(text), str)
