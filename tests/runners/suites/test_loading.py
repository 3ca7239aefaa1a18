"""Suites load from every place they come from, and broken ones are refused in one line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runners.suites.loading import load_suite, select
from runners.suites.rows import SuiteError
from runners.suites.task import Suite, Task

DATA = Path(__file__).parents[4] / "shared" / "data"
ROW: dict[str, Any] = {
    "instance_id": "lib-1",
    "repo": "someone/lib",
    "base_commit": "abc",
    "problem_statement": "\n  It breaks  \nwhen used",
    "patch": "diff",
    "FAIL_TO_PASS": '["test_a"]',
    "PASS_TO_PASS": '["test_b", "test_c"]',
}


def write_rows(path: Path, *rows: Any) -> str:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(path)


def row(**changes: Any) -> dict[str, Any]:
    return {**ROW, **changes}


class TestTaskRepo:
    def test_gives_everything_that_grading_needs(self, task: Task, shop_folder: Path) -> None:
        assert (task.id, task.title, task.repo) == ("shop-1", "add subtracts", "test/shop")
        assert task.difficulty == "<15 min fix"
        assert len(task.fail_to_pass) == 2
        assert set(task.wrong_patches) == {"only-positive", "only-the-example"}
        assert task.sources == (shop_folder / "packages" / "shop").resolve()
        assert task.gradable

    def test_finds_sources_where_links_did_not_survive(self, shop_folder: Path, tmp_path: Path) -> None:
        copy = Path(shutil.copytree(shop_folder, tmp_path / "copy", symlinks=True))
        (copy / "tasks" / "shop-1" / "src").unlink()
        (loaded,) = load_suite(str(copy)).tasks
        assert loaded.sources == (copy / "packages" / "shop").resolve()

    def test_without_sources_says_so(self, shop_folder: Path, tmp_path: Path) -> None:
        copy = Path(shutil.copytree(shop_folder, tmp_path / "copy", symlinks=True))
        shutil.rmtree(copy / "packages")
        (loaded,) = load_suite(str(copy)).tasks
        assert loaded.missing == ("sources",)

    @pytest.mark.parametrize(
        ("file", "content", "complaint"),
        [
            ("eval.sh", None, "has no eval.sh"),
            ("tests.json", "{", "tests.json line 1 is not JSON"),
            ("task.yaml", "a: [", "task.yaml is not valid YAML"),
            ("task.yaml", "repo: x\n", "has no column instance_id"),
        ],
    )
    def test_a_broken_task_is_named(
        self, shop_folder: Path, tmp_path: Path, file: str, content: str | None, complaint: str
    ) -> None:
        copy = Path(shutil.copytree(shop_folder, tmp_path / "copy", symlinks=True))
        path = copy / "tasks" / "shop-1" / file
        path.unlink() if content is None else path.write_text(content)
        with pytest.raises(SuiteError, match=f"task shop-1: {complaint}"):
            load_suite(str(copy))

    def test_any_other_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SuiteError, match="not a task repo"):
            load_suite(str(tmp_path))


class TestFiles:
    def test_a_row_becomes_a_task(self, tmp_path: Path) -> None:
        (task,) = load_suite(write_rows(tmp_path / "s.jsonl", ROW)).tasks
        assert (task.id, task.title) == ("lib-1", "It breaks")
        assert (task.fail_to_pass, task.pass_to_pass) == (("test_a",), ("test_b", "test_c"))
        assert task.missing == ("image", "eval_script", "log_parser", "eval_type", "sources")
        assert not task.gradable
        assert not task.card().gradable

    def test_lists_may_be_lists(self, tmp_path: Path) -> None:
        rows = row(FAIL_TO_PASS=["test_a"], PASS_TO_PASS=None)
        (task,) = load_suite(write_rows(tmp_path / "s.jsonl", rows)).tasks
        assert (task.fail_to_pass, task.pass_to_pass) == (("test_a",), ())

    def test_json_holds_a_list(self, tmp_path: Path) -> None:
        path = tmp_path / "s.json"
        path.write_text(json.dumps([ROW, row(instance_id="lib-2")]))
        assert [task.id for task in load_suite(str(path)).tasks] == ["lib-1", "lib-2"]

    def test_parquet_loads_too(self, tmp_path: Path) -> None:
        pyarrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        path = tmp_path / "s.parquet"
        parquet.write_table(pyarrow.Table.from_pylist([row(FAIL_TO_PASS=["test_a"])]), path)
        (task,) = load_suite(str(path)).tasks
        assert task.fail_to_pass == ("test_a",)

    @pytest.mark.parametrize(
        ("lines", "complaint"),
        [
            (['{"instance_id": '], "line 2: not JSON"),
            (["[]"], "line 2: must be an object"),
            (['{"instance_id": "x"}'], "line 2: has no column problem_statement"),
            ([json.dumps(row(instance_id="x", FAIL_TO_PASS="[1]"))], "line 2: FAIL_TO_PASS"),
            ([json.dumps(row(instance_id="x", FAIL_TO_PASS="test_a"))], "must be a list of test names"),
            ([json.dumps(row(instance_id="bad\nid"))], "line 2: instance_id"),
            (["", json.dumps(ROW)], "line 3: there is a task lib-1 already"),
        ],
        ids=["cut", "no-object", "no-problem", "no-names", "no-list", "odd-id", "twice"],
    )
    def test_broken_lines_are_named(self, tmp_path: Path, lines: list[str], complaint: str) -> None:
        path = tmp_path / "s.jsonl"
        path.write_text("\n".join([json.dumps(ROW), *lines]) + "\n")
        with pytest.raises(SuiteError, match=complaint) as caught:
            load_suite(str(path))
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("name", "content", "complaint"),
        [
            ("s.jsonl", b"\xff\xfe\x00", "not UTF-8"),
            ("s.jsonl", b"\n\n", "has no tasks"),
            ("s.json", b'{"a": 1}', "must hold a list of rows"),
            ("s.json", b"[\n{]\n", "line 2: not JSON"),
            ("s.parquet", b"not parquet", "not a parquet file"),
        ],
    )
    def test_broken_files_are_refused(
        self, tmp_path: Path, name: str, content: bytes, complaint: str
    ) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SuiteError, match=complaint):
            load_suite(str(tmp_path / name))

    def test_a_missing_file_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(SuiteError, match="no such file"):
            load_suite(str(tmp_path / "gone.jsonl"))


class TestNames:
    @pytest.mark.parametrize("name", [" ", "startr", "a/b/c", "some words"])
    def test_unknown_names_say_what_there_is(self, name: str) -> None:
        with pytest.raises(SuiteError, match=r"give starter, a task-repo folder, a \.jsonl"):
            load_suite(name)

    def test_a_dataset_that_cannot_be_reached_is_one_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        datasets = pytest.importorskip("datasets")

        def unreachable(*_: object, **__: object) -> None:
            raise ConnectionError("Couldn't reach\nthe hub")

        monkeypatch.setattr(datasets, "load_dataset", unreachable)
        with pytest.raises(
            SuiteError, match=r"owner/name .*\(Couldn't reach the hub\).*local file"
        ) as caught:
            load_suite("owner/name")
        assert "\n" not in str(caught.value)

    def test_a_dataset_of_the_hub_becomes_a_suite(self, monkeypatch: pytest.MonkeyPatch) -> None:
        datasets = pytest.importorskip("datasets")
        monkeypatch.setattr(datasets, "load_dataset", lambda name, split: [ROW])
        assert load_suite("owner/name").tasks[0].id == "lib-1"

    def test_chosen_tasks_come_in_the_order_given(self, shop: Suite) -> None:
        assert [task.id for task in select(shop, ["shop-1", "shop-1"])] == ["shop-1"]
        assert select(shop, []) == tuple(shop.tasks)

    def test_an_unknown_task_gets_a_suggestion(self, shop: Suite) -> None:
        with pytest.raises(SuiteError, match=r"no task shop-2; did you mean shop-1\?"):
            select(shop, ["shop-2"])


@pytest.mark.skipif(not DATA.is_dir(), reason="the published data is not beside the repository")
class TestPublishedData:
    @pytest.mark.parametrize(
        ("name", "count", "rated"),
        [("swebench_lite_test", 300, False), ("swebench_verified_test", 500, True)],
    )
    def test_loads_whole_and_says_what_it_lacks(self, name: str, count: int, rated: bool) -> None:
        tasks = load_suite(str(DATA / f"{name}.jsonl")).tasks
        assert len(tasks) == count
        assert all(task.title and task.fail_to_pass and task.gold_patch for task in tasks)
        assert all(bool(task.difficulty) is rated for task in tasks)
        assert not any(task.gradable for task in tasks)

    def test_never_imports_the_harness(self) -> None:
        code = (
            "import sys; from runners.suites.loading import load_suite; "
            f"load_suite({str(DATA / 'swebench_lite_test.jsonl')!r}); "
            "sys.exit(any(name in sys.modules for name in ('swebench.harness', 'datasets', 'litellm')))"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
