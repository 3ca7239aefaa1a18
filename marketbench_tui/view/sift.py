"""Which lines of the tape a filter keeps: words, and `kind:`, `worker:` and `task:`."""

from __future__ import annotations

from collections.abc import Callable

from marketbench_tui.view.tape import TapeEntry

Test = Callable[[TapeEntry], bool]
FIELDS: dict[str, Callable[[TapeEntry], str]] = {
    "kind": lambda entry: entry.kind,
    "worker": lambda entry: entry.worker,
    "task": lambda entry: entry.task,
}


def sieve(words: str) -> Test:
    """Whether an entry has every word, and what is asked of its fields; upper and lower case are one."""
    tests = [_test(word) for word in words.casefold().split()]
    return lambda entry: all(test(entry) for test in tests)


def _test(word: str) -> Test:
    name, colon, value = word.partition(":")
    field = FIELDS.get(name) if colon else None
    if field is None:
        return lambda entry: word in entry.searched
    return lambda entry: value in field(entry).casefold()
