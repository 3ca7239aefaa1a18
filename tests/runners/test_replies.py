"""Reading forecasts and bids out of whatever a model wrote."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.replies import MalformedReply, Reply, parse_reply

GOOD = {"p_success": 0.7, "estimated_tokens_total": 1200}

chatter = st.text(max_size=300)
balanced = st.text(alphabet=st.characters(exclude_characters="{}"), max_size=300)
forecasts = st.fixed_dictionaries(
    {
        "p_success": st.floats(0, 1) | st.sampled_from([0, 1]),
        "estimated_tokens_total": st.integers(1, 100_000_000),
    },
    optional={"rationale": st.text(max_size=50), "ask": st.floats(0, 1e6), "notes": st.lists(st.integers())},
)


def reason(text: str, wants_ask: bool = False) -> str:
    with pytest.raises(MalformedReply) as raised:
        parse_reply(text, wants_ask)
    assert str(raised.value) == raised.value.reason
    return raised.value.reason


def written(**changes: Any) -> str:
    return json.dumps({**GOOD, **changes})


def test_a_plain_object_is_read() -> None:
    text = '{"p_success": 0.7, "estimated_tokens_total": 1200, "rationale": "easy"}'
    assert parse_reply(text, wants_ask=False) == Reply(0.7, 1200, None, "easy")


def test_a_bid_carries_its_ask() -> None:
    assert parse_reply(written(ask=0.35), wants_ask=True).ask == 0.35


def test_an_ask_nobody_asked_for_is_ignored() -> None:
    assert parse_reply(written(ask="a lot"), wants_ask=False).ask is None


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{json.dumps(GOOD)}\n```",
        f"```\n{json.dumps(GOOD, indent=2)}\n```",
        f"Sure! Here is my estimate: {json.dumps(GOOD)} Good luck {{to us}}.",
        f"I would write f({{x}}) and then {json.dumps(GOOD)}",
        f"{{ first a draft, {json.dumps(GOOD)}",
        f'{{"note": "not this"}} {json.dumps(GOOD)} {{"nor": "this"}}',
        f"{{}} {json.dumps(GOOD)}",
        f"<think>{{'a': 1}}</think>{json.dumps(GOOD)}",
    ],
)
def test_fences_and_chatter_around_the_object_are_tolerated(text: str) -> None:
    assert parse_reply(text, wants_ask=False) == Reply(0.7, 1200)


def test_of_several_forecasts_the_last_is_the_answer() -> None:
    assert (
        parse_reply(f"{written(p_success=0.2)} on reflection {written(p_success=0.9)}", False).p_success
        == 0.9
    )


def test_an_earlier_forecast_never_stands_in_for_a_bad_last_one() -> None:
    assert "p_success" in reason(f"{written(p_success=0.2)} or rather {written(p_success=20)}")


@pytest.mark.parametrize("p", [-0.01, 1.01, 85, 1e308, -1e308])
def test_a_probability_outside_zero_and_one_is_refused(p: float) -> None:
    assert reason(written(p_success=p)).startswith('"p_success" must be from 0 to 1, not ')


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("field", ["p_success", "estimated_tokens_total", "ask"])
def test_numbers_that_are_not_finite_are_refused(field: str, value: str) -> None:
    text = written(ask=0).replace(
        f'"{field}": {json.dumps({**GOOD, "ask": 0}[field])}', f'"{field}": {value}'
    )
    assert reason(text, wants_ask=True).startswith(f'"{field}" must be finite')


@pytest.mark.parametrize("value", ["0.7", "85%", True, False, None, [0.7], {"value": 0.7}])
@pytest.mark.parametrize("field", ["p_success", "estimated_tokens_total", "ask"])
def test_what_is_not_a_plain_number_is_refused_rather_than_interpreted(field: str, value: object) -> None:
    text = written(**{"ask": 1, field: value})
    assert reason(text, wants_ask=True).startswith(
        f'"{field}" must be a plain number, without quotes or units'
    )


@pytest.mark.parametrize(
    ("tokens", "why"),
    [
        (-5, "from 1 to"),
        (0, "from 1 to"),
        (100_000_001, "from 1 to"),
        (12.5, "an integer"),
        (1e300, "from 1 to"),
    ],
)
def test_absurd_token_counts_are_refused(tokens: float, why: str) -> None:
    assert why in reason(written(estimated_tokens_total=tokens))


def test_a_whole_float_is_a_token_count() -> None:
    tokens = parse_reply(written(estimated_tokens_total=1200.0), wants_ask=False).tokens
    assert tokens == 1200
    assert isinstance(tokens, int)


@pytest.mark.parametrize("ask", [-0.01, 1e10])
def test_a_negative_or_absurd_ask_is_refused(ask: float) -> None:
    assert reason(written(ask=ask), wants_ask=True).startswith('"ask" must be from 0 to')


@pytest.mark.parametrize("field", ["p_success", "estimated_tokens_total", "ask"])
def test_a_missing_field_is_named(field: str) -> None:
    fields = {**GOOD, "ask": 1}
    del fields[field]
    assert field in reason(json.dumps(fields), wants_ask=True)


def test_a_field_stated_twice_is_refused_as_nobody_knows_which_was_meant() -> None:
    text = '{"p_success": 0.2, "p_success": 0.9, "estimated_tokens_total": 5}'
    assert reason(text) == '"p_success" is stated more than once'


@pytest.mark.parametrize(
    "text", ["", "no idea", "{", '{"p_success": 0.7', "null", "[1, 2]", "{'p_success': 0.5}"]
)
def test_where_there_is_no_object_that_is_said(text: str) -> None:
    assert reason(text) == 'there is no JSON object with "p_success" in it'


def test_a_rationale_must_be_text_and_is_kept_to_a_length() -> None:
    assert "rationale" in reason(written(rationale=["a", "b"]))
    assert parse_reply(written(rationale=None), False).rationale == ""
    assert len(parse_reply(written(rationale="x" * 10_000), False).rationale) == 2_001


def test_half_a_surrogate_pair_in_a_rationale_can_be_stored() -> None:
    parse_reply(
        '{"p_success": 1, "estimated_tokens_total": 1, "rationale": "\\ud800"}', False
    ).rationale.encode()


def test_a_reason_never_quotes_more_than_a_little() -> None:
    assert len(reason(written(p_success="x" * 100_000))) < 150
    assert len(reason(written(p_success=10**4000))) < 150


@settings(max_examples=300)
@given(text=chatter)
def test_any_text_is_either_read_or_refused(text: str) -> None:
    with contextlib.suppress(MalformedReply):
        parse_reply(text, wants_ask=True)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300)
@given(
    fields=st.dictionaries(
        st.sampled_from(["p_success", "estimated_tokens_total", "ask", "rationale", "other"]), json_values
    ),
    wants_ask=st.booleans(),
)
def test_any_json_object_is_either_a_sound_reply_or_refused(fields: dict[str, Any], wants_ask: bool) -> None:
    try:
        reply = parse_reply(json.dumps(fields), wants_ask)
    except MalformedReply:
        return
    assert 0 <= reply.p_success <= 1
    assert 1 <= reply.tokens <= 100_000_000
    assert (reply.ask is not None) == wants_ask
    reply.rationale.encode()


@given(before=balanced, fields=forecasts, after=balanced, fence=st.sampled_from(["", "```", "```json\n"]))
def test_a_valid_object_in_chatter_is_found(
    before: str, fields: dict[str, Any], after: str, fence: str
) -> None:
    reply = parse_reply(f"{before}{fence}{json.dumps(fields)}{fence}{after}", wants_ask=False)
    assert reply.p_success == fields["p_success"]
    assert reply.tokens == fields["estimated_tokens_total"]


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "{" * MEGABYTE,
        "}" * MEGABYTE,
        "{}" * (MEGABYTE // 2),
        '{"' * (MEGABYTE // 2),
        '{"\\"' * (MEGABYTE // 4),
        '{"a":' * (MEGABYTE // 5),
        '{"a":' + "[" * MEGABYTE,
        '{"p_success": "' + "{" * MEGABYTE,
        ('{"a":' * 300 + "1,") * (MEGABYTE // 1500),
        '{"a":' * 300 + '{},"a":' * (MEGABYTE // 7),
        '{"p_success": ' + "9" * MEGABYTE + "}",
        '{"p_success": 0.5,' + '"x":1,' * (MEGABYTE // 6) + '"estimated_tokens_total": 5}',
        ("{" + " " * 999) * (MEGABYTE // 1000),
        "x" * MEGABYTE + '{"' * 10_000,
    ],
    ids=range(14),
)
def test_a_megabyte_of_malice_is_refused_in_the_blink_of_an_eye(text: str) -> None:
    began = time.process_time()
    reason(text)
    assert time.process_time() - began < 3
