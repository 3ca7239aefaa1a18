"""Tasks are found by words and fields, and drawn by seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketbench_tui.setup.sampling import SampleError, SampleRequest, draw, parse_request
from marketbench_tui.setup.tasks import Query, TaskIndex, parse_query, sample
from runners.suites.task import Suite
from tests.marketbench_tui.setup_parts import CLASSIC, STARTER, task

INDEX = TaskIndex(STARTER)
MIXED = TaskIndex(CLASSIC)


def found(line: str, index: TaskIndex = INDEX, marked: frozenset[str] | None = None) -> list[str]:
    return [row.id for row in index.matching(parse_query(line), marked)]


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("cron", ["cron-parser-1", "cron-parser-2"]),
        ("CRON joined", ["cron-parser-2"]),
        ("repo:sniffer", ["csv-sniffer-1", "csv-sniffer-2"]),
        ("difficulty:1-4 csv", ["csv-sniffer-2"]),
        ('difficulty:"15 min - 1"', ["cron-parser-2", "interval-store-2"]),
        ("merge repo:interval difficulty:<15", ["interval-store-1"]),
        ("nothing like it", []),
    ],
)
def test_every_word_and_field_must_match(line: str, ids: list[str]) -> None:
    assert found(line) == ids


def test_nothing_typed_shows_the_very_rows_of_the_suite() -> None:
    assert INDEX.matching(parse_query("  "), None) is INDEX.rows


def test_a_field_without_a_value_yet_matches_everything() -> None:
    assert len(found("repo:")) == len(INDEX)


def test_a_status_is_known_by_the_letters_it_begins_with() -> None:
    assert found("status:g", MIXED) == ["owner__good-1", "owner__hostile-3"]
    assert found("status:not", MIXED) == ["owner__bare-2"]
    assert found("status:wrong", MIXED) == []


def test_marked_and_unmarked_tasks_can_be_looked_at_alone() -> None:
    marked = frozenset({"money-1"})
    assert found("status:marked", marked=marked) == ["money-1"]
    assert "money-1" not in found("status:unmarked", marked=marked)
    assert len(found("status:marked")) == len(INDEX)


def test_an_open_quote_is_no_error_while_it_is_typed() -> None:
    assert parse_query('difficulty:"15 mi') == Query(difficulty=("15 mi",))


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_rows_of_the_suite_in_order(line: str) -> None:
    rows = INDEX.matching(parse_query(line), None)
    assert [row.at for row in rows] == sorted({row.at for row in rows})


def test_the_mean_length_of_statements_is_that_of_the_rows() -> None:
    statements = [len(INDEX.task(row).problem) for row in INDEX.rows]
    assert INDEX.mean_problem_chars(INDEX.rows) == sum(statements) / len(statements)
    assert INDEX.mean_problem_chars(()) == 0


def test_ids_and_titles_of_rows_are_safe_to_draw() -> None:
    index = TaskIndex(Suite("x", (task("evil\x1b[2J-1", "a\x07 title\nin two lines"),)))
    assert "\x1b" not in index.rows[0].shown
    assert "\n" not in index.rows[0].title
    assert index.rows[0].id == "evil\x1b[2J-1"


@given(st.integers(0, 12), st.integers(0, 2**32), st.randoms())
def test_a_sample_depends_on_its_seed_and_not_on_the_order_of_rows(count, seed, random) -> None:
    shuffled = list(INDEX.rows)
    random.shuffle(shuffled)
    drawn = sample(INDEX.rows, count, seed)
    assert drawn == sample(shuffled, count, seed)
    assert len(drawn) == min(count, len(INDEX))
    assert drawn <= sample(INDEX.rows, count + 1, seed)


def test_other_seeds_draw_other_tasks() -> None:
    assert len({sample(INDEX.rows, 3, seed) for seed in range(20)}) > 10


def test_a_sample_is_of_tasks_that_can_be_graded_where_there_are_any() -> None:
    assert draw(MIXED.rows, SampleRequest(3, 0)) == {"owner__good-1", "owner__hostile-3"}
    bare = [row for row in MIXED.rows if not row.gradable]
    assert draw(bare, SampleRequest(3, 0)) == {"owner__bare-2"}


def test_a_sample_is_asked_for_by_number_and_seed() -> None:
    assert parse_request("10", seed=4) == SampleRequest(10, 4)
    assert parse_request(" 10 7 ", seed=4) == SampleRequest(10, 7)
    for wrong in ("", "ten", "0", "1 2 3", "-3"):
        with pytest.raises(SampleError, match="as in 10 or 10 7"):
            parse_request(wrong, 0)
