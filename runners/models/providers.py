"""Which environment variables hold which provider's key, without asking litellm."""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum

from runners.models.profiles import PROVIDER as SIMULATED

_KEYS: dict[str, tuple[str, ...]] = {
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    "cerebras": ("CEREBRAS_API_KEY",),
    "cohere": ("COHERE_API_KEY", "CO_API_KEY"),
    "cohere_chat": ("COHERE_API_KEY", "CO_API_KEY"),
    "dashscope": ("DASHSCOPE_API_KEY",),
    "deepinfra": ("DEEPINFRA_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "fireworks_ai": ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY", "FIREWORKSAI_API_KEY"),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "groq": ("GROQ_API_KEY",),
    "mistral": ("MISTRAL_API_KEY",),
    "moonshot": ("MOONSHOT_API_KEY",),
    "nvidia_nim": ("NVIDIA_NIM_API_KEY",),
    "openai": ("OPENAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY", "OR_API_KEY"),
    "perplexity": ("PERPLEXITY_API_KEY", "PERPLEXITYAI_API_KEY"),
    "together_ai": ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"),
    "xai": ("XAI_API_KEY",),
    "zai": ("ZAI_API_KEY",),
}
_KEYLESS = frozenset({SIMULATED, "hosted_vllm", "llamafile", "lm_studio", "ollama", "ollama_chat"})


class KeyStatus(StrEnum):
    """Whether a model can be called from here; `UNKNOWN` where the provider has its own ways."""

    PRESENT = "present"
    MISSING = "missing"
    NOT_NEEDED = "not needed"
    UNKNOWN = "unknown"


def providers() -> tuple[str, ...]:
    """Providers whose key's variables are known, by name."""
    return tuple(sorted(_KEYS))


def key_variables(provider: str) -> tuple[str, ...]:
    """Variables of which one must hold the provider's key; empty where that is not known."""
    return _KEYS.get(provider, ())


def key_status(provider: str, variables_set: Set[str]) -> KeyStatus:
    """Whether a key for the provider is among the variables that are set."""
    if provider in _KEYLESS:
        return KeyStatus.NOT_NEEDED
    names = key_variables(provider)
    if not names:
        return KeyStatus.UNKNOWN
    return KeyStatus.PRESENT if variables_set & set(names) else KeyStatus.MISSING


def missing_key(model: str, provider: str) -> str:
    """What to tell a person who calls a model without its key."""
    names = " or ".join(key_variables(provider))
    return f"{model}: no key; set {names} in the environment or in a .env of this folder"
