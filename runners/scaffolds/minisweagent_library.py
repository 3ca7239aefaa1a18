"""Imports mini-swe-agent, once and quietly.

On import it would print a greeting, make a folder for its configuration, read keys from there
into the environment, and hang a handler of its own on its logger.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from runners.scratch import prefix

CONFIG = Path("config", "benchmarks", "swebench.yaml")
"""The library's own configuration for SWE-bench, whose prompts published results were made with."""
_lock = threading.Lock()
_loaded: Library | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """What we use of it.

    Attributes:
        agents: module of the agent's loop.
        exceptions: those that steer the loop.
        toolcalls: reads tool calls, and puts observations into words.
        config: its configuration for SWE-bench.
        version: its version.
    """

    agents: ModuleType
    exceptions: ModuleType
    toolcalls: ModuleType
    config: Mapping[str, Any]
    version: str


def library() -> Library:
    """mini-swe-agent; blocks for a moment the first time."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _import()
        return _loaded


def _import() -> Library:
    with _quiet_environment():
        import minisweagent
        from minisweagent import exceptions
        from minisweagent.agents import default
        from minisweagent.models.utils import actions_toolcall

    logger = logging.getLogger("minisweagent")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    text = (minisweagent.package_dir / CONFIG).read_text(encoding="utf-8")
    return Library(default, exceptions, actions_toolcall, yaml.safe_load(text), minisweagent.__version__)


@contextlib.contextmanager
def _quiet_environment() -> Iterator[None]:
    """Variables under which it neither greets nor touches the user's configuration."""
    with tempfile.TemporaryDirectory(prefix=prefix("nothing")) as folder:
        ours = {"MSWEA_SILENT_STARTUP": "1", "MSWEA_GLOBAL_CONFIG_DIR": folder}
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
