"""What `list models` shows."""

from __future__ import annotations

import pytest

from runners.models.catalogue import Origin, list_models
from runners.models.providers import KeyStatus, key_status, missing_key
from runners.settings import OwnPrice, Settings

OWN = OwnPrice(input_usd_per_million=1, output_usd_per_million=2)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_search_configured_models_come_first_and_then_the_profiles() -> None:
    settings = Settings(models=("openai:gpt-5-mini-2025-08-07", "local/mine"), prices={"local/mine": OWN})
    entries = list_models(settings)
    assert [entry.name for entry in entries[:3]] == [
        "openai/gpt-5-mini-2025-08-07",
        "local/mine",
        "sim/atlas",
    ]
    assert [entry.origin for entry in entries[:3]] == [Origin.CONFIGURED, Origin.CONFIGURED, Origin.SIMULATED]
    assert len(entries) == 8
    assert entries[1].price.source == "configuration"


def test_a_search_reaches_litellms_catalogue_with_prices_and_their_sources() -> None:
    entries = list_models(Settings(), "gemini 3-pro preview")
    by_name = {entry.name: entry for entry in entries}
    assert by_name["gemini/gemini-3-pro-preview"].price.source == "marketbench table 2026-03-02"
    assert by_name["vertex_ai/gemini-3-pro-preview"].price.source.startswith("litellm ")
    assert all(entry.origin is Origin.CATALOGUE for entry in entries)


def test_a_search_filters_every_kind_and_lists_a_model_once() -> None:
    settings = Settings(models=("sim/atlas", "gpt-5.2-2025-12-11"))
    assert [entry.name for entry in list_models(settings, "ATLAS")] == ["sim/atlas"]
    names = [entry.name for entry in list_models(settings, "gpt-5.2-2025")]
    assert names[0] == "gpt-5.2-2025-12-11"
    assert len(names) == len(set(names))


def test_whether_a_key_is_present_is_told_and_never_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    settings = Settings(models=("openai/gpt-5", "anthropic/claude-x", "azure/gpt-5"))
    openai, anthropic, azure, sim, *_ = list_models(settings)
    assert openai.key is KeyStatus.PRESENT
    assert anthropic.key is KeyStatus.MISSING
    assert azure.key is KeyStatus.UNKNOWN
    assert sim.key is KeyStatus.NOT_NEEDED
    assert "secret" not in repr(openai)


def test_any_of_several_variables_will_do() -> None:
    assert key_status("gemini", {"GOOGLE_API_KEY"}) is KeyStatus.PRESENT
    assert key_status("gemini", {"OPENAI_API_KEY"}) is KeyStatus.MISSING
    assert "GEMINI_API_KEY or GOOGLE_API_KEY" in missing_key("gemini/x", "gemini")
