"""Predictions as other tools write them; what is wrong with a file is told with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runners.predictions import Prediction, PredictionsError, read_predictions, write_predictions

ONE = {"instance_id": "t1", "model_name_or_path": "m", "model_patch": "--- a\n"}
TWO = {"instance_id": "t2", "model_name_or_path": "m", "model_patch": None}
READ = (Prediction("t1", "m", "--- a\n"), Prediction("t2", "m", ""))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.jsonl", f"{json.dumps(ONE)}\n\n{json.dumps({**TWO, 'cost': 1})}\n"),
        ("p.json", json.dumps([ONE, TWO])),
        ("p.json", json.dumps({"t1": ONE, "t2": TWO})),
        ("p.json", json.dumps({"t1": {"model_name_or_path": "m", "model_patch": "--- a\n"}, "t2": TWO})),
        ("p.jsonl", f"\ufeff{json.dumps(ONE)}\r\n{json.dumps(TWO)}\r\n"),
    ],
)
def test_every_form_is_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    assert read_predictions(tmp_path / name) == READ


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    odd = (Prediction("t1", "m/x", "+\u2028\x85\x0c\r\n"),)
    write_predictions(odd, tmp_path / "p.jsonl")
    assert read_predictions(tmp_path / "p.jsonl") == odd


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("p.jsonl", f"{json.dumps(ONE)}\n{{\n", "p.jsonl line 2: not JSON"),
        ("p.jsonl", f"{json.dumps(ONE)}\n{json.dumps(ONE)}\n", "line 2: a second prediction for t1"),
        ("p.jsonl", '{"instance_id": "t1"}', "line 1: has no model_name_or_path"),
        ("p.jsonl", json.dumps({**ONE, "model_patch": 3}), "line 1: model_patch: "),
        ("p.jsonl", "[]", "line 1: must be an object with instance_id"),
        ("p.json", "[\n1\n", "p.json line 3: not JSON"),
        ("p.json", "[1]", "row 1: must be an object"),
        ("p.json", "3", "must hold a list"),
        ("p.jsonl", "\n", "holds no prediction"),
        ("p.csv", "x", "read from .jsonl and .json"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(PredictionsError) as caught:
        read_predictions(tmp_path / name)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(PredictionsError, match="No such file"):
        read_predictions(tmp_path / "none.jsonl")
    (tmp_path / "p.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(PredictionsError, match="UTF-8"):
        read_predictions(tmp_path / "p.jsonl")
