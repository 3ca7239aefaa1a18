"""A workspace is a repository of its own, with the same commit everywhere, that nothing escapes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.workspace import PatchError, Workspace, WorkspaceError

MODULE = "".join(f"line {number}\n" for number in range(1, 31))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    (folder / "pkg").mkdir(parents=True)
    (folder / "pkg" / "module.py").write_text(MODULE)
    (folder / "README").write_text("hello\n")
    return folder


@pytest.fixture
async def workspace(sources: Path, tmp_path: Path) -> Workspace:
    return await Workspace.create(sources, tmp_path / "workspace")


def outside(folder: Path, *arguments: str) -> str:
    """Run git as a user would, not as a workspace does."""
    who = ("-c", "user.name=o", "-c", "user.email=o@o")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def replacing(old: str, new: str, before: str = "line 9\n", after: str = "line 11\n", at: int = 9) -> str:
    """A diff of pkg/module.py that replaces line 10."""
    body = f" {before}-{old}+{new} {after}"
    return f"--- a/pkg/module.py\n+++ b/pkg/module.py\n@@ -{at},3 +{at},3 @@\n{body}"


class TestBaseCommit:
    async def test_is_a_function_of_the_files_alone(self, tmp_path: Path) -> None:
        sources = tmp_path / "any-name"
        sources.mkdir()
        (sources / "a.txt").write_text("a\n")
        workspace = await Workspace.create(sources, tmp_path / "w")
        assert workspace.base_commit == "902c31c2e805f0c07dc1cfa3b243e720c131ea50"

    async def test_does_not_depend_on_the_users_git(
        self, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = await Workspace.create(sources, tmp_path / "plain")
        home = tmp_path / "home"
        (home / ".config" / "git").mkdir(parents=True)
        (home / ".gitconfig").write_text("[user]\nname = Somebody\n[core]\nautocrlf = true\n")
        (home / ".config" / "git" / "ignore").write_text("README\n")
        for name, value in {
            "HOME": home,
            "GIT_DIR": tmp_path / "no",
            "GIT_AUTHOR_DATE": "2001-01-01",
        }.items():
            monkeypatch.setenv(name, str(value))
        assert (await Workspace.create(sources, tmp_path / "other")).base_commit == plain.base_commit

    async def test_leaves_build_outputs_out_and_follows_links(self, sources: Path, tmp_path: Path) -> None:
        plain = await Workspace.create(sources, tmp_path / "plain")
        (sources / "pkg" / "__pycache__").mkdir()
        (sources / "pkg" / "__pycache__" / "module.cpython-311.pyc").write_bytes(b"\0")
        (sources / "README").rename(tmp_path / "elsewhere")
        (sources / "README").symlink_to(tmp_path / "elsewhere")
        linked = await Workspace.create(sources, tmp_path / "linked")
        assert linked.base_commit == plain.base_commit
        assert not (linked.folder / "README").is_symlink()


class TestInsideAnotherRepository:
    async def test_the_diff_is_the_workspaces_own(self, sources: Path, tmp_path: Path) -> None:
        outer = tmp_path / "outer"
        outer.mkdir()
        outside(outer, "init", "-q")
        outside(outer, "commit", "-q", "--allow-empty", "-m", "outer")
        workspace = await Workspace.create(sources, outer / "deep" / "workspace")
        (workspace.folder / "README").write_text("changed\n")
        assert "+changed" in await workspace.diff()
        assert outside(outer, "rev-list", "--all", "--count").strip() == "1"


class TestApply:
    async def test_changes_the_files(self, workspace: Workspace) -> None:
        await workspace.apply(replacing("line 10\n", "ten\n"))
        assert "\nten\n" in (workspace.folder / "pkg" / "module.py").read_text()

    async def test_an_empty_patch_changes_nothing(self, workspace: Workspace) -> None:
        await workspace.apply(" \n")
        assert await workspace.diff() == ""

    async def test_finds_the_place_when_line_numbers_are_wrong(self, workspace: Workspace) -> None:
        await workspace.apply(replacing("line 10\n", "ten\n", at=25))
        assert "\nten\n" in (workspace.folder / "pkg" / "module.py").read_text()

    async def test_a_missing_last_line_end_is_no_obstacle(self, workspace: Workspace) -> None:
        await workspace.apply(replacing("line 10\n", "ten\n").rstrip("\n"))
        assert "\nten\n" in (workspace.folder / "pkg" / "module.py").read_text()

    async def test_failing_says_gits_reason_and_leaves_no_trace(self, workspace: Workspace) -> None:
        good = "--- a/README\n+++ b/README\n@@ -1 +1 @@\n-hello\n+bye\n"
        with pytest.raises(PatchError, match=r"^patch failed: pkg/module\.py:9$"):
            await workspace.apply(good + replacing("no such line\n", "x\n"))
        assert await workspace.diff() == ""
        assert not list(workspace.folder.rglob("*.rej"))

    @pytest.mark.parametrize("counts", ["-9,7 +9,8", "-9,2 +9,2"])
    async def test_leniently_recounts_hunks(self, workspace: Workspace, counts: str) -> None:
        patch = replacing("line 10\n", "ten\n").replace("-9,3 +9,3", counts)
        with pytest.raises(PatchError):
            await workspace.apply(patch)
        await workspace.apply(patch, lenient=True)
        assert "\nten\n" in (workspace.folder / "pkg" / "module.py").read_text()

    async def test_leniently_takes_a_hunk_without_context_behind(self, workspace: Workspace) -> None:
        patch = replacing("line 10\n", "ten\n").removesuffix(" line 11\n").replace("-9,3 +9,3", "-9,2 +9,2")
        await workspace.apply(patch, lenient=True)
        assert "\nten\n" in (workspace.folder / "pkg" / "module.py").read_text()


def new_file(path: str, mode: str = "100644", text: str = "x") -> str:
    header = f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
    return f"{header}@@ -0,0 +1 @@\n+{text}\n"


class TestEscapes:
    @pytest.mark.parametrize(
        "patch",
        [
            new_file("../outside"),
            new_file("pkg/../../outside"),
            new_file("/tmp/outside"),
            new_file(".git/hooks/post-checkout"),
            new_file("pkg/.git/config"),
            new_file(".GIT/config"),
            "--- a/../outside\n+++ b/../outside\n@@ -1 +1 @@\n-keep\n+gone\n",
            "--- /dev/null\n+++ b//tmp/outside\n@@ -0,0 +1 @@\n+x\n",
            new_file("link", "120000", "..\n\\ No newline at end of file"),
            new_file("link", "120000", "/etc\n\\ No newline at end of file") + new_file("link/x"),
            new_file("circle", "120000", "circle\n\\ No newline at end of file"),
            new_file("a\0b"),
            new_file("submodule", "160000", "Subproject commit " + "1" * 40),
        ],
    )
    async def test_patches_that_reach_out_are_refused(
        self, workspace: Workspace, tmp_path: Path, patch: str
    ) -> None:
        outside = workspace.folder.parent / "outside"
        outside.write_text("keep\n")
        config = (workspace.folder / ".git" / "config").read_text()
        with pytest.raises(PatchError):
            await workspace.apply(patch, lenient=True)
        assert outside.read_text() == "keep\n"
        assert (workspace.folder / ".git" / "config").read_text() == config
        assert await workspace.diff() == ""

    async def test_a_link_that_stays_inside_is_allowed(self, workspace: Workspace) -> None:
        await workspace.apply(new_file("link", "120000", "README\n\\ No newline at end of file"))
        assert (workspace.folder / "link").read_text() == "hello\n"

    async def test_taking_a_diff_runs_nothing_that_the_workspace_names(
        self, workspace: Workspace, tmp_path: Path
    ) -> None:
        pwned = tmp_path / "pwned"
        with (workspace.folder / ".git" / "config").open("a") as config:
            config.write(f'[core]\nfsmonitor = "touch {pwned}"\n[filter "f"]\nclean = "touch {pwned}"\n')
            config.write(f'[diff]\nexternal = "touch {pwned}"\n')
        (workspace.folder / ".gitattributes").write_text("* filter=f\n")
        assert ".gitattributes" in await workspace.diff()
        assert not pwned.exists()


async def carried_over(sources: Path, scratch: Path, changes: dict[str, bytes | None]) -> bool:
    """Whether a diff of these changes, applied to a fresh workspace, gives the same files."""
    first = await Workspace.create(sources, scratch / "first")
    for name, content in changes.items():
        if content is None:
            (first.folder / name).unlink(missing_ok=True)
        else:
            (first.folder / name).write_bytes(content)
    second = await Workspace.create(sources, scratch / "second")
    await second.apply(await first.diff())
    return await first.tree() == await second.tree()


class TestDiff:
    @pytest.mark.parametrize(
        "changes",
        [
            {"new.py": b"x = 1\n"},
            {"README": None},
            {"README": b"windows\r\nline\r\nends\r\n"},
            {"picture.png": bytes(range(256))},
            {"latin.txt": "caf\xe9\n".encode("latin-1"), "new.py": b"x\n"},
            {"no-end": b"no line end"},
            {"sp ace and \xe4.txt": b"x\n"},
        ],
        ids=["new", "deleted", "crlf", "binary", "latin-1", "no-line-end", "odd-name"],
    )
    async def test_carries_every_kind_of_change(
        self, sources: Path, tmp_path: Path, changes: dict[str, bytes | None]
    ) -> None:
        assert await carried_over(sources, tmp_path, changes)

    @settings(max_examples=15, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(["README", "pkg/module.py", "new", "pkg/new"]),
            st.none() | st.binary(max_size=60) | st.text(max_size=60).map(str.encode),
        )
    )
    def test_carries_any_change(self, changes: dict[str, bytes | None]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            sources = Path(folder) / "sources"
            (sources / "pkg").mkdir(parents=True)
            (sources / "README").write_bytes(b"hello\n")
            (sources / "pkg" / "module.py").write_bytes(b"x\r\n")
            assert asyncio.run(carried_over(sources, Path(folder), changes))

    async def test_leaves_build_outputs_out(self, workspace: Workspace) -> None:
        cache = workspace.folder / "pkg" / "__pycache__"
        cache.mkdir()
        (cache / "module.cpython-311.pyc").write_bytes(b"\0")
        (workspace.folder / ".pytest_cache").mkdir()
        (workspace.folder / ".pytest_cache" / "x").write_text("x")
        assert await workspace.diff() == ""

    async def test_holds_what_was_committed_meanwhile(self, workspace: Workspace) -> None:
        (workspace.folder / "README").write_text("changed\n")
        outside(workspace.folder, "commit", "-qam", "x")
        assert "+changed" in await workspace.diff()

    async def test_the_same_change_in_other_words_is_the_same_tree(self, workspace: Workspace) -> None:
        by_hand = replacing("line 10\n", "ten\n")
        await workspace.apply(by_hand)
        own = await workspace.diff()
        assert own != by_hand
        assert await workspace.tree() == await workspace.tree(by_hand) == await workspace.tree(own)
        assert await workspace.tree() != await workspace.tree("")


class TestBrokenMachines:
    async def test_missing_sources_are_said_in_one_line(self, tmp_path: Path) -> None:
        with pytest.raises(WorkspaceError, match=r"^cannot copy the sources .*nowhere"):
            await Workspace.create(tmp_path / "nowhere", tmp_path / "w")

    async def test_a_folder_that_is_in_use_is_not_taken(self, sources: Path, tmp_path: Path) -> None:
        with pytest.raises(WorkspaceError, match="is not empty"):
            await Workspace.create(sources, tmp_path)

    async def test_missing_git_is_said(
        self, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", os.fspath(tmp_path / "empty"))
        with pytest.raises(WorkspaceError, match="git is not installed"):
            await Workspace.create(sources, tmp_path / "w")
