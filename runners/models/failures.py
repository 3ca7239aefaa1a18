"""What went wrong with a call, in words a person understands and without any key in them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from types import ModuleType

SHOWN_CHARS = 300
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"(?:Bearer\s+|\bkey=|\bapi[-_ ]key[\"'=:\s]+(?:provided:\s*)?)[^\s\"',;]+"
    r"|\b(?:sk|pk|rk|gsk|xai|hf|r8)[-_][\w*.-]{6,}"
    r"|\bAIza[\w-]{10,}",
    re.IGNORECASE,
)
_INNARDS = re.compile(r"\blitellm\.\w+\.\w")
"""What litellm says when it stumbles over an answer: names of its own classes."""
_RETRIED = frozenset({"rate-limit", "server", "network", "cut"})


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed try.

    Attributes:
        reason: the code of `ModelError.reason`.
        message: one line for a person.
        retry: whether another try may help.
        retry_after: seconds the provider asked to wait, None where it did not say.
    """

    reason: str
    message: str
    retry: bool
    retry_after: float | None = None


def timed_out(model: str, seconds: float) -> Failure:
    """The call took longer than it may."""
    return Failure("timeout", f"{model}: no complete answer within {seconds:g} s", retry=False)


def cut_off(model: str) -> Failure:
    """The stream ended before the answer did."""
    return Failure("cut", f"{model}: the connection was lost in the middle of the answer", retry=True)


def describe(litellm: ModuleType, model: str, error: Exception) -> Failure:
    """A failure from what litellm raised before any text arrived."""
    error = getattr(error, "original_exception", None) or error
    if "insufficient_quota" in str(error):
        return Failure("rate-limit", f"{model}: the account has no quota left", retry=False)
    reason = _reason(litellm, error)
    return Failure(reason, _message(reason, model, _words(error)), reason in _RETRIED, _retry_after(error))


def _reason(litellm: ModuleType, error: Exception) -> str:
    by_type: tuple[tuple[type[Exception], str], ...] = (
        (litellm.ContextWindowExceededError, "context-window"),
        (litellm.ContentPolicyViolationError, "refused"),
        (litellm.Timeout, "timeout"),
        (litellm.RateLimitError, "rate-limit"),
        (litellm.AuthenticationError, "auth"),
        (litellm.APIConnectionError, "network"),
    )
    named = next((reason for kind, reason in by_type if isinstance(error, kind)), None)
    if named:
        return named
    # litellm reports a refused connection as a server error of the provider.
    if "Connection error" in str(error):
        return "network"
    return _reason_of_status(getattr(error, "status_code", None))


def _reason_of_status(status: object) -> str:
    if status in (401, 402, 403):
        return "auth"
    if status == 429:
        return "rate-limit"
    if status == 408:
        return "timeout"
    if isinstance(status, int) and 400 <= status < 500:
        return "bad-request"
    return "server"


def _message(reason: str, model: str, words: str) -> str:
    said = {
        "auth": "the provider refused the key; check it, and that it may use this model",
        "context-window": "the prompt is longer than the model's context",
        "refused": f"the provider refused the prompt: {words}",
        "timeout": "the provider did not answer in time",
        "rate-limit": f"the provider's rate limit is reached: {words}",
        "network": f"the provider cannot be reached: {words}",
        "bad-request": f"the provider does not accept the request: {words}",
        "server": f"the provider failed: {words}",
    }
    return f"{model}: {said[reason]}"


def _retry_after(error: Exception) -> float | None:
    response = getattr(error, "response", None)
    for headers in (getattr(error, "litellm_response_headers", None), getattr(response, "headers", None)):
        value = headers.get("retry-after") if headers else None
        # The header may also be a date; then our own schedule has to do.
        if value and re.fullmatch(r"\d{1,6}(?:\.\d+)?", value):
            return float(value)
    return None


def _words(error: Exception) -> str:
    text = " ".join(str(error).split())
    # litellm stacks the names of its exception types in front of what the provider said.
    text = re.sub(r"^(?:(?:litellm\.)?\w+(?:Error|Exception)(?:: | - ))+", "", text)
    text = re.sub(r"\s*(?:Handle with `litellm\.|Traceback \(most recent call last\)).*", "", text)
    if _INNARDS.search(text):
        return "its answer cannot be read"
    return without_secrets(text)[:SHOWN_CHARS]


def without_secrets(text: str) -> str:
    """The text without anything that is, or looks like, a key."""
    for name, value in os.environ.items():
        if len(value) >= 8 and _SECRET_NAME.search(name):
            text = text.replace(value, "[key]")
    return _SECRET_TEXT.sub("[key]", text)
