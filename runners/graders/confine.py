"""The first program in a sandbox: takes its limits on, gives root up, becomes the command.

`runners.graders.sandbox` passes this file's text to `python -I -S -c`, so that it needs no
file inside the sandbox; it therefore imports nothing but the standard library. The first
argument is the order in JSON, the rest is the command. A byte on the descriptor `ready` says
that the sandbox stands: whatever goes wrong afterwards is the command's doing.
"""

import json
import os
import resource
import sys


def limit(name: str, value: int) -> None:
    """Lower one limit for good; limits that are tighter already stay."""
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(kind, (value, value))
    except ValueError:
        # macOS refuses RLIMIT_AS; there only the watch on memory holds.
        sys.stderr.write(f"sandbox: this system has no {name}\n")


def offer_to_oom_killer() -> None:
    """Ask the kernel to take this process first, should the machine's memory run out."""
    try:
        with open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
            score.write("1000")
    except FileNotFoundError:
        return  # not Linux: nothing to offer to


def become(user: int) -> None:
    """Turn from root into a user that owns nothing outside the sandbox."""
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def main() -> None:
    """Follow the order, then run the command in this process's place."""
    order = json.loads(sys.argv[1])
    os.nice(5)  # a screen and the watch come first
    offer_to_oom_killer()
    for name, value in order["limits"].items():
        limit(name, value)
    if order["user"] is not None:
        become(order["user"])
    os.chdir(order["folder"])  # only now: root without capabilities may not enter a user's folder
    if order["ready"] is not None:
        os.write(order["ready"], b"!")
        os.close(order["ready"])
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command is a list, no shell is wanted


main()
