"""Messages about failures hold no key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models.failures import without_secrets


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-abc123XYZ789.",
        "Authorization: Bearer abcdef0123456789",
        "https://host/v1beta/models/x:generate?key=AIzaSyD0123456789abc&alt=sse",
        "key AIzaSyD0123456789abcdef is not valid",
        "got gsk_0123456789abcdef",
    ],
)
def test_what_looks_like_a_key_is_struck_out(text: str) -> None:
    clean = without_secrets(text)
    assert "[key]" in clean
    for secret in ("abc123", "0123456789"):
        assert secret not in clean


def test_the_value_of_a_secret_variable_is_struck_out_whatever_it_looks_like(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MYHOST_API_KEY", "correct horse battery")
    assert without_secrets("you sent correct horse battery") == "you sent [key]"


@given(st.text(alphabet="abcdefgh ,.:", max_size=200))
def test_ordinary_words_stay(text: str) -> None:
    assert without_secrets(text) == text
