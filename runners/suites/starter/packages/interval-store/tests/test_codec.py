import json
from datetime import date

import pytest

from intervalstore import FormatError, IntervalStore, dumps, loads


def test_a_store_survives_the_round_trip():
    store = IntervalStore([(0, 5, "a"), (5, 8.5, {"rate": 3}), (10, 20, None)])
    assert loads(dumps(store)) == store


def test_the_empty_store_survives_too():
    assert len(loads(dumps(IntervalStore()))) == 0


def test_the_format():
    store = IntervalStore([(0, 5, "a")])
    assert json.loads(dumps(store)) == {
        "version": 1,
        "items": [{"start": 0, "end": 5, "value": "a"}],
    }


def test_bounds_go_through_the_converters():
    store = IntervalStore([(date(2024, 1, 1), date(2024, 2, 1), "x")])
    text = dumps(store, encode_bound=date.isoformat)
    assert '"2024-02-01"' in text
    assert loads(text, decode_bound=date.fromisoformat) == store


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"version": 1}',
        '{"version": 2, "items": []}',
        '{"version": 1, "items": [{"start": 1, "end": 2}]}',
        '{"version": 1, "items": [{"start": 2, "end": 1, "value": 0}]}',
        '{"version": 1, "items": [7]}',
    ],
    ids=["json", "list", "items", "version", "value", "backwards", "record"],
)
def test_what_is_not_a_store_is_refused(text):
    with pytest.raises(FormatError):
        loads(text)


def test_the_error_names_the_record():
    text = '{"version": 1, "items": [{"start": 1, "end": 2, "value": 0}, {"start": 4, "value": 0}]}'
    with pytest.raises(FormatError, match="item 1: no 'end'"):
        loads(text)
