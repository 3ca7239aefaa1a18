"""Limits are said in words a person understands, and the kernel's walls lie behind the watch."""

from __future__ import annotations

import pytest

from runners.graders.limits import MIB, Limits, Stop


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        (Stop.TIME, "took more than 2.5 s"),
        (Stop.MEMORY, "used more than 300 MiB of memory"),
        (Stop.PROCESSES, "started more than 7 processes"),
        (Stop.OUTPUT, "wrote more than 64 KiB of output"),
        (Stop.DISK, "wrote more than 5 MiB of files"),
    ],
)
def test_each_limit_has_its_sentence(stop: Stop, words: str) -> None:
    limits = Limits(seconds=2.5, memory=300 * MIB, processes=7, output=64 * 1024, disk=5 * MIB)
    assert limits.exceeded(stop) == words


def test_the_walls_are_wider_than_the_limits() -> None:
    limits = Limits()
    walls = limits.for_each_process(others=10)
    assert walls["RLIMIT_AS"] > limits.memory
    assert walls["RLIMIT_CPU"] > limits.seconds
    assert walls["RLIMIT_NPROC"] > limits.processes + 10
