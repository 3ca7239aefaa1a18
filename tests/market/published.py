"""The study's published files, which lie beside the repository and are not part of it."""

import csv
import json
from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"


def published_file(name: str) -> Path:
    path = _FOLDER / name
    if not path.is_file():
        pytest.skip(f"published data is not here: {name}")
    return path


def csv_rows(name: str) -> list[dict[str, str]]:
    with published_file(name).open(newline="") as lines:
        return list(csv.DictReader(lines))


def json_rows(name: str) -> list[dict]:
    return [json.loads(line) for line in published_file(name).read_text().splitlines()]
