"""Settings from file, `.env` and environment; keys that are used but never shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runners.settings import Settings, SettingsError, load_settings

Load = Callable[..., Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def read(toml: str | None = None, dotenv: str | None = None, **environment: str) -> Settings:
        if toml is not None:
            (tmp_path / "config.toml").write_text(toml)
        if dotenv is not None:
            (tmp_path / ".env").write_text(dotenv)
        return load_settings(tmp_path / "config.toml", tmp_path, environment)

    return read


def test_no_file_is_needed(load: Load) -> None:
    assert load() == Settings()


def test_the_file_gives_models_prices_and_limits(load: Load) -> None:
    settings = load(
        'models = ["openai/gpt-5"]\nretries = 2\n[concurrency]\nopenai = 3\n'
        '[prices."openai/gpt-5"]\ninput_usd_per_million = 1.25\noutput_usd_per_million = 10\n'
    )
    assert settings.models == ("openai/gpt-5",)
    assert settings.concurrency == {"openai": 3}
    assert settings.prices["openai/gpt-5"].output_usd_per_million == 10


def test_the_environment_comes_before_the_dotenv_and_that_before_the_file(load: Load) -> None:
    toml, dotenv = (
        "retries = 1\ndefault_concurrency = 1\nbackoff_seconds = 1",
        "MARKETBENCH_RETRIES=2\nMARKETBENCH_DEFAULT_CONCURRENCY=2",
    )
    settings = load(toml, dotenv, MARKETBENCH_RETRIES="3")
    assert (settings.retries, settings.default_concurrency, settings.backoff_seconds) == (3, 2, 1)


def test_tables_in_the_environment_are_json(load: Load) -> None:
    assert load(MARKETBENCH_CONCURRENCY='{"openai": 2}').concurrency == {"openai": 2}


def test_other_variables_of_the_workbench_are_left_alone(load: Load) -> None:
    assert load(dotenv="MARKETBENCH_DB=/somewhere/else.db\n") == Settings()


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("retries = ", "mend or remove the file"),
        ("retires = 3", "retires is not a setting; the settings are models, prices"),
        ("retries = -1", "retries: input should be greater than or equal to 0"),
        ('retries = "many"', "retries: input should be a valid integer"),
        ("[concurrency]\nopenai = 0", "concurrency.openai: input should be greater than or equal to 1"),
        (
            '[prices."a/b"]\ninput_usd_per_million = nan\noutput_usd_per_million = 1',
            "prices.a/b.input_usd_per_million",
        ),
        ('[prices."a/b"]\ninput_usd_per_million = 1', "prices.a/b.output_usd_per_million: field required"),
    ],
)
def test_a_broken_file_is_one_line_that_says_where(
    load: Load, tmp_path: Path, toml: str, message: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        load(toml)
    assert str(raised.value).startswith(str(tmp_path / "config.toml"))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_text_is_one_line_too(load: Load, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="mend or remove the file"):
        load()


@pytest.mark.parametrize("value", ["many", "{", ""])
def test_a_bad_variable_says_that_it_is_a_variable(load: Load, value: str) -> None:
    for name in ("MARKETBENCH_RETRIES", "MARKETBENCH_CONCURRENCY"):
        with pytest.raises(SettingsError, match=r"^MARKETBENCH_\* variables: ") as raised:
            load(**{name: value})
        assert "\n" not in str(raised.value)


def test_keys_of_the_dotenv_reach_the_environment_without_overriding_it(load: Load) -> None:
    settings = load(dotenv="OPENAI_API_KEY=from-file\nGEMINI_API_KEY='quoted'\n")
    environment = {"OPENAI_API_KEY": "from-shell"}
    settings.export_keys(environment)
    assert environment == {"OPENAI_API_KEY": "from-shell", "GEMINI_API_KEY": "quoted"}


def test_which_variables_are_set_is_known_by_name(load: Load) -> None:
    settings = load(dotenv="GEMINI_API_KEY=x\nEMPTY_API_KEY=\n")
    assert settings.variables_set({"OPENAI_API_KEY": "y"}) == {"GEMINI_API_KEY", "OPENAI_API_KEY"}


def test_no_key_is_ever_printed_or_dumped(load: Load) -> None:
    settings = load(dotenv="OPENAI_API_KEY=sk-secret\n")
    for text in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "secret" not in text


def test_a_dotenv_that_is_not_text_is_not_quoted(load: Load, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=sk-secret\xff\n")
    with pytest.raises(SettingsError, match="is not UTF-8 text") as raised:
        load()
    assert "secret" not in str(raised.value)
