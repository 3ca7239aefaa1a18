"""The Docker engine: one client a process, made when it is first needed.

Which engine, Docker's own variables say (`DOCKER_HOST` and its companions). Importing the SDK
takes a third of a second, so that happens here and only when a container is wanted.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING

from runners.containers.errors import docker_errors

if TYPE_CHECKING:
    from docker import DockerClient

CALL_SECONDS = 60
"""How long the engine may take to answer one call."""
ANSWER_SECONDS = 5
POOL = 64
"""Connections kept open at most; each running command holds one."""
_clients: dict[str, DockerClient] = {}
_lock = threading.Lock()


def client() -> DockerClient:
    """The client for the engine that the environment names; safe to use from any thread.

    Raises:
        EngineGone: no engine answers.
        ContainerError: this user may not talk to it, or the variables are wrong.
    """
    import docker

    host = os.environ.get("DOCKER_HOST", "")
    with _lock:
        if host not in _clients:
            with docker_errors("cannot reach the Docker engine"):
                _clients[host] = docker.from_env(timeout=CALL_SECONDS, max_pool_size=POOL)
        return _clients[host]


def answers() -> bool:
    """Whether an engine answers now; takes at most a few seconds and raises nothing."""
    import docker
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        trial = docker.from_env(timeout=ANSWER_SECONDS)
        try:
            return bool(trial.ping())
        finally:
            trial.close()
    except (DockerException, RequestException, OSError):
        return False


@cache
def cpus(_host: str) -> int:
    """How many processors the engine of this client has."""
    with docker_errors("cannot ask the Docker engine about its machine"):
        return int(client().info()["NCPU"])


def cpus_here() -> int:
    """How many processors the engine has, which refuses limits above that."""
    return cpus(os.environ.get("DOCKER_HOST", ""))
