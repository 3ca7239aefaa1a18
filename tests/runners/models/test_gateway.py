"""The gateway against a real HTTP server on loopback that speaks OpenAI's streaming protocol."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable

import pytest

from runners.models.base import ModelError, ModelRequest
from runners.models.gateway import AGAIN, LiteLLMGateway
from tests.runners.models.loopback import babbles, breaks_off, fails, hangs, says, serving

USAGE = {"prompt_tokens": 50, "completion_tokens": 7, "total_tokens": 57}

Make = Callable[..., LiteLLMGateway]
Ask = Callable[..., ModelRequest]


def unheard(piece: str) -> None:
    """For tests that look at the answer alone."""


async def refused(gateway: LiteLLMGateway, request: ModelRequest) -> ModelError:
    with pytest.raises(ModelError) as raised:
        await gateway.complete(request, unheard)
    return raised.value


async def test_an_answer_streams_in_pieces_and_is_charged_by_the_reported_usage(
    gateway: Make, request_to: Ask
) -> None:
    heard: list[str] = []
    async with serving(says("I am ", "sure", usage=USAGE)) as server:
        answer = await gateway().complete(request_to(server.url), heard.append)
    assert heard == ["I am ", "sure"]
    assert answer.text == "I am sure"
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.estimated) == (50, 7, False)
    assert answer.cost_usd_nano == 50 * 1_000 + 7 * 10_000
    assert answer.price_source == "configuration"
    assert answer.finish == "stop"


async def test_the_request_carries_temperature_length_and_messages(gateway: Make, request_to: Ask) -> None:
    async with serving(says("ok", usage=USAGE)) as server:
        await gateway().complete(request_to(server.url, temperature=0.3), unheard)
        await gateway().complete(request_to(server.url, temperature=None), unheard)
    first, second = server.requests
    assert first["model"] == "whatever"
    assert first["temperature"] == 0.3
    assert first["max_tokens"] == 100
    assert first["messages"] == [{"role": "user", "content": "how sure are you?"}]
    assert first["stream"] is True
    assert "temperature" not in second


async def test_a_temperature_that_a_model_does_not_take_is_left_out(gateway: Make, request_to: Ask) -> None:
    async with serving(says("ok", usage=USAGE)) as server:
        request = request_to(server.url, model="openai/gpt-5-mini-2025-08-07", temperature=0.0)
        answer = await gateway().complete(request, unheard)
    assert answer.text == "ok"
    assert "temperature" not in server.requests[0]
    assert server.requests[0]["max_completion_tokens"] == 100


async def test_cached_and_reasoning_tokens_are_kept_where_reported(gateway: Make, request_to: Ask) -> None:
    usage = {
        **USAGE,
        "prompt_tokens_details": {"cached_tokens": 20},
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    async with serving(says("ok", usage=usage)) as server:
        answer = await gateway().complete(request_to(server.url), unheard)
    assert (answer.usage.cached_tokens, answer.usage.reasoning_tokens) == (20, 5)


async def test_usage_that_was_not_reported_is_estimated_and_says_so(gateway: Make, request_to: Ask) -> None:
    async with serving(says("I am ", "quite sure of it")) as server:
        answer = await gateway().complete(request_to(server.url), unheard)
    assert answer.usage.estimated
    assert answer.usage.input_tokens > 3
    assert answer.usage.output_tokens > 3
    assert answer.cost_usd_nano


async def test_a_surrogate_pair_split_over_two_pieces_is_one_character(
    gateway: Make, request_to: Ask
) -> None:
    async with serving(says("\ud83d", "\ude00 ", "\ud800", usage=USAGE)) as server:
        answer = await gateway().complete(request_to(server.url), unheard)
    assert answer.text == "\U0001f600 \ufffd"


async def test_a_rate_limit_is_waited_out_for_as_long_as_the_provider_asks(
    gateway: Make, request_to: Ask, naps: list[float]
) -> None:
    async with serving(fails(429, retry_after="7"), says("ok", usage=USAGE)) as server:
        answer = await gateway().complete(request_to(server.url), unheard)
    assert answer.text == "ok"
    assert naps == [7]
    assert len(server.requests) == 2


async def test_a_provider_that_asks_for_an_hour_is_given_up_at_once(
    gateway: Make, request_to: Ask, naps: list[float]
) -> None:
    async with serving(fails(429, retry_after="3600")) as server:
        error = await refused(gateway(), request_to(server.url))
    assert error.reason == "rate-limit"
    assert naps == []


async def test_server_errors_are_retried_with_doubling_waits(
    gateway: Make, request_to: Ask, naps: list[float]
) -> None:
    script = (fails(500), fails(503), fails(502), says("ok", usage=USAGE))
    async with serving(*script) as server:
        answer = await gateway(backoff_seconds=0.5).complete(request_to(server.url), unheard)
    assert answer.text == "ok"
    assert answer.cost_usd_nano == 120_000
    assert naps == [0.5, 1.0, 2.0]


async def test_retries_end_and_the_last_failure_is_told(
    gateway: Make, request_to: Ask, naps: list[float]
) -> None:
    async with serving(fails(500, "the model is on fire")) as server:
        error = await refused(gateway(retries=2), request_to(server.url))
    assert error.reason == "server"
    assert str(error) == "openai/whatever: the provider failed: the model is on fire"
    assert len(server.requests) == 3
    assert len(naps) == 2


async def test_nobody_there_is_a_network_failure(gateway: Make, request_to: Ask) -> None:
    async with serving(says("never asked")) as server:
        gone = server.url
    error = await refused(gateway(retries=1), request_to(gone))
    assert error.reason == "network"
    assert error.cost_usd_nano == 0


async def test_a_hang_ends_at_the_timeout_and_is_charged_for_what_was_heard(
    gateway: Make, request_to: Ask, naps: list[float]
) -> None:
    async with serving(hangs("I am", " thinking")) as server:
        error = await refused(gateway(), request_to(server.url, timeout_seconds=0.3))
    assert error.reason == "timeout"
    assert str(error) == "openai/whatever: no complete answer within 0.3 s"
    assert error.cost_usd_nano > 2 * 10_000
    assert naps == []


async def test_the_settings_cap_every_timeout(gateway: Make, request_to: Ask) -> None:
    async with serving(hangs()) as server:
        error = await refused(gateway(longest_call_seconds=0.2), request_to(server.url, timeout_seconds=60))
    assert str(error).endswith("within 0.2 s")


@pytest.mark.parametrize("broken", [breaks_off("I am ", "su"), says("I am ", "su", finish=None)])
async def test_a_stream_cut_in_the_middle_is_asked_again_and_both_are_charged(
    gateway: Make, request_to: Ask, broken: object
) -> None:
    heard: list[str] = []
    async with serving(broken, says("I am sure", usage=USAGE)) as server:  # type: ignore[arg-type]
        answer = await gateway().complete(request_to(server.url), heard.append)
    assert answer.text == "I am sure"
    assert heard == ["I am ", "su", AGAIN, "I am sure"]
    assert answer.cost_usd_nano is not None
    assert answer.cost_usd_nano > 120_000


async def test_cut_streams_never_cost_more_than_was_reserved(gateway: Make, request_to: Ask) -> None:
    words = [f"word{i} " for i in range(20)]
    async with serving(breaks_off(*words)) as server:
        request = request_to(server.url)
        error = await refused(gateway(), request)
    assert error.reason == "cut"
    assert 0 < error.cost_usd_nano <= gateway().worst_cost_usd_nano(request)
    assert [sent["max_tokens"] for sent in server.requests] == sorted(
        (sent["max_tokens"] for sent in server.requests), reverse=True
    )
    assert server.requests[-1]["max_tokens"] >= 50


async def test_events_that_are_not_json_are_a_failure_not_a_crash(gateway: Make, request_to: Ask) -> None:
    async with serving(babbles()) as server:
        error = await refused(gateway(retries=1), request_to(server.url))
    assert error.reason == "network"
    assert len(server.requests) == 2


async def test_a_refused_key_is_not_retried_and_never_repeated(gateway: Make, request_to: Ask) -> None:
    key = "sk-test-0123456789abcdef"
    async with serving(fails(401, f"Incorrect API key provided: {key}")) as server:
        error = await refused(gateway(), request_to(server.url))
    assert error.reason == "auth"
    assert "refused the key" in str(error)
    assert key not in str(error)
    assert len(server.requests) == 1


async def test_a_key_quoted_in_another_error_is_struck_out(gateway: Make, request_to: Ask) -> None:
    key = "sk-test-0123456789abcdef"
    async with serving(fails(400, f"bad header Authorization: Bearer {key}")) as server:
        error = await refused(gateway(), request_to(server.url))
    assert error.reason == "bad-request"
    assert key not in str(error)
    assert "[key]" in str(error)


async def test_a_missing_key_is_told_without_asking_anyone(
    gateway: Make, request_to: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = gateway()
    monkeypatch.delenv("OPENAI_API_KEY")
    error = await refused(made, request_to(None))
    assert error.reason == "auth"
    assert "OPENAI_API_KEY" in str(error)


async def test_a_server_of_ones_own_needs_no_key(
    gateway: Make, request_to: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = gateway()
    monkeypatch.delenv("OPENAI_API_KEY")
    async with serving(says("ok", usage=USAGE)) as server:
        answer = await made.complete(request_to(server.url), unheard)
    assert answer.text == "ok"
    assert server.headers[0]["authorization"] == "bearer none"


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (
            fails(400, "This model's maximum context length is 10 tokens. However, you asked"),
            "context-window",
        ),
        (fails(404, "no such model"), "bad-request"),
        (fails(403, "not for you"), "auth"),
        (fails(429, "insufficient_quota: pay first"), "rate-limit"),
    ],
)
async def test_what_a_retry_cannot_mend_is_not_retried(
    gateway: Make, request_to: Ask, behaviour: object, reason: str
) -> None:
    async with serving(behaviour) as server:  # type: ignore[arg-type]
        error = await refused(gateway(), request_to(server.url))
    assert error.reason == reason
    assert len(server.requests) == 1


async def test_no_more_calls_run_at_once_than_the_provider_is_allowed(gateway: Make, request_to: Ask) -> None:
    made = gateway(concurrency={"openai": 2})
    async with serving(says("ok", usage=USAGE)) as server:
        await asyncio.gather(*(made.complete(request_to(server.url), unheard) for _ in range(8)))
    assert server.most_at_once <= 2


async def test_cancelling_hangs_up(gateway: Make, request_to: Ask) -> None:
    started = asyncio.Event()
    async with serving(hangs("I am")) as server:
        call = asyncio.create_task(gateway().complete(request_to(server.url), lambda piece: started.set()))
        await started.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        async with asyncio.timeout(5):
            while server.at_once:
                await asyncio.sleep(0)


async def test_an_unpriced_model_costs_unknown_not_nothing(gateway: Make, request_to: Ask) -> None:
    async with serving(says("ok", usage=USAGE)) as server:
        request = request_to(server.url, model="openai/another")
        answer = await gateway().complete(request, unheard)
    assert answer.cost_usd_nano is None
    assert answer.price_source == "unknown"
    assert gateway().worst_cost_usd_nano(request) == 0


def test_the_worst_cost_covers_one_token_a_byte(gateway: Make, request_to: Ask) -> None:
    request = request_to(None)
    prompt = len(request.messages[0].content)
    worst = gateway().worst_cost_usd_nano(request)
    assert prompt * 1_000 + 100 * 10_000 <= worst <= (prompt + 32) * 1_000 + 100 * 10_000


def test_nothing_imports_litellm_before_the_first_call() -> None:
    code = (
        "import sys; from runners.models.gateway import LiteLLMGateway; "
        "from runners.models.catalogue import list_models; from runners.settings import Settings; "
        "LiteLLMGateway(Settings()).price('openai/gpt-5'); list_models(Settings(), 'gpt'); "
        "sys.exit('litellm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
