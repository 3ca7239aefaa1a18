"""What is typed becomes a what-if, and every what-if can be typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.welfare.knobs import Allocator, Asks, WhatIf
from market.welfare.reserves import ReserveShape
from marketbench_tui.auction.knobs import FIELDS, Knobs, knobs_of, read, toggled, told, with_text

WORKERS = ("atlas", "boreas", "o/p=q")
AMOUNTS = st.floats(0, 1e9)
POSITIVE = st.floats(1e-9, 1e9)

WHATIFS = st.builds(
    WhatIf,
    mechanism=st.sampled_from(Allocator),
    penalty=AMOUNTS,
    max_reserve=POSITIVE,
    reserve=st.sampled_from(ReserveShape),
    bounty=st.none() | POSITIVE,
    penalty_rate=st.floats(0, 10),
    prices=st.dictionaries(st.sampled_from(WORKERS), AMOUNTS),
    price_factor=st.floats(0, 1e6),
    clip=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda ends: (min(ends), max(ends))),
    recalibrate=st.booleans(),
    asks=st.sampled_from(Asks),
    markup=st.floats(0.01, 100),
    excluded=st.sets(st.sampled_from(WORKERS)).map(lambda names: tuple(n for n in WORKERS if n in names)),
)


@given(WHATIFS)
def test_a_what_if_that_is_typed_is_read_as_it_was(whatif: WhatIf):
    reading = read(knobs_of(whatif), WORKERS)
    assert reading.faults == {}
    assert reading.whatif == whatif


def test_an_untouched_form_is_the_published_auction():
    assert read(Knobs(), WORKERS).whatif == WhatIf()
    assert {field.path for field in FIELDS} == set(knobs_of(WhatIf()).texts)


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("penalty", "x", "must be a valid number"),
        ("penalty", "-1", "must be greater than or equal to 0"),
        ("penalty", "nan", "must be"),
        ("penalty", "inf", "must be"),
        ("max_reserve", "0", "must be greater than 0"),
        ("mechanism", "barter", "must be"),
        ("clip.0", "1.5", "must be less than or equal to 1"),
        ("clip.1", "two", "must be a valid number"),
        ("prices", "atlas", "say worker=price"),
        ("prices", "zephyr=1", "there is no worker 'zephyr'"),
        ("prices", "atlas=cheap", "'cheap' is no number"),
        ("prices", "atlas=-1", "must be greater than or equal to 0"),
        ("prices", "atlas=nan", "must be"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(path: str, text: str, fault: str):
    reading = read(with_text(Knobs(), path, text), WORKERS)
    assert reading.whatif is None
    assert list(reading.faults) == [path]
    assert fault in reading.fault(path)


def test_ends_of_p_that_fall_are_refused_at_the_upper_one():
    knobs = with_text(with_text(Knobs(), "clip.0", "0.8"), "clip.1", "0.2")
    assert "clip must rise" in read(knobs, WORKERS).fault("clip.1")


def test_a_worker_is_left_out_and_taken_back_in():
    out = toggled(Knobs(), "boreas")
    whatif = read(out, WORKERS).whatif
    assert whatif is not None
    assert whatif.excluded == ("boreas",)
    assert toggled(out, "boreas") == Knobs()


def test_a_what_if_is_told_by_what_is_set_otherwise():
    assert told(WhatIf()) == "random-reserve"
    other = WhatIf(mechanism=Allocator.LOWEST_ASK, penalty=0.5, excluded=("atlas",))
    assert told(other) == "lowest-ask, penalty F 0.5, without atlas"
    assert told(WhatIf(), beside=other) == "random-reserve, penalty F 2, with all workers"
