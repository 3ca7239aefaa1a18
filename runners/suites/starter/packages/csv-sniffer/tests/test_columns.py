from datetime import date

import pytest

from csvsniff import ColumnType, convert, infer_cell, infer_column, looks_like_header


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ColumnType.EMPTY),
        ("42", ColumnType.INTEGER),
        (" -7 ", ColumnType.INTEGER),
        ("007", ColumnType.TEXT),
        ("1.5", ColumnType.FLOAT),
        ("-2e-3", ColumnType.FLOAT),
        ("1,5", ColumnType.TEXT),
        ("Yes", ColumnType.BOOLEAN),
        ("2024-02-29", ColumnType.DATE),
        ("2023-02-29", ColumnType.TEXT),
        ("1.2.3", ColumnType.TEXT),
    ],
    ids=range(11),
)
def test_infer_cell(text, expected):
    assert infer_cell(text) is expected


def test_infer_column():
    assert infer_column(["1", "", "2.5"]) is ColumnType.FLOAT
    assert infer_column(["1", "x"]) is ColumnType.TEXT
    assert infer_column(["", ""]) is ColumnType.EMPTY


def test_convert():
    assert convert("3", ColumnType.FLOAT) == 3.0
    assert convert(" no", ColumnType.BOOLEAN) is False
    assert convert("2024-01-31", ColumnType.DATE) == date(2024, 1, 31)
    assert convert("", ColumnType.INTEGER) is None
    assert convert("", ColumnType.TEXT) == ""
    with pytest.raises(ValueError):
        convert("1.5", ColumnType.INTEGER)


def test_header():
    assert looks_like_header([["id", "name"], ["1", "Ann"], ["2", "Bob"]])
    assert not looks_like_header([["1", "Ann"], ["2", "Bob"]])
    assert not looks_like_header([["a", "b"], ["c", "d"]])
    assert not looks_like_header([["id", "name"]])
