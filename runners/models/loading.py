"""Imports litellm, once, quietly, and with the simulated provider registered.

The import takes seconds, so nothing else here imports litellm at its top.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from types import ModuleType

_lock = threading.Lock()
_loaded: ModuleType | None = None


def load() -> ModuleType:
    """litellm, ready to use: no fetches, no logging, no `.env` read by itself."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _import()
        return _loaded


async def load_aside() -> ModuleType:
    """`load` in a thread, so that the event loop keeps turning meanwhile."""
    return _loaded or await asyncio.to_thread(load)


def _import() -> ModuleType:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    # In its "DEV" mode litellm would export whatever .env it finds, over our own reading of it.
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    import litellm

    from runners.models.profiles import PROVIDER
    from runners.models.sim_provider import SimulatedProvider

    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    litellm.custom_provider_map.append({"provider": PROVIDER, "custom_handler": SimulatedProvider()})
    return litellm
