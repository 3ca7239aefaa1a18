"""What a sandbox is given beyond its workspace; nothing, unless somebody says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NETWORK_SETTINGS = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
)
"""What programs read to find a host and to trust it."""


@dataclass(frozen=True, slots=True)
class Grants:
    """Things a sandbox may use.

    Attributes:
        network: the host's network.
        readable: files and folders of the host, at the same place inside.
        variables: further environment variables; they may hold keys, so they are never told.
        temporary: a folder of the host that is its /tmp and home, and outlives it.
        files: texts by name, in the folder that `$CONTROL` names.
    """

    network: bool = False
    readable: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    temporary: Path | None = None
    files: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


NOTHING = Grants()
