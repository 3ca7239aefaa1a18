"""The command line of bubblewrap: what code of a model can see, and what it can write.

An allow-list. The sandbox starts from nothing and gets the system's programs and libraries,
the interpreter, its workspace and scratch space; home folders, keys, sockets of daemons and
everything else of the host are not hidden in it, they are simply not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runners.graders.grants import NETWORK_SETTINGS, NOTHING, Grants

TESTBED = "/testbed"
CONTROL = "/control"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
"""Programs and libraries, the same for everybody on the machine."""
SETTINGS = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types")
PRIVATE_USERS = 61_184
"""First of a range of user ids that systems keep free for short-lived services."""
PRIVATE_USER_COUNT = 4_000


@dataclass(frozen=True, slots=True)
class Confinement:
    """How the sandbox gets rid of privileges on this machine.

    Attributes:
        own_user: we are root: inside, the code becomes a user id of its own, to which the
            kernel's limit on processes applies and root's files are closed.
        no_nesting: forbid further user namespaces inside.
    """

    own_user: bool
    no_nesting: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one sandbox, as the host sees them.

    Attributes:
        workspace: writable, at `TESTBED` inside.
        control: the script and the files that describe the sandbox's user, at `CONTROL`.
        readable: further folders, at the same place inside.
        scratch: bytes of each temporary file system.
        grants: what else it may use.
    """

    workspace: Path
    control: Path
    readable: tuple[Path, ...]
    scratch: int
    grants: Grants = NOTHING


def private_user(number: int) -> int:
    """A user id for the sandbox with this number; two sandboxes at a time do not share one."""
    return PRIVATE_USERS + number % PRIVATE_USER_COUNT


def command(
    confinement: Confinement,
    layout: Layout,
    environment: Mapping[str, str],
    inner: Sequence[str],
    info: int | None = None,
) -> list[str]:
    """The whole command.

    Args:
        confinement: how privileges are dropped.
        layout: what is mounted where.
        environment: variables that the inner command gets, besides those granted.
        inner: the command, in the sandbox's paths.
        info: file descriptor to which bubblewrap writes the sandbox's first process id.
    """
    variables = (part for name, value in environment.items() for part in ("--setenv", name, value))
    told = () if info is None else ("--info-fd", str(info))
    return [
        "bwrap",
        "--die-with-parent",
        "--new-session",
        *_namespaces(confinement, layout.grants.network),
        *_mounts(layout),
        *("--chdir", "/"),
        # Granted variables may hold keys, which a command line would show to the whole machine:
        # they come through bubblewrap's own environment, which then is all that it may have.
        *(() if layout.grants.variables else ("--clearenv",)),
        *variables,
        *told,
        *inner,
    ]


def _namespaces(confinement: Confinement, network: bool) -> Iterator[str]:
    yield from ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", "sandbox")
    if not network:
        yield "--unshare-net"
    yield from ("--unshare-cgroup-try", "--cap-drop", "ALL")
    if confinement.own_user:
        yield from ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    else:
        yield "--unshare-user"
    if confinement.no_nesting:
        yield "--disable-userns"


def _mounts(layout: Layout) -> Iterator[str]:
    yield from ("--perms", "0755", "--dir", "/etc")
    network = NETWORK_SETTINGS if layout.grants.network else ()
    for place in (*SYSTEM, *SETTINGS, *network):
        yield from ("--ro-bind-try", place, place)
    yield from ("--proc", "/proc", "--dev", "/dev")
    for place in ("/dev/shm", "/tmp"):  # noqa: S108 - the sandbox's own, not the host's
        yield from ("--perms", "1777", "--size", str(layout.scratch), "--tmpfs", place)
    yield from ("--remount-ro", "/dev")
    if layout.grants.temporary:
        yield from ("--bind", str(layout.grants.temporary), "/tmp")  # noqa: S108
    for folder in (*layout.readable, *layout.grants.readable):
        if not any(folder.is_relative_to(place) for place in SYSTEM):
            yield from _bind("--ro-bind", folder, str(folder))
    yield from _bind("--ro-bind", layout.control, CONTROL)
    for name in ("passwd", "group"):
        yield from ("--ro-bind", str(layout.control / name), f"/etc/{name}")
    yield from _bind("--bind", layout.workspace, TESTBED)
    yield from ("--remount-ro", "/")


def _bind(option: str, source: Path, place: str) -> Iterator[str]:
    # Without --perms bubblewrap may close the folders it makes on the way to everybody else.
    for parent in reversed(Path(place).parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(parent))
    yield from (option, str(source), place)
